"""Settings in TOML."""

from __future__ import annotations

from pathlib import Path

import pytest

from hue_desktop.adapters.local.settings_toml import SettingsFile
from hue_desktop.core.errors import ConfigurationError, StateError

VALUES = {"appearance.theme": "dark", "polling.focused_s": 5.0, "top": True, "appearance.n": 3}


def test_what_was_saved_is_what_is_read(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "settings.toml")
    assert file.load() == {}
    file.save(VALUES)
    assert file.load() == VALUES
    assert '[appearance]\nn = 3\ntheme = "dark"' in (tmp_path / "settings.toml").read_text()
    file.save({})
    assert file.load() == {}


def test_a_file_that_is_not_toml_is_named_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("[appearance\n")
    file = SettingsFile(path)
    with pytest.raises(ConfigurationError, match="line 1"):
        file.load()
    file.save(VALUES)
    assert file.load() == VALUES
    assert (tmp_path / "settings.toml.bak").read_text() == "[appearance\n"


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError):
        SettingsFile(tmp_path / "file" / "settings.toml").save(VALUES)
