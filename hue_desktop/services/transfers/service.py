"""The queue of transfers: submitted, run a few at a time, kept over restarts.

All calls return at once unless they say otherwise. State lives in the journal; what this class
holds is a copy of it with the runs under way.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from hue_desktop.core.errors import ConfigurationError, HueError, Refused, UsageError
from hue_desktop.core.text import _
from hue_desktop.core.transfers.naming import landing_of, second_name
from hue_desktop.core.transfers.ports import (
    FileRow,
    Opener,
    StepRunner,
    StoredTransfer,
    TransferStore,
)
from hue_desktop.core.transfers.values import (
    Conflict,
    FileState,
    PlannedFile,
    Route,
    Transfer,
    TransferFile,
    TransferRequest,
    TransferState,
    TransferSummary,
)
from hue_desktop.services.listeners import Listeners
from hue_desktop.services.transfers.cleaning import discard_ended, with_run
from hue_desktop.services.transfers.comparison import compare_request
from hue_desktop.services.transfers.metering import Throughput
from hue_desktop.services.transfers.records import (
    ACTIVE,
    Record,
    journal_file,
    same_place,
    usual_route,
)
from hue_desktop.services.transfers.run import Ending, Engine, TransferRun

if TYPE_CHECKING:
    from hue_desktop.services.transfers.step_run import StepRun

__all__ = ["TransferService"]

_TICK_S = 0.5
_LOOK_S = 2.0  #: so often other processes' transfers are looked at
_WAITABLE = (TransferState.PAUSED, TransferState.FAILED, TransferState.CANCELLED)

logger = logging.getLogger(__name__)

Listener = Callable[[Transfer], None]


class Numbers(Protocol):
    """Settings that are numbers."""

    def number(self, key: str, /) -> float: ...


class TransferService:
    """See the module. ``start`` it to let transfers run; ``stop`` leaves them resumable."""

    def __init__(
        self,
        file_systems: Opener,
        store: TransferStore,
        settings: Numbers | None = None,
        *,
        steps: StepRunner | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._engine = Engine(file_systems, store)
        self._store = store
        self._settings = settings
        self._steps = steps
        self._clock = clock
        self._records: dict[int, Record] = {}
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._listeners: Listeners[[Transfer]] = Listeners("transfers")
        self._speed = Throughput()
        self._moved_before = 0  #: bytes of runs that have ended
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._loaded = False
        self.follow_settings()

    # -- life -------------------------------------------------------------------------------
    def start(self, *, resume: bool = True) -> None:
        """Let transfers run. ``resume``: those that were under way when their process ended, too
        (otherwise they stay as they are until somebody resumes them). Nothing happens after
        ``stop``."""
        with self._lock:
            if self._thread is not None or self._stopping:
                return
            self._load(resume=resume)
            self._thread = threading.Thread(target=self._serve, name="transfers", daemon=True)
            self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """End all work within ``timeout_s``; the next start goes on where it stood."""
        with self._changed:
            self._stopping = True
            runs = [record.run for record in self._records.values() if record.run is not None]
            thread, self._thread = self._thread, None
            self._changed.notify_all()
        for run in runs:
            run.stop(TransferState.RUNNING)
        deadline = time.monotonic() + timeout_s
        with self._changed:
            self._changed.wait_for(
                lambda: all(record.run is None for record in self._records.values()),
                max(0.0, deadline - time.monotonic()),
            )
        if thread is not None and thread is not threading.current_thread():
            thread.join(max(0.0, deadline - time.monotonic()))

    # -- doing ------------------------------------------------------------------------------
    def submit(
        self, request: TransferRequest, *, route: Route | None = None, reason: str = ""
    ) -> Transfer:
        """Queue a transfer. ``ConfigurationError`` for a request that makes no sense."""
        chosen = route or request.options.route or usual_route(request)
        self._check(request, chosen)
        created = self._clock()
        with self._changed:
            self._load(resume=True)
            number = self._store.add(request, chosen, reason, created)
            transfer = Transfer(
                number, request, chosen, TransferState.WAITING, created, reason=reason
            )
            self._records[number] = Record(transfer)
            self._changed.notify_all()
        self._listeners.tell(transfer)
        return transfer

    def pause(self, transfer_id: int) -> None:
        """Hold it; what was begun is kept."""
        self._end_early(transfer_id, TransferState.PAUSED)

    def cancel(self, transfer_id: int) -> None:
        """End it: finished files stay, what was begun is removed."""
        self._end_early(transfer_id, TransferState.CANCELLED)

    def resume(
        self, transfer_id: int, *, bandwidth: int | None = None, connections: int | None = None
    ) -> None:
        """Go on with a paused, failed or cancelled one; failed files are tried again.

        ``bandwidth`` (bytes/s) and ``connections`` replace the limits that it was submitted with.
        ``Refused`` when another process is at work on it.
        """
        record = self._record(transfer_id)
        if record.run is None and not self._is_free(transfer_id):
            raise Refused(
                _("Another Hue Desktop works on transfer {id}.").format(id=transfer_id),
                remedy=_("Follow it there, or end that one first."),
            )
        if record.transfer.state is TransferState.FAILED:
            self._store.wait_again(transfer_id, failed=True)
        interrupted = record.transfer.state in ACTIVE and record.run is None
        if record.transfer.state in _WAITABLE or interrupted:
            self._limit(record, bandwidth, connections)
            self._queue(record)

    @staticmethod
    def _limit(record: Record, bandwidth: int | None, connections: int | None) -> None:
        transfer = record.transfer
        options = transfer.request.options
        if bandwidth is not None:
            options = replace(options, bandwidth_limit=bandwidth)
        if connections is not None:
            options = replace(options, connections=connections)
        record.transfer = replace(transfer, request=replace(transfer.request, options=options))

    def retry_failed(self, transfer_id: int) -> None:
        """Try its failed files again."""
        record = self._record(transfer_id)
        if record.run is None and self._store.wait_again(transfer_id, failed=True):
            self._queue(record)

    def forget(self, transfer_id: int) -> None:
        """Take it off the list; one that runs is cancelled first. Blocks until it has ended."""
        record = self._record(transfer_id)
        if record.run is not None:
            self.cancel(transfer_id)
            self.wait(transfer_id, 30.0)
        with self._changed:
            self._store.remove(transfer_id)
            self._records.pop(transfer_id, None)
            self._changed.notify_all()
        self._listeners.tell(record.transfer)

    def answer(self, transfer_id: int, relative: str, conflict: Conflict) -> None:
        """What to do with a file whose target differs; ``relative`` empty: with all of them."""
        record = self._record(transfer_id)
        if conflict in (Conflict.SKIP, Conflict.ASK):
            if conflict is Conflict.SKIP:
                self._store.settle_asked(transfer_id, relative)
            return
        asked = [row for row in self._asked(transfer_id) if relative in ("", row.target)]
        if conflict is Conflict.KEEP_BOTH:
            asked = [self._renamed(record, row) for row in asked]
        if relative:
            for row in asked:
                self._store.wait_again(transfer_id, asked=True, target=row.target)
        else:
            self._store.wait_again(transfer_id, asked=True)
        run = record.run
        if isinstance(run, TransferRun):
            run.readmit([row._replace(state=FileState.WAITING, asks=False) for row in asked])
        elif asked and record.transfer.state is not TransferState.PAUSED:
            self._queue(record)

    def follow_settings(self, key: str = "transfers.", _value: object = None) -> None:
        """Take the limits of the settings; to be called when one of them (``key``) changes."""
        if key.startswith("transfers."):
            self.set_limits(
                int(self._number("transfers.bandwidth_mib", 0) * (1 << 20)),
                int(self._number("transfers.connections", 0)),
            )

    def set_limits(self, bandwidth: int | None = None, connections: int | None = None) -> None:
        """Bytes per second and files or parts at once, of all transfers; 0: no limit.

        ``None`` leaves one as it is. Takes effect at once.
        """
        if bandwidth is not None:
            self._engine.bucket.rate = bandwidth
        if connections is not None:
            self._engine.connections = connections

    # -- seeing -----------------------------------------------------------------------------
    def transfers(self) -> tuple[Transfer, ...]:
        """All of the queue, newest first; cheap enough to be asked ten times a second."""
        with self._lock:
            self._load(resume=True)
            records = sorted(self._records.items(), reverse=True)
        return tuple(record.snapshot() for _number, record in records)

    def transfer(self, transfer_id: int) -> Transfer:
        """One of them. ``UsageError`` when there is none of that number."""
        return self._record(transfer_id).snapshot()

    def files(
        self,
        transfer_id: int,
        states: Collection[FileState] | None = None,
        limit: int = 1000,
        offset: int = 0,
    ) -> tuple[TransferFile, ...]:
        """Files as the journal has them (a quarter of a second old at most). Reads the disk."""
        record = self._record(transfer_id)
        rows = self._store.files(transfer_id, states, limit=limit, offset=offset)
        return tuple(journal_file(record.transfer.request, row) for row in rows)

    def throughput(self) -> tuple[tuple[float, float], ...]:
        """(epoch seconds, bytes per second) of the last two minutes, oldest first."""
        return self._speed.samples()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear of each change of state, on a service's thread; the answer ends it."""
        return self._listeners.add(listener)

    def wait(self, transfer_id: int, timeout_s: float | None = None) -> Transfer:
        """Block until it has ended or is paused, or the time is over; how it is then."""

        def resting() -> bool:
            record = self._records.get(transfer_id)
            if record is None:
                return True
            state = record.transfer.state
            return record.run is None and (state.ended or state is TransferState.PAUSED)

        with self._changed:
            self._changed.wait_for(resting, timeout_s)
        return self.transfer(transfer_id)

    def compare(
        self,
        request: TransferRequest,
        cancel: Callable[[], None] | None = None,
        *,
        limit: int = 10_000,
    ) -> tuple[TransferSummary, tuple[PlannedFile, ...]]:
        """List both sides: the counts of all files, and the first ``limit`` files. Blocks.

        ``cancel`` is called between pages and raises ``Cancelled`` to end it.
        """
        return compare_request(self._engine.opener, request, cancel or _never_cancelled, limit)

    # -- inside -----------------------------------------------------------------------------
    def _number(self, key: str, default: float) -> float:
        return default if self._settings is None else self._settings.number(key)

    def _check(self, request: TransferRequest, route: Route) -> None:
        if not request.sources:
            raise ConfigurationError(_("There is nothing to copy."))
        for index in range(len(request.sources)):
            landing_of(request, index, folder=request.sources[index].is_folder)
        if route is Route.S3DISTCP and self._steps is None:
            raise ConfigurationError(
                _("Steps cannot be run from here."), remedy=_("Choose another route.")
            )

    def _record(self, transfer_id: int) -> Record:
        with self._lock:
            self._load(resume=True)
            found = self._records.get(transfer_id)
            if found is None and (stored := self._store.transfer(transfer_id)) is not None:
                found = self._records[transfer_id] = Record(
                    stored.transfer, stored.listed, stored.run
                )
        if found is None:
            raise UsageError(_("There is no transfer {id}.").format(id=transfer_id))
        return found

    def _load(self, *, resume: bool) -> None:
        """Read the journal once; what was under way when its process ended waits again."""
        if self._loaded:
            return
        self._loaded = True
        for stored in self._store.transfers():
            transfer = stored.transfer
            record = Record(transfer, stored.listed, stored.run)
            if transfer.state in (*ACTIVE, TransferState.WAITING):
                record.foreign = not self._is_free(transfer.id)
                if not record.foreign and resume:
                    record.transfer = replace(transfer, state=TransferState.WAITING)
                elif not record.foreign:
                    record.transfer = replace(transfer, state=TransferState.PAUSED)
            self._records[transfer.id] = record

    def _is_free(self, transfer_id: int) -> bool:
        if not self._store.claim(transfer_id):
            return False
        self._store.release(transfer_id)
        return True

    def _queue(self, record: Record) -> None:
        with self._changed:
            if record.run is not None:
                return
            record.foreign = False
            record.transfer = replace(
                record.transfer, state=TransferState.WAITING, ended=None, error="", remedy=""
            )
            self._store.save(record.transfer, run=record.run_of)
            self._changed.notify_all()
        self._listeners.tell(record.transfer)

    def _end_early(self, transfer_id: int, wanted: TransferState) -> None:
        record = self._record(transfer_id)
        with self._changed:
            run = record.run
            if run is None:
                if record.transfer.state.ended or record.foreign:
                    return
                if wanted is TransferState.CANCELLED and record.run_of:
                    # what an earlier run began has to be removed, which a run does
                    record.transfer = replace(record.transfer, state=TransferState.WAITING)
                    self._begin(record)
                    run = record.run
                else:
                    self._settle(record, Ending(wanted, verified=record.transfer.verified))
                    return
        if run is not None:
            run.stop(wanted)

    def _serve(self) -> None:
        """The service's thread: begins what waits, measures, and hears of other processes."""
        threading.Thread(target=self._tidy, name="transfers-tidy", daemon=True).start()
        looked = 0.0
        while True:
            if time.monotonic() - looked > _LOOK_S:
                looked = time.monotonic()
                self._look_around()
            with self._changed:
                if self._stopping:
                    return
                self._sample()
                for record in self._next():
                    self._begin(record)
                self._changed.wait(_TICK_S)

    def _tidy(self) -> None:
        """Remove what transfers left behind that ended while their store could not be reached."""
        with self._lock:
            ended = [each.transfer for each in self._records.values() if each.transfer.state.ended]
        for transfer in ended:
            if self._stopping:
                return
            try:
                discard_ended(self._engine.opener, self._store, transfer)
            except HueError as error:
                logger.info("transfer %s is tidied up another time: %s", transfer.id, error)

    def _look_around(self) -> None:
        """Learn of transfers that other processes began, and how theirs are now."""
        with self._lock:
            known = max(self._records, default=0)
            foreign = [number for number, each in self._records.items() if each.foreign]
        try:
            for number in (*foreign, *range(known + 1, self._store.newest() + 1)):
                self._look_at(number, self._store.transfer(number))
        except HueError as error:
            logger.warning("the journal of transfers: %s", error)

    def _look_at(self, number: int, stored: StoredTransfer | None) -> None:
        with self._changed:
            before = self._records.get(number)
            if before is not None and not before.foreign:
                return  # it has become ours meanwhile
            if stored is None:
                self._records.pop(number, None)
                return
            transfer = stored.transfer
            record = Record(transfer, stored.listed, stored.run, foreign=not transfer.state.ended)
            if transfer.state in ACTIVE and self._is_free(number):
                # its process has ended without a word
                record.transfer = replace(transfer, state=TransferState.PAUSED)
            self._records[number] = record
        if before is None or before.transfer.state is not record.transfer.state:
            self._listeners.tell(record.transfer)

    def _next(self) -> list[Record]:
        """Transfers to begin now, oldest first."""
        at_once = int(self._number("transfers.at_once", 2))
        running = [record for record in self._records.values() if record.run is not None]
        chosen: list[Record] = []
        for _number, record in sorted(self._records.items()):
            if record.transfer.state is not TransferState.WAITING or record.run is not None:
                continue
            if len(running) >= at_once:
                break
            before = next((each for each in running if same_place(each, record)), None)
            if before is None and not record.foreign:
                running.append(record)
                chosen.append(record)
        return chosen

    def _begin(self, record: Record) -> None:
        number = record.transfer.id
        if not self._store.claim(number):
            record.foreign = True
            return
        stored = StoredTransfer(record.transfer, record.listed, record.run_of)

        def say(state: TransferState) -> None:
            self._progressed(record, state)

        run: TransferRun | StepRun
        try:
            if record.transfer.route is Route.S3DISTCP and self._steps is not None:
                from hue_desktop.services.transfers.step_run import StepRun

                run = StepRun(self._engine, stored, self._steps, say)
            else:
                run = TransferRun(self._engine, stored, say)
        except HueError as error:
            self._store.release(number)
            self._settle(record, Ending(TransferState.FAILED, error.message, error.remedy))
            return
        record.run = run
        thread = threading.Thread(
            target=self._perform, args=(record, run), name=f"transfer-{number}", daemon=True
        )
        thread.start()

    def _perform(self, record: Record, run: TransferRun | StepRun) -> None:
        try:
            ending = run.perform()
        except Exception as error:  # the border: a bug ends the transfer, not the service
            logger.exception("transfer %s", record.transfer.id)
            ending = Ending(
                TransferState.FAILED, _("Internal error: {error!r}").format(error=error)
            )
        with self._changed:
            self._moved_before += run.moved
            stored = None
            try:
                stored = self._store.transfer(record.transfer.id)
            except HueError:
                logger.exception("the journal of transfer %s", record.transfer.id)
            if stored is not None:
                record.listed = stored.listed
            record.transfer = replace(record.transfer, progress=run.progress())
            record.run = None
            self._store.release(record.transfer.id)
            self._settle(record, ending)

    def _progressed(self, record: Record, state: TransferState) -> None:
        """A run has come to LISTING or RUNNING."""
        with self._changed:
            started = record.transfer.started or self._clock()
            step = getattr(record.run, "step_id", "") or record.transfer.step_id
            record.run_of = with_run(record.run_of)
            record.transfer = replace(record.transfer, state=state, started=started, step_id=step)
            self._store.save(record.transfer, run=record.run_of)
        self._listeners.tell(record.transfer)

    def _settle(self, record: Record, ending: Ending) -> None:
        """A run has ended, or one that waited is held or cancelled."""
        with self._changed:
            record.transfer = replace(
                record.transfer,
                state=ending.state,
                error=ending.error,
                remedy=ending.remedy,
                verified=ending.verified,
                ended=self._clock() if ending.state.ended else None,
            )
            try:
                self._store.save(record.transfer, run=record.run_of)
            except HueError:
                logger.exception("the journal of transfer %s", record.transfer.id)
            self._changed.notify_all()
        self._listeners.tell(record.transfer)

    def _sample(self) -> None:
        moved = self._moved_before
        for record in self._records.values():
            if record.run is not None:
                moved += record.run.moved
        self._speed.sample(self._clock(), moved)

    def _asked(self, transfer_id: int) -> list[FileRow]:
        rows = self._store.files(transfer_id, (FileState.SKIPPED,), limit=-1)
        return [row for row in rows if row.asks]

    def _renamed(self, record: Record, row: FileRow) -> FileRow:
        request = record.transfer.request
        fs = self._engine.opener.of(request.target.store)
        base = landing_of(request, row.source, folder=bool(row.name)).base

        def taken(path: str) -> bool:
            try:
                fs.stat(base.child(path))
            except HueError:
                return False
            return True

        free = second_name(row.target, taken)
        self._store.rename_target(row.id, free)
        return row._replace(target=free)


def _never_cancelled() -> None:
    """Nobody waits to cancel."""
