"""What clusters cost: now, so far, this month; whom it was for, and what AWS says of it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from hue_desktop.core.billing import Bill
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.errors import Cancelled, HueError, StateError
from hue_desktop.core.pricing import CostRate
from hue_desktop.core.text import _
from hue_desktop.services.access import AccessPool
from hue_desktop.services.cost.explaining import ASKED, differences, midnight
from hue_desktop.services.cost.idle_finder import find_idle
from hue_desktop.services.cost.idle_waste import Stretch, idle_stretches
from hue_desktop.services.cost.ledger import Account, Ledger
from hue_desktop.services.cost.months import month_of
from hue_desktop.services.cost.prices import PriceBooks
from hue_desktop.services.cost.reckoning import cluster_cost
from hue_desktop.services.cost.shares import application_shares, step_shares, user_shares
from hue_desktop.services.cost.survey import Survey, survey
from hue_desktop.services.cost.values import (
    ClusterCost,
    CostOverview,
    CostShare,
    ExplorerFigure,
    IdleFinding,
)
from hue_desktop.services.fleet.service import FleetService

if TYPE_CHECKING:
    from hue_desktop.core.cost_ports import ApplicationStore
    from hue_desktop.core.health_ports import RecordedStore
    from hue_desktop.core.metrics import SeriesData, YarnApplication

__all__ = ["CostService"]

_YARN_REMEMBERS = 1000  #: yarn.resourcemanager.max-completed-applications
_EXPLORER_DAYS = 395  #: Cost Explorer tells thirteen months back
_HOUR_S = 3600.0
_CLOUDWATCH_S = 300.0  #: how far apart EMR's own samples are

Applications = Callable[[ClusterRef], "tuple[YarnApplication, ...] | None"]
"""The applications that YARN knows of; ``None`` where nobody can be asked. May block."""
RunningApps = Callable[[ClusterRef, float, float], "SeriesData | None"]
"""How many applications ran between two instants, as far as it was measured. May block."""


class CostService:
    """Safe from any thread. ``of``, ``of_connection`` and ``idle_findings`` never block."""

    def __init__(
        self,
        fleet: FleetService,
        access: AccessPool,
        books: PriceBooks,
        *,
        applications: Applications = lambda _ref: None,
        running_apps: RunningApps = lambda _ref, _start, _end: None,
        recorded: Callable[[], RecordedStore | None] = lambda: None,
        seen_applications: Callable[[], ApplicationStore | None] = lambda: None,
    ) -> None:
        self._fleet = fleet
        self._access = access
        self._books = books
        self._applications = applications
        self._running_apps = running_apps
        self._recorded = recorded
        self._seen_applications = seen_applications
        self._ledger = Ledger(fleet.snapshot, access, books, recorded)
        self._lock = threading.Lock()
        self._explorer_problems: dict[ClusterRef, str] = {}

    # -- from the fleet's snapshot, at once ---------------------------------------------------

    def of(self, ref: ClusterRef) -> ClusterCost | None:
        """The cost of a cluster now; ``None`` before its nodes and prices are known."""
        return self._fleet.snapshot().costs.get(ref)

    def of_connection(self, name: str) -> CostRate:
        """What all clusters of a connection cost now, as far as it is known."""
        total = CostRate()
        for ref, cost in self._fleet.snapshot().costs.items():
            if ref.connection == name:
                total += cost.rate
        return total

    def idle_findings(self) -> tuple[IdleFinding, ...]:
        """Money that is paid for little, the dearest first, over all clusters that are known."""
        fleet = self._fleet.snapshot()
        return find_idle(fleet, self._books.now, fleet.region_now)

    # -- these block ----------------------------------------------------------------------------

    def bill(
        self,
        ref: ClusterRef,
        start: float | None = None,
        end: float | None = None,
        *,
        slices: int = 0,
    ) -> Bill:
        """What a cluster cost between two instants (region epoch seconds).

        By default from its beginning until now, or until it ended. ``HueError`` when EMR cannot be
        asked and nothing was recorded of the cluster.
        """
        return self._ledger.account(ref).bill(start, end, slices)

    def overview(self, ref: ClusterRef) -> CostOverview:
        """The rate now, the bill so far, the month's forecast and what idling cost."""
        account = self._ledger.account(ref)
        rate = self._rate(account)
        month_usd, month_end = _month(account, rate)
        overview = CostOverview(rate, account.bill(None, None), month_usd, month_end)
        return _with_idle(overview, account, self._stretches(account))

    def snapshot(self, ref: ClusterRef) -> ClusterSnapshot:
        """The cluster with every node that it ever had, as far as anybody knows."""
        return self._ledger.snapshot(ref)

    def region_now(self, ref: ClusterRef) -> datetime:
        """The region's time, as far as it is known. Does not block."""
        return datetime.fromtimestamp(self._ledger.now(ref), UTC)

    def refresh(self, ref: ClusterRef) -> None:
        """Ask EMR and EC2 anew with the next question. Does not block."""
        self._ledger.forget(ref)

    def recorded(self) -> tuple[ClusterSnapshot, ...]:
        """Clusters that were opened once, without their nodes, the newest last seen first."""
        store = self._recorded()
        kept = store.all() if store is not None else ()
        return tuple(snapshot for snapshot, _at in sorted(kept, key=lambda each: -each[1]))

    def survey(self, refs: Iterable[ClusterRef]) -> Survey:
        """Costs and findings of clusters that no fleet reads; for commands."""
        return survey(refs, self._ledger.account, self._access, self._books)

    def by_application(self, ref: ClusterRef) -> tuple[CostShare, ...]:
        """What each YARN application cost, the newest first; nothing where YARN cannot be asked."""
        account = self._ledger.account(ref)
        applications, _all = self._known_applications(ref)
        if not applications:
            return ()
        return application_shares(applications, account.between, account.until)

    def by_user(self, ref: ClusterRef) -> tuple[CostShare, ...]:
        """What each YARN user's applications cost, the dearest first."""
        account = self._ledger.account(ref)
        applications, _all = self._known_applications(ref)
        if not applications:
            return ()
        shares = application_shares(applications, account.between, account.until)
        return user_shares(applications, shares)

    def by_step(self, ref: ClusterRef) -> tuple[CostShare, ...]:
        """What each step's applications cost, the newest first; without YARN nobody knows."""
        account = self._ledger.account(ref)
        steps = account.snapshot.steps or ()
        applications, all_of_them = self._known_applications(ref)
        if not applications and not all_of_them:
            return step_shares(steps, (), (), float("inf"))
        shares = application_shares(applications, account.between, account.until)
        known_from = account.began
        if len(applications) >= _YARN_REMEMBERS:
            starts = [each.started for each in applications if each.started is not None]
            known_from = min(starts, default=account.now)
        found = step_shares(steps, applications, shares, known_from)
        # what nobody saw of a step may have run all the same
        return (
            found if all_of_them else tuple(each if each.usd else _unknown(each) for each in found)
        )

    def explorer(self, ref: ClusterRef) -> ExplorerFigure | None:
        """Cost Explorer's figure and why it is not ours. Costs $0.01 for each day it is asked.

        ``None`` when it cannot be had; ``explorer_problem`` then says why.
        """
        self._set_problem(ref, "")
        try:
            return self._explored(ref)
        except Cancelled:
            raise
        except HueError as error:
            self._set_problem(ref, str(error))
            return None

    def explorer_problem(self, ref: ClusterRef) -> str:
        """Why the last ``explorer`` of a cluster had no answer; empty when it had one."""
        with self._lock:
            return self._explorer_problems.get(ref, "")

    # ---------------------------------------------------------------------------------------------

    def _set_problem(self, ref: ClusterRef, text: str) -> None:
        with self._lock:
            self._explorer_problems[ref] = text

    def _explored(self, ref: ClusterRef) -> ExplorerFigure | None:
        door = self._access.of(ref.connection, ref.region).cost_explorer
        if door is None:
            self._set_problem(ref, _("This connection has no Cost Explorer."))
            return None
        account = self._ledger.account(ref)
        first, last = _days(account)
        costs = door.costs(ref.cluster_id, first, last)
        start, end = midnight(costs.start), min(midnight(costs.end), account.now)
        why = differences(costs, account.bill, account.now)
        asked = ASKED.format(when=datetime.fromtimestamp(costs.asked_at).strftime("%H:%M"))
        return ExplorerFigure(
            usd=costs.total,
            start=start,
            end=midnight(costs.end),
            estimated=costs.estimated,
            ours_usd=account.bill(start, end).total,
            why=(*why, asked),
        )

    def _known_applications(self, ref: ClusterRef) -> tuple[tuple[YarnApplication, ...], bool]:
        """Those that YARN knows and those that were seen before, and whether YARN was asked."""
        seen = self._seen(ref)
        told: tuple[YarnApplication, ...] | None = None
        if self._may_run(ref):
            try:
                told = self._applications(ref)
            except Cancelled:
                raise
            except HueError:
                told = None
        if told is None:
            return seen, False
        self._remember(ref, told)
        ids = {each.id for each in told}
        return (*told, *(each for each in seen if each.id not in ids)), True

    def _may_run(self, ref: ClusterRef) -> bool:
        """Whether its YARN is worth asking: not that of a cluster that is over."""
        known = self._fleet.snapshot().clusters.get(ref)
        return known is None or known.summary.state.active

    def _seen(self, ref: ClusterRef) -> tuple[YarnApplication, ...]:
        store = self._seen_applications()
        try:
            return store.load(ref) if store is not None else ()
        except StateError:
            return ()

    def _remember(self, ref: ClusterRef, applications: tuple[YarnApplication, ...]) -> None:
        """Keep what YARN told; a state that cannot be written costs only that."""
        store = self._seen_applications()
        if store is not None:
            with contextlib.suppress(StateError):
                store.save(ref, applications, self._ledger.now(ref))

    def _rate(self, account: Account) -> CostRate:
        """$/h now, with the newest Spot prices."""
        snapshot = account.snapshot
        ref = snapshot.ref
        types = {life.instance_type for life in account.lives if life.ended is None}
        volumes = {each.volume_type for life in account.lives for each in life.volumes}
        try:
            book = self._books.read(ref.connection, ref.region, types, volume_types=volumes)
        except Cancelled:
            raise
        except HueError:
            book = account.book
        return cluster_cost(snapshot, book).rate

    def _stretches(self, account: Account) -> tuple[Stretch, ...]:
        start, end = account.began, account.until
        if end <= start:
            return ()
        try:
            series = self._running_apps(account.snapshot.ref, start, end)
        except Cancelled:
            raise
        except HueError:
            return ()
        if series is None:
            return ()
        # live samples and CloudWatch's may stand side by side in one series
        step_s = max(series.step_s, _CLOUDWATCH_S)
        return idle_stretches(series.times, series.values, step_s, start, end)


def _unknown(share: CostShare) -> CostShare:
    return replace(share, usd=None, container_share=None)


def _month(account: Account, rate: CostRate) -> tuple[float | None, float | None]:
    """What the month comes to if the cluster runs on, and when it ends."""
    begin, end = month_of(account.now)
    if account.now <= begin:
        return None, None
    usd = account.bill(begin, end).total
    if account.snapshot.summary.state.active:
        usd += rate.total * (end - account.now) / _HOUR_S
    return usd, end


def _with_idle(
    overview: CostOverview, account: Account, stretches: tuple[Stretch, ...]
) -> CostOverview:
    """``overview`` with the dollars of the idle stretches, if anything was measured."""
    if not stretches:
        return overview
    edges = sorted({each.start for each in stretches} | {each.end for each in stretches})
    usd = {each.start: each.total for each in account.between(edges).slices}
    idle = [each for each in stretches if each.idle]
    return replace(
        overview,
        idle_usd=sum(usd[each.start] for each in idle),
        idle_s=sum(each.end - each.start for each in idle),
        idle_known_s=sum(each.end - each.start for each in stretches),
    )


def _days(account: Account) -> tuple[date, date]:
    """The UTC days of a cluster's life that Cost Explorer can tell, the last one exclusive."""
    last = datetime.fromtimestamp(account.until, UTC).date() + timedelta(days=1)
    first = datetime.fromtimestamp(account.began, UTC).date()
    return max(first, last - timedelta(days=_EXPLORER_DAYS)), last
