"""Knowing the sockets of boto's clients, so that closing a connection ends the calls under way.

urllib3 forgets a connection while it is in use, and boto has no cancel: without this a call that
hangs would keep its thread for the whole read time-out.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import weakref
from typing import Any

__all__ = ["OpenSockets"]


class OpenSockets:
    """The connections of some clients; ``close`` shuts down those that are open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connections: weakref.WeakSet[Any] = weakref.WeakSet()
        self._closed = False

    def watch(self, http_session: Any) -> None:
        """Have the connections that a botocore ``URLLib3Session`` will open known here."""
        watched = {
            scheme: self._pool_class(pool_class)
            for scheme, pool_class in http_session._pool_classes_by_scheme.items()
        }
        http_session._pool_classes_by_scheme = watched
        http_session._manager.pool_classes_by_scheme = watched

    def close(self) -> None:
        """Shut down what is open, and what will be; blocked reads end with a connection error."""
        with self._lock:
            self._closed = True
            connections = list(self._connections)
        for connection in connections:
            opened = getattr(connection, "sock", None)
            if opened is not None:
                with contextlib.suppress(OSError):
                    opened.shutdown(socket.SHUT_RDWR)

    def _pool_class(self, pool_class: Any) -> Any:
        known = self

        class WatchedConnection(pool_class.ConnectionCls):  # type: ignore[misc]
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                with known._lock:
                    known._connections.add(self)

            def connect(self) -> None:
                super().connect()
                if known._closed:
                    self.close()
                    raise ConnectionError("closed while connecting")

        class WatchedPool(pool_class):  # type: ignore[misc]
            ConnectionCls = WatchedConnection

        return WatchedPool
