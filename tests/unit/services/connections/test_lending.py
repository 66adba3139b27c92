"""Connections that are lent: there for everybody, and in no file."""

from __future__ import annotations

from pathlib import Path

import pytest

from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import ConfigurationError
from hue_desktop.wiring.application import Application
from hue_desktop.wiring.options import Paths


def test_a_lent_connection_is_there_until_it_is_withdrawn(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    file = tmp_path / "config" / "connections.toml"
    file.write_text("", encoding="utf-8")
    application = Application.open(Paths(tmp_path / "config", tmp_path / "data"))
    try:
        connections = application.connections
        heard: list[list[str]] = []
        connections.subscribe(
            lambda: heard.append([each.name for each in connections.connections()])
        )
        connections.lend(Connection("rehearsal-1", endpoint_url="http://127.0.0.1:9"))
        connections.read_again()
        assert connections.find("rehearsal-1").endpoint_url == "http://127.0.0.1:9"
        assert file.read_text(encoding="utf-8") == ""
        connections.withdraw("rehearsal-1")
        connections.withdraw("rehearsal-1")
        assert heard == [["rehearsal-1"], ["rehearsal-1"], []]
        with pytest.raises(ConfigurationError):
            connections.find("rehearsal-1")
    finally:
        application.close()
