"""Plain TCP connections from this machine: the connector for what needs no tunnel."""

from __future__ import annotations

import contextlib
import socket
import threading
import weakref

from hue_desktop.core.errors import Cancelled, Unreachable
from hue_desktop.core.text import _

__all__ = ["DirectConnector"]


class DirectConnector:
    """Dials by itself. ``close`` ends what it dialled, so that blocked calls fail at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._dialled: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._closed = False

    def dial(self, host: str, port: int, timeout_s: float) -> socket.socket:
        """A socket to ``host:port`` with that time-out for each of its calls."""
        try:
            opened = socket.create_connection((host, port), timeout=timeout_s)
        except OSError as error:
            raise Unreachable(
                _("Nobody answers at {host}:{port} ({reason}).").format(
                    host=host, port=port, reason=error.strerror or error
                ),
                remedy=_(
                    "Check the address and the network; a cluster in a private subnet needs an "
                    "SSH bastion in its connection."
                ),
            ) from error
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._dialled.add(opened)
            closed = self._closed
        if closed:
            opened.close()
            raise Cancelled(_("The connection was closed."))
        return opened

    def close(self) -> None:
        """Shut down every connection that is open; nothing is dialled any more."""
        with self._lock:
            self._closed = True
            dialled = list(self._dialled)
        for each in dialled:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
