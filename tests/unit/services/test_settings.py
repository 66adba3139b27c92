"""Settings are kept only where they differ, checked, and announced."""

from __future__ import annotations

from pathlib import Path

import pytest

from hue_desktop.adapters.local.settings_toml import SettingsFile
from hue_desktop.core.errors import ConfigurationError
from hue_desktop.services.settings import SettingsService


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The settings file; it does not exist yet."""
    return tmp_path / "config" / "settings.toml"


def test_only_what_differs_is_kept_and_read_again(path: Path) -> None:
    settings = SettingsService(SettingsFile(path))
    heard: list[tuple[str, object]] = []
    stop = settings.subscribe(lambda key, value: heard.append((key, value)))

    settings.set("appearance.theme", "dark")
    settings.set("appearance.theme", "dark")
    settings.set("polling.focused_s", 6)
    settings.reset("polling.focused_s")
    stop()
    settings.set("changes.hold_s", 0)

    assert heard == [
        ("appearance.theme", "dark"),
        ("polling.focused_s", 6.0),
        ("polling.focused_s", 4.0),
    ]
    again = SettingsService(SettingsFile(path))
    assert again.text("appearance.theme") == "dark"
    assert again.number("changes.hold_s") == 0
    assert "focused_s" not in path.read_text()
    assert again.problems == ()


def test_a_wrong_value_is_refused_and_changes_nothing(path: Path) -> None:
    settings = SettingsService(SettingsFile(path))
    with pytest.raises(ConfigurationError):
        settings.set("appearance.theme", "purple")
    assert settings.text("appearance.theme") == "system"
    assert not path.exists()


@pytest.mark.parametrize(
    "text", ['[appearance]\ntheme = "purple"\n', "theme = = 1", "[x]\ny = 1\n"]
)
def test_a_spoilt_file_is_a_problem_and_not_the_end(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    settings = SettingsService(SettingsFile(path))
    assert settings.text("appearance.theme") == "system"
    [problem] = settings.problems
    assert problem.message
