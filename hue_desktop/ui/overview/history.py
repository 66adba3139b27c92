"""From CloudWatch's series to the strips of the overview's chart, and from events to its marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from hue_desktop.core.clusters import Attention
from hue_desktop.core.ports import Series
from hue_desktop.core.steps import StepState
from hue_desktop.core.text import _
from hue_desktop.services.health import Event, EventKind
from hue_desktop.ui.charts.series import Line, LineStyle, Mark, Point, Strip
from hue_desktop.ui.parts import StateShape, step_shape

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
_MOST_MARKS = 6
_PLACES = 9  #: two marks stand at least this part of the axis apart


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


def marks_of(events: Sequence[Event], start: datetime, end: datetime) -> tuple[Mark, ...]:
    """The events that a chart has room for: what asks for attention first, then the newest."""
    inside = [event for event in events if start <= event.at <= end]
    inside.sort(key=lambda event: (-_weight(event), -event.at.timestamp()))
    apart, taken = (end - start) / _PLACES, list[datetime]()
    marks: list[Mark] = []
    for event in inside:
        if len(marks) < _MOST_MARKS and all(abs(event.at - at) >= apart for at in taken):
            taken.append(event.at)
            marks.append(Mark(event.at, event.text, _mark_shape(event), event.label))
    return tuple(marks)


def _weight(event: Event) -> int:
    """What is drawn first where two events stand too close."""
    kinds = {EventKind.STEP: 0, EventKind.CLUSTER: 1, EventKind.NODES: 1, EventKind.CHANGE: 2}
    return 10 * event.attention.value + kinds[event.kind]


def _mark_shape(event: Event) -> StateShape | None:
    """Own changes and the start of a step are dots in the accent colour."""
    if event.step is StepState.RUNNING:
        return None
    if event.kind is EventKind.CHANGE and event.attention is Attention.NONE:
        return None
    return event_shape(event)


def event_shape(event: Event) -> StateShape:
    """What asks for attention has its shape, a step that of its state; nodes come or go."""
    if event.step is not None:
        return step_shape(event.step)
    quiet = StateShape.STARTING if event.kind is EventKind.NODES else StateShape.RUNNING
    return {
        Attention.CRITICAL: StateShape.FAILED,
        Attention.WARN: StateShape.ATTENTION,
        Attention.STARTING: StateShape.STARTING,
    }.get(event.attention, quiet)
