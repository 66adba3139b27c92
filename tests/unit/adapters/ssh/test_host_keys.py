"""The file of pinned host keys, and the routes that a connection's bastion means."""

from __future__ import annotations

from pathlib import Path

import pytest

from hue_desktop.adapters.ssh.hops import Hop, route
from hue_desktop.adapters.ssh.host_keys import HostKeyFile, keys_in, names
from hue_desktop.core.connections import SshSettings
from hue_desktop.core.errors import ConfigurationError, StateError


def test_keys_are_kept_by_host_and_port(tmp_path: Path) -> None:
    file = HostKeyFile(tmp_path / "deep" / "known_hosts")
    assert file.known("a.example", 22) == frozenset()
    file.pin("A.example", 22, "ssh-ed25519", "AAAA1")
    file.pin("a.example", 22, "ssh-rsa", "AAAA2")
    file.pin("a.example", 2222, "ssh-rsa", "AAAA3")
    assert file.known("a.example", 22) == {"AAAA1", "AAAA2"}
    assert HostKeyFile(file.path).known("a.example", 2222) == {"AAAA3"}
    assert file.forget("a.example", 22)
    assert not file.forget("a.example", 22)
    assert file.known("a.example", 22) == frozenset()
    assert file.known("a.example", 2222) == {"AAAA3"}


def test_comments_and_broken_lines_cost_themselves_only(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    path.write_text("# mine\n\nbroken\n[h]:22 ssh-rsa AAAA9 comment\n")
    assert HostKeyFile(path).known("h", 22) == {"AAAA9"}


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "known_hosts").mkdir()
    file = HostKeyFile(tmp_path / "known_hosts")
    with pytest.raises(StateError, match="known_hosts"):
        file.pin("h", 22, "ssh-rsa", "AAAA")


def test_pins_in_any_form() -> None:
    lines = ("ssh-rsa AAAA1", "AAAA2", "h,192.0.2.1 ssh-rsa AAAA3 comment", "nothing")
    assert keys_in(lines) == {"AAAA1", "AAAA2", "AAAA3"}
    assert names("h,[192.0.2.1]:22 ssh-rsa AAAA3", "192.0.2.1")
    assert not names("ssh-rsa AAAA1", "h")


def _hops(bastion: str, **primary: str) -> list[str]:
    found = route(SshSettings(user="hadoop", bastion=bastion), **primary)
    return [f"{hop.user}@{hop}" for hop in found]


def test_routes() -> None:
    assert _hops("b.example") == ["hadoop@b.example"]
    assert _hops("me@a:2222, [2001:db8::1]:23") == ["me@a:2222", "hadoop@[2001:db8::1]:23"]
    assert _hops("", primary_public="pub", primary_private="priv") == ["hadoop@pub"]
    assert _hops("", primary_private="priv") == ["hadoop@priv"]
    assert _hops("b,primary", primary_public="pub", primary_private="priv") == [
        "hadoop@b",
        "hadoop@priv",
    ]
    assert route(SshSettings(bastion="b")) == (Hop("hadoop", "b", 22),)
    with pytest.raises(ConfigurationError):
        _hops("b/c")
