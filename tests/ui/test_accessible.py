"""Every control of every page has a name, and no page clips its texts at the smallest size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSlider,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from hue_desktop.ui.app import Desk
from tests.ui.sample_fleet import fleet
from tests.ui.shell.desk import open_desk

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QSlider,
    QTabBar,
)


@pytest.fixture
def desk(tmp_path: Path, qtbot: QtBot) -> Iterator[Desk]:
    with open_desk(tmp_path, size=(1100, 700)) as (opened, _still):
        qtbot.waitUntil(lambda: opened.window.catalog.model.rowCount() > 0)
        yield opened


def name_of(widget: QWidget) -> str:
    """What assistive tools read: the name, else a button's or label's own text."""
    if widget.accessibleName():
        return widget.accessibleName()
    return widget.text() if isinstance(widget, QAbstractButton | QLabel) else ""


def nameless(root: QWidget) -> list[str]:
    """Controls under ``root`` without a name; parts that Qt makes inside of controls are theirs."""
    found = []
    for widget in root.findChildren(QWidget):
        inside = widget.parentWidget()
        own = widget.objectName().startswith("qt_") or (
            isinstance(inside, QComboBox | QAbstractSpinBox | QTabBar)
            and not isinstance(widget, QAbstractButton)
        )
        if widget.isHidden():  # a part that waits for its text
            continue
        if isinstance(widget, CONTROLS) and not own and not name_of(widget):
            found.append(f"{type(widget).__name__} in {_path(widget, root)}")
    return found


def _path(widget: QWidget, root: QWidget) -> str:
    names = []
    parent = widget.parentWidget()
    while parent is not None and parent is not root:
        names.append(type(parent).__name__)
        parent = parent.parentWidget()
    return " < ".join(names)


def visit_every_page(desk: Desk, qtbot: QtBot) -> Iterator[str]:
    window = desk.window
    ref = next(iter(fleet().clusters))
    for kind in window.places():
        window.open_tab(None, kind.key)
        yield kind.key
    for kind in window.cluster_pages():
        window.open_tab(ref, kind.key)
        yield kind.key


def test_every_control_of_every_page_has_a_name(desk: Desk, qtbot: QtBot) -> None:
    for page in visit_every_page(desk, qtbot):
        qtbot.waitUntil(lambda: not desk.tasks.active())
        assert nameless(desk.window) == [], page


def test_every_page_has_a_name_and_a_title(desk: Desk, qtbot: QtBot) -> None:
    for key in visit_every_page(desk, qtbot):
        page = desk.window.workspace.page
        assert page is not None
        assert page.title, key
        assert page.accessibleName() == page.title


def test_every_page_fits_the_smallest_window(desk: Desk, qtbot: QtBot) -> None:
    """A page that needs more room than there is would be cut off at the right or the bottom."""
    window = desk.window
    for key in visit_every_page(desk, qtbot):
        qtbot.waitUntil(lambda: not desk.tasks.active())
        assert (window.width(), window.height()) == (1100, 700), key
        page = window.workspace.page
        assert page is not None
        assert page.width() <= window.workspace.width(), key


def test_every_action_has_a_key_or_a_palette_entry(desk: Desk) -> None:
    for action in desk.actions.all():
        assert action.shortcut or action.in_palette, action.id
        assert action.title, action.id


def test_no_two_actions_share_a_key(desk: Desk) -> None:
    keys = [action.shortcut for action in desk.actions.all() if action.shortcut]
    assert sorted(keys) == sorted(set(keys))
