"""Nodes, containers and memory over the hours of a scaling story, with its moves marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from hue_desktop.core.metrics import SeriesKey, Unit
from hue_desktop.core.scaling_story import PENDING, SHARE, StoryKind
from hue_desktop.core.text import _
from hue_desktop.services.health import Event, EventKind
from hue_desktop.services.policies import ScalingStory
from hue_desktop.ui.charts.event_marks import marks_of
from hue_desktop.ui.charts.series import LineStyle
from hue_desktop.ui.charts.strip_specs import CurveSpec, StripSpec
from hue_desktop.ui.theme import Theme

if TYPE_CHECKING:
    from hue_desktop.ui.charts.live_strips import LiveStrips

__all__ = ["StoryChart", "load_library"]

_HEIGHT = 224
_STRIPS = (
    StripSpec(
        "nodes",
        _("Nodes"),
        (CurveSpec("yarn.nodes.live", _("in YARN"), "role-core", LineStyle.STEP),),
    ),
    StripSpec(
        "containers",
        _("Containers"),
        (
            CurveSpec("yarn.containers", _("running"), "role-core", LineStyle.AREA),
            CurveSpec(PENDING, _("pending"), "second", LineStyle.AREA),
        ),
    ),
    StripSpec(
        "memory",
        _("YARN memory"),
        (CurveSpec(SHARE, _("in use"), "role-core", LineStyle.AREA),),
        Unit.PERCENT,
        100.0,
    ),
)


def load_library() -> None:
    """Load what draws; slow, so not on the main thread."""
    import hue_desktop.ui.charts.health_strips
    import hue_desktop.ui.charts.live_strips  # noqa: F401


class StoryChart(QWidget):
    """Hidden while nothing was measured; ``load_library`` comes first."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.chart: LiveStrips | None = None
        self._inner = QVBoxLayout(self)
        self._inner.setContentsMargins(0, 0, 0, 0)
        self.setFixedHeight(_HEIGHT)
        self.hide()

    def show_story(self, story: ScalingStory) -> None:
        """Draw the metrics of the story's hours, and mark its moves."""
        from hue_desktop.ui.charts.health_strips import HealthSeries

        series = HealthSeries(_STRIPS)
        series.load({SeriesKey(name): data for name, data in story.series.items()})
        plots = series.plots()
        if not plots or story.start is None or story.end is None:
            self.hide()
            return
        chart = self._made()
        start, end = story.start.timestamp(), story.end.timestamp()
        chart.set_plots(plots)
        chart.set_now(end)
        chart.set_span(start, end, fit=True)
        chart.set_marks(marks_of(_events(story), story.start, story.end))
        self.show()

    def _made(self) -> LiveStrips:
        if self.chart is None:
            from hue_desktop.ui.charts.live_strips import LiveStrips

            self.chart = LiveStrips(self._theme, scrolls=False)
            self.chart.span_chosen.connect(self._moved)
            self._inner.addWidget(self.chart)
        return self.chart

    def _moved(self, start: float, end: float) -> None:
        """A person panned or zoomed within what was read."""
        if self.chart is not None:
            self.chart.set_span(start, end)


def _events(story: ScalingStory) -> tuple[Event, ...]:
    return tuple(
        Event(
            each.at,
            EventKind.CHANGE if each.kind is StoryKind.POLICY else EventKind.NODES,
            each.what,
            each.attention,
            each.label,
        )
        for each in story.stories
    )
