"""What every test of the window gets: a theme, a desk over a simulated region, and a strict end.

After each test no thread of the window, no running timer and no top-level widget may be left.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from hue_desktop.ui.theme import Theme, ThemeChoice

_LANES = ("aws", "local", "edit", "metrics", "fleet", "journal")


def pytest_configure(config: pytest.Config) -> None:
    """The offscreen platform says this of every window with a smallest size; nothing is wrong."""
    config.addinivalue_line("qt_log_ignore", "This plugin does not support propagateSizeHints")


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    """The light theme, applied."""
    chosen = Theme(ThemeChoice.LIGHT)
    chosen.apply(qapp)
    return chosen


@pytest.fixture
def paths(tmp_path: Path) -> tuple[Path, Path]:
    """Empty config and data directories."""
    config, data = tmp_path / "config", tmp_path / "data"
    config.mkdir()
    data.mkdir()
    return config, data


def _delete_later() -> None:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.rsplit("-", 1)[0] in _LANES]


@pytest.fixture(autouse=True)
def nothing_left(qapp: QApplication) -> Iterator[None]:
    """Fail a test that leaves something behind.

    As in the window, garbage is collected on the main thread only: here, after each test.
    """
    before = {id(widget) for widget in qapp.topLevelWidgets()}
    gc.disable()
    yield
    _delete_later()
    gc.collect()
    _delete_later()
    gc.enable()
    widgets = [
        widget
        for widget in qapp.topLevelWidgets()
        if id(widget) not in before and isValid(widget) and widget.isVisible()
    ]
    names = [f"{type(widget).__name__} {widget.accessibleName()}" for widget in widgets]
    for widget in widgets:
        widget.close()
        widget.deleteLater()
    timers = [
        f"{type(timer.parent()).__name__}: {timer.interval()} ms"
        for timer in gc.get_objects()
        if isinstance(timer, QTimer) and isValid(timer) and timer.isActive()
    ]
    assert not names, f"left on screen: {names}"
    assert not timers, f"timers still run: {timers}"
    assert not _threads(), f"threads still run: {_threads()}"
