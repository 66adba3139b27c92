"""The settings page: every declaration has its control, and what is chosen is kept at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.core.settings import SETTINGS
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.parts import ComboField, NumberField, Segmented
from hue_desktop.ui.settings.page import SettingsPage
from hue_desktop.wiring import Application, Paths
from tests.ui.doing_desk import click
from tests.ui.seeing_desk import make_context


@pytest.fixture
def opened(
    qapp: QApplication, qtbot: QtBot, paths: tuple[Path, Path]
) -> Iterator[tuple[SettingsPage, UiContext, Path]]:
    (paths[0] / "settings.toml").write_text('[appearance]\ntheme = "lilac"\n')
    app = Application.open(Paths(*paths))
    ctx, _places = make_context(qapp, app)
    page = SettingsPage(ctx)
    qtbot.addWidget(page)
    page.resize(900, 700)
    page.show()
    yield page, ctx, paths[0] / "settings.toml"
    ctx.tasks.close()
    app.close()


def test_every_setting_has_a_named_control(opened: tuple[SettingsPage, UiContext, Path]) -> None:
    page, _ctx, _file = opened
    assert list(page.rows) == [setting.key for setting in SETTINGS]
    for row in page.rows.values():
        assert row.control.accessibleName() == row.setting.title
        assert not row.reset_button.isVisible()


def test_a_wrong_line_of_the_file_is_named(opened: tuple[SettingsPage, UiContext, Path]) -> None:
    page, ctx, _file = opened
    (problem,) = ctx.app.settings.problems
    assert "lilac" in str(problem)
    assert page._problems.isVisible()


def test_a_choice_is_kept_and_taken_back(
    opened: tuple[SettingsPage, UiContext, Path], qtbot: QtBot
) -> None:
    page, ctx, file = opened
    row = page.rows["appearance.theme"]
    assert isinstance(row.control, Segmented)
    click(row.control.segment("dark"))
    assert ctx.app.settings.text("appearance.theme") == "dark"
    assert tomllib.loads(file.read_text())["appearance"]["theme"] == "dark"
    qtbot.waitUntil(row.reset_button.isVisible)
    click(row.reset_button)
    assert ctx.app.settings.text("appearance.theme") == "system"
    assert row.control.current == "system"
    assert not row.reset_button.isVisible()


def test_numbers_stay_in_their_range_and_others_changes_show(
    opened: tuple[SettingsPage, UiContext, Path], qtbot: QtBot
) -> None:
    page, ctx, _file = opened
    field = page.rows["changes.hold_s"].control
    assert isinstance(field, NumberField)
    field.setFocus()
    QTest.keySequence(field, "Ctrl+A")
    QTest.keyClicks(field, "12")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert ctx.app.settings.number("changes.hold_s") == 12
    assert field.maximum() == 60

    ctx.app.settings.set("changes.hold_s", 7.0)  # from the palette, or another page
    qtbot.waitUntil(lambda: field.value() == 7)
    click_box = page.rows["simulator.keep_running"].control
    click(click_box)
    assert ctx.app.settings.flag("simulator.keep_running")
    assert not isinstance(click_box, ComboField)


def test_a_value_that_cannot_be_kept_says_why(
    opened: tuple[SettingsPage, UiContext, Path], qtbot: QtBot
) -> None:
    page, ctx, file = opened
    file.unlink()
    file.mkdir()  # nothing can be put in the place of a folder
    row = page.rows["appearance.theme"]
    assert isinstance(row.control, Segmented)
    click(row.control.segment("dark"))
    qtbot.waitUntil(row._problem.isVisible)
    assert ctx.app.settings.text("appearance.theme") == "system"
    assert row.control.current == "system"
