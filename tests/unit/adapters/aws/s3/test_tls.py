"""TLS: what is trusted, what is not, and large pieces in both directions."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hue_desktop.adapters.aws.s3.tls import TlsSocket
from hue_desktop.core.errors import Unreachable
from hue_desktop.core.storage import Location
from tests.benchmarks._seaweed import _certificate
from tests.unit.adapters.aws.s3.conftest import STORE, Open
from tests.unit.adapters.aws.s3.scripted import scripted


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return _certificate(tmp_path_factory.mktemp("tls"))


@contextmanager
def echo(certificate: tuple[Path, Path]) -> Iterator[int]:
    """Sends back what comes, in pieces of its own; says farewell when the client stops sending."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                raw = listener.accept()[0]
            except OSError:
                return
            try:
                with context.wrap_socket(raw, server_side=True) as tls:
                    while data := tls.recv(50_000):
                        tls.sendall(data)
                        if data.endswith(b"END"):
                            break
            except OSError:
                raw.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def test_large_pieces_pass_in_both_directions(certificate: tuple[Path, Path]) -> None:
    data = os.urandom(3_000_000) + b"END"
    context = ssl.create_default_context(cafile=str(certificate[0]))
    with echo(certificate) as port:
        sock = socket.create_connection(("127.0.0.1", port), 10)
        tls = TlsSocket(sock, context, "127.0.0.1")
        found = bytearray()
        space = memoryview(bytearray(100_000))
        for start in range(0, len(data), 200_000):
            tls.sendall(data[start : start + 200_000])
            while len(found) < min(len(data), start + 200_000):
                found += space[: tls.recv_into(space)]
        assert bytes(found) == data
        assert tls.recv_into(space) == 0
        tls.close()


def test_a_certificate_that_nobody_signed(
    certificate: tuple[Path, Path], open_s3: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with echo(certificate) as port:
        with pytest.raises(Unreachable, match="certificate") as raised:
            open_s3(f"https://127.0.0.1:{port}").stat(Location(STORE, "/bucket/key"))
        assert not raised.value.retryable


def test_a_server_without_tls(open_s3: Open) -> None:
    with scripted(lambda _asked: (200, {}, b"")) as script:
        fs = open_s3(script.endpoint_url.replace("http:", "https:"))
        with pytest.raises(Unreachable, match="TLS") as raised:
            fs.stat(Location(STORE, "/bucket/key"))
        assert not raised.value.retryable
        fs.close()
