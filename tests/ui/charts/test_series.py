"""Gaps stay gaps, and the crosshair reads what is really there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hue_desktop.ui.charts.series import Line, LineStyle, Strip, segments, value_at

START = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def _at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


LINE = Line("used", "in use", "role-core", ((_at(0), 1.0), (_at(5), 3.0), (_at(30), 7.0)))


def test_a_missing_half_hour_splits_the_line() -> None:
    assert segments(LINE.points, 480) == [list(LINE.points[:2]), [LINE.points[2]]]
    assert segments((), 480) == []


@pytest.mark.parametrize(
    ("minutes", "value"), [(0, 1.0), (2, 1.0), (3, 3.0), (5, 3.0), (29, 7.0), (34, 7.0)]
)
def test_the_nearest_point_is_read(minutes: float, value: float) -> None:
    point = value_at(LINE, _at(minutes), 480)
    assert point is not None
    assert point[1] == value


@pytest.mark.parametrize("minutes", [-20, 17, 60])
def test_nothing_is_read_in_a_gap(minutes: float) -> None:
    assert value_at(LINE, _at(minutes), 480) is None


def test_a_step_holds_its_value_until_the_next_point() -> None:
    line = Line("n", "nodes", "role-core", LINE.points, LineStyle.STEP)
    point = value_at(line, _at(4), 480)
    assert point is not None
    assert point[1] == 1.0
    assert value_at(line, _at(-1), 480) is None


def test_the_axis_holds_all_lines_of_a_strip() -> None:
    other = Line("cap", "capacity", "text-2", ((_at(0), 950.0),), LineStyle.LIMIT)
    assert Strip("memory", "YARN memory", "GiB", (LINE, other)).highest == 1000
    assert Strip("hdfs", "HDFS", "%", (LINE,), top=100).highest == 100
    assert Strip("nodes", "Nodes", "", (), whole=True).highest == 2
