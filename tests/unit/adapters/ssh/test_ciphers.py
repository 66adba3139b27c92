"""Which cipher carries a tunnel, against an SSH server that is told what to take."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import asyncssh
import pytest

from hue_desktop.adapters.ssh.channel import ChannelSocket
from hue_desktop.adapters.ssh.host_keys import HostKeyFile
from hue_desktop.adapters.ssh.pool import SshPool
from hue_desktop.core.connections import SshSettings

GREETING = b"hello" * 100_000


class _Forwarding(asyncssh.SSHServer):
    """Lets everybody through who shows the key."""

    def connection_requested(
        self, dest_host: str, dest_port: int, orig_host: str, orig_port: int
    ) -> bool:
        return True


async def _greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(GREETING)
    await writer.drain()
    writer.close()


@contextmanager
def _served(folder: Path, ciphers: Sequence[str]) -> Iterator[tuple[SshSettings, int]]:
    """An SSH server, and the port of a host behind it that greets whoever connects."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(str(folder / "key"))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> tuple[asyncssh.SSHAcceptor, asyncio.Server]:
        server = await asyncssh.listen(
            "127.0.0.1", 0, server_factory=_Forwarding, encryption_algs=list(ciphers),
            server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
            authorized_client_keys=asyncssh.import_authorized_keys(
                key.export_public_key().decode()
            ),
        )  # fmt: skip
        return server, await asyncio.start_server(_greet, "127.0.0.1", 0)

    async def stop() -> None:
        server.close()
        greeter.close()
        await server.wait_closed()
        for transport in tuple(getattr(asyncio.get_running_loop(), "_transports", {}).values()):
            transport.abort()
        for _turn in range(3):  # in which the loop closes their sockets
            await asyncio.sleep(0)
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    server, greeter = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    settings = SshSettings(
        user="hadoop", key_file=str(folder / "key"), bastion=f"127.0.0.1:{server.get_port()}"
    )
    try:
        yield settings, greeter.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.mark.parametrize(
    ("served", "used"),
    [
        (("aes256-ctr", "aes128-ctr", "aes128-gcm@openssh.com"), "aes128-gcm@openssh.com"),
        (("aes256-ctr", "aes256-gcm@openssh.com"), "aes256-gcm@openssh.com"),
        (("aes256-ctr",), "aes256-ctr"),
    ],
)
def test_the_fastest_cipher_that_the_server_has_is_used(
    tmp_path: Path, served: tuple[str, ...], used: str
) -> None:
    with _served(tmp_path, served) as (settings, port):
        known = HostKeyFile(tmp_path / "known_hosts")
        pool = SshPool(known, confirm=lambda _host, _key: True)
        try:
            connector = pool.connector(settings)
            transport = pool.transport(connector.hops, settings, 10)
            assert (transport.local_cipher, transport.remote_cipher) == (used, used)
            assert _read(connector.dial("127.0.0.1", port, 10)) == GREETING
            transport.renegotiate_keys()  # after some bytes both sides want new ones
            assert _read(connector.dial("127.0.0.1", port, 10)) == GREETING
        finally:
            pool.close()


def _read(stream: ChannelSocket) -> bytes:
    pieces = []
    while piece := stream.recv(1 << 16):
        pieces.append(piece)
    stream.close()
    return b"".join(pieces)
