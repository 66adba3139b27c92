"""Axes stay calm, and the crosshair reads what is really there."""

from __future__ import annotations

import pytest

from hue_desktop.core.alerts import AlertRule
from hue_desktop.core.metrics import SeriesData, SeriesKey
from hue_desktop.ui.charts.buffer import SeriesBuffer
from hue_desktop.ui.charts.health_strips import HealthSeries
from hue_desktop.ui.charts.plots import AxisTop, Curve, Plot, plain
from hue_desktop.ui.charts.series import LineStyle

_GIB = 1024.0**3


def _curve(*points: tuple[float, float], style: LineStyle = LineStyle.LINE) -> Curve:
    data = SeriesBuffer(300.0)
    data.append([60 * at for at, _value in points], [value for _at, value in points])
    return Curve("used", "in use", "role-core", data, style)


LINE = _curve((0, 1.0), (5, 3.0), (30, 7.0))


@pytest.mark.parametrize(("minutes", "value"), [(0, 1), (2, 1), (3, 3), (5, 3), (29, 7), (34, 7)])
def test_the_nearest_point_is_read(minutes: float, value: float) -> None:
    point = LINE.at(minutes * 60)
    assert point is not None
    assert point[1] == value


@pytest.mark.parametrize("minutes", [-20, 17, 60])
def test_nothing_is_read_in_a_gap(minutes: float) -> None:
    assert LINE.at(minutes * 60) is None


def test_a_step_holds_its_value_until_the_next_point() -> None:
    step = _curve((0, 1.0), (5, 3.0), style=LineStyle.STEP)
    assert step.at(4 * 60) == (0.0, 1.0)
    assert step.at(-60) is None


def test_an_axis_grows_at_once_and_shrinks_late() -> None:
    plot, top = Plot("p", "P", "", (LINE,)), AxisTop()
    assert top.fit(plot, 90) == 100
    assert top.fit(plot, 130) == 160
    assert top.fit(plot, 110) == 160
    values = [top.fit(plot, 10) for _refresh in range(30)]
    assert values[0] == 160
    assert values[-1] == 10
    top.reset()
    assert top.fit(plot, 3) == 3
    assert top.fit(Plot("p", "P", "%", (LINE,), top=100.0), 3) == 100


def _series(**values: float) -> HealthSeries:
    series = HealthSeries()
    found = {}
    for name, value in values.items():
        key = SeriesKey(name.replace("__", "."))
        found[key] = SeriesData(key, [0.0, 5.0], [value, value])
    series.load(found)
    return series


def test_a_strip_without_values_is_hidden_and_sizes_get_a_unit_that_stays() -> None:
    series = _series(yarn__memory__used=300 * _GIB, hdfs__share=61.0)
    assert [plot.key for plot in series.plots()] == ["memory", "disk"]
    assert series.plots()[0].unit == "GiB"
    key = SeriesKey("yarn.memory.used")
    assert not series.append({key: SeriesData(key, [10.0], [20 * 1024 * _GIB])})
    assert series.plots()[0].unit == "TiB"
    series.load({key: SeriesData(key, [20.0], [300 * _GIB])})
    assert series.plots()[0].unit == "TiB"
    node = SeriesKey("yarn.nodes.live")
    assert series.append({node: SeriesData(node, [30.0], [6.0])})
    assert series.last == 30.0


def test_the_thresholds_of_the_worst_judged_curve_are_drawn() -> None:
    rules = (
        AlertRule("disk", "node.disk", "Disk", 90.0, 95.0, per_node=True),
        AlertRule("hdfs", "hdfs.share", "HDFS", 75.0, None),
    )
    both = _series(hdfs__share=61.0, node__disk__fullest=80.0)
    assert [limit.text for limit in both.plots(rules)[0].limits] == ["warn 90", "critical 95"]
    alone = _series(hdfs__share=61.0)
    assert [limit.value for limit in alone.plots(rules)[0].limits] == [75.0]
    off = (AlertRule("hdfs", "hdfs.share", "HDFS", 75.0, None, enabled=False),)
    assert alone.plots(off)[0].limits == ()


def test_figures_have_no_more_decimals_than_they_need() -> None:
    assert [plain(value) for value in (0.0, 7.0, 0.125, 3.14159, 312.7)] == [
        "0", "7", "0.12", "3.1", "313",
    ]  # fmt: skip
