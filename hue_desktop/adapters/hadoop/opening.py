"""How an HDFS is talked to: the one place that chooses between WebHDFS, HttpFS and RPC."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from hue_desktop.adapters.hadoop.asking import Address
from hue_desktop.adapters.hadoop.client_protocol import ClientProtocol, Node
from hue_desktop.adapters.hadoop.datanodes import DataNodes
from hue_desktop.adapters.hadoop.hdfs import Hdfs
from hue_desktop.adapters.hadoop.http import HttpPool
from hue_desktop.adapters.hadoop.namenode import Call, NameNodes
from hue_desktop.adapters.hadoop.remote_errors import Standby
from hue_desktop.adapters.hadoop.rpc import RpcNameNodes
from hue_desktop.adapters.hadoop.rpc_way import RpcWay
from hue_desktop.adapters.hadoop.web_way import WebWay
from hue_desktop.core.errors import (
    AccessDenied,
    HueError,
    ProtocolError,
    ServiceError,
    Unreachable,
)
from hue_desktop.core.file_systems import Connector, FileSystem
from hue_desktop.core.storage import StoreId
from hue_desktop.core.text import _

__all__ = [
    "HTTPFS_PORT",
    "NAMENODE_PORTS",
    "RPC_PORT",
    "Door",
    "open_cluster_hdfs",
    "open_rpc",
    "open_webhdfs",
]

RPC_PORT = 8020
NAMENODE_PORTS = (9870, 50070)  #: the NameNode's HTTP: Hadoop 3, and 2 (EMR 5)
HTTPFS_PORT = 14000
PROBE_S = 6.0


@dataclass(frozen=True, slots=True)
class Door:
    """An HTTP address of HDFS: of a NameNode, or of a gateway before it."""

    address: Address
    is_httpfs: bool = False


def open_webhdfs(
    store: StoreId,
    connector: Connector,
    addresses: Sequence[Address],
    user: str,
    *,
    is_httpfs: bool = False,
    timeout_s: float = 60.0,
) -> Hdfs:
    """HDFS at known addresses: a NameNode, an HA pair, or a gateway. Nothing is contacted."""
    pool = HttpPool(connector, timeout_s=timeout_s)
    return Hdfs(store, WebWay(NameNodes(pool, addresses, user, is_httpfs=is_httpfs)))


def open_rpc(
    store: StoreId,
    connector: Connector,
    addresses: Sequence[Address],
    user: str,
    *,
    timeout_s: float = 60.0,
) -> Hdfs:
    """HDFS over RPC, and its blocks straight from DataNodes. Nothing is contacted."""
    protocol = ClientProtocol(RpcNameNodes(connector, addresses, user, timeout_s=timeout_s))
    return Hdfs(store, RpcWay(protocol, DataNodes(connector, timeout_s=timeout_s)))


def open_cluster_hdfs(
    store: StoreId, connector: Connector, hosts: Sequence[str], user: str
) -> FileSystem:
    """HDFS of an EMR cluster by its primary nodes' private names; finds the way that works.

    First HDFS's own protocols, which take fewer round trips and tell CRC32C checksums; then
    WebHDFS, where the bytes come straight from the DataNodes as well; then HttpFS, which needs
    one port only. ``Unreachable`` when none of them answers.
    """
    said: list[HueError] = []
    try:
        _greet_rpc(connector, hosts, user)
        return open_rpc(store, connector, [(host, RPC_PORT) for host in hosts], user)
    except (Unreachable, ServiceError, AccessDenied, ProtocolError) as error:
        said.append(error)
    for door in _doors(hosts):
        try:
            _greet(connector, door, user)
        except (Unreachable, ServiceError, AccessDenied, ProtocolError) as error:
            said.append(error)
            continue
        addresses = [(host, door.address[1]) for host in hosts]
        return open_webhdfs(store, connector, addresses, user, is_httpfs=door.is_httpfs)
    first = said[0]
    raise Unreachable(
        _("HDFS of {host} cannot be reached: {reason}").format(
            host=", ".join(hosts) or "?", reason=first.message
        ),
        remedy=first.remedy,
    )


def _greet_rpc(connector: Connector, hosts: Sequence[str], user: str) -> None:
    """See that the NameNode answers by RPC, that transfers are plain, and reach a DataNode."""
    namenodes = RpcNameNodes(
        connector,
        [(host, RPC_PORT) for host in hosts],
        user,
        timeout_s=PROBE_S,
        dial_timeout_s=PROBE_S,
        attempts=max(2, len(hosts)) if len(hosts) > 1 else 1,
    )
    protocol = ClientProtocol(namenodes)
    try:
        if protocol.defaults().encrypts:
            raise ProtocolError(_("This HDFS encrypts what DataNodes send."))
        nodes: list[Node] = []
        with contextlib.suppress(AccessDenied):  # not everybody may ask who they are
            nodes = protocol.live_datanodes()
        for node in nodes[:1]:
            connector.dial(*node.address, PROBE_S).close()
    finally:
        protocol.close()


def _doors(hosts: Sequence[str]) -> list[Door]:
    ports = [(port, False) for port in NAMENODE_PORTS] + [(HTTPFS_PORT, True)]
    return [Door((host, port), gateway) for port, gateway in ports for host in hosts]


def _greet(connector: Connector, door: Door, user: str) -> None:
    """Have the door answer one question; a standby's refusal is an answer too."""
    namenodes = NameNodes(
        HttpPool(connector, timeout_s=PROBE_S, dial_timeout_s=PROBE_S),
        [door.address],
        user,
        attempts=1,
    )
    try:
        with contextlib.suppress(Standby):
            namenodes.ask(Call("GET", "GETFILESTATUS", "/"))
    finally:
        namenodes.close()
