"""Which series are drawn, and how: the strips of the health page and those of the overview.

Nothing heavy is imported here, so that pages know what they will ask for before they draw.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hue_desktop.core.metrics import SeriesKey, Unit
from hue_desktop.core.text import _
from hue_desktop.ui.charts.series import LineStyle

__all__ = ["OVERVIEW", "STRIPS", "CurveSpec", "StripSpec", "keys_of"]

_AREA, _LINE, _STEP, _LIMIT = LineStyle.AREA, LineStyle.LINE, LineStyle.STEP, LineStyle.LIMIT


@dataclass(frozen=True, slots=True)
class CurveSpec:
    """A series of a strip; ``color`` is a token."""

    metric: str
    title: str
    color: str
    style: LineStyle = _LINE


@dataclass(frozen=True, slots=True)
class StripSpec:
    """A strip: its curves are those of the metrics that have values."""

    key: str
    title: str
    curves: tuple[CurveSpec, ...]
    unit: Unit = Unit.COUNT
    fixed_top: float | None = None
    #: Whose thresholds are drawn, (shown metric, judged metric): those of the first that is shown.
    judged: tuple[tuple[str, str], ...] = ()


def _strips() -> tuple[StripSpec, ...]:
    core, second, task = "role-core", "second", "role-task"
    share = Unit.PERCENT
    return (
        StripSpec(
            "memory",
            _("YARN memory"),
            (
                CurveSpec("yarn.memory.used", _("in use"), core, _AREA),
                CurveSpec("yarn.memory.total", _("capacity"), "text-2", _LIMIT),
            ),
            Unit.BYTES,
        ),
        StripSpec(
            "containers",
            _("Containers"),
            (
                CurveSpec("yarn.containers", _("running"), core, _AREA),
                CurveSpec("yarn.containers.pending", _("pending"), second, _AREA),
            ),
        ),
        StripSpec(
            "cpu",
            _("CPU by role"),
            (
                CurveSpec("cpu.core", _("core"), core),
                CurveSpec("cpu.task_on_demand", _("on-demand"), task),
                CurveSpec("cpu.task_spot", _("Spot"), "role-spot-line"),
            ),
            share,
            100.0,
        ),
        StripSpec(
            "disk",
            _("Disk"),
            (
                CurveSpec("hdfs.share", _("HDFS used"), core, _AREA),
                CurveSpec("node.disk.fullest", _("fullest"), second),
            ),
            share,
            100.0,
            (("node.disk.fullest", "node.disk"), ("hdfs.share", "hdfs.share")),
        ),
        StripSpec(
            "traffic",
            _("HDFS traffic"),
            (
                CurveSpec("hdfs.read", _("read"), core, _AREA),
                CurveSpec("hdfs.written", _("written"), task),
            ),
            Unit.BYTES_PER_S,
        ),
        StripSpec(
            "nodes",
            _("Live nodes"),
            (
                CurveSpec("yarn.nodes.live", _("in YARN"), core, _STEP),
                CurveSpec("hdfs.nodes.live", _("in HDFS"), task, _STEP),
            ),
        ),
        StripSpec(
            "heap",
            _("Heap"),
            (
                CurveSpec("namenode.heap", _("NameNode"), core, _AREA),
                CurveSpec("rm.heap", _("YARN"), second),
            ),
            share,
            100.0,
            (("namenode.heap", "namenode.heap"), ("rm.heap", "rm.heap")),
        ),
        StripSpec(
            "blocks",
            _("Blocks"),
            (
                CurveSpec("hdfs.under_replicated", _("few copies"), second, _AREA),
                CurveSpec("hdfs.missing", _("missing"), "critical-shape", _STEP),
            ),
        ),
    )


#: All strips of the health page, from top to bottom.
STRIPS = _strips()

#: Those that the overview shows, as far as it has room.
OVERVIEW = (
    STRIPS[0],
    StripSpec(
        "cost",
        _("Cost"),
        (CurveSpec("cost.usd_hour", _("now"), "role-spot-line", _STEP),),
        Unit.USD_PER_HOUR,
    ),
    STRIPS[1],
    *(strip for key in ("nodes", "disk") for strip in STRIPS if strip.key == key),
)


def keys_of(strips: Iterable[StripSpec]) -> tuple[SeriesKey, ...]:
    """The series that these strips need."""
    return tuple(SeriesKey(curve.metric) for strip in strips for curve in strip.curves)
