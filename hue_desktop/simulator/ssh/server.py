"""The SSH server itself, on asyncssh."""

from __future__ import annotations

import asyncio
import logging
import socket
import weakref
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import asyncssh
from asyncssh.forward import SSHForwarder

from hue_desktop.simulator.ssh.hosts import Hosts, Unreachable
from hue_desktop.simulator.ssh.keys import Keys
from hue_desktop.simulator.ssh.shell import Shell

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.servers import HadoopServers
    from hue_desktop.simulator.region import Region
    from hue_desktop.simulator.world.instances import Instance

__all__ = ["Bastion"]

_LOG = logging.getLogger(__name__)
_USERS = ("hadoop", "ec2-user")
_SSH_PORT = 22
# Without ChaCha20, which clients prefer and Python takes twice the time for.
_CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes256-ctr")
_LOGIN_S = 30.0


class Bastion:
    """Serves clients that have been accepted; each on a machine: the bastion, or a node."""

    def __init__(
        self,
        keys: Keys,
        hosts: Hosts,
        hadoop: HadoopServers,
        region: Region,
        connections: set[asyncssh.SSHServerConnection] | None = None,
    ) -> None:
        self._hosts = hosts
        self._hadoop = hadoop
        self._region = region
        self._connections = set() if connections is None else connections
        self._host_key = asyncssh.read_private_key(keys.host_key)
        self._allowed = asyncssh.import_authorized_keys(keys.user_public)

    def with_keys(self, keys: Keys) -> Bastion:
        """The same server with other keys; its connections go on."""
        return Bastion(keys, self._hosts, self._hadoop, self._region, self._connections)

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return len(self._connections)

    def cut(self) -> int:
        """Break all connections; how many there were."""
        count = len(self._connections)
        for connection in tuple(self._connections):
            connection.abort()
        return count

    async def welcome(self, client: socket.socket, machine: Instance | None = None) -> None:
        """Begin with a client that reached ``machine`` (``None``: the bastion)."""
        shell = Shell(self._region, self._hosts, self._hadoop, machine)
        options = asyncssh.SSHServerConnectionOptions(
            server_factory=lambda: _Guest(self, self._connections),
            server_host_keys=[self._host_key],
            authorized_client_keys=self._allowed,
            process_factory=shell.serve,
            encoding=None,
            allow_scp=False,
            agent_forwarding=False,
            encryption_algs=_CIPHERS,
            login_timeout=_LOGIN_S,
            keepalive_interval=0,
            server_version="OpenSSH_8.7",
            line_editor=False,
        )
        with suppress(asyncssh.Error):
            await asyncssh.run_server(client, options=options)

    async def forward(self, host: str, port: int, guest: _Guest) -> SSHForwarder:
        """A channel to a port of a simulated machine; refuses as OpenSSH's server does."""
        loop = asyncio.get_running_loop()
        try:
            machine = await loop.run_in_executor(None, self._hosts.find, host)
            if port == _SSH_PORT:
                return await self._hop(machine, guest)
            address = await loop.run_in_executor(None, self._hosts.address_of, machine, port)
            transport, peer = await loop.create_connection(SSHForwarder, *address)
        except Unreachable as refusal:
            raise _refused(str(refusal)) from None
        except OSError as problem:
            raise _refused(problem.strerror or "Connection refused") from None
        except asyncssh.ChannelOpenError:
            raise
        except Exception:  # asyncssh would end the whole connection
            _LOG.exception("forwarding to %s:%d failed", host, port)
            raise _refused("Connection refused") from None
        guest.leads_to(transport)
        return SSHForwarder(peer)

    async def _hop(self, machine: Instance, guest: _Guest) -> SSHForwarder:
        """This server again, as the machine that the client goes on to."""
        loop = asyncio.get_running_loop()
        near, far = _connected_pair()
        try:
            transport, peer = await loop.create_connection(SSHForwarder, sock=near)
        except OSError:
            far.close()
            raise
        task = loop.create_task(self.welcome(far, machine))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        guest.leads_to(transport)
        return SSHForwarder(peer)


class _Guest(asyncssh.SSHServer):
    """One client."""

    def __init__(self, bastion: Bastion, connections: set[asyncssh.SSHServerConnection]) -> None:
        self._bastion = bastion
        self._connections = connections
        self._connection: asyncssh.SSHServerConnection | None = None
        self._onward: weakref.WeakSet[asyncio.BaseTransport] = weakref.WeakSet()
        self._lost = False

    def leads_to(self, transport: asyncio.Transport) -> None:
        """A connection that was made for this client, and ends with it.

        asyncssh forgets those that it was still making, or writing to, when the client is cut.
        """
        if self._lost:
            transport.abort()
        self._onward.add(transport)

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = True
        for transport in tuple(self._onward):
            cast("asyncio.Transport", transport).abort()
        if self._connection is not None:
            self._connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        if username not in _USERS and self._connection is not None:
            self._connection.set_authorized_keys(asyncssh.import_authorized_keys(""))
        return True

    def password_auth_supported(self) -> bool:
        return False

    def kbdint_auth_supported(self) -> bool:
        return False

    def connection_requested(
        self, dest_host: str, dest_port: int, orig_host: str, orig_port: int
    ) -> Awaitable[asyncssh.SSHTCPSession[bytes]]:
        # asyncssh forwards with this class itself; it has a session's methods but not its base.
        forwarded = _Later(lambda: self._bastion.forward(dest_host, dest_port, self))
        return cast("Awaitable[asyncssh.SSHTCPSession[bytes]]", forwarded)


class _Later:
    """Begins only when it is awaited: a connection that is cut at once never comes to that."""

    def __init__(self, begin: Callable[[], Coroutine[Any, Any, SSHForwarder]]) -> None:
        self._begin = begin

    def __await__(self) -> Generator[Any, Any, SSHForwarder]:
        return self._begin().__await__()


def _refused(reason: str) -> asyncssh.ChannelOpenError:
    return asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, reason)


def _connected_pair() -> tuple[socket.socket, socket.socket]:
    """Two ends of a loopback connection: an SSH server wants a peer with an address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        near = socket.create_connection(listener.getsockname())
        far, _ = listener.accept()
    return near, far
