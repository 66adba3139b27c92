"""The tunnel against the simulated region's SSH server: keys, hosts, channels, and cuts."""

from __future__ import annotations

import http.client
import os
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from hue_desktop.adapters.ssh.channel import ChannelSocket
from hue_desktop.adapters.ssh.pool import SshConnector, SshPool
from hue_desktop.core.connections import SshSettings
from hue_desktop.core.errors import (
    AccessDenied,
    Cancelled,
    ConfigurationError,
    ProtocolError,
    Unreachable,
)
from tests.simulated import SimulatedRegion
from tests.unit.adapters.ssh.conftest import Way

ASK = "GET /webhdfs/v1/?op=GETFILESTATUS&user.name=hadoop HTTP/1.1\r\nHost: {host}:9870\r\n\r\n"
_OTHER_KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIJ000000000000000000000000000000000000000000"


def ask(connector: SshConnector, host: str) -> bytes:
    """The first bytes of what a NameNode answers."""
    stream = connector.dial(host, 9870, 10)
    try:
        stream.sendall(ASK.format(host=host).encode())
        return stream.recv(12)
    finally:
        stream.close()


def test_one_connection_serves_many_channels_by_private_name(
    region: SimulatedRegion, way: Way, pool: SshPool
) -> None:
    connector = pool.connector(way.settings)
    with ThreadPoolExecutor(8) as threads:
        heads = list(threads.map(lambda _n: ask(connector, way.primary), range(24)))
    assert set(heads) == {b"HTTP/1.1 200"}
    assert region.control("ssh")["connections"] == 1
    assert len(way.asked) == 1, "one login, so one question"


def test_a_confirmed_host_is_known_from_then_on(way: Way, pool: SshPool) -> None:
    pool.connector(way.settings).login()
    [(host, fingerprint)] = way.asked
    assert host == way.settings.bastion
    assert fingerprint.startswith("SHA256:")
    assert "ssh-ed25519 AAAA" in way.known_hosts.path.read_text()
    again = SshPool(way.known_hosts)
    try:
        assert again.connector(way.settings).login().startswith("SSH-2.0-")
    finally:
        again.close()


def test_a_host_that_is_not_confirmed_is_not_used_and_not_pinned(way: Way, pool: SshPool) -> None:
    way.answer = False
    with pytest.raises(Cancelled):
        pool.connector(way.settings).login()
    assert not way.known_hosts.path.exists()


def test_without_anybody_to_ask_an_unknown_host_is_refused(way: Way) -> None:
    alone = SshPool(way.known_hosts)
    with pytest.raises(AccessDenied, match="not known yet") as raised:
        alone.connector(way.settings).login()
    assert "pin “ssh-" in raised.value.remedy
    alone.close()


def test_a_changed_host_key_is_refused_with_both_fingerprints(
    region: SimulatedRegion, way: Way, pool: SshPool
) -> None:
    pool.connector(way.settings).login()
    [(_host, before)] = way.asked
    region.control("ssh/host-key", {})
    later = SshPool(way.known_hosts, confirm=way.confirm)
    try:
        with pytest.raises(ProtocolError, match="but pinned is") as raised:
            later.connector(way.settings).login()
        assert before in raised.value.message
        assert raised.value.message.count("SHA256:") == 2
        assert len(way.asked) == 1, "nobody is asked to wave a changed key through"
        host, port = way.settings.bastion.split(":")
        assert way.known_hosts.forget(host, int(port))
        assert later.connector(way.settings).login()
    finally:
        later.close()


def test_the_connections_own_pins_come_first(
    region: SimulatedRegion, way: Way, pool: SshPool
) -> None:
    good = replace(way.settings, host_keys=(region.ssh.host_key,))
    assert pool.connector(good).login()
    assert not way.asked
    pool.connector(way.settings).login()  # now the file knows it as well
    with pytest.raises(ProtocolError, match="but pinned is"):
        pool.connector(replace(way.settings, host_keys=(f"ssh-ed25519 {_OTHER_KEY}",))).login()


def test_a_cut_connection_is_made_again(region: SimulatedRegion, way: Way, pool: SshPool) -> None:
    connector = pool.connector(way.settings)
    assert ask(connector, way.primary) == b"HTTP/1.1 200"
    held = connector.dial(way.primary, 9870, 10)
    region.control("ssh/cut", {})
    with pytest.raises(ConnectionResetError):
        held.recv(1)
    assert ask(connector, way.primary) == b"HTTP/1.1 200"


def test_a_server_that_refuses_for_a_moment_is_tried_again(
    region: SimulatedRegion, way: Way
) -> None:
    pool = SshPool(way.known_hosts, confirm=way.confirm, attempts=8, base_s=0.1)
    region.control("ssh/refuse", {"for_s": 0.3})
    try:
        assert pool.connector(way.settings).login()
    finally:
        region.control("ssh/refuse", {"for_s": 0})
        pool.close()


def test_through_one_host_to_the_next(way: Way, pool: SshPool) -> None:
    chain = replace(way.settings, bastion=f"{way.settings.bastion},primary")
    connector = pool.connector(chain, primary_private=way.primary)
    assert connector.login()
    assert [hop.host for hop in connector.hops][1] == way.primary
    assert ask(connector, way.primary) == b"HTTP/1.1 200"


def test_refusals_say_who_reaches_whom(way: Way, pool: SshPool) -> None:
    connector = pool.connector(way.settings)
    with pytest.raises(Unreachable, match=r"reaches nobody at no\.such\.host:9870"):
        connector.dial("no.such.host", 9870, 5)
    with pytest.raises(Unreachable, match="reaches nobody"):
        connector.dial(way.primary, 4, 5)


def test_a_wrong_user_or_key_is_told_apart_from_no_key(
    way: Way, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    pool = SshPool(way.known_hosts, confirm=way.confirm)

    def login(**changes: str) -> str:
        return pool.connector(replace(way.settings, **changes)).login()  # type: ignore[arg-type]

    try:
        with pytest.raises(AccessDenied, match="accepts none of the keys"):
            login(user="somebody")
        with pytest.raises(ConfigurationError, match="does not exist"):
            login(key_file=str(tmp_path / "none.pem"))
        (tmp_path / "text.pem").write_text("no key")
        with pytest.raises(ConfigurationError, match="no private key"):
            login(key_file=str(tmp_path / "text.pem"))
        with pytest.raises(ConfigurationError, match="no key file for this connection"):
            login(key_file="")
    finally:
        pool.close()


class _Keyring:
    def __init__(self, secret: str | None) -> None:
        self._secret = secret

    def get(self, reference: str) -> str | None:
        assert reference == "emr-key"
        return self._secret


@pytest.mark.parametrize(
    ("kept", "says"), [(None, "protected by a passphrase"), ("wrong one", "that is kept")]
)
def test_a_locked_key_wants_its_passphrase_and_tells_nobody(
    way: Way, tmp_path: Path, kept: str | None, says: str
) -> None:
    path = tmp_path / "locked"
    path.write_bytes(_locked(b"the right one"))
    settings = replace(way.settings, key_file=str(path), passphrase_ref="emr-key")
    pool = SshPool(way.known_hosts, secrets=_Keyring(kept), confirm=way.confirm)
    with pytest.raises(ConfigurationError, match=says) as raised:
        pool.connector(settings).login()
    pool.close()
    assert raised.value.__cause__ is None
    assert "wrong one" not in str(raised.value)
    right = SshPool(way.known_hosts, secrets=_Keyring("the right one"), confirm=way.confirm)
    with pytest.raises(AccessDenied, match="accepts none"):  # it opens, and is not the region's
        right.connector(settings).login()
    right.close()


def test_nobody_at_the_bastion_and_somebody_else(way: Way, region: SimulatedRegion) -> None:
    pool = SshPool(way.known_hosts, attempts=1)
    with pytest.raises(Unreachable, match="Nobody answers"):
        pool.connector(replace(way.settings, bastion="127.0.0.1:1")).login()
    http = region.endpoint_url.removeprefix("http://")
    with pytest.raises(ProtocolError, match="not SSH"):
        pool.connector(replace(way.settings, bastion=http)).login()
    pool.close()


def test_a_bastion_that_is_gone_is_tried_a_few_times_by_one_for_all(way: Way) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]  # nobody's once it is closed
    pool = SshPool(way.known_hosts, base_s=0.2, attempts=3)
    connector = pool.connector(replace(way.settings, bastion=f"127.0.0.1:{port}"))
    try:
        began = time.monotonic()
        with ThreadPoolExecutor(8) as threads:
            dialled = [threads.submit(connector.dial, way.primary, 9870, 5) for _ in range(8)]
        errors = [each.exception() for each in dialled]
        took_s = time.monotonic() - began
    finally:
        pool.close()
    assert all(isinstance(error, Unreachable) and error.exhausted for error in errors), errors
    assert took_s < 2.0, "they did not wait one after the other"


def test_closing_wakes_whoever_reads(way: Way, pool: SshPool) -> None:
    stream = pool.connector(way.settings).dial(way.primary, 9870, 60)
    failed: list[BaseException] = []

    def read() -> None:
        try:
            while stream.recv(10):
                pass
        except OSError as error:
            failed.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    pool.close()
    reader.join(10)
    assert not reader.is_alive()
    assert failed
    with pytest.raises(Cancelled):
        pool.connector(way.settings).dial(way.primary, 9870, 5)


def test_libraries_can_have_a_file_of_a_channel(way: Way, pool: SshPool) -> None:
    """http.client closes its socket when the answer's head has come; the body is still to come."""
    stream = pool.connector(way.settings).dial(way.primary, 9870, 10)
    connection = http.client.HTTPConnection(way.primary, 9870)
    connection.sock = stream
    target = "/webhdfs/v1/?op=LISTSTATUS&user.name=hadoop"
    connection.request("GET", target, headers={"Connection": "close"})
    answer = connection.getresponse()
    assert vars(connection)["sock"] is None, "it has closed its socket"
    assert b"FileStatuses" in answer.read()
    answer.close()
    assert _ended(stream)


def test_a_time_out_is_one(way: Way, pool: SshPool) -> None:
    stream = pool.connector(way.settings).dial(way.primary, 9870, 10)
    stream.settimeout(0.05)
    with pytest.raises(TimeoutError):
        stream.recv(1)
    stream.close()


def test_settings_that_say_nothing_go_to_the_primary_node(way: Way, pool: SshPool) -> None:
    plain = SshSettings(user="hadoop", key_file=way.settings.key_file)
    public = pool.connector(plain, primary_public="ec2-1.example", primary_private="ip-1")
    assert [str(hop) for hop in public.hops] == ["ec2-1.example"]
    with pytest.raises(ConfigurationError, match="no primary node"):
        pool.connector(plain)


def _ended(stream: ChannelSocket) -> bool:
    return stream.ended


def _locked(passphrase: bytes) -> bytes:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(
        Encoding.PEM, PrivateFormat.OpenSSH, BestAvailableEncryption(passphrase)
    ) + os.linesep.encode("ascii")
