"""A line that gives way hides what matters least first, and notices say what is old."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.errors import CredentialsError, Throttled
from hue_desktop.services.fleet import ConnectionState
from hue_desktop.ui.giving_way import GivingWay
from hue_desktop.ui.parts import row
from hue_desktop.ui.stale_notice import StaleNotice
from tests.ui.sample_fleet import fleet, status


def _line(qtbot: QtBot) -> tuple[QWidget, GivingWay, list[QPushButton]]:
    """A line in a window that can be made narrow."""
    buttons = [QPushButton("button " * 4) for _n in range(3)]
    line = GivingWay(*buttons, None, matters=(buttons[2],))
    window = QWidget()
    window.setLayout(row(line))
    qtbot.addWidget(window)
    window.resize(900, 40)
    window.show()
    return window, line, buttons


def test_everything_shows_where_there_is_room(qapp: QApplication, qtbot: QtBot) -> None:
    window, _inner, buttons = _line(qtbot)
    assert all(button.isVisible() for button in buttons)
    assert window.minimumSizeHint().width() < buttons[0].sizeHint().width()


def test_what_matters_stays_longest(qapp: QApplication, qtbot: QtBot) -> None:
    window, _inner, buttons = _line(qtbot)
    window.resize(buttons[0].sizeHint().width() + 20, 40)
    assert [button.isVisible() for button in buttons] == [False, False, True]
    window.resize(900, 40)
    assert all(button.isVisible() for button in buttons)


def test_what_is_not_wanted_stays_away(qapp: QApplication, qtbot: QtBot) -> None:
    _window, line, buttons = _line(qtbot)
    line.set_wanted(buttons[:1])
    assert [button.isVisible() for button in buttons] == [True, False, False]


def test_a_notice_names_the_connection_first(qapp: QApplication, qtbot: QtBot) -> None:
    asked: list[str] = []
    notice = StaleNotice(lambda: asked.append("again"))
    qtbot.addWidget(notice)
    snapshot = fleet()
    cluster = next(iter(snapshot.clusters.values()))
    assert not notice.show_status(snapshot, cluster, "steps")
    failed = replace(cluster, errors={"steps": Throttled("Too many requests.")})
    assert notice.show_status(snapshot, failed, "steps")
    assert "the steps" in notice.text.text()
    assert not notice.show_status(snapshot, failed, "instances")
    expired = replace(
        status("prod", ConnectionClass.PRODUCTION, state=ConnectionState.EXPIRED),
        error=CredentialsError("The session has expired.", remedy="Sign in again.", expired=True),
    )
    assert notice.show_status(replace(snapshot, connections=(expired,)), failed, "steps")
    assert notice.text.text().endswith("The session has expired. Sign in again.")
    notice.retry.click()
    assert asked == ["again"]
