"""A cost service over the sample fleet: real bills of its nodes, and shares that were written down.

Nodes cost list prices that are round; Spot costs half of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from PySide6.QtWidgets import QApplication

from hue_desktop.core.billing import Bill, PriceStep, SpotHistory
from hue_desktop.core.billing_sums import bill
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.connections import Connection
from hue_desktop.core.cost import PriceBook
from hue_desktop.core.errors import HueError, NotFound
from hue_desktop.core.pricing import CostRate, PriceSource, TypePrice
from hue_desktop.core.what_if.reckoning import copy_of, reckon
from hue_desktop.core.what_if.values import Outcome, Variant
from hue_desktop.services.cost.lives import lives_of
from hue_desktop.services.cost.values import (
    CostOverview,
    CostShare,
    ExplorerFigure,
    IdleFinding,
    IdleKind,
)
from hue_desktop.services.fleet import FleetSnapshot
from hue_desktop.services.health.values import HealthSnapshot
from hue_desktop.services.what_if import Bench
from hue_desktop.services.what_if.gathering import facts_of
from hue_desktop.ui.actions import ActionContext
from hue_desktop.ui.context import UiContext
from tests.ui.sample_fleet import LIST, NOW, fleet
from tests.ui.seeing_desk import QUIET_HEALTH, Places, make_context

__all__ = ["SampleCosts", "ref_of", "sample_desk"]

_LISTED = {"m5.2xlarge": 0.384, "r5.2xlarge": 0.504, "m5.xlarge": 0.192}


def ref_of(snapshot: FleetSnapshot, name: str) -> ClusterRef:
    """The cluster of a name."""
    return next(ref for ref, c in snapshot.clusters.items() if c.summary.name == name)


class SampleCosts:
    """The cost service's face; ``fails`` is raised by whatever blocks, ``asked`` keeps calls."""

    def __init__(self, snapshot: FleetSnapshot, *, unpriced: Sequence[str] = ()) -> None:
        self.snapshot = snapshot
        self.fails: HueError | None = None
        self.asked: list[str] = []
        self.shares: dict[str, tuple[CostShare, ...]] = {"step": (), "application": (), "user": ()}
        self.findings: tuple[IdleFinding, ...] = ()
        self.figure: ExplorerFigure | None = None
        self.problem = ""
        self.idle: tuple[float, float, float] | None = (57.03, 5.2 * 3600, 3 * 86400.0)
        self.book = PriceBook(
            types={
                name: TypePrice(name, None if name in unpriced else usd, usd / 4, LIST)
                for name, usd in _LISTED.items()
            },
            ebs_gib_month={"gp3": 0.08, "gp2": 0.1},
            sources=(LIST,),
        )
        steps = (PriceStep(0.0, _LISTED["m5.2xlarge"] / 2),)
        pools = {("m5.2xlarge", az): steps for az in ("us-east-1a", "us-east-1b")}
        self.spot = SpotHistory(pools, PriceSource("Spot history", NOW))

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if self.fails is not None:
            raise self.fails

    def bill(
        self,
        ref: ClusterRef,
        start: float | None = None,
        end: float | None = None,
        *,
        slices: int = 0,
    ) -> Bill:
        self._ask("bill")
        cluster = self.snapshot.clusters.get(ref)
        if cluster is None or cluster.summary.created is None:
            raise NotFound("Nobody knows this cluster.")
        begin = cluster.summary.created.timestamp() if start is None else start
        until = (cluster.summary.ended or NOW).timestamp() if end is None else end
        return bill(lives_of(cluster), self.book, self.spot, begin, until, slices)

    def overview(self, ref: ClusterRef) -> CostOverview:
        self._ask("overview")
        cost = self.snapshot.costs.get(ref)
        rate = cost.rate if cost is not None else CostRate()
        usd, idle_s, known_s = self.idle or (None, None, 0.0)
        end = 1_796_083_200.0  # 1 December 2026, 00:00 UTC
        return CostOverview(rate, self.bill(ref), 3733.4, end, usd, idle_s, known_s)

    def connection(self, name: str) -> Connection:
        """The connection of that name."""
        status = self.snapshot.status(name)
        assert status is not None
        return status.connection

    def by_step(self, _ref: ClusterRef) -> tuple[CostShare, ...]:
        self._ask("step")
        return self.shares["step"]

    def by_application(self, _ref: ClusterRef) -> tuple[CostShare, ...]:
        self._ask("application")
        return self.shares["application"]

    def by_user(self, _ref: ClusterRef) -> tuple[CostShare, ...]:
        self._ask("user")
        return self.shares["user"]

    def explorer(self, _ref: ClusterRef) -> ExplorerFigure | None:
        self._ask("explorer")
        return self.figure

    def explorer_problem(self, _ref: ClusterRef) -> str:
        return self.problem

    def idle_findings(self) -> tuple[IdleFinding, ...]:
        self._ask("findings")
        return self.findings


class SampleBench:
    """The bench of the sample's clusters, without types to choose from."""

    def __init__(self, costs: SampleCosts) -> None:
        self._costs = costs

    def open(self, ref: ClusterRef) -> Bench:
        snapshot = self._costs.snapshot.clusters[ref]
        facts = facts_of(snapshot, (), self._costs.book, HealthSnapshot(ref), {})
        return Bench(facts, copy_of(snapshot))

    def refreshed(self, bench: Bench) -> Bench:
        return bench

    def reckon(self, bench: Bench, variant: Variant) -> Outcome:
        return reckon(bench.facts, variant)


def finding(
    ref: ClusterRef, usd_day: float | None, action: str = "terminate", title: str = "It is idle"
) -> IdleFinding:
    """Something found."""
    return IdleFinding(ref, IdleKind.IDLE, title, "No step for 19 h.", usd_day, action)


@contextmanager
def sample_desk(
    qapp: QApplication, costs: SampleCosts | None = None
) -> Iterator[tuple[UiContext, Places, SampleCosts]]:
    """A context whose services tell the sample's costs; its tasks end with the block."""
    made = costs or SampleCosts(fleet())
    refreshed: list[Any] = []
    remember: Callable[..., None] = lambda ref=None: refreshed.append(ref)  # noqa: E731
    application = SimpleNamespace(
        cost=made,
        journal=SimpleNamespace(entries=tuple),
        fleet=SimpleNamespace(refresh=remember, snapshot=lambda: made.snapshot),
        connections=SimpleNamespace(problems=tuple, find=made.connection),
        what_if=SampleBench(made),
        health=QUIET_HEALTH,
    )
    ctx, places = make_context(qapp, application)
    ctx.actions.bind(ctx, ActionContext)
    try:
        yield ctx, places, made
    finally:
        ctx.tasks.close()
