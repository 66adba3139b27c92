"""Looking at SSH servers: a real one (of paramiko's), one that is none, and nobody."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import paramiko
import pytest

from hue_desktop.adapters.ssh.probe import fingerprint, probe_ssh, split_host
from hue_desktop.core.connections import Connection, SshSettings
from hue_desktop.core.errors import ConfigurationError, ProtocolError, Unreachable

KEY = paramiko.ECDSAKey.generate()
OTHER = paramiko.ECDSAKey.generate()


@contextmanager
def serving(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """Take one connection and talk to it; the port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(20)

        def run() -> None:
            with suppress(OSError):
                taken, _address = listener.accept()
                with taken:
                    talk(taken)

        thread = threading.Thread(target=run)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(20)


def speak_ssh(taken: socket.socket) -> None:
    transport = paramiko.Transport(taken)
    transport.add_server_key(KEY)
    with suppress(paramiko.SSHException, EOFError):
        transport.start_server(event=(done := threading.Event()), server=paramiko.ServerInterface())
        done.wait(10)
    transport.join(10)
    transport.close()


def to(port: int, *host_keys: str) -> Connection:
    return Connection("c", ssh=SshSettings(bastion=f"127.0.0.1:{port}", host_keys=host_keys))


def test_the_key_of_an_unknown_server_is_told() -> None:
    with serving(speak_ssh) as port:
        said = probe_ssh(to(port))
    assert fingerprint(KEY.asbytes()) in said
    assert KEY.get_base64() in said
    assert "SSH-2.0-" in said


@pytest.mark.parametrize(
    "line",
    [
        f"{KEY.get_name()} {KEY.get_base64()}",
        f"bastion.example.org,192.0.2.1 {KEY.get_name()} {KEY.get_base64()} comment",
        KEY.get_base64(),
    ],
)
def test_a_pinned_key_is_recognised(line: str) -> None:
    with serving(speak_ssh) as port:
        assert "the pinned host key" in probe_ssh(to(port, "ssh-rsa AAAAB3", line))


def test_another_key_than_the_pinned_one_is_an_alarm() -> None:
    with (
        serving(speak_ssh) as port,
        pytest.raises(ProtocolError, match="another host key") as raised,
    ):
        probe_ssh(to(port, OTHER.get_base64()))
    assert fingerprint(KEY.asbytes()) in str(raised.value)


def test_something_that_is_not_ssh() -> None:
    def speak_http(taken: socket.socket) -> None:
        taken.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 200)

    with serving(speak_http) as port, pytest.raises(ProtocolError, match="not SSH"):
        probe_ssh(to(port))


def test_nobody_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(Unreachable, match=f"127.0.0.1:{port}"):
        probe_ssh(to(port))


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("bastion.example.org", "bastion.example.org", 22),
        ("bastion:2222", "bastion", 2222),
        ("[::1]:2200", "::1", 2200),
        ("::1", "::1", 22),
        (" 10.0.0.1 ", "10.0.0.1", 22),
    ],
)
def test_hosts_and_ports(text: str, host: str, port: int) -> None:
    assert split_host(text) == (host, port)


@pytest.mark.parametrize("text", ["", ":22", "host:port", "host:99999", "host/path", "me@host"])
def test_what_is_no_host(text: str) -> None:
    with pytest.raises(ConfigurationError, match="no host"):
        split_host(text)
