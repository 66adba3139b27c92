"""Doors: the loopback ports that stand for ports of a simulated cluster's machines.

Each has a listening socket as soon as somebody wants to know its address; until then it costs
nothing.
"""

from __future__ import annotations

import asyncio
import logging
import re
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from hue_desktop.simulator.hadoop.pages import begin
from hue_desktop.simulator.hadoop.server_trouble import ServerTroubles
from hue_desktop.simulator.hadoop.trouble import Trouble, TroubleList

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.cluster import HdfsOfCluster
    from hue_desktop.simulator.hadoop.datanodes import DataNode

__all__ = [
    "DATANODE",
    "HTTPFS",
    "NAMENODE",
    "NODE_MANAGER",
    "RESOURCE_MANAGER",
    "Door",
    "DoorKey",
    "Handler",
]

_LOG = logging.getLogger(__name__)

#: Ports as EMR has them.
NAMENODE, DATANODE, HTTPFS, RESOURCE_MANAGER, NODE_MANAGER = 9870, 9864, 14000, 8088, 8042

_PORT = re.compile(r":\d+$")
_READ_BUFFER = 1 << 20
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class DoorKey:
    """Which port of which machine; a ``direct`` door leads on to loopback ports only."""

    cluster_id: str
    ec2_id: str
    port: int
    direct: bool = False


class Door:
    """Serves one port of one machine.

    ``handler`` makes what answers; ``direct_port`` gives the loopback port of a DataNode's door;
    ``wanted_port`` is the port that the door had before.
    """

    def __init__(
        self,
        key: DoorKey,
        cluster: HdfsOfCluster,
        names: frozenset[str],
        direct_port: Callable[[DataNode], int],
        bugs: list[str],
        troubles: TroubleList,
        server_troubles: ServerTroubles,
        handler: Callable[[Door], Handler],
        wanted_port: int = 0,
    ) -> None:
        self.key = key
        self.cluster = cluster
        self.open = True
        self._names = names
        self._direct_port = direct_port
        self._bugs = bugs
        self._troubles = troubles
        self._server_troubles = server_troubles
        self._socket = _listening(wanted_port)
        self.port: int = self._socket.getsockname()[1]
        self._server: web.Server | None = None
        self._listener: asyncio.Server | None = None
        self._handler = handler(self)

    @property
    def url(self) -> str:
        """The door's own address."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self) -> None:
        """Answer; connections made before wait in the socket's queue."""
        loop = asyncio.get_running_loop()

        def request_of(
            message: Any, payload: Any, protocol: Any, writer: Any, task: Any
        ) -> web.BaseRequest:
            return web.BaseRequest(
                message, payload, protocol, writer, task, loop, client_max_size=1 << 20
            )

        if not self.open:
            return
        self._server = web.Server(
            self._handle,
            request_factory=request_of,
            access_log=None,
            keepalive_timeout=75.0,
            read_bufsize=_READ_BUFFER,
        )
        self._listener = await loop.create_server(self._server, sock=self._socket)

    def close(self) -> None:
        """Refuse connections from now on and break those there are."""
        self.open = False
        if self._listener is not None:
            self._listener.close()
        self._socket.close()
        if self._server is not None:
            for connection in self._server.connections:
                if connection.transport is not None:
                    connection.transport.abort()

    def cut(self) -> int:
        """Break the connections there are; how many."""
        connections = list(self._server.connections) if self._server is not None else []
        for connection in connections:
            if connection.transport is not None:
                connection.transport.abort()
        return len(connections)

    def trouble(self, op: str, path: str) -> Trouble:
        """What a request meets here."""
        host = self.cluster.host_of(self.key.ec2_id)
        return self._troubles.meet(self.cluster.cluster.id, host, op, path)

    # What the servers behind a door ask

    def namenode_name(self) -> str:
        """The NameNode's host as this door's clients can reach it."""
        return "127.0.0.1" if self.key.direct else self.cluster.namenode_host()

    def datanode_address(self, node: DataNode) -> str:
        """Host and port of a DataNode as this door's clients can reach it."""
        if self.key.direct:
            return f"127.0.0.1:{self._direct_port(node)}"
        return f"{node.host}:{DATANODE}"

    def names_of(self, node: DataNode) -> set[str]:
        """The names under which a client may mean a DataNode."""
        return {node.host, node.ip, f"{node.ip}:{DATANODE}", self.datanode_address(node)}

    def datanode(self) -> DataNode | None:
        """The DataNode at this door."""
        return self.cluster.datanode_at(self.key.ec2_id)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        host = _PORT.sub("", request.headers.get("Host", "").lower())
        if host not in _LOOPBACK and host not in self._names:
            return web.json_response({"message": "This host is not served here."}, status=403)
        if not (self.open and self.cluster.exists) and request.transport is not None:
            return _hung_up(request)
        host = self.cluster.host_of(self.key.ec2_id)
        trouble = self._server_troubles.meet(self.key.cluster_id, host, self.key.port, request.path)
        if trouble.down:
            return _hung_up(request)
        try:
            return await begin(request, trouble) or await self._handler(request)
        except asyncio.CancelledError:
            raise
        except ConnectionError:  # the client went away, or was cut: nobody to tell
            return _hung_up(request)
        except Exception as error:
            if request.transport is None or request.transport.is_closing():
                return _hung_up(request)
            _LOG.exception("%s %s failed", request.method, request.path)
            self._bugs.append(f"{request.method} {request.path}: {error!r}")
            with suppress(Exception):
                return web.json_response({"message": "The simulator has a bug."}, status=500)
            raise


def _hung_up(request: web.BaseRequest) -> web.Response:
    """End the connection; the answer is for nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=400)


def _listening(wanted: int) -> socket.socket:
    """A listening socket on 127.0.0.1, on another port when the wanted one is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows: else two could listen on one port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", wanted))
    except OSError:
        listener.bind(("127.0.0.1", 0))
    listener.listen(512)
    listener.setblocking(False)
    return listener
