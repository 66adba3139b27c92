"""What the NameNode says of its DataNodes and of HDFS as a whole: JMX, and RPC's report."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hue_desktop.adapters.hadoop.asking import Address
from hue_desktop.adapters.hadoop.figures import Json, decoded, number, word
from hue_desktop.adapters.hadoop.jmx import (
    Beans,
    beans_of,
    is_standby,
    namenode_values,
    safe_mode_of,
)
from hue_desktop.adapters.hadoop.json_door import JsonDoor, Place
from hue_desktop.adapters.hadoop.protobuf import Fields
from hue_desktop.core.errors import Cancelled, HueError, ProtocolError
from hue_desktop.core.file_systems import Connector
from hue_desktop.core.shrink.ports import DataNodeFacts, HdfsFacts
from hue_desktop.core.shrink.values import AdminState
from hue_desktop.core.text import _

__all__ = ["JmxFacts", "facts_of_beans", "facts_of_report", "named"]

_BEANS = ("FSNamesystem", "FSNamesystemState", "NameNodeInfo")
_STATES = {
    0: AdminState.IN_SERVICE,
    1: AdminState.DECOMMISSIONING,
    2: AdminState.DECOMMISSIONED,
    3: AdminState.MAINTENANCE,
    4: AdminState.MAINTENANCE,
}
_WORDS = {
    "in service": AdminState.IN_SERVICE,
    "normal": AdminState.IN_SERVICE,
    "decommission in progress": AdminState.DECOMMISSIONING,
    "decommissioned": AdminState.DECOMMISSIONED,
}


class JmxFacts:
    """The NameNode's HTTP server."""

    def __init__(
        self, connector: Connector, hosts: Sequence[str], ports: Sequence[int], timeout_s: float
    ) -> None:
        self._door = JsonDoor(connector, timeout_s)
        self._place = Place([(host, port) for port in ports for host in hosts])

    @property
    def address(self) -> Address:
        """Where the active NameNode was met."""
        return self._place.met or next(iter(self._place.addresses))

    def find(self, otherwise: HueError) -> None:
        """Meet the NameNode; raises ``otherwise`` when nobody answers."""
        try:
            self._first()
        except Cancelled:
            raise
        except HueError as error:
            raise otherwise from error

    def read(self) -> HdfsFacts:
        """The beans, and ``dfs.replication`` where WebHDFS tells it."""
        beans: dict[str, Any] = dict(beans_of(self._first()))
        for name in _BEANS[1:]:
            beans.update(beans_of(self._door.get(self.address, _query(name))))
        facts = facts_of_beans(beans)
        with contextlib.suppress(HueError, ValueError, TypeError, KeyError):
            told = self._door.get(self.address, "/webhdfs/v1/?op=GETSERVERDEFAULTS")
            found = int(told["FsServerDefaults"]["replication"])
            return replace(facts, replication=found or None)
        return facts

    def close(self) -> None:
        """End all connections."""
        self._door.close()

    def _first(self) -> Any:
        return self._door.first(self._place, _query(_BEANS[0]), _is_active).json


def facts_of_beans(beans: Beans) -> HdfsFacts:
    """From JMX alone. ``ProtocolError`` when it names no DataNodes."""
    info = beans.get("NameNodeInfo", {})
    live, dead = _nodes(info, "LiveNodes"), _nodes(info, "DeadNodes")
    if live is None:
        raise ProtocolError(_("The NameNode does not say which DataNodes it has."))
    found = [_live_node(key, told) for key, told in live.items()]
    found += [_dead_node(key, told) for key, told in (dead or {}).items()]
    values = namenode_values(beans)
    return HdfsFacts(
        named(found),
        files=_whole(values.get("hdfs.files")),
        blocks=_whole(values.get("hdfs.blocks")),
        missing_blocks=_whole(values.get("hdfs.missing")),
        safe_mode=safe_mode_of(beans),
    )


def facts_of_report(
    report: Fields, dead_report: Fields, told: HdfsFacts | None, replication: int
) -> HdfsFacts:
    """From ``getDatanodeReport`` of all and of the dead; with JMX's word on how all is."""
    dead = {_key(info) for info in dead_report.messages(1)}
    contact = {(node.ip, node.port): node.last_contact_s for node in (told.nodes if told else ())}
    found = []
    for info in report.messages(1):
        one, key = info.message(1), _key(info)
        state = _STATES.get(info.number(10), AdminState.IN_SERVICE)
        found.append(
            DataNodeFacts(
                "",
                (one.text(2) or one.text(1)).lower(),
                *key,
                capacity=info.number(2),
                used=info.number(3),
                remaining=info.number(4),
                other=info.number(9),
                state=AdminState.DEAD if key in dead else state,
                last_contact_s=contact.get(key),
            )
        )
    base = told or HdfsFacts(())
    return replace(base, nodes=named(found), replication=replication)


def _key(info: Fields) -> tuple[str, int]:
    """IP address and port of a ``DatanodeInfoProto``."""
    one = info.message(1)
    return one.text(1), one.number(4)


def named(nodes: Sequence[DataNodeFacts]) -> tuple[DataNodeFacts, ...]:
    """With unique names: the host, or with its port where several share a host."""
    hosts = Counter(node.host for node in nodes)
    return tuple(
        replace(node, name=node.host if hosts[node.host] == 1 else f"{node.host}:{node.port}")
        for node in nodes
    )


def _live_node(key: str, told: Json) -> DataNodeFacts:
    host, ip, port = _address(key, told)
    state = _WORDS.get(word(told, "adminState").lower())
    if state is None:
        in_maintenance = "maintenance" in word(told, "adminState").lower()
        state = AdminState.MAINTENANCE if in_maintenance else AdminState.IN_SERVICE
    return DataNodeFacts(
        "",
        host,
        ip,
        port,
        capacity=_whole(number(told, "capacity")),
        used=_whole(number(told, "usedSpace", "used")),
        remaining=_whole(number(told, "remaining")),
        other=_whole(number(told, "nonDfsUsedSpace")),
        blocks=_whole(number(told, "numBlocks")),
        state=state,
        last_contact_s=number(told, "lastContact"),
    )


def _dead_node(key: str, told: Json) -> DataNodeFacts:
    host, ip, port = _address(key, told)
    contact = number(told, "lastContact")
    return DataNodeFacts("", host, ip, port, state=AdminState.DEAD, last_contact_s=contact)


def _address(key: str, told: Json) -> tuple[str, str, int]:
    """Host, IP and port: the key is ``host:port``, the transfer address has the IP."""
    host, _colon, port = key.rpartition(":")
    ip, _colon, own = word(told, "xferaddr").rpartition(":")
    text = own or port
    return (host or key).lower(), ip or host, int(text) if text.isdigit() else 0


def _nodes(info: Json, name: str) -> Mapping[str, Json] | None:
    nodes: Any = info.get(name)
    if isinstance(nodes, str):
        with contextlib.suppress(ValueError):
            nodes = decoded(nodes)
    if not isinstance(nodes, Mapping):
        return None
    return {key: told for key, told in nodes.items() if isinstance(told, Mapping)}


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _query(bean: str) -> str:
    return f"/jmx?qry=Hadoop:service=NameNode,name={bean}"


def _is_active(answer: Any) -> bool:
    return not is_standby(beans_of(answer))
