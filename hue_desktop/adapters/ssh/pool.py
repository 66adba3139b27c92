"""SSH connections that are kept: one for each host, shared by all who go through it."""

from __future__ import annotations

import contextlib
import copy
import importlib
import random
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from hue_desktop.adapters.ssh.channel import ChannelSocket
from hue_desktop.adapters.ssh.hops import Hop, route
from hue_desktop.adapters.ssh.login import Confirm, Login, Secrets
from hue_desktop.core.connections import SshSettings
from hue_desktop.core.errors import AccessDenied, Cancelled, HueError, Unreachable
from hue_desktop.core.ports import HostKeys
from hue_desktop.core.text import _

__all__ = ["SshConnector", "SshPool"]

KEEPALIVE_S = 15
DEAD_AFTER_MS = 25_000  #: the kernel gives a peer up that acknowledges nothing for so long
LOGIN_S = 15.0
WAIT_S = 90.0  #: for somebody else's login, who may be asked about the host's key meanwhile
BASE_S, MOST_S = 0.5, 15.0
ATTEMPTS = 4
CONNECT_FAILED = 2  #: RFC 4254: the server reaches nobody there

_Key = tuple[tuple[Hop, ...], SshSettings]


class SshPool:
    """All SSH connections of the application. ``close`` ends them and whatever waits for one."""

    def __init__(
        self,
        host_keys: HostKeys,
        *,
        secrets: Secrets | None = None,
        confirm: Confirm | None = None,
        attempts: int = ATTEMPTS,
        base_s: float = BASE_S,
    ) -> None:
        self._host_keys = host_keys
        self._secrets = secrets
        self.confirm = confirm  #: who is asked about a host that is not known yet
        self._attempts = attempts
        self._base_s = base_s
        self._lock = threading.Lock()
        self._lines: dict[_Key, _Line] = {}
        self._closed = threading.Event()

    def connector(
        self, settings: SshSettings, *, primary_public: str = "", primary_private: str = ""
    ) -> SshConnector:
        """Dials through the connection's bastion, or through the cluster's primary node."""
        hops = route(settings, primary_public=primary_public, primary_private=primary_private)
        return SshConnector(self, settings, hops)

    def transport(self, hops: tuple[Hop, ...], settings: SshSettings, timeout_s: float) -> Any:
        """The connection to the last hop, logged in; made, or made again, when there is none."""
        if self._closed.is_set():
            raise Cancelled(_("The SSH connections are closed."))
        with self._lock:
            line = self._lines.get((hops, settings))
            if line is None:
                line = self._lines[hops, settings] = _Line()
        return line.get(
            lambda: self._connect(hops, settings, timeout_s), self._wait, self._attempts
        )

    def drop(self, connector: SshConnector) -> None:
        """End the connection of a connector; those through it end as well."""
        with self._lock:
            line = self._lines.pop((connector.hops, connector.settings), None)
        if line is not None:
            line.close()

    def close(self) -> None:
        """End all connections."""
        self._closed.set()
        with self._lock:
            lines = list(self._lines.values())
            self._lines.clear()
        for line in lines:
            line.close()

    def _wait(self, attempt: int) -> None:
        wait_s = random.uniform(0.5, 1.0) * min(MOST_S, self._base_s * 2.0 ** (attempt - 1))
        if self._closed.wait(wait_s):
            raise Cancelled(_("The SSH connections are closed."))

    def _connect(self, hops: tuple[Hop, ...], settings: SshSettings, timeout_s: float) -> Any:
        last = hops[-1]
        if len(hops) == 1:
            opened: Any = _dialled(last, min(timeout_s, LOGIN_S))
        else:
            before = SshConnector(self, settings, hops[:-1])
            opened = before.dial(last.host, last.port, timeout_s)
        login = Login(settings, self._host_keys, self._secrets, self.confirm)
        try:
            is_bastion = len(hops) == 1 and bool(settings.bastion)
            transport = login.run(opened, last, LOGIN_S, is_bastion=is_bastion)
        except BaseException:
            opened.close()
            raise
        transport.set_keepalive(KEEPALIVE_S)
        if self._closed.is_set():
            transport.close()
            raise Cancelled(_("The SSH connections are closed."))
        return transport


class SshConnector:
    """The ``Connector`` port through SSH: hosts are named as the last hop knows them."""

    def __init__(self, pool: SshPool, settings: SshSettings, hops: tuple[Hop, ...]) -> None:
        self._pool = pool
        self.settings = settings
        self.hops = hops

    def dial(self, host: str, port: int, timeout_s: float) -> ChannelSocket:
        """A channel to ``host:port``. A connection that has died meanwhile is made again."""
        for again in (True, False):
            transport = self._pool.transport(self.hops, self.settings, timeout_s)
            try:
                return self._opened(transport, host, port, timeout_s)
            except _Gone as gone:
                if not again:
                    raise gone.error from gone.error.__cause__
        raise AssertionError("unreachable")

    def login(self) -> str:
        """Connect and log in; what the server calls itself."""
        transport = self._pool.transport(self.hops, self.settings, LOGIN_S)
        return str(transport.remote_version)

    def close(self) -> None:
        """End the SSH connection behind it."""
        self._pool.drop(self)

    def _opened(self, transport: Any, host: str, port: int, timeout_s: float) -> ChannelSocket:
        paramiko: Any = importlib.import_module("paramiko")
        try:
            channel = transport.open_channel(
                "direct-tcpip", (host, port), ("127.0.0.1", 0), timeout=timeout_s
            )
        except paramiko.ChannelException as error:
            raise self._refused(error, host, port) from error
        except (paramiko.SSHException, EOFError, OSError) as error:
            late = "timeout" in str(error).lower()
            lost = Unreachable(
                _("Through {hop} nobody answers at {host}:{port} ({reason}).").format(
                    hop=self.hops[-1], host=host, port=port, reason=str(error) or _("cut")
                )
            )
            lost.__cause__ = error
            if late and transport.is_active():
                raise lost from error
            transport.close()
            raise _Gone(lost) from error
        channel.settimeout(timeout_s)
        return ChannelSocket(channel)

    def _refused(self, error: Any, host: str, port: int) -> HueError:
        if error.code == CONNECT_FAILED:
            return Unreachable(
                _("{hop} reaches nobody at {host}:{port}.").format(
                    hop=self.hops[-1], host=host, port=port
                ),
                remedy=_("Check that the service runs and that security groups let it through."),
            )
        return AccessDenied(
            _("{hop} does not forward to {host}:{port} ({reason}).").format(
                hop=self.hops[-1], host=host, port=port, reason=error.text or error.code
            ),
            remedy=_("Its SSH server must allow TCP forwarding."),
        )


class _Gone(Exception):
    """The SSH connection had ended when a channel was asked for."""

    def __init__(self, error: HueError) -> None:
        super().__init__(str(error))
        self.error = error


class _Line:
    """One SSH connection, of which there is one at a time; the first who needs it makes it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._transport: Any = None
        self._closed = False
        self._failed: tuple[float, HueError] | None = None

    def get(self, connect: Callable[[], Any], wait: Callable[[int], None], attempts: int) -> Any:
        """The connection that stands, or a new one after at most so many attempts.

        Who waited while another tried in vain is told the same and does not try as long again.
        """
        asked = time.monotonic()
        if not self._lock.acquire(timeout=WAIT_S):
            raise Unreachable(_("Somebody else has been logging in there for too long."))
        try:
            transport = self._transport
            if transport is None or not transport.is_active():
                if self._failed is not None and self._failed[0] >= asked:
                    raise copy.copy(self._failed[1])
                transport = self._transport = self._made(connect, wait, attempts)
        finally:
            self._lock.release()
        if self._closed:
            transport.close()
            raise Cancelled(_("The SSH connections are closed."))
        return transport

    def _made(self, connect: Callable[[], Any], wait: Callable[[int], None], attempts: int) -> Any:
        attempt = 1
        while True:
            try:
                return connect()
            except HueError as error:
                if not error.retryable or attempt >= attempts or self._closed:
                    error.exhausted = attempt > 1
                    self._failed = time.monotonic(), error
                    raise
            wait(attempt)
            attempt += 1

    def close(self) -> None:
        """End it; nobody gets it any more."""
        self._closed = True
        transport = self._transport
        if transport is not None:
            with contextlib.suppress(OSError, EOFError):
                transport.close()


def _dialled(hop: Hop, timeout_s: float) -> socket.socket:
    started = time.monotonic()
    try:
        opened = socket.create_connection((hop.host, hop.port), timeout=timeout_s)
    except OSError as error:
        late = time.monotonic() - started >= timeout_s
        raise Unreachable(
            _("Nobody answers at {host}:{port} ({reason}).").format(
                host=hop.host, port=hop.port, reason=_("no answer in time") if late else _why(error)
            ),
            remedy=_(
                "Check the network, that the security group allows SSH from here, and the host’s "
                "name; a cluster in a private subnet needs a bastion in its connection."
            ),
        ) from error
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_AFTER_MS)
    return opened


def _why(error: OSError) -> str:
    return str(error.strerror or error)
