"""The journal: every change is written down before it is sent, and undone from there.

A thread of the journal's own counts the holds down; plans are sent on lanes, one at a time for each
cluster, so that two changes of one cluster never overtake each other.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from hue_desktop.core.changes import ChangeState, JournalEntry, Plan
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.errors import Cancelled, HueError, NotFound, ReadOnly, Refused, Unreachable
from hue_desktop.core.ports import JournalStore
from hue_desktop.core.text import _
from hue_desktop.services.access import AccessPool
from hue_desktop.services.fleet.service import FleetService
from hue_desktop.services.journal.undo import undo_of
from hue_desktop.services.lanes import Lane
from hue_desktop.services.listeners import Listeners

__all__ = ["JournalService"]

Listener = Callable[[JournalEntry], None]
_log = logging.getLogger(__name__)
_WIDTH = 4  #: so many clusters are changed at the same time
_KEPT = 500  #: so many entries are shown


class JournalService:
    """Carries plans out.

    ``hold_s`` says for how many seconds a confirmed plan waits and can be cancelled, ``asks_name``
    whether a plan that undoes something for good wants the cluster's name typed.
    """

    def __init__(
        self,
        access: AccessPool,
        fleet: FleetService,
        store: JournalStore,
        hold_s: Callable[[Plan], float],
        asks_name: Callable[[Plan], bool] = lambda _plan: False,
    ) -> None:
        self._access = access
        self._fleet = fleet
        self._store = store
        self._hold_s = hold_s
        self._asks_name = asks_name
        self._done_at: dict[int, datetime] = {}
        self._lane = Lane("edits", _WIDTH)
        self._entries: dict[int, JournalEntry] = {}
        self._due: dict[int, float] = {}
        self._queues: dict[ClusterRef | str, deque[int]] = {}
        self._sending: set[int] = set()
        self._listeners: Listeners[[JournalEntry]] = Listeners("the journal")
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stopped = False

    # -- life ---------------------------------------------------------------------------------

    def start(self) -> None:
        """Load the journal and settle what an earlier run left open; returns at once."""
        with self._changed:
            if self._thread is None and not self._stopped:
                self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
                self._thread.start()

    def stop(self, timeout_s: float = 1.0) -> None:
        """Cancel what waits, let what is being sent end, but wait no longer than told."""
        with self._changed:
            self._stopped = True
            waiting = [*self._due, *(each for queue in self._queues.values() for each in queue)]
            self._due.clear()
            self._queues.clear()
            self._changed.notify_all()
        for entry_id in waiting:
            self._settle(entry_id, ChangeState.CANCELLED, error=_closed_text())
        self.wait_idle(timeout_s)
        self._lane.shutdown(timeout_s=0.1)
        if self._thread is not None:
            self._thread.join(0.2)

    # -- for everybody ------------------------------------------------------------------------

    def submit(self, plan: Plan, *, undoes: int | None = None) -> JournalEntry:
        """Write the plan down, hold it for a moment, then send it; returns at once.

        ``undoes`` is the entry that the plan undoes, where the plan does not say so itself.

        ReadOnly or Refused for a plan that may not or cannot be carried out, StateError when it
        cannot be written down: then nothing is sent.
        """
        if plan.blocked:
            raise Refused(plan.blocked)
        if self._fleet.is_read_only(plan.connection):
            raise ReadOnly(
                _("Read-only mode is on for {connection}; nothing was sent.").format(
                    connection=plan.connection
                ),
                remedy=_("Turn it off with the padlock in the status bar."),
            )
        if undoes is not None:
            plan = replace(plan, undoes=undoes)
        entry = self._store.add(self._new_entry(plan))
        with self._changed:
            self._entries[entry.id] = entry
            self._due[entry.id] = time.monotonic() + max(0.0, self._hold_s(plan))
            self._changed.notify_all()
        self.start()
        self._listeners.tell(entry)
        return entry

    def record(self, plan: Plan, *, error: str = "") -> JournalEntry:
        """Write down what another service has carried out already; ``error`` says what of it
        failed. StateError when it cannot be written."""
        state = ChangeState.FAILED if error else ChangeState.DONE
        entry = self._store.add(replace(self._new_entry(plan), state=state, error=error))
        self._keep(entry)
        return entry

    def cancel(self, entry_id: int) -> bool:
        """Cancel a plan that still waits; False when it is too late."""
        with self._changed:
            found = self._due.pop(entry_id, None) is not None
            for queue in self._queues.values():
                if entry_id in queue:
                    queue.remove(entry_id)
                    found = True
        if found:
            self._settle(entry_id, ChangeState.CANCELLED)
        return found

    def sends_in_s(self, entry_id: int) -> float | None:
        """Seconds until a waiting plan is sent; ``None`` when it does not wait."""
        with self._changed:
            due = self._due.get(entry_id)
        return None if due is None else max(0.0, due - time.monotonic())

    def undo_plan(self, entry_id: int) -> Plan:
        """The plan that undoes an entry. Refused when there is nothing to undo."""
        with self._changed:
            entry = self._entries.get(entry_id)
        if entry is None:
            raise NotFound(_("There is no journal entry {id}.").format(id=entry_id))
        return undo_of(
            entry,
            self._fleet.snapshot(),
            self._call_text,
            done_at=self._done_at.get(entry_id),
            asks_name=self._asks_name,
        )

    def entries(self) -> tuple[JournalEntry, ...]:
        """Newest first, from memory."""
        with self._changed:
            found = sorted(self._entries.values(), key=lambda entry: entry.id, reverse=True)
        return tuple(found[:_KEPT])

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with each new state of an entry, on any thread; the answer ends it."""
        return self._listeners.add(listener)

    def wait_idle(self, timeout_s: float) -> bool:
        """Wait until nothing waits or is being sent; False when that took longer."""
        with self._changed:
            return self._changed.wait_for(self._idle, timeout_s)

    # -- on the journal's thread --------------------------------------------------------------

    def _run(self) -> None:
        self._load()
        with self._changed:
            while not self._stopped:
                now = time.monotonic()
                for entry_id in [each for each, due in self._due.items() if due <= now]:
                    del self._due[entry_id]
                    self._enqueue(entry_id)
                soonest = min(self._due.values(), default=None)
                self._changed.wait(None if soonest is None else max(0.0, soonest - now))

    def _load(self) -> None:
        """Read the journal; whoever ended while a call was under way left it unknown."""
        try:
            known = self._store.entries(limit=_KEPT)
        except HueError as error:
            _log.error("The journal cannot be read: %s", error)
            return
        for entry in known:
            with self._changed:
                mine = entry.id in self._entries
            if mine:
                continue
            settled = _settled(entry)
            with self._changed:
                self._entries[entry.id] = settled
            if settled is not entry:
                self._write(settled)
            self._listeners.tell(settled)

    def _enqueue(self, entry_id: int) -> None:
        """Put it in its cluster's queue and begin if the queue was idle. The lock is held."""
        key = _queue_key(self._entries[entry_id])
        if key in self._queues:
            self._queues[key].append(entry_id)
            return
        self._queues[key] = deque()
        self._begin(entry_id, key)

    def _begin(self, entry_id: int, key: ClusterRef | str) -> None:
        self._sending.add(entry_id)
        try:
            self._lane.submit(self._send, entry_id, key)
        except RuntimeError:  # shut down
            self._sending.discard(entry_id)

    # -- on the lanes -------------------------------------------------------------------------

    def _send(self, entry_id: int, key: ClusterRef | str) -> None:
        try:
            self._carry_out(entry_id)
        except Exception as error:  # the border of the lane: a bug must not block the cluster
            _log.exception("Carrying out journal entry %s failed", entry_id)
            self._settle(entry_id, ChangeState.UNKNOWN, error=f"{type(error).__name__}: {error}")
        finally:
            with self._changed:
                self._sending.discard(entry_id)
                waiting = self._queues.get(key)
                if waiting:
                    self._begin(waiting.popleft(), key)
                else:
                    self._queues.pop(key, None)
                self._changed.notify_all()

    def _carry_out(self, entry_id: int) -> None:
        with self._changed:
            entry = self._entries[entry_id]
        plan = entry.plan
        if self._fleet.is_read_only(plan.connection):
            text = _("Read-only mode was turned on before it was sent.")
            self._settle(entry_id, ChangeState.CANCELLED, error=text)
            return
        try:
            doors = self._access.of(plan.connection, plan.region)
            actor = self._actor(plan)
            # the row must say so before the call goes out
            entry = replace(entry, state=ChangeState.SENDING, actor=actor)
            self._store.update(entry)
        except HueError as error:
            self._settle(entry_id, ChangeState.FAILED, error=str(error))
            return
        self._keep(entry)
        outcome: dict[str, str] = {}
        for number, change in enumerate(plan.changes):
            try:
                outcome.update(doors.emr.perform(change))
            except HueError as error:
                self._failed(entry_id, error, number, outcome)
                return
        self._done_at[entry_id] = datetime.now(UTC)
        self._settle(entry_id, ChangeState.DONE, outcome=outcome)
        self._follow(entry, outcome)

    def _failed(
        self, entry_id: int, error: HueError, number: int, outcome: Mapping[str, str]
    ) -> None:
        """Say what is known: refused, or sent without an answer, or half done."""
        unsure = isinstance(error, Unreachable | Cancelled)
        text = str(error)
        if unsure:
            text = _("{error} Whether the change arrived is not known.").format(error=text)
        if number:
            text = _("{error} The first {n} calls of this plan were carried out.").format(
                error=text, n=number
            )
        state = ChangeState.UNKNOWN if unsure else ChangeState.FAILED
        self._settle(entry_id, state, error=text, outcome=outcome)
        with self._changed:
            plan = self._entries[entry_id].plan
        self._fleet.refresh(plan.target)

    def _follow(self, entry: JournalEntry, outcome: Mapping[str, str]) -> None:
        """After success: note what was undone, and have the result read soon."""
        plan = entry.plan
        if plan.undoes is not None:
            with self._changed:
                undone = self._entries.get(plan.undoes)
            if undone is not None:
                undone = replace(undone, state=ChangeState.UNDONE, undone_by=entry.id)
                self._write(undone)
                self._keep(undone)
        created = outcome.get("cluster_id") if plan.target is None else None
        target = ClusterRef(plan.connection, plan.region, created) if created else plan.target
        self._fleet.refresh(target)

    # -- small things -------------------------------------------------------------------------

    def _new_entry(self, plan: Plan) -> JournalEntry:
        now = datetime.now(UTC)
        snapshot = self._fleet.snapshot()
        return JournalEntry(
            id=0,
            at=now,
            plan=plan,
            state=ChangeState.WAITING,
            undoes=plan.undoes,
            actor=self._actor(plan),
            region_at=snapshot.region_now(plan.connection, plan.region, now=now),
        )

    def _actor(self, plan: Plan) -> str:
        status = self._fleet.snapshot().status(plan.connection, plan.region)
        return status.caller_arn if status else ""

    def _call_text(self, plan: Plan) -> str:
        doors = self._access.peek(plan.connection, plan.region)
        if doors is None:
            return ""
        return "\n".join(doors.emr.call_text(change) for change in plan.changes)

    def _settle(
        self,
        entry_id: int,
        state: ChangeState,
        *,
        error: str = "",
        outcome: Mapping[str, str] | None = None,
    ) -> None:
        with self._changed:
            entry = self._entries[entry_id]
        entry = replace(entry, state=state, error=error, outcome=dict(outcome or entry.outcome))
        self._write(entry)
        self._keep(entry)

    def _write(self, entry: JournalEntry) -> None:
        """Rewrite the row; the change itself is not lost with it, so a failure is only logged."""
        try:
            self._store.update(entry)
        except HueError:
            _log.exception("Journal row %s cannot be written", entry.id)

    def _keep(self, entry: JournalEntry) -> None:
        with self._changed:
            self._entries[entry.id] = entry
            self._changed.notify_all()
        self._listeners.tell(entry)

    def _idle(self) -> bool:
        return not self._due and not self._sending and not any(self._queues.values())


def _queue_key(entry: JournalEntry) -> ClusterRef | str:
    plan = entry.plan
    return plan.target or f"{plan.connection}/{plan.region}"


def _settled(entry: JournalEntry) -> JournalEntry:
    """An entry of an earlier run, which can neither wait nor be under way any more."""
    if entry.state is ChangeState.SENDING:
        text = _(
            "Hue Desktop ended while the call was under way. Whether it arrived is not known: "
            "compare the cluster with the plan."
        )
        return replace(entry, state=ChangeState.UNKNOWN, error=text)
    if entry.state is ChangeState.WAITING:
        return replace(entry, state=ChangeState.CANCELLED, error=_closed_text())
    return entry


def _closed_text() -> str:
    return _("Hue Desktop was closed before it was sent; nothing was changed.")
