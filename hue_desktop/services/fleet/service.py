"""The fleet service: reads all connections in turn and announces what changed.

One thread owns all state. Readings run on the lane that was handed in and mail their landings back
to that thread; so do the public methods. Nothing else is shared but the published snapshot.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from hue_desktop.core.clusters import BootstrapAction, ClusterRef, ClusterSnapshot
from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import HueError
from hue_desktop.services.access import AccessPool
from hue_desktop.services.cost.prices import PriceBooks
from hue_desktop.services.fleet.change_log import ChangeLog
from hue_desktop.services.fleet.values import (
    ConnectionState,
    ConnectionStatus,
    FleetChange,
    FleetSnapshot,
)
from hue_desktop.services.listeners import Listeners

if TYPE_CHECKING:
    from hue_desktop.core.health_ports import RecordedStore
    from hue_desktop.services.fleet.readings import Work
    from hue_desktop.services.fleet.region_state import RegionState

__all__ = ["FleetService", "Polling"]

T = TypeVar("T")

Listener = Callable[[FleetChange], None]
Message = Callable[[], None]
Polling = Callable[[str], float]
"""The value of a setting ``polling.…`` by key."""

_log = logging.getLogger(__name__)
_LONGEST_WAIT_S = 30.0


class FleetService:
    """Reads in the background from ``start`` to ``stop``; every method may be called anywhere."""

    def __init__(
        self,
        access: AccessPool,
        executor: Executor,
        connections: Callable[[], tuple[Connection, ...]],
        polling: Polling,
        books: PriceBooks | None = None,
        recorded: Callable[[], RecordedStore | None] = lambda: None,
    ) -> None:
        self._access = access
        self._executor = executor
        self._connections = connections
        self._polling = polling
        self._books = books or PriceBooks(access)
        self._recorded = recorded
        self._kept: tuple[ClusterSnapshot, ...] = ()  #: by their summaries, of earlier sessions
        self._log = ChangeLog()
        self._regions: dict[tuple[str, str], RegionState] = {}
        self._focus: ClusterRef | None = None
        self._read_only: dict[str, bool] = {}
        self._snapshot = FleetSnapshot(connections=_connecting(connections()))
        self._listeners: Listeners[[FleetChange]] = Listeners("the fleet")
        self._guard = threading.Lock()
        self._mail: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    # -- for everybody ------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to read; returns at once."""
        if self._thread is None and not self._stopped.is_set():
            self._thread = threading.Thread(target=self._run, name="fleet", daemon=True)
            self._thread.start()

    def stop(self, timeout_s: float = 1.0) -> None:
        """Stop reading; answers that come later are dropped."""
        self._stopped.set()
        self._mail.put(_nothing)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)

    def snapshot(self) -> FleetSnapshot:
        """The newest snapshot, with request usage and clocks of this moment."""
        with self._guard:
            snapshot = self._snapshot
        statuses = tuple(self._live(status) for status in snapshot.connections)
        return replace(snapshot, connections=statuses)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` on the fleet's thread after each change; the answer ends it."""
        return self._listeners.add(listener)

    def set_focus(self, ref: ClusterRef | None) -> None:
        """The cluster in front, which is read every few seconds."""
        self._mail.put(lambda: self._do_focus(ref))

    def refresh(self, ref: ClusterRef | None = None) -> None:
        """Read the cluster, or everything, soon; returns at once."""

        def hurry() -> None:
            for (name, region), state in self._regions.items():
                if ref is None or (name, region) == (ref.connection, ref.region):
                    state.hurry(ref.cluster_id if ref else "")

        self._mail.put(hurry)

    def reload_connections(self) -> None:
        """The list of connections changed: open new ones, forget removed ones."""
        self._mail.put(self._sync)

    def set_read_only(self, connection: str, on: bool) -> None:
        """Turn read-only mode of a connection on or off for this session."""
        with self._guard:
            self._read_only[connection] = on
        self._mail.put(lambda: self._do_read_only(connection, on))

    def is_read_only(self, connection: str) -> bool:
        """Whether changes through this connection are refused now."""
        with self._guard:
            known = self._read_only.get(connection)
        if known is not None:
            return known
        return any(each.read_only for each in self._connections() if each.name == connection)

    def forget(self, ref: ClusterRef) -> None:
        """Show a cluster that was recorded no more."""
        self._mail.put(lambda: self._do_forget(ref))

    def bootstrap_actions(self, ref: ClusterRef) -> tuple[BootstrapAction, ...]:
        """The bootstrap actions of a cluster. Blocks; HueError when it fails."""
        known = self.snapshot().clusters.get(ref)
        if known is not None and known.recorded_at is not None:  # EMR does not know them any more
            return known.cluster.bootstrap_actions if known.cluster else ()
        doors = self._access.of(ref.connection, ref.region)
        return doors.emr.list_bootstrap_actions(ref.cluster_id)

    def _live(self, status: ConnectionStatus) -> ConnectionStatus:
        doors = self._access.peek(status.connection.name, status.region)
        if doors is None:
            return status
        return replace(status, usage=doors.emr.usage(), clock=doors.emr.clock() or status.clock)

    # -- on the fleet's thread ----------------------------------------------------------------

    def _run(self) -> None:
        self._sync()
        self._ask_recorded(lambda store: [brief for brief, _at in store.all()], self._take_kept)
        while not self._stopped.is_set():
            self._tune()
            for state in self._regions.values():
                for work in state.works():
                    self._begin(work)
            self._publish()
            self._take_mail()

    def _take_mail(self) -> None:
        """Wait for mail until something is due, then read all there is."""
        dues = [due for state in self._regions.values() if (due := state.next_due()) is not None]
        wait_s = min([*(due - time.monotonic() for due in dues), _LONGEST_WAIT_S])
        try:
            message = self._mail.get(timeout=max(0.0, wait_s))
            while not self._stopped.is_set():
                message()
                message = self._mail.get_nowait()
        except queue.Empty:
            return

    def _begin(self, work: Work) -> None:
        try:
            self._executor.submit(self._read, work)
        except RuntimeError:  # the lane is shut down: we are closing
            self._stopped.set()

    def _read(self, work: Work) -> None:
        """On the lane: read, and mail what came of it."""
        if self._stopped.is_set():
            return
        try:
            if work.fresh:
                self._access.drop(work.connection, work.region)
            landing = work.call(self._access.of(work.connection, work.region))
        except HueError as error:
            self._mail.put(_bind(work.failed, error))
        except Exception as error:  # the border of the lane: a bug must not end the polling
            _log.exception("Reading %s in %s failed", work.connection, work.region)
            self._mail.put(_bind(work.failed, HueError(f"{type(error).__name__}: {error}")))
        else:
            self._mail.put(landing)

    def _ask_recorded(
        self, ask: Callable[[RecordedStore], T | None], land: Callable[[T], None]
    ) -> None:
        """Ask on the lane what was recorded, and land what came of it on this thread."""

        def read() -> None:
            try:
                store = self._recorded()
                answer = ask(store) if store is not None else None
            except HueError as error:  # the state directory: its problem is shown elsewhere
                _log.warning("What was recorded cannot be read: %s", error)
                return
            if answer is not None:
                self._mail.put(lambda: land(answer))

        try:
            self._executor.submit(read)
        except RuntimeError:  # the lane is shut down: we are closing
            self._stopped.set()

    def _take_kept(self, kept: list[ClusterSnapshot]) -> None:
        self._kept = tuple(kept)
        for key, state in self._regions.items():
            state.data.offer(self._kept_of(*key))
        self._do_focus(self._focus)

    def _kept_of(self, name: str, region: str) -> list[ClusterSnapshot]:
        here = (name, region)
        return [each for each in self._kept if (each.ref.connection, each.ref.region) == here]

    def _do_forget(self, ref: ClusterRef) -> None:
        self._kept = tuple(each for each in self._kept if each.ref != ref)
        state = self._regions.get((ref.connection, ref.region))
        if state is not None:
            state.forget(ref)

    def _publish(self) -> None:
        """Make the newest snapshot visible, and announce it if something in it changed."""
        regions = self._regions.values()
        with self._guard:
            generation = self._snapshot.generation + bool(self._log)
            self._snapshot = FleetSnapshot(
                generation=generation,
                connections=tuple(self._live(state.status) for state in regions),
                clusters={
                    ref: known.snapshot for s in regions for ref, known in s.data.clusters.items()
                },
                costs={ref: cost for s in regions for ref, cost in s.data.costs.items()},
                metrics={ref: values for s in regions for ref, values in s.data.metrics.items()},
            )
            snapshot = self._snapshot
        if self._log:
            self._listeners.tell(self._log.announcement(snapshot))

    def _sync(self) -> None:
        """Make the regions those of the connections."""
        wanted = {
            (connection.name, region): connection
            for connection in self._connections()
            for region in connection.regions
        }
        for key, state in list(self._regions.items()):
            if wanted.get(key) != state.status.connection:
                self._close(key)
        ordered: dict[tuple[str, str], RegionState] = {}
        for key, connection in wanted.items():
            ordered[key] = self._regions.get(key) or self._new_region(connection, key[1])
        self._regions = ordered
        self._do_focus(self._focus)

    def _new_region(self, connection: Connection, region: str) -> RegionState:
        # imported here, on the fleet's own thread: the window's start need not wait for it
        from hue_desktop.services.fleet.region_state import RegionState

        state = RegionState(connection, region, self._books, self._log, time.monotonic)
        with self._guard:
            read_only = self._read_only.get(connection.name)
        if read_only is not None:
            state.set_read_only(read_only)
        if self._kept:
            state.data.offer(self._kept_of(connection.name, region))
        return state

    def _close(self, key: tuple[str, str]) -> None:
        self._regions.pop(key).close()
        self._access.drop(*key)

    def _tune(self) -> None:
        """The settings and clock rates of this moment."""
        for (name, region), state in self._regions.items():
            state.intervals.fleet_s = self._polling("polling.fleet_s")
            state.intervals.focused_s = self._polling("polling.focused_s")
            state.intervals.background_s = self._polling("polling.background_s")
            state.ended_days = self._polling("polling.ended_days")
            doors = self._access.peek(name, region)
            clock = doors.emr.clock() if doors else None
            if clock is not None and clock.rate is not None:
                state.intervals.clock_rate = clock.rate

    def _do_focus(self, ref: ClusterRef | None) -> None:
        self._focus = ref
        for (name, region), state in self._regions.items():
            here = ref is not None and (ref.connection, ref.region) == (name, region)
            state.set_focus(ref.cluster_id if ref is not None and here else "")
            if ref is not None and here:
                self._fill(state, ref)

    def _fill(self, state: RegionState, ref: ClusterRef) -> None:
        """Read all that was recorded of the cluster in front, when only that is left of it."""
        known = state.data.clusters.get(ref)
        if known is None or known.snapshot.recorded_at is None or known.snapshot.cluster:
            return
        self._ask_recorded(lambda store: store.load(ref), state.data.fill)

    def _do_read_only(self, connection: str, on: bool) -> None:
        for (name, _region), state in self._regions.items():
            if name == connection:
                state.set_read_only(on)


def _connecting(connections: tuple[Connection, ...]) -> tuple[ConnectionStatus, ...]:
    return tuple(
        ConnectionStatus(each, region, ConnectionState.CONNECTING, read_only=each.read_only)
        for each in connections
        for region in each.regions
    )


def _nothing() -> None:
    """Mail that only wakes the thread."""


def _bind(failed: Callable[[HueError], None], error: HueError) -> Message:
    return lambda: failed(error)
