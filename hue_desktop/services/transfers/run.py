"""One transfer at work: its files are listed, handed to workers, and what became of them is noted.

Three kinds of thread: this one keeps the queue filled and writes the journal in batches, one lists
the sources, and the pool's workers copy. The journal is the queue: files go from the listing into
it and from it to the workers, so that a resumed transfer takes no other way than a new one.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from hue_desktop.core.errors import Cancelled, HueError
from hue_desktop.core.storage import StoreKind
from hue_desktop.core.text import _
from hue_desktop.core.transfers.ports import (
    Counts,
    FileRow,
    NewFile,
    Opener,
    Outcome,
    StoredTransfer,
    TransferStore,
)
from hue_desktop.core.transfers.values import (
    Comparison,
    FileState,
    TransferProgress,
    TransferState,
)
from hue_desktop.services.transfers.cleaning import clean_again, clean_up, discard_begun
from hue_desktop.services.transfers.copying import Copier
from hue_desktop.services.transfers.listing import Lister
from hue_desktop.services.transfers.metering import Meter, Stop, Throughput, TokenBucket
from hue_desktop.services.transfers.pool import Pool
from hue_desktop.services.transfers.removing import remove_emptied, remove_sources
from hue_desktop.services.transfers.verifying import verified_text
from hue_desktop.services.transfers.widths import HEAVY_BYTES, StoreLimits, Widths, widths_for
from hue_desktop.services.transfers.work import Piece, Work, may_repeat, retry_delay_s

__all__ = ["Ending", "Engine", "TransferRun"]

_TICK_S = 0.05
_FLUSH_S = 0.25
_FLUSH_FILES = 500
_AHEAD = 1_000  #: files that wait in memory
_PATIENCE_S = 2.0  #: workers notice a stop with the next bytes; these may not come
_JOIN_S = 10.0

logger = logging.getLogger(__name__)


@dataclass
class Engine:
    """What all runs of a service share."""

    opener: Opener
    store: TransferStore
    limits: StoreLimits = field(default_factory=StoreLimits)
    bucket: TokenBucket = field(default_factory=TokenBucket)
    connections: int = 0  #: at most so many workers a transfer; 0: as the engine sees fit


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended."""

    state: TransferState
    error: str = ""
    remedy: str = ""
    verified: str = ""


class TransferRun:
    """The work on one transfer, from claim to release. ``perform`` blocks until it ends."""

    def __init__(
        self, engine: Engine, stored: StoredTransfer, say: Callable[[TransferState], None]
    ) -> None:
        self._engine = engine
        self._stored = stored
        self._transfer = stored.transfer
        self._id = stored.transfer.id
        self._say = say  #: told LISTING and RUNNING when they begin
        self._stop = Stop()
        self.wanted = TransferState.RUNNING  #: what a stop is for: PAUSED, CANCELLED, or RUNNING
        self._wake = threading.Event()
        own = TokenBucket(stored.transfer.request.options.bandwidth_limit or 0)
        self._buckets = (engine.bucket, own)
        self._pool = Pool(f"transfer-{self._id}", self._meter, self._wake.set)
        self._work = Work(
            transfer_id=self._id,
            request=stored.transfer.request,
            store=engine.store,
            opener=engine.opener,
            stop=self._stop,
            limits=engine.limits,
            later=self._later,
            add=self._add,
            give_up=self._give_up,
            busy=lambda: len(self._pool.meters),
            resumed=bool(stored.run),
        )
        self._copier: Copier | None = None
        self._widths = Widths(1, 1)
        self._due: list[tuple[float, int, Piece, bool]] = []
        self._due_lock = threading.Lock()
        self._numbers = itertools.count()
        self._listed = stored.listed
        #: the listing meets files that the journal knows: they are counted when it is done
        self._recount = bool(stored.run) and not stored.listed
        self._exhausted = False  #: nothing waits in the journal any more
        self._set_widths: Widths | None = None
        self._last_id = 0
        self._admitted: deque[FileRow] = deque()  #: files that were answered for
        self._decided: set[int] = set()  #: of these, and of all that replace: handed out already
        self._open = 0  #: files handed to workers whose outcome has not come yet
        self._base = engine.store.counts(self._id)  #: what the journal knew
        self._found = Counts()  #: what the listing added since; its thread writes it
        self._since = Counts()  #: what workers did since
        self._batch: list[Outcome] = []
        self._flushed = time.monotonic()
        self._fatal: HueError | None = None
        self._over = False
        self._speed = Throughput(30.0, 0.5)

    # -- from outside -----------------------------------------------------------------------
    def stop(self, wanted: TransferState) -> None:
        """End early: PAUSED, CANCELLED, or RUNNING when only the process ends."""
        self.wanted = wanted
        self._stop.set()
        self._wake.set()

    @property
    def moved(self) -> int:
        """Bytes that passed through the workers so far."""
        return sum(meter.moved for meter in list(self._pool.meters))

    def progress(self) -> TransferProgress:
        """How far it is now."""
        meters = [] if self._over else list(self._pool.meters)
        counts = _sum(self._base, self._found, self._since)
        done = counts.bytes_done + sum(meter.done + meter.live for meter in meters)
        done = max(0, min(done, counts.bytes_total))
        speed = self._speed.recent()
        eta = None
        if self._listed and speed > 0:
            eta = (counts.bytes_total - done) / speed
        return TransferProgress(
            files_total=counts.files,
            files_done=counts.done,
            files_skipped=counts.skipped,
            files_failed=counts.failed,
            files_asked=counts.asked,
            bytes_total=counts.bytes_total,
            bytes_done=done,
            listing_done=self._listed,
            bytes_per_s=speed,
            eta_s=eta,
            now=next((meter.now for meter in meters if meter.now), ""),
        )

    def readmit(self, rows: Sequence[FileRow]) -> None:
        """Files that were left out are to be copied after all."""
        self._admitted.extend(rows)
        self._wake.set()

    # -- the work ---------------------------------------------------------------------------
    def perform(self) -> Ending:
        """Do it. The journal's row of the transfer itself is the caller's."""
        lister: threading.Thread | None = None
        try:
            self._persist(self._prepare)
            if not self._listed:
                lister = threading.Thread(
                    target=self._list, name=f"transfer-{self._id}-list", daemon=True
                )
                lister.start()
            self._loop()
        except Cancelled:
            if not self._stop.is_set:
                self._fatal = Cancelled(_("The store was closed."))
        except HueError as error:
            self._fatal = self._fatal or error
        finally:
            ended = self._close(lister)
        return self._ending(ended)

    def _prepare(self) -> None:
        lister = Lister(self._engine.opener, self._transfer.request, self._stop.check)
        self._work.landings = lister.prepare()
        self._lister = lister
        kinds = {landing.source.store.kind for landing in self._work.landings}
        target = self._transfer.request.target.store.kind
        source = target if kinds == {target} else next(iter(kinds - {target}), StoreKind.LOCAL)
        self._widths = widths_for(source, target, self._transfer.route)
        self._copier = Copier(self._work, self._transfer.route)
        if self._stored.run:
            clean_up(self._work, self._stored.run)
        self._say(TransferState.RUNNING if self._listed else TransferState.LISTING)
        self._adapt()

    def _loop(self) -> None:
        while not self._stop.is_set and self._fatal is None:
            self._drain()
            self._flush()
            if self._recount and self._listed:
                self._count_anew()
            self._adapt()
            self._release_due()
            self._feed()
            self._speed.sample(time.monotonic(), self.moved)
            if self._finished():
                return
            self._wake.wait(_TICK_S)
            self._wake.clear()

    def _finished(self) -> bool:
        idle = not self._open and not self._work.outcomes and not self._admitted
        return self._exhausted and idle

    def _feed(self) -> None:
        while self._admitted:
            row = self._admitted.popleft()
            # one further on has not been fed yet: its turn will come
            if row.id <= self._last_id and row.id not in self._decided:
                self._hand_out(row)
        if self._pool.waiting > _AHEAD // 4:
            return
        listed = self._listed
        rows = self._engine.store.waiting(self._id, after=self._last_id, limit=_AHEAD)
        self._exhausted = listed and not rows
        for row in rows:
            self._last_id = row.id
            self._hand_out(row)

    def _hand_out(self, row: FileRow) -> None:
        assert self._copier is not None
        self._open += 1
        if row.comparison is Comparison.DIFFERS:
            self._decided.add(row.id)
        self._pool.add(partial(self._copier.attempt, row), heavy=row.size >= HEAVY_BYTES)

    def _drain(self) -> None:
        """Take what the workers have to tell."""
        outcomes = self._work.outcomes
        done = skipped = failed = asked = 0
        while outcomes:
            outcome = outcomes.popleft()
            self._batch.append(outcome)
            if outcome.state is FileState.WAITING:
                continue
            self._open -= 1
            done += outcome.state is FileState.DONE
            skipped += outcome.state is FileState.SKIPPED
            failed += outcome.state is FileState.FAILED
            asked += outcome.asks
        if done or skipped or failed:
            news = Counts(done=done, skipped=skipped, failed=failed, asked=asked)
            self._since = _sum(self._since, news)

    def _flush(self, *, now: bool = False) -> None:
        """Write outcomes and parts to the journal, a quarter of a second's at once."""
        due = time.monotonic() - self._flushed >= _FLUSH_S
        if not (now or due or len(self._batch) >= _FLUSH_FILES):
            return
        self._flushed = time.monotonic()
        store, parts = self._engine.store, []
        while self._work.parts:
            parts.append(self._work.parts.popleft())
        if parts:
            store.add_parts(parts)
        if self._batch:
            batch, self._batch = self._batch, []
            store.finish(batch)
            if self._transfer.request.options.move:
                remove_sources(self._work)

    def _adapt(self) -> None:
        """As many workers as the stores take now, and no more than the person allows."""
        stores = {landing.source.store for landing in self._work.landings}
        stores |= {landing.base.store for landing in self._work.landings}
        most = self._engine.limits.allowed(stores)
        for cap in (self._engine.connections, self._transfer.request.options.connections):
            if cap:
                most = min(most, cap)
        widths = Widths(
            max(1, min(self._widths.light, most)), max(1, min(self._widths.heavy, most))
        )
        if widths != self._set_widths:
            self._set_widths = widths
            self._pool.set_width(widths.light, widths.heavy)

    # -- called by workers ------------------------------------------------------------------
    def _meter(self) -> Meter:
        return Meter(self._stop, self._buckets)

    def _later(self, delay_s: float, piece: Piece, heavy: bool) -> None:
        with self._due_lock:
            entry = (time.monotonic() + delay_s, next(self._numbers), piece, heavy)
            heapq.heappush(self._due, entry)
        if not delay_s:
            self._wake.set()

    def _add(self, piece: Piece, heavy: bool, first: bool) -> None:
        self._pool.add(piece, heavy=heavy, first=first)

    def _give_up(self, error: HueError) -> None:
        self._fatal = self._fatal or error
        self._stop.set()
        self._wake.set()

    def _release_due(self) -> None:
        now = time.monotonic()
        while True:
            with self._due_lock:
                if not self._due or self._due[0][0] > now:
                    return
                _due, _number, piece, heavy = heapq.heappop(self._due)
            self._pool.add(piece, heavy=heavy, first=True)

    # -- listing ----------------------------------------------------------------------------
    def _list(self) -> None:
        try:
            self._persist(self._list_all)
            self._engine.store.mark_listed(self._id)
            self._listed = True
        except HueError as error:
            if not self._stop.is_set:
                self._give_up(error)
        except Exception as error:  # a bug must end the transfer, not leave it listing for ever
            logger.exception("listing")
            self._give_up(HueError(_("Internal error: {error!r}").format(error=error)))
        else:
            self._say(TransferState.RUNNING)
        finally:
            self._wake.set()

    def _list_all(self) -> None:
        for page in self._lister.pages():
            files = [found.file for found in page]
            self._engine.store.add_files(self._id, files)
            self._count_listed(files)
            self._wake.set()

    def _persist(self, call: Callable[[], None]) -> None:
        """Do it, and again after a while when the store may answer then."""
        for attempt in itertools.count(1):
            try:
                return call()
            except HueError as error:
                if self._stop.is_set or not may_repeat(error, attempt):
                    raise
                self._recount = True
                self._stop.wait(retry_delay_s(attempt))
        return None

    def _count_listed(self, files: Sequence[NewFile]) -> None:
        if self._recount:
            return
        news = Counts(
            files=len(files),
            skipped=sum(file.state is FileState.SKIPPED for file in files),
            failed=sum(file.state is FileState.FAILED for file in files),
            asked=sum(file.asks for file in files),
            bytes_total=sum(file.size for file in files if file.state is not FileState.SKIPPED),
        )
        self._found = _sum(self._found, news)

    def _count_anew(self) -> None:
        """After a listing that met files which the journal knew: count all of them."""
        self._flush(now=True)
        counts = self._engine.store.counts(self._id)
        self._base = replace(counts, bytes_done=self._base.bytes_done)
        self._found, self._since = Counts(), Counts()
        self._recount = False

    # -- the end ----------------------------------------------------------------------------
    def _close(self, lister: threading.Thread | None) -> bool:
        """Let all threads end and note the rest; whether they have ended."""
        self._pool.close()
        ended = self._pool.join(_PATIENCE_S)
        if not ended:  # a server that says nothing: its connections are dropped
            for meter in self._pool.meters:
                if (source := meter.source) is not None and source.fileno() < 0:
                    source.close()
            ended = self._pool.join(_JOIN_S)
        if lister is not None:
            lister.join(_JOIN_S)
            ended = ended and not lister.is_alive()
        try:
            self._drain()
            self._flush(now=True)
            if self.wanted is TransferState.CANCELLED:
                discard_begun(self._work)
            elif not self._stop.is_set:
                discard_begun(self._work, ended=True)
                clean_again(self._work, self._stored.run)
                if self._transfer.request.options.move:
                    remove_emptied(self._work)
        except HueError as error:
            self._fatal = self._fatal or error
        return ended

    def _ending(self, ended: bool) -> Ending:
        if not ended:
            logger.warning("transfer %s: threads are still at work", self._id)
        try:
            verified = verified_text(self._engine.store.verified(self._id))
            counts = self._engine.store.counts(self._id)
        except HueError as error:
            return Ending(TransferState.FAILED, error.message, error.remedy)
        self._base, self._found, self._since = counts, Counts(), Counts()
        self._over = True
        if self._fatal is not None:
            return Ending(TransferState.FAILED, self._fatal.message, self._fatal.remedy, verified)
        if self._stop.is_set:
            return Ending(self.wanted, verified=verified)
        if counts.failed:
            first = self._engine.store.files(self._id, (FileState.FAILED,), limit=1)[0]
            said = f"{first.target}: {first.error}"
            return Ending(TransferState.FAILED, said, first.remedy, verified)
        return Ending(TransferState.DONE, verified=verified)


def _sum(*all_counts: Counts) -> Counts:
    return Counts(
        files=sum(each.files for each in all_counts),
        done=sum(each.done for each in all_counts),
        skipped=sum(each.skipped for each in all_counts),
        failed=sum(each.failed for each in all_counts),
        asked=sum(each.asked for each in all_counts),
        bytes_total=sum(each.bytes_total for each in all_counts),
        bytes_done=sum(each.bytes_done for each in all_counts),
    )
