"""The rehearsal service: stands a copy of a cluster up elsewhere and does it there first.

The copy's region is a process of its own that keeps nothing. What is carried out there goes through
the same adapters as the real thing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Protocol

from hue_desktop.core.changes import CreateCluster
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import (
    Cancelled,
    HueError,
    NotFound,
    Refused,
)
from hue_desktop.core.rehearsal import (
    MAX_HOURS,
    RehearsalOutcome,
    RehearsalProgress,
    RehearsalRequest,
    RehearsalStage,
)
from hue_desktop.core.text import _
from hue_desktop.services.rehearsal.copying import Copy
from hue_desktop.services.rehearsal.reading import Original, read_original

if TYPE_CHECKING:
    from hue_desktop.core.metrics import Reading
    from hue_desktop.core.ports import RegionAccess
    from hue_desktop.core.rehearsal_ports import RehearsalRegion, RehearsalRegions
    from hue_desktop.services.access import AccessPool
    from hue_desktop.services.cost.prices import PriceBooks
    from hue_desktop.services.shrink.values import Inspection

__all__ = ["CancelLike", "RehearsalService"]

_SPEED = 60.0  #: of a region that was kept


class CancelLike(Protocol):
    """What the service needs of a cancel token."""

    def raise_if_cancelled(self) -> None:
        """Raise ``Cancelled`` when the work should stop."""

    def on_cancel(self, hook: Callable[[], None]) -> None:
        """Call ``hook`` at the cancel, or at once when that has been."""


class RehearsalService:
    """Runs rehearsals, each in a region of its own that ends with it unless it is kept.

    ``servers`` reads a cluster's YARN and HDFS, ``inspection`` is what a pre-flight has read of it,
    ``lend`` and ``withdraw`` add and remove a connection that is in no file.
    """

    def __init__(
        self,
        access: AccessPool,
        books: PriceBooks,
        regions: RehearsalRegions,
        open_doors: Callable[[Connection, str], RegionAccess],
        *,
        servers: Callable[[ClusterRef], Reading],
        inspection: Callable[[ClusterRef], Inspection | None] = lambda _ref: None,
        lend: Callable[[Connection], None] = lambda _connection: None,
        withdraw: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self._access = access
        self._books = books
        self._regions = regions
        self._open_doors = open_doors
        self._servers = servers
        self._inspection = inspection
        self._lend = lend
        self._withdraw = withdraw
        self._lock = threading.Lock()
        self._numbers = count(1)
        self._held: dict[str, Copy] = {}
        self._kept: dict[str, Copy] = {}
        self._running: set[RehearsalRegion] = set()
        self._closed = False

    def run(
        self,
        request: RehearsalRequest,
        *,
        progress: RehearsalProgress | None = None,
        token: CancelLike | None = None,
    ) -> RehearsalOutcome:
        """Rehearse. Blocks; ``HueError`` when the cluster or the region cannot be had,
        ``Cancelled`` after a cancel, ``Refused`` for a request that makes no sense.

        The region stands still afterwards, for :meth:`keep`, until :meth:`discard`, the next
        rehearsal or :meth:`close`.
        """
        _check(request)
        began = time.monotonic()
        tell = progress or (lambda _stage, _share: None)
        self._let_go()
        tell(RehearsalStage.READING, 0.0)
        starting = self._start(request.ref.region, token)
        try:
            original = self._read(request.ref)
            if token is not None:
                token.raise_if_cancelled()
            tell(RehearsalStage.STARTING, 0.2)
            region = starting.result()
        except BaseException:
            with suppress(HueError):
                self._end(starting.result())
            if token is not None:
                token.raise_if_cancelled()
            raise
        name = f"rehearsal-{next(self._numbers)}"
        copy = Copy(request, original, region, name, self._open_doors)
        try:
            outcome = self._rehearse(copy, tell, token, began)
        except BaseException:
            copy.close()
            self._forget(region)
            if token is not None:
                token.raise_if_cancelled()  # a region that was ended is not what went wrong
            raise
        with self._lock:
            self._running.discard(region)
            if not self._closed:
                self._held[outcome.id] = copy
                return outcome
        copy.close()
        raise Cancelled(_("The application is closing."))

    def keep(self, outcome: RehearsalOutcome) -> str:
        """Make a connection of the rehearsal's region, to look around in; its name. Blocks.

        It lasts until the application is closed. ``NotFound`` when the region is gone already.
        """
        with self._lock:
            if outcome.id in self._kept:
                return outcome.id
            copy = self._held.pop(outcome.id, None)
            if copy is not None:
                self._kept[outcome.id] = copy
        if copy is None:
            raise NotFound(
                _("The region of this rehearsal has ended."),
                remedy=_("Rehearse again, then open the region."),
            )
        copy.region.run_clock(_SPEED)
        self._lend(copy.connection)
        return outcome.id

    def discard(self, outcome: RehearsalOutcome) -> None:
        """End the rehearsal's region and remove its files, unless it was kept; never fails."""
        with self._lock:
            copy = self._held.pop(outcome.id, None)
        if copy is not None:
            copy.close()

    def close(self) -> None:
        """End all regions, kept ones too, and remove their files."""
        with self._lock:
            self._closed = True
            copies = [*self._held.values(), *self._kept.values()]
            names = list(self._kept)
            running = list(self._running)
            self._held.clear()
            self._kept.clear()
            self._running.clear()
        for name in names:
            self._withdraw(name)
        for copy in copies:
            copy.close()
        for region in running:
            region.close()

    def _start(self, region: str, token: CancelLike | None) -> Future[RehearsalRegion]:
        """Start the region while the cluster is read: both take a second or two."""
        starting: Future[RehearsalRegion] = Future()

        def start() -> None:
            try:
                opened = self._regions.open(region, token.on_cancel if token else None)
            except BaseException as error:
                starting.set_exception(error)
                return
            with self._lock:
                self._running.add(opened)
                closed = self._closed
            if closed:
                self._end(opened)
                starting.set_exception(Cancelled(_("The application is closing.")))
            else:
                starting.set_result(opened)

        threading.Thread(target=start, name="rehearsal-region", daemon=True).start()
        return starting

    def _read(self, ref: ClusterRef) -> Original:
        doors = self._access.of(ref.connection, ref.region)

        def region_time() -> float:
            clock = doors.emr.clock()
            if clock is None:
                return time.time()
            passed = (datetime.now(UTC) - clock.at_local).total_seconds()
            return clock.region_time.timestamp() + passed * (clock.rate or 1.0)

        return read_original(ref, doors.emr, region_time, self._servers, self._inspection(ref))

    def _rehearse(
        self,
        copy: Copy,
        tell: RehearsalProgress,
        token: CancelLike | None,
        began: float,
    ) -> RehearsalOutcome:
        request = copy.request

        def step(stage: RehearsalStage, share: float) -> None:
            if token is not None:
                token.raise_if_cancelled()
            tell(stage, share)

        step(RehearsalStage.LOADING, 0.35)
        copy.run_undisturbed(lambda share: step(RehearsalStage.LOADING, 0.35 + 0.2 * share))
        copy.load()
        step(RehearsalStage.CHANGING, 0.6)
        events = [*copy.carry_out(request.changes), *copy.lose_spot(request.spot_loss)]
        copy.pass_hours(lambda share: step(RehearsalStage.RUNNING, 0.65 + 0.3 * share))
        step(RehearsalStage.LOOKING, 0.95)
        book = self._books.read(
            request.ref.connection,
            request.ref.region,
            copy.types(),
            volume_types=copy.volume_types(),
        )
        return copy.outcome(events, book, began)

    def _let_go(self) -> None:
        """End what earlier rehearsals left standing."""
        with self._lock:
            if self._closed:
                raise Cancelled(_("The application is closing."))
            held = list(self._held.values())
            self._held.clear()
        for copy in held:
            copy.close()

    def _end(self, region: RehearsalRegion) -> None:
        region.close()
        self._forget(region)

    def _forget(self, region: RehearsalRegion) -> None:
        with self._lock:
            self._running.discard(region)


def _check(request: RehearsalRequest) -> None:
    if not request.changes and not request.spot_loss:
        raise Refused(_("There is nothing to rehearse: neither a change nor a loss of nodes."))
    if not 0.0 <= request.spot_loss <= 1.0:
        raise Refused(_("A loss of nodes is a share from 0 to 1."))
    if not 0.0 < request.hours <= MAX_HOURS:
        raise Refused(_("A rehearsal lasts up to {n} hours.").format(n=int(MAX_HOURS)))
    for change in request.changes:
        other = getattr(change, "cluster_id", request.ref.cluster_id)
        if isinstance(change, CreateCluster) or other != request.ref.cluster_id:
            raise Refused(_("Only changes to this cluster can be rehearsed on its copy."))
