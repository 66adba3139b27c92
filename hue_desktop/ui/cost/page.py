"""The Cost page of a cluster: what it costs, what for, since when, and what of it was wasted."""

from __future__ import annotations

import time
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from hue_desktop.core.billing import Bill
from hue_desktop.core.budget import budget_forecast
from hue_desktop.core.changes import JournalEntry
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.format import date_time, money, month_name
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.cost.months import month_of
from hue_desktop.services.cost.values import CostOverview, CostShare, ExplorerFigure
from hue_desktop.services.fleet import ConnectionState
from hue_desktop.services.health import EventKeeper
from hue_desktop.ui.charts.stack import Stack
from hue_desktop.ui.cluster_page import ClusterPage
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.cost.budget_part import BudgetPart
from hue_desktop.ui.cost.chart_panel import RANGES_H, CostChart
from hue_desktop.ui.cost.explorer import ExplorerPanel
from hue_desktop.ui.cost.parts import stack_of
from hue_desktop.ui.cost.shares import SharesPanel
from hue_desktop.ui.cost.split import SplitPanel, sources_text, split_of
from hue_desktop.ui.cost.tiles import KEYS, cost_tiles
from hue_desktop.ui.parts import FourStates, Rule, Scroll, Tile, TileRow, column, row
from hue_desktop.ui.stale_notice import StaleNotice
from hue_desktop.ui.tasks import CancelToken
from hue_desktop.ui.theme.tokens import SIZES
from hue_desktop.ui.what_if.bench import WhatIfBench

__all__ = ["CostPage"]

_TICK_MS = 1_000
_READ_AGAIN_S = 30.0
_SHARES_AGAIN_S = 60.0
_SLICES = 240  #: stretches of the chart: each is some pixels wide and the mean of its minutes
_SIDE = (400, 336)  #: width of the side column in a wide and in a narrow window
_NARROW = 940
_BENCH_BESIDE = 1140  #: from this width on the bench has room beside what it comes to
_CHART_HEIGHT = 348
_LOWER_HEIGHT = 232
_TIMEOUT_S = 120.0
_ANY = 16_777_215  #: Qt's word for a width without a limit
_OLD = (ConnectionState.STALE, ConnectionState.EXPIRED, ConnectionState.FAILED)


@dataclass(frozen=True)
class _Reading:
    """What was read at once, so that all figures are of one moment."""

    overview: CostOverview
    chart: Bill
    stack: Stack
    journal: tuple[JournalEntry, ...]


class CostPage(ClusterPage):
    """Tiles; chart beside the split; the what-if bench; shares beside Cost Explorer's figure."""

    def __init__(self, ctx: UiContext, ref: ClusterRef | None = None) -> None:
        super().__init__(ctx, ref)
        self._overview: CostOverview | None = None
        self._journal: tuple[JournalEntry, ...] = ()
        self._events = EventKeeper()
        self._read_at: float | None = None
        self._shares_at: dict[str, float] = {}
        self.tiles = {key: Tile("") for key in KEYS}
        self.tile_row = TileRow(tuple(self.tiles.values()))
        self.chart = CostChart(ctx.theme)
        self.split = SplitPanel()
        self.budget = BudgetPart()
        self.bench = WhatIfBench(ctx, ref, self)
        self.shares = SharesPanel()
        self.explorer = ExplorerPanel()
        self.notice = StaleNotice(self.refresh)
        self._scroll = Scroll(self._make_content())
        self.states = FourStates(self._scroll)
        self.states.retry_requested.connect(self.refresh)
        self.states.show_loading(_("Reading the cluster"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.states)
        self.setFocusProxy(self.shares.table)
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
        self._tick.timeout.connect(self._move_on)
        self._connect()

    @property
    def title(self) -> str:
        return _("Cost")

    # -- building --------------------------------------------------------------------------

    def _make_content(self) -> QWidget:
        gutter = SIZES["gutter"]
        self._split_side = QWidget()
        self._split_side.setLayout(column(self.split, self.budget, None))
        upper = self._beside(self.chart, self._split_side, _CHART_HEIGHT)
        self._bench_part = QWidget()
        self._bench_rule = Rule("v")
        self._bench_line = self._beside(self.bench.main, self.bench.side, 0, self._bench_rule)
        rule = row(Rule("h"), margins=(gutter, 0, gutter, 0))
        self._bench_part.setLayout(column(self._bench_line, rule))
        lower = self._beside(self.shares, self.explorer, _LOWER_HEIGHT)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.notice)
        layout.addLayout(row(self.tile_row, margins=(gutter, 0, gutter, 0)))
        layout.addLayout(row(Rule("h"), margins=(gutter, 0, gutter, 0)))
        layout.addLayout(upper, 3)
        layout.addLayout(row(Rule("h"), margins=(gutter, 0, gutter, 0)))
        layout.addWidget(self._bench_part)
        layout.addLayout(lower, 2)
        return content

    def _beside(
        self, main: QWidget, side: QWidget, height: int, rule: Rule | None = None
    ) -> QHBoxLayout:
        main.setMinimumHeight(height)
        main.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        side.setFixedWidth(_SIDE[0])
        gutter = SIZES["gutter"]
        between = rule or Rule("v")
        line = row(main, between, side, spacing=0, margins=(gutter, 0, gutter, 0))
        line.setStretchFactor(main, 1)
        return line

    def _connect(self) -> None:
        self.chart.range_chosen.connect(self._range_chosen)
        self.chart.retry_requested.connect(self._range_chosen)
        self.shares.kind_chosen.connect(lambda _kind: self._read_shares())
        self.shares.retry_requested.connect(lambda: self._read_shares(again=True))
        self.shares.copied.connect(self.ctx.navigate.notify)
        self.explorer.ask_requested.connect(self.ask_explorer)
        copy = QShortcut(QKeySequence("Ctrl+C"), self.shares)
        copy.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        copy.activated.connect(self.shares.copy_csv)

    def resizeEvent(self, event: object) -> None:
        """A narrow window leaves the chart its room."""
        narrow = self.width() < _NARROW
        for panel in (self._split_side, self.explorer):
            panel.setFixedWidth(_SIDE[narrow])
        self._lay_bench(self.width() < _BENCH_BESIDE)

    def _lay_bench(self, below: bool) -> None:
        """The outcome beside the bench, or below it where both have no room."""
        ways = QBoxLayout.Direction
        self._bench_line.setDirection(ways.TopToBottom if below else ways.LeftToRight)
        self._bench_rule.setVisible(not below)
        side = self.bench.side
        side.setMinimumWidth(0 if below else _SIDE[0])
        side.setMaximumWidth(_ANY if below else _SIDE[0])
        side.set_beside(not below)

    # -- showing ---------------------------------------------------------------------------

    def _show(self) -> None:
        cluster = self.cluster
        if cluster is None or self._snapshot is None:
            self._show_unknown()
            return
        stale = self.notice.show_status(self._snapshot, cluster, "instances", "groups", "cluster")
        self._show_figures(cluster, stale)
        self._bench_part.setVisible(cluster.summary.state.active)
        self.bench.cluster_changed()
        self.chart.show_events(self._events.of(cluster, self._journal))
        self.states.show_content()

    def _show_figures(self, cluster: ClusterSnapshot, stale: bool) -> None:
        """Tiles and split; while nobody answers, nothing is carried on."""
        assert self._snapshot is not None
        active = cluster.summary.state.active
        cost = self._snapshot.costs.get(cluster.ref) if active else None
        overview = self._overview
        bill = overview.bill if overview is not None else None
        now = self._now().timestamp()
        if bill is not None and (self._is_old() or not active):
            now = bill.end
        split = split_of(cost, bill, now, nodes=cluster.instances or (), old=stale)
        texts = cost_tiles(cluster, cost.rate if cost else None, overview, split, now)
        for text in texts:
            self.tiles[text.key].show_figure(
                text.figure, text.unit, text.caption, text.attention, label=text.label, stale=stale
            )
        self.tile_row.set_shown([self.tiles[text.key] for text in texts])
        self.split.show_split(split, ended=not active)
        if split.so_far is not None:
            self.shares.show_whole(money(split.so_far, at_least=split.at_least_so_far))
        sources = bill.sources if bill is not None else cost.sources if cost is not None else ()
        unknown = len(bill.unknown) if bill is not None else cost.rate.unknown if cost else 0
        problems = (_recorded_text(cluster), _unknown_text(unknown))
        self.split.show_sources(sources_text(sources), " ".join(filter(None, problems)))
        self._show_budget(cluster.ref, active)

    def _show_budget(self, ref: ClusterRef, active: bool) -> None:
        """The connection's budget, now and over the month that AWS bills."""
        assert self._snapshot is not None
        moment = self._now()
        begin, end = month_of(moment.timestamp())
        known = self._snapshot.status(ref.connection, ref.region)
        forecast = budget_forecast(
            self._snapshot.usd_hour(ref.connection),
            known.connection.hourly_budget_usd if known is not None and active else None,
            (end - begin) / 3600,
            self._overview.month_usd if self._overview is not None else None,
        )
        self.budget.show_forecast(ref.connection, month_name(moment), forecast)

    def _is_old(self) -> bool:
        assert self._snapshot is not None
        assert self.ref is not None
        status = self._snapshot.status(self.ref.connection, self.ref.region)
        return status is not None and status.state in _OLD

    # -- reading ---------------------------------------------------------------------------

    def _range_chosen(self) -> None:
        self.chart.show_loading()
        self._read()

    def _span(self) -> tuple[float | None, float | None]:
        """From when to when the chart reaches; ``None`` is the cluster's own begin or end."""
        hours = RANGES_H[self.chart.ranges.current]
        cluster = self.cluster
        if hours is None or cluster is None:
            return None, None
        summary = cluster.summary
        end = summary.ended.timestamp() if summary.ended else self._now().timestamp()
        created = summary.created.timestamp() if summary.created else 0.0
        return max(created, end - 3600 * hours), end

    def _read(self) -> None:
        """Add up on a worker; a newer question makes this one's answer moot."""
        if self.ref is None or self.cluster is None:
            return
        ref, app = self.ref, self.ctx.app
        start, end = self._span()
        self._read_at = time.monotonic()

        def read(_token: CancelToken) -> _Reading:
            import hue_desktop.ui.charts.stacked  # noqa: F401  (slow; not on the main thread)

            overview = app.cost.overview(ref)
            chart = app.cost.bill(ref, start, end, slices=_SLICES)
            return _Reading(overview, chart, stack_of(chart), app.journal.entries())

        self.ctx.tasks.run(
            "metrics", read, owner=self, key="bill",
            done=self._came, failed=self.chart.show_failed, timeout_s=_TIMEOUT_S,
        )  # fmt: skip

    def _came(self, reading: _Reading) -> None:
        self._overview, self._journal = reading.overview, reading.journal
        cluster = self.cluster
        if cluster is None:
            return
        self.chart.show_bill(reading.chart, reading.stack, live=cluster.summary.state.active)
        self._show()

    def _read_shares(self, *, again: bool = False) -> None:
        """The table in front, when it is old."""
        if self.ref is None or self.cluster is None:
            return
        kind, ref, app, now = self.shares.kind, self.ref, self.ctx.app, time.monotonic()
        if not again and now - self._shares_at.get(kind, -_SHARES_AGAIN_S) < _SHARES_AGAIN_S:
            return
        self._shares_at[kind] = now

        def read(_token: CancelToken) -> tuple[CostShare, ...]:
            if kind == "step":
                return app.cost.by_step(ref)
            return app.cost.by_user(ref) if kind == "user" else app.cost.by_application(ref)

        # YARN is asked through the tunnel, which takes seconds: not where bills are added up.
        self.ctx.tasks.run(
            "aws", read, owner=self, key=f"shares {kind}",
            done=lambda shares: self.shares.show_shares(kind, shares),
            failed=lambda error: self.shares.show_failed(kind, error), timeout_s=_TIMEOUT_S,
        )  # fmt: skip

    def _move_on(self) -> None:
        """Figures follow the clock each second; the bill is added up anew now and then."""
        cluster = self.cluster
        if cluster is None:
            return
        self._show_figures(cluster, not self.notice.isHidden())
        old = self._read_at is None or time.monotonic() - self._read_at >= _READ_AGAIN_S
        if self._read_at is None or (old and cluster.summary.state.active):
            self._read()
        if cluster.summary.state.active or self.shares.kind not in self._shares_at:
            self._read_shares()
        if cluster.summary.state.active:
            self.bench.open()

    # -- Cost Explorer -----------------------------------------------------------------------

    def ask_explorer(self) -> None:
        """Ask the person first: AWS charges for each request."""
        if self.ref is None:
            return
        wanted = self.ctx.ask.confirm(
            _("Ask Cost Explorer?"),
            _(
                "AWS charges $0.01 for the request. It tells what this cluster’s resources cost by "
                "day, a day or so behind; an answer of today is used again without a request."
            ),
            action=_("Ask for $0.01"),
        )
        if wanted:
            self.read_explorer()

    def read_explorer(self) -> None:
        """Ask Cost Explorer; the person has agreed."""
        if self.ref is None:
            return
        ref, app = self.ref, self.ctx.app
        self.explorer.show_asking()

        def read(_token: CancelToken) -> tuple[ExplorerFigure | None, str]:
            found = app.cost.explorer(ref)
            return found, "" if found is not None else app.cost.explorer_problem(ref)

        self.ctx.tasks.run(
            "aws", read, owner=self, key="explorer", done=self._explorer_came,
            failed=self.explorer.show_failed, timeout_s=_TIMEOUT_S,
        )  # fmt: skip

    def _explorer_came(self, answer: tuple[ExplorerFigure | None, str]) -> None:
        found, problem = answer
        if found is None:
            self.explorer.show_nothing(problem)
        else:
            self.explorer.show_figure(found)

    # -- the window's manners ----------------------------------------------------------------

    def shown(self) -> None:
        self._tick.start()
        self._move_on()

    def hidden(self) -> None:
        self._tick.stop()

    def refresh(self) -> None:
        self.ctx.app.fleet.refresh(self.ref)
        self._read()
        self._read_shares(again=True)
        self.bench.read()

    def select(self, what: str) -> None:
        """``step``, ``application`` or ``user``: the table of that kind; ``explorer`` asks it.

        ``what-if`` brings the bench into view.
        """
        if what == "explorer":
            self.ask_explorer()
        elif what == "what-if":
            self.bench.open()
            self.show_bench()
        elif what in ("step", "application", "user"):
            self.shares.kinds.choose(what)

    def show_bench(self) -> bool:
        """Scroll to the bench; whether it is in view now (what is above it may still grow)."""
        bar, wanted = self._scroll.verticalScrollBar(), self._bench_part.y()
        there = bar.value() == min(wanted, bar.maximum())
        bar.setValue(wanted)
        return there

    def keys(self) -> tuple[tuple[str, str], ...]:
        return (
            (_("Left, Right"), _("Move the crosshair of the chart")),
            ("Ctrl+C", _("Copy the table of costs as CSV")),
        )


def _recorded_text(cluster: ClusterSnapshot) -> str:
    if cluster.recorded_at is None:
        return ""
    text = _("EMR lists this cluster no more; this is what was recorded of it until {when}.")
    return text.format(when=date_time(cluster.recorded_at, always_date=True))


def _unknown_text(nodes: int) -> str:
    if not nodes:
        return ""
    text = ngettext(
        "The price of {n} node is not known: sums are at least what they say.",
        "The prices of {n} nodes are not known: sums are at least what they say.",
        nodes,
    )
    return text.format(n=nodes)
