"""Settings are declared once and checked on the way in."""

from __future__ import annotations

import pytest

from hue_desktop.core.errors import ConfigurationError
from hue_desktop.core.settings import SETTINGS, SettingValue, checked, setting


@pytest.mark.parametrize("each", SETTINGS, ids=lambda each: each.key)
def test_defaults_pass_their_own_check(each: object) -> None:
    declared = setting(each.key)  # type: ignore[attr-defined]
    assert declared.check(declared.default) == declared.default
    assert declared.title
    assert declared.help.endswith(".")


def test_keys_are_unique() -> None:
    keys = [each.key for each in SETTINGS]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("appearance.theme", "purple"),
        ("appearance.theme", 1),
        ("polling.focused_s", 1),
        ("polling.focused_s", "4"),
        ("polling.focused_s", True),
        ("changes.hold_s", -1),
        ("simulator.keep_running", "yes"),
        ("no.such", 1),
    ],
)
def test_wrong_values_are_named_and_left_out(key: str, value: object) -> None:
    usable, [problem] = checked({key: value, "changes.hold_production_s": 3})
    assert key in str(problem)
    assert isinstance(problem, ConfigurationError)
    assert problem.remedy
    assert usable == {"changes.hold_production_s": 3.0}


@pytest.mark.parametrize(
    ("key", "value", "kept"),
    [("polling.focused_s", 5, 5.0), ("appearance.theme", "dark", "dark")],
)
def test_right_values_get_their_type(key: str, value: object, kept: SettingValue) -> None:
    usable, problems = checked({key: value})
    assert not problems
    assert usable == {key: kept}
    assert type(usable[key]) is type(setting(key).default)
