"""Hands on a live chart: pan, zoom, crosshair, back to live, and what leaves it as a file."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.core.errors import StateError
from hue_desktop.ui.charts.buffer import SeriesBuffer
from hue_desktop.ui.charts.export import csv_text
from hue_desktop.ui.charts.live_strips import LiveStrips
from hue_desktop.ui.charts.plots import Curve, Plot
from hue_desktop.ui.charts.series import LineStyle, Mark
from hue_desktop.ui.health.saving import save_chart
from hue_desktop.ui.theme import Theme

END = datetime(2026, 11, 20, 14, 0, tzinfo=UTC).timestamp()
NO, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def chart(qapp: QApplication, qtbot: QtBot, theme: Theme) -> LiveStrips:
    """Four strips with an hour of values, one of them with a gap."""
    made = LiveStrips(theme)
    qtbot.addWidget(made)
    made.resize(900, 520)
    made.show()
    plots = []
    for place in range(4):
        data = SeriesBuffer(5.0)
        times = [END - 3600 + 5 * i for i in range(721)]
        if place == 0:
            times = [at for at in times if not END - 1800 < at < END - 1200]
        data.append(times, [10.0 * place + at % 7 for at in times])
        style = LineStyle.STEP if place == 3 else LineStyle.AREA
        curve = Curve("a", "in use", "role-core", data, style)
        plots.append(Plot(f"p{place}", f"Plot {place}", "GiB" if place == 0 else "", (curve,)))
    made.set_plots(plots)
    made.set_now(END)
    made.set_span(END - 3600, END, fit=True)
    return made


def _wheel(chart: LiveStrips, x: int, notches: int, modifiers: Qt.KeyboardModifier = NO) -> None:
    where = QPointF(x, 200)
    event = QWheelEvent(
        where, chart.mapToGlobal(where), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(chart, event)


def _drag(chart: LiveStrips, start: int, end: int, modifiers: Qt.KeyboardModifier = NO) -> None:
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(chart, left, modifiers, QPoint(start, 200))
    QTest.mouseMove(chart, QPoint((start + end) // 2, 200))
    QTest.mouseMove(chart, QPoint(end, 200))
    QTest.mouseRelease(chart, left, modifiers, QPoint(end, 200))


def test_the_wheel_zooms_about_the_pointer(chart: LiveStrips, qtbot: QtBot) -> None:
    x = 500
    before = chart.frame.moment(x)
    with qtbot.waitSignal(chart.span_chosen):
        _wheel(chart, x, 2)
    assert chart.frame.end - chart.frame.start == pytest.approx(3600 / 1.25**2)
    assert chart.frame.moment(x) == pytest.approx(before, abs=1)
    _wheel(chart, x, -40)
    assert chart.frame.end <= END
    _wheel(chart, x, 80)
    assert chart.frame.end - chart.frame.start == pytest.approx(60)


def test_a_drag_pans_into_the_past_but_not_into_the_future(chart: LiveStrips, qtbot: QtBot) -> None:
    with qtbot.waitSignal(chart.span_chosen) as moved:
        _drag(chart, 400, 600)
    width = chart.frame.right - chart.frame.left
    assert chart.frame.end == pytest.approx(END - 200 * 3600 / width, abs=5)
    assert moved.args == [chart.frame.start, chart.frame.end]
    _drag(chart, 800, 250)
    assert chart.frame.end == pytest.approx(END)
    _wheel(chart, 400, 3, SHIFT)
    assert chart.frame.end < END


def test_a_box_zooms_and_a_double_click_or_home_goes_back(chart: LiveStrips, qtbot: QtBot) -> None:
    low, high = chart.frame.moment(300), chart.frame.moment(500)
    _drag(chart, 300, 500, SHIFT)
    assert chart.frame.start == pytest.approx(low, abs=6)
    assert chart.frame.end == pytest.approx(high, abs=6)
    with qtbot.waitSignal(chart.live_requested):
        QTest.mouseDClick(chart, Qt.MouseButton.LeftButton, NO, QPoint(400, 200))
    with qtbot.waitSignal(chart.live_requested):
        QTest.keyClick(chart, Qt.Key.Key_Home)


def test_keys_move_the_crosshair_and_assistive_tools_hear_it(
    chart: LiveStrips, qtbot: QtBot
) -> None:
    chart.activateWindow()
    chart.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(chart.hasFocus)
    QTest.keyClick(chart, Qt.Key.Key_Left)
    QTest.keyClick(chart, Qt.Key.Key_Left, SHIFT)
    assert chart.cursor_at == pytest.approx(END - 7 * 50)
    assert "Plot 0, in use:" in chart.accessibleDescription()
    chart.set_cursor(END - 1500)
    assert chart.readings()["p0.a"] is None
    assert chart.readings()["p1.a"] is not None
    QTest.keyClick(chart, Qt.Key.Key_Escape)
    assert chart.cursor_at is None
    QTest.keyClick(chart, Qt.Key.Key_Minus)
    assert chart.frame.end - chart.frame.start == pytest.approx(3600 * 1.25)
    QTest.keyClick(chart, Qt.Key.Key_PageUp)
    assert chart.frame.end == pytest.approx(END - 3600 * 1.25 / 2)


def test_strips_that_do_not_fit_are_scrolled_to(chart: LiveStrips, qtbot: QtBot) -> None:
    chart.resize(900, 240)
    qtbot.waitUntil(lambda: chart.frame.height == 240)
    assert chart.frame.content > chart.frame.bottom - chart.frame.top
    QTest.keyClick(chart, Qt.Key.Key_Down)
    assert chart.frame.scrolled == 40
    _wheel(chart, 20, -1)
    assert chart.frame.scrolled == chart.frame.content - (chart.frame.bottom - chart.frame.top)


def test_new_values_are_drawn_a_strip_at_a_time(chart: LiveStrips, qtbot: QtBot) -> None:
    chart.grab()
    data = chart.plots[2].curves[0].data
    data.append([END + 5], [9999.0])
    before = chart.scene.top_of(2)
    chart.set_span(END - 3595, END + 5)
    assert chart.busy
    qtbot.waitUntil(lambda: not chart.busy)
    assert before < 9999 <= chart.scene.top_of(2)


def test_the_values_leave_as_csv_with_utc_and_units(chart: LiveStrips) -> None:
    rows = list(csv.reader(io.StringIO(csv_text(chart.plots, END - 1210, END - 1190))))
    assert rows[0] == [
        "time (UTC)", "Plot 0: in use (GiB)", "Plot 1: in use", "Plot 2: in use",
        "Plot 3: in use",
    ]  # fmt: skip
    assert [row[0] for row in rows[1:]] == [
        f"2026-11-20T13:{minute}:{second:02}.000Z"
        for minute, second in ((39, 50), (39, 55), (40, 0), (40, 5), (40, 10))
    ]
    assert [bool(row[1]) for row in rows[1:]] == [False, False, True, True, True]
    assert all(row[2] for row in rows[1:])


def test_files_are_written_whole_or_not_at_all(chart: LiveStrips, tmp_path: Path) -> None:
    chart.set_marks([Mark(datetime.fromtimestamp(END - 600, UTC), "Größer", None, "Größer")])
    save_chart(chart, tmp_path / "a.png")
    picture = QImage(str(tmp_path / "a.png"))
    assert picture.width() == 2 * (900 + 48)
    target = tmp_path / "a.csv"
    save_chart(chart, target)
    assert len(target.read_text(encoding="utf-8").splitlines()) == 722
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.png"]
    with pytest.raises(StateError, match="could not be written"):
        save_chart(chart, tmp_path / "none" / "a.csv")
