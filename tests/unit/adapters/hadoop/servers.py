"""A server that says what a test wrote down, byte for byte, and remembers what it was asked."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

__all__ = ["Said", "saying"]


@dataclass
class Said:
    """The server's address, and the heads of the requests that came."""

    port: int
    heads: list[str] = field(default_factory=list)
    connections: int = 0


@contextmanager
def saying(*connections: Sequence[bytes]) -> Iterator[Said]:
    """Each connection answers its requests with these bytes, one after the other, and closes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)
        said = Said(listener.getsockname()[1])

        def serve() -> None:
            with suppress(OSError):
                for answers in connections:
                    taken, _address = listener.accept()
                    said.connections += 1
                    with taken:
                        taken.settimeout(20)
                        _answer(taken, answers, said)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield said
        finally:
            listener.close()
            thread.join(25)


def _answer(taken: socket.socket, answers: Sequence[bytes], said: Said) -> None:
    ahead = b""
    for answer in answers:
        while b"\r\n\r\n" not in ahead:
            got = taken.recv(65536)
            if not got:
                return
            ahead += got
        head, _mark, ahead = ahead.partition(b"\r\n\r\n")
        said.heads.append(head.decode())
        taken.sendall(answer)
