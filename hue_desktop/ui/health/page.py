"""The Health page: live charts on one time axis, what is wrong, and the rules that say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from hue_desktop.core.alerts import Alert, AlertLevel, CloudWatchAlarm
from hue_desktop.core.changes import JournalEntry
from hue_desktop.core.clusters import ClusterRef, ClusterState
from hue_desktop.core.errors import HueError
from hue_desktop.core.format import date_time
from hue_desktop.core.metrics import SeriesData, SeriesKey
from hue_desktop.core.text import _
from hue_desktop.services.fleet import FleetChange
from hue_desktop.services.health.values import (
    Collecting,
    HealthChange,
    HealthSnapshot,
    Verdict,
)
from hue_desktop.ui.charts.event_marks import Happenings
from hue_desktop.ui.cluster_page import ClusterPage
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.health.chart_panel import RANGES, HealthChart
from hue_desktop.ui.health.notices import Notice, NoticeLines, notices_of
from hue_desktop.ui.health.side import HealthSide
from hue_desktop.ui.health_feed import HealthWatch
from hue_desktop.ui.parts import FourStates
from hue_desktop.ui.tasks import CancelToken

__all__ = ["HealthPage"]

_TICK_MS = 1_000
_READ_AGAIN_S = 60.0  #: of the machine's time, where nothing live arrives
_ALARMS_S = 60
_POINTS = 1200
_MARGIN = 0.5  #: so much more than the span is read on either side, so that panning finds values
_LEAD_S = 660.0  #: and at least so much, so that a value of CloudWatch leads into the picture
_AFTERMATH_S = 600.0  #: shown after the end of a cluster, with the end in sight


@dataclass(frozen=True)
class _History:
    """What was read for a span."""

    start: float
    end: float
    series: Mapping[SeriesKey, SeriesData] = field(default_factory=dict)
    journal: tuple[JournalEntry, ...] = ()
    alerts: tuple[Alert, ...] = ()


class HealthPage(ClusterPage):
    """Charts at the left, verdict, alerts and rules at the right."""

    def __init__(self, ctx: UiContext, ref: ClusterRef | None = None) -> None:
        super().__init__(ctx, ref)
        self._journal: tuple[JournalEntry, ...] = ()
        self._watch = HealthWatch(ctx, ref) if ref is not None else None
        self._happenings = Happenings()
        self._past: tuple[Alert, ...] = ()
        self._ticks = 0
        self._read_ticks = 0
        self._loaded = False
        self.health = HealthSnapshot(ref) if ref is not None else None
        self.chart = HealthChart(ctx.theme)
        self.notices = NoticeLines()
        self.side = HealthSide()
        self.states = FourStates(self._make_content())
        self.states.retry_requested.connect(self.refresh)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.states)
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
        self._tick.timeout.connect(self._move_on)
        self._connect()
        self.chart.show_loading()

    @property
    def title(self) -> str:
        return _("Health")

    def _make_content(self) -> QWidget:
        content, left = QWidget(), QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notices)
        column.addWidget(self.chart, 1)
        layout = QHBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(left, 1)
        layout.addWidget(self.side)
        return content

    def _connect(self) -> None:
        if self._watch is not None:
            self._watch.changed.connect(self._changed)
        self.chart.live_wanted.connect(self._read_live)
        self.chart.span_wanted.connect(self._read_span)
        self.chart.retry_requested.connect(self._read_live)
        self.chart.export_requested.connect(self.export)
        self.side.edit.clicked.connect(lambda _on=False: self.edit_rules())
        self.side.alerts.node_requested.connect(self._show_node)
        self.side.alerts.mute_requested.connect(self._mute)

    # -- what is known ---------------------------------------------------------------------

    @property
    def _ended(self) -> datetime | None:
        cluster = self.cluster
        return cluster.summary.ended if cluster is not None else None

    def _end(self) -> float:
        """Where the time axis ends: now, or soon after the end of a cluster."""
        now, ended = self._now().timestamp(), self._ended
        return now if ended is None else min(now, ended.timestamp() + _AFTERMATH_S)

    # -- showing ---------------------------------------------------------------------------

    def apply(self, change: FleetChange) -> None:
        first = self._newer(change)
        if self.ref is None:
            return
        if first:
            self._choose_range()
        if first or self.ref in change.clusters or self.ref in change.removed:
            self._show()
        if first and self.isVisible():
            self._read_live()

    def _choose_range(self) -> None:
        """The last hour of a cluster that is up; of one that is no more the range of its life."""
        summary = self.cluster.summary if self.cluster is not None else None
        if summary is None or summary.ended is None or summary.created is None:
            return
        life_s = (summary.ended - summary.created).total_seconds() + _AFTERMATH_S
        self.chart.ranges.set_current(next((k for k, s in RANGES.items() if s >= life_s), "30d"))

    def _show(self) -> None:
        if self._snapshot is None or self.health is None:
            return
        if self.cluster is None and not self._loaded:
            self._show_unknown()
            return
        now = self._now()
        rules = self.ctx.app.health.rules()
        self.side.set_ended(self._ended is not None)
        self.side.show_snapshot(self._judged(), rules, now, self._no_alerts())
        self.chart.show_rules(rules)
        self.notices.show_notices(self._notices(now))
        lost = self.health.collecting is Collecting.BROKEN and self._was_live()
        self.chart.set_stale(lost and self._ended is None)
        self._show_events()
        self.states.show_content()

    def _notices(self, now: datetime) -> list[Notice]:
        assert self.health is not None
        broken = self.health.collecting is Collecting.BROKEN
        was_live = broken and self._was_live()
        return notices_of(self.health, self.cluster, now, was_live=was_live)

    def _was_live(self) -> bool:
        """Whether YARN or HDFS has answered within the hour that is held in memory."""
        if self.ref is None:
            return False
        keys = self.chart.keys
        return bool(self.ctx.app.health.live(self.ref, keys, 0.0, self._now().timestamp()))

    def _judged(self) -> HealthSnapshot:
        """What the side shows: of a cluster that is no more its end, and the alerts it had."""
        assert self.health is not None
        if self._ended is None or self.cluster is None:
            return self.health
        summary = self.cluster.summary
        why = summary.reason or summary.reason_code
        failed = summary.state is ClusterState.TERMINATED_WITH_ERRORS
        text = _("It ended {time}.").format(time=date_time(self._ended, today=self._now()))
        verdict = Verdict(
            AlertLevel.CRITICAL if failed else AlertLevel.UNKNOWN,
            _("Failed") if failed else _("Ended"),
            f"{text} {why}".strip(),
        )
        return replace(self.health, verdict=verdict, alerts=self._all_alerts())

    def _no_alerts(self) -> str:
        assert self.health is not None
        if self._ended is not None:
            return _("None are known of these hours.")
        if self.health.collecting in (Collecting.OFF, Collecting.CONNECTING):
            return _("Nothing was judged yet.")
        return _("No alerts today.")

    def _show_events(self) -> None:
        if self.cluster is not None:
            alerts = self._all_alerts()
            notices = self.health.notices if self.health is not None else ()
            events = self._happenings.of(self.cluster, self._journal, alerts, notices)
            self.chart.show_events(events)

    def _all_alerts(self) -> tuple[Alert, ...]:
        """Those of today as they are now, and those of the hours that were read."""
        now = self.health.alerts if self.health is not None else ()
        known = {(alert.rule.key, alert.since) for alert in now}
        past = [alert for alert in self._past if (alert.rule.key, alert.since) not in known]
        return (*now, *past)

    def _changed(self, change: HealthChange) -> None:
        """A reading arrived."""
        self.show_health(change.snapshot)
        self._add_live()

    def show_health(self, snapshot: HealthSnapshot) -> None:
        """Show what is known of the cluster's health now."""
        self.health = snapshot
        self._show()

    def _add_live(self) -> None:
        """Take what was measured since the newest value that is shown."""
        if (
            self.ref is None
            or self._snapshot is None
            or not self._loaded
            or self._ended is not None
        ):
            return
        now, last = self._now().timestamp(), self.chart.series.last
        since = last if last is not None else now - self.chart.length_s
        if last is not None and last > now + 60:
            self._read_live()  # the region's clock was set back
            return
        found = self.ctx.app.health.live(self.ref, self.chart.keys, since, now)
        self.chart.show_live(found, now)

    def _move_on(self) -> None:
        """Once a second: the axis follows the clock; where nothing live comes, read again."""
        self._ticks += 1
        if self._snapshot is None or self.health is None:
            return
        self.notices.show_notices(self._notices(self._now()))
        self._add_live()
        live = self.health.collecting in (Collecting.LIVE, Collecting.PARTLY)
        if not live and self.chart.follows and self._ticks - self._read_ticks >= _READ_AGAIN_S:
            self._read_live()
        if self._ticks % _ALARMS_S == 0:
            self._read_alarms()

    # -- reading ---------------------------------------------------------------------------

    def _read_live(self) -> None:
        if self._snapshot is not None:
            end = self._end()
            self._read(end - self.chart.length_s, end)

    def _read_span(self, start: float, end: float) -> None:
        self._read(start, end)

    def _read(self, start: float, end: float) -> None:
        """Ask for a span on a worker; a newer question makes this one's answer moot."""
        if self.ref is None:
            return
        self._read_ticks = self._ticks
        self.chart.show_loading()
        ref, app, keys = self.ref, self.ctx.app, self.chart.keys
        margin = _LEAD_S if self.chart.follows else max(_LEAD_S, _MARGIN * (end - start))
        most = round(_POINTS * (1 + 2 * margin / (end - start)))

        def read(_token: CancelToken) -> _History:
            import hue_desktop.ui.charts.health_strips  # (slow; not on the main thread)
            import hue_desktop.ui.charts.live_strips  # noqa: F401

            series = app.health.history(ref, keys, start - margin, end + margin, most=most)
            alerts = app.health.alerts(ref, start, end)
            return _History(start, end, series, app.journal.entries(), alerts)

        self.ctx.tasks.run(
            "metrics", read, owner=self, key="history",
            done=self._history_read, failed=self._history_failed,
        )  # fmt: skip

    def _history_read(self, history: _History) -> None:
        self._loaded = True
        self._journal, self._past = history.journal, history.alerts
        self._show()
        empty = _("YARN and HDFS have not answered yet, and CloudWatch has no values.")
        if self._ended is not None:
            empty = _("Nothing was recorded, and CloudWatch keeps five-minute values for 63 days.")
        now = self._now().timestamp() if self._snapshot is not None else history.end
        self.chart.show_history(history.series, history.start, history.end, now, empty)
        self._add_live()

    def _history_failed(self, error: HueError) -> None:
        self._loaded = True
        self.chart.show_failed(error)

    def _read_alarms(self) -> None:
        if self.ref is None:
            return
        ref, app = self.ref, self.ctx.app

        def read(_token: CancelToken) -> tuple[CloudWatchAlarm, ...]:
            return app.health.cloudwatch_alarms(ref)

        def show(alarms: tuple[CloudWatchAlarm, ...]) -> None:
            if self._snapshot is not None:
                self.side.show_alarms(alarms, self._now())

        self.ctx.tasks.run(
            "aws", read, owner=self, key="alarms", done=show, failed=lambda _error: None
        )

    # -- acting ----------------------------------------------------------------------------

    def _show_node(self, host: str) -> None:
        if self.ref is None or self.cluster is None:
            return
        nodes = self.cluster.instances or ()
        found = next((node.id for node in nodes if node.private_dns == host), host)
        self.ctx.navigate.open_cluster(self.ref, "nodes", select=found)

    def _mute(self, rule_key: str, seconds: float | None) -> None:
        if self.ref is None or self._snapshot is None:
            return
        ref, health = self.ref, self.ctx.app.health
        until = None if seconds is None else self._now().timestamp() + seconds
        self.ctx.tasks.run("local", lambda _token: health.mute(ref, rule_key, until), owner=self)

    def edit_rules(self) -> None:
        """Open the sheet of the rules."""
        from hue_desktop.ui.health.rules_sheet import RulesSheet

        self.ctx.navigate.open_sheet(RulesSheet)

    def export(self) -> None:
        """Ask for a file and write what the chart shows: a picture or a table."""
        chart = self.chart.chart
        if chart is None or not chart.plots or self.ref is None:
            self.ctx.navigate.notify(_("There is no chart yet to be exported."), kind="warn")
            return
        name = self.cluster.summary.name if self.cluster is not None else self.ref.cluster_id
        target = self.ctx.ask.choose_file(
            _("Export what the chart shows"),
            pattern=_("Table (*.csv);;Picture (*.png)"),
            save_as=f"{_plain_name(name)}-health.csv",
        )
        if target is not None:
            self.save(target)

    def save(self, target: Path) -> None:
        """Write the chart to a file; its ending says how."""
        from hue_desktop.ui.health.saving import save_chart

        chart = self.chart.chart
        if chart is None:
            return
        try:
            save_chart(chart, target)
        except HueError as error:
            self.ctx.navigate.notify(str(error), kind="warn")
            return
        self.ctx.navigate.notify(_("Saved {file}").format(file=target))

    def shown(self) -> None:
        if self._watch is None:
            return
        self.health = self._watch.start()
        self._tick.start()
        if self._snapshot is not None:
            self._show()
            if self.chart.follows:
                self._read_live()
        self._read_alarms()

    def hidden(self) -> None:
        self._tick.stop()
        if self._watch is not None:
            self._watch.stop()

    def refresh(self) -> None:
        self.ctx.app.fleet.refresh(self.ref)
        self._read_live()
        self._read_alarms()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.side.fit(event.size().width())
        super().resizeEvent(event)

    def select(self, what: str) -> None:
        """``rules`` opens the rules, ``export`` asks where to write; else one of the ranges."""
        if what == "rules":
            self.edit_rules()
        elif what == "export":
            self.export()
        elif what in ("15m", "1h", "6h", "24h", "7d", "30d"):
            self.chart.ranges.choose(what)

    def keys(self) -> tuple[tuple[str, str], ...]:
        return (
            ("← →", _("Move the crosshair, with Shift farther")),
            ("+ −", _("Zoom about the crosshair; the mouse wheel zooms about the pointer")),
            (_("Page up, Page down"), _("Pan by half a span; drag pans, Shift and drag zooms")),
            (_("Home"), _("Back to live; so does a double click")),
            ("Esc", _("Take the crosshair away")),
        )


def _plain_name(name: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in name) or "cluster"
