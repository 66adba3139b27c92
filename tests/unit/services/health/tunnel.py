"""A relay in front of a port: the tunnel's network, which can be taken away and given back."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Tunnel", "tunnel_to"]


class Tunnel:
    """Carries bytes both ways between ``port`` and a target on this machine while it is up."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._up = True
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def down(self) -> None:
        """Cut everything; new connections are closed at once."""
        with self._lock:
            self._up = False
            ended, self._open = self._open, []
        for each in ended:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def up(self) -> None:
        """Take connections again."""
        self._up = True

    def close(self) -> None:
        """End it."""
        self.down()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listener.accept()
            except OSError:
                return
            if not self._up:
                near.close()
                continue
            far = socket.create_connection(self._target)
            with self._lock:
                self._open += [near, far]
            ways = [(near, far), (far, near)]
            for source, target in ways:
                thread = threading.Thread(target=_carry, args=(source, target), daemon=True)
                self._threads.append(thread)
                thread.start()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for each in (source, target):
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
    source.close()


@contextmanager
def tunnel_to(host: str, port: int) -> Iterator[Tunnel]:
    """A tunnel until the block ends."""
    tunnel = Tunnel((host, port))
    try:
        yield tunnel
    finally:
        tunnel.close()
