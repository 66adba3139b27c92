"""The chart of stacked areas: crosshair, keys, what it tells assistive tools, both themes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from hue_desktop.core.format import money
from hue_desktop.ui.charts.series import Mark
from hue_desktop.ui.charts.stack import Layer, Stack
from hue_desktop.ui.charts.stacked import StackedAreas
from hue_desktop.ui.theme import Theme, ThemeChoice

START = datetime(2026, 11, 20, 8, tzinfo=UTC)
END = START + timedelta(hours=4)


def _stack() -> Stack:
    edges = tuple(START.timestamp() + 3600 * hour for hour in range(5))
    return Stack(
        edges,
        (
            Layer("core", "EC2 core", "core", "role-core", (4.0, 4.0, 4.0, 4.0)),
            Layer("spot", "EC2 task, Spot", "Spot", "role-spot", (0.0, 2.5, 2.5, 1.254)),
        ),
    )


@pytest.fixture
def chart(theme: Theme, qtbot: QtBot) -> StackedAreas:
    made = StackedAreas(theme, money, "Chart of costs")
    qtbot.addWidget(made)
    made.resize(700, 320)
    made.show()
    made.set_data(_stack(), (Mark(START + timedelta(hours=1), "Resize 0 to 6"),), START, END)
    return made


def test_the_crosshair_reads_every_part(chart: StackedAreas) -> None:
    assert chart.readings() == {"core": 4.0, "spot": 1.254}
    chart.set_cursor(START + timedelta(minutes=30))
    assert chart.readings() == {"core": 4.0, "spot": 0.0}
    frame = chart.frame
    middle = QPoint(round(frame.x(START + timedelta(hours=2.5))), 100)
    QTest.mouseMove(chart, middle)
    assert chart.readings() == {"core": 4.0, "spot": 2.5}


def test_keys_move_the_crosshair_and_take_it_away(chart: StackedAreas) -> None:
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Home)
    assert chart.readings()["spot"] == 0.0
    for _press in range(20):
        QTest.keyClick(chart, Qt.Key.Key_Right)
    assert chart.readings()["spot"] == 2.5
    QTest.keyClick(chart, Qt.Key.Key_Escape)
    assert chart.readings()["spot"] == 1.254


def test_it_says_in_words_what_it_shows(chart: StackedAreas) -> None:
    assert chart.accessibleName() == "Chart of costs"
    spoken = chart.accessibleDescription()
    assert spoken == "EC2 task, Spot: $1.25; EC2 core: $4.00; Total: $5.25"


def test_a_mark_tells_its_text_under_the_mouse(chart: StackedAreas) -> None:
    frame = chart.frame
    QTest.mouseMove(chart, QPoint(round(frame.x(START + timedelta(hours=1))), frame.lane_y))
    assert chart.toolTip().startswith("Resize 0 to 6")


def test_parts_are_painted_in_the_theme_s_colours(chart: StackedAreas, theme: Theme) -> None:
    frame = chart.frame
    spot = QPoint(round(frame.x(START + timedelta(hours=2))) - 60, round(frame.y(0, 4.3, 8.0)))
    light = chart.grab().toImage().pixelColor(spot)
    theme.choose(ThemeChoice.DARK)
    dark = chart.grab().toImage().pixelColor(spot)
    for color in (light, dark):
        assert color.red() > color.green() > color.blue()  # orange
    assert light != dark


def test_a_stack_of_nothing_is_an_empty_axis(chart: StackedAreas) -> None:
    chart.set_data(Stack((), ()), (), START, END)
    assert chart.readings() == {}
    assert not chart.grab().isNull()
