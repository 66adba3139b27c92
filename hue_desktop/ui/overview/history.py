"""From CloudWatch's series to the strips of the overview's chart, and from events to its marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hue_desktop.core.ports import Series
from hue_desktop.core.text import _
from hue_desktop.ui.charts.event_marks import event_shape, marks_of
from hue_desktop.ui.charts.series import Line, LineStyle, Point, Strip

__all__ = ["METRICS", "event_shape", "marks_of", "period_of", "strips_of"]

METRICS = (
    "MemoryTotalMB",
    "MemoryAllocatedMB",
    "ContainerAllocated",
    "ContainerPending",
    "HDFSUtilization",
    "MRActiveNodes",
    "MRTotalNodes",
    "CoreNodesRunning",
)


def strips_of(series: Mapping[str, Series]) -> tuple[Strip, ...]:
    """A strip for each quantity that has points; a series without points is left out."""
    points = {name: one.points for name, one in series.items() if one.points}
    made = (_memory(points), _containers(points), _hdfs(points), _nodes(points))
    return tuple(strip for strip in made if strip.lines)


def _memory(points: Mapping[str, tuple[Point, ...]]) -> Strip:
    lines = []
    if "MemoryAllocatedMB" in points:
        used = _scaled(points["MemoryAllocatedMB"], 1 / 1024)
        lines.append(Line("used", _("in use"), "role-core", used, LineStyle.AREA))
    if "MemoryTotalMB" in points:
        total = _scaled(points["MemoryTotalMB"], 1 / 1024)
        lines.append(Line("capacity", _("capacity"), "text-2", total, LineStyle.LIMIT))
    return Strip("memory", _("YARN memory"), "GiB", tuple(lines))


def _containers(points: Mapping[str, tuple[Point, ...]]) -> Strip:
    lines = []
    if "ContainerAllocated" in points:
        running = points["ContainerAllocated"]
        lines.append(Line("running", _("running"), "role-core", running, LineStyle.AREA))
    if "ContainerPending" in points:
        pending = points["ContainerPending"]
        lines.append(Line("pending", _("pending"), "second", pending, LineStyle.AREA))
    return Strip("containers", _("Containers"), "", tuple(lines), whole=True)


def _hdfs(points: Mapping[str, tuple[Point, ...]]) -> Strip:
    lines = []
    if "HDFSUtilization" in points:
        used = points["HDFSUtilization"]
        lines.append(Line("used", _("used"), "role-core", used, LineStyle.AREA))
    return Strip("hdfs", _("HDFS used"), "%", tuple(lines), top=100.0, gives_way=True)


def _nodes(points: Mapping[str, tuple[Point, ...]]) -> Strip:
    lines = []
    running = points.get("MRActiveNodes") or points.get("MRTotalNodes")
    if running:
        lines.append(Line("yarn", _("in YARN"), "role-task", running, LineStyle.STEP))
    if "CoreNodesRunning" in points:
        core = points["CoreNodesRunning"]
        lines.append(Line("core", _("core"), "role-core", core, LineStyle.STEP))
    return Strip("nodes", _("Nodes"), "", tuple(lines), whole=True)


def _scaled(points: Sequence[Point], factor: float) -> tuple[Point, ...]:
    return tuple((at, value * factor) for at, value in points)


def period_of(series: Mapping[str, Series]) -> float:
    """Seconds between two points, 300 when there are too few to tell."""
    gaps = [
        (b[0] - a[0]).total_seconds()
        for one in series.values()
        for a, b in zip(one.points, one.points[1:], strict=False)
    ]
    return min(gaps, default=300.0)
