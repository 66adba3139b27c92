"""YARN's ResourceManager, HDFS's NameNode and DataNodes of one cluster, asked side by side.

A round trip through a tunnel may take a tenth of a second, so connections are kept, the two
masters are asked at the same time, and DataNodes eight at a time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hue_desktop.adapters.hadoop.asking import Address
from hue_desktop.adapters.hadoop.counters import CounterRates
from hue_desktop.adapters.hadoop.jmx import (
    Beans,
    beans_of,
    data_node_doors,
    data_nodes_of,
    heap_share,
    is_standby,
    namenode_values,
    safe_mode_of,
    traffic_of,
)
from hue_desktop.adapters.hadoop.json_door import JsonDoor, Place
from hue_desktop.adapters.hadoop.yarn import applications_of, cluster_values, nodes_of
from hue_desktop.core.errors import AccessDenied, Cancelled, HueError, Unreachable
from hue_desktop.core.file_systems import Connector
from hue_desktop.core.metrics import NodeReading, Reading, YarnApplication
from hue_desktop.core.text import _

__all__ = ["HadoopServers"]

RM_PORTS = (8088,)
NAMENODE_PORTS = (9870, 50070)  #: Hadoop 3, and 2 (EMR 5)
DATANODE_PORTS = (9864, 50075)
NAMENODE_BEANS = ("FSNamesystem", "FSNamesystemState", "NameNodeInfo", "JvmMetrics")
ACTIVE_STATES = "NEW,NEW_SAVING,SUBMITTED,ACCEPTED,RUNNING"
ENDED_STATES = "FINISHED,FAILED,KILLED"
FINISHED_KEPT = 500  #: applications that ended, the newest
AT_ONCE = 8  #: DataNodes
ROUND_S = 30.0  #: what one round may take in all; who has not answered then is missing
_YARN, _HDFS = "YARN’s ResourceManager", "HDFS’s NameNode"


@dataclass
class _Half:
    """What one of the two masters told."""

    values: dict[str, float] = field(default_factory=dict)
    nodes: list[NodeReading] = field(default_factory=list)
    applications: tuple[YarnApplication, ...] | None = None
    safe_mode: str = ""
    error: HueError | None = None


class HadoopServers:
    """The ``ClusterServers`` port over HTTP. One reading at a time; ``close`` from any thread.

    ``hosts`` are the private names of the primary nodes; with three of them the active one is
    found. Ports are for tests.
    """

    def __init__(
        self,
        connector: Connector,
        hosts: Sequence[str],
        *,
        rm_ports: Sequence[int] = RM_PORTS,
        namenode_ports: Sequence[int] = NAMENODE_PORTS,
        timeout_s: float = 15.0,
    ) -> None:
        self._door = JsonDoor(connector, timeout_s)
        self._rm = Place([(host, port) for port in rm_ports for host in hosts])
        self._namenode = Place([(host, port) for port in namenode_ports for host in hosts])
        self._finished: dict[str, YarnApplication] = {}
        self._finished_since_ms = 0
        self._traffic = CounterRates()
        self._data_node_ports: dict[str, int] = {}

    def read(self, *, applications: bool = True, data_nodes: bool = True) -> Reading:
        """Ask all of them once. ``Unreachable`` when none answers, or why there is no way."""
        at, begun = time.time(), time.monotonic()
        halves: dict[str, _Half] = {}  # of those who come back in time
        side_by_side(
            [
                lambda: self._half(halves, _YARN, lambda half: self._ask_yarn(half, applications)),
                lambda: self._half(halves, _HDFS, lambda half: self._ask_hdfs(half, data_nodes)),
            ],
            ROUND_S,
        )
        yarn, hdfs = (halves.get(name) or _silent() for name in (_YARN, _HDFS))
        if self._door.closed:
            raise Cancelled(_("The connection was closed."))
        missing = {
            name: half.error.message
            for name, half in ((_YARN, yarn), (_HDFS, hdfs))
            if half.error is not None
        }
        if len(missing) == 2:
            assert yarn.error is not None
            for error in (yarn.error, hdfs.error):
                if isinstance(error, (AccessDenied, Cancelled)):
                    raise error  # it is the way there that a person has to do something about
            raise Unreachable(yarn.error.message, remedy=yarn.error.remedy) from yarn.error
        return Reading(
            at=at,
            values={**yarn.values, **hdfs.values},
            nodes=(*yarn.nodes, *hdfs.nodes),
            applications=yarn.applications,
            missing=missing,
            safe_mode=hdfs.safe_mode,
            took_s=time.monotonic() - begun,
        )

    def close(self) -> None:
        """Close the connections; a read under way ends soon with ``Cancelled``."""
        self._door.close()

    def _half(self, halves: dict[str, _Half], name: str, ask: Callable[[_Half], None]) -> None:
        half = _Half()
        try:
            ask(half)
        except HueError as error:
            half = _Half(error=error)  # half a half is none
        halves[name] = half

    # -- YARN ---------------------------------------------------------------------------------

    def _ask_yarn(self, half: _Half, applications: bool) -> None:
        address, metrics, took_s = self._door.first(self._rm, "/ws/v1/cluster/metrics", _is_metrics)
        half.values.update(cluster_values(metrics))
        half.values["rm.latency"] = took_s
        half.nodes = nodes_of(self._door.get(address, "/ws/v1/cluster/nodes"))
        query = "/jmx?qry=Hadoop:service=ResourceManager,name=JvmMetrics"
        heap = self._optional(lambda: heap_share(beans_of(self._door.get(address, query))))
        if heap is not None:
            half.values["rm.heap"] = heap
        if applications:
            half.applications = self._optional(lambda: self._applications(address))

    def _applications(self, address: Address) -> tuple[YarnApplication, ...]:
        """Those that run, then those that ended, newest first."""
        path = "/ws/v1/cluster/apps?states="
        active = applications_of(self._door.get(address, f"{path}{ACTIVE_STATES}"))
        since = f"&finishedTimeBegin={self._finished_since_ms}" if self._finished_since_ms else ""
        ended = applications_of(self._door.get(address, f"{path}{ENDED_STATES}{since}"))
        for each in ended:
            if each.ended is not None:
                self._finished[each.id] = each
                # on the ResourceManager's clock; from the last second on again, to miss none
                last_ms = int(each.ended * 1000) - 1000
                self._finished_since_ms = max(self._finished_since_ms, last_ms)
        newest = sorted(self._finished.values(), key=lambda app: app.ended or 0.0, reverse=True)
        self._finished = {each.id: each for each in newest[:FINISHED_KEPT]}
        running = {each.id for each in active}
        return (*active, *(each for each in self._finished.values() if each.id not in running))

    # -- HDFS ---------------------------------------------------------------------------------

    def _ask_hdfs(self, half: _Half, data_nodes: bool) -> None:
        address, first, took_s = self._door.first(
            self._namenode, _namenode_query(NAMENODE_BEANS[0]), _is_active
        )
        beans: dict[str, Any] = dict(beans_of(first))
        for name in NAMENODE_BEANS[1:]:
            more = self._optional(lambda name=name: self._door.get(address, _namenode_query(name)))  # type: ignore[misc]
            beans.update(beans_of(more))
        half.values.update(namenode_values(beans))
        half.values["namenode.latency"] = took_s
        half.safe_mode = safe_mode_of(beans)
        half.nodes = data_nodes_of(beans)
        if data_nodes:
            self._ask_data_nodes(half, beans)

    def _ask_data_nodes(self, half: _Half, beans: Beans) -> None:
        """Bytes per second, from counters: only between two readings of a counter that grew."""
        doors = data_node_doors(beans)
        told: dict[str, tuple[float, float, float]] = {}

        def ask(host: str) -> None:
            found = self._optional(lambda: self._ask_data_node(host, doors.get(host)))
            if found is not None:
                told[host] = (time.monotonic(), *found)

        hosts = [node.host for node in half.nodes]
        _in_turn(hosts, ask, AT_ONCE, ROUND_S / 2)
        rates = self._traffic.rates(dict(told), hosts)
        half.nodes = [
            replace(node, values={**node.values, **_traffic(rates.get(node.host))})
            for node in half.nodes
        ]
        if told and len(rates) == len(told):  # one that was set back would make the sum too small
            half.values["hdfs.read"] = sum(read for read, _written in rates.values())
            half.values["hdfs.written"] = sum(written for _read, written in rates.values())

    def _ask_data_node(self, host: str, port: int | None) -> tuple[float, float] | None:
        query = "/jmx?qry=Hadoop:service=DataNode,name=DataNodeActivity*"
        known = self._data_node_ports.get(host)
        ports = (known,) if known else tuple(filter(None, dict.fromkeys((port, *DATANODE_PORTS))))
        place = Place([(host, each) for each in ports])
        try:
            answer = self._door.first(place, query, lambda _answer: True)
        except HueError:
            self._data_node_ports.pop(host, None)
            raise
        self._data_node_ports[host] = answer.address[1]
        return traffic_of(beans_of(answer.json))

    def _optional(self, ask: Callable[[], Any]) -> Any:
        """An answer that the others do without; ``None`` when it does not come."""
        try:
            return ask()
        except Cancelled:
            raise
        except HueError:
            return None


def _silent() -> _Half:
    return _Half(error=Unreachable(_("It is silent.")))


def side_by_side(jobs: Sequence[Callable[[], None]], timeout_s: float) -> None:
    """Run all of them at once and wait, at most so long."""
    threads = [
        threading.Thread(target=job, name="cluster-servers", daemon=True) for job in jobs[1:]
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + timeout_s
    jobs[0]()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))


def _in_turn(
    items: Iterable[str], act: Callable[[str], None], width: int, timeout_s: float
) -> None:
    """Do it for each, ``width`` at a time; whoever is left when the time is over is left out."""
    waiting = list(items)
    guard = threading.Lock()
    deadline = time.monotonic() + timeout_s

    def work() -> None:
        while time.monotonic() < deadline:
            with guard:
                if not waiting:
                    return
                item = waiting.pop()
            try:
                act(item)
            except Cancelled:
                return

    count = min(width, len(waiting))
    if count:
        side_by_side([work] * count, timeout_s)


def _namenode_query(bean: str) -> str:
    return f"/jmx?qry=Hadoop:service=NameNode,name={bean}"


def _is_metrics(answer: Any) -> bool:
    """A standby ResourceManager answers with a page that leads elsewhere."""
    return isinstance(answer, Mapping) and "clusterMetrics" in answer


def _is_active(answer: Any) -> bool:
    return not is_standby(beans_of(answer))


def _traffic(rates: tuple[float, float] | None) -> dict[str, float]:
    return {} if rates is None else {"hdfs.read": rates[0], "hdfs.written": rates[1]}
