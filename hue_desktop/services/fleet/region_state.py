"""One connection in one region: what is read next, and what each answer or error means.

Only the fleet's own thread touches a :class:`RegionState`. It hands out :class:`Work`, whose call
runs on a lane; what comes back is landed on the fleet's thread again. An answer of an older
generation (the doors were opened anew since) is dropped.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from hue_desktop.core.clusters import ClusterRef, ClusterState, ClusterSummary
from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import (
    AccessDenied,
    Cancelled,
    ConfigurationError,
    CredentialsError,
    HueError,
    NotFound,
    ProtocolError,
    ServiceError,
    Throttled,
    Unreachable,
)
from hue_desktop.core.ports import RegionAccess
from hue_desktop.services.cost.prices import PriceBooks
from hue_desktop.services.fleet.change_log import ChangeLog
from hue_desktop.services.fleet.readings import (
    METRICS,
    Landing,
    Reading,
    Work,
    detail_reading,
    since,
    then,
)
from hue_desktop.services.fleet.region_data import RegionData
from hue_desktop.services.fleet.schedule import (
    STEPS_BESIDE_FOCUS_S,
    FirstReadings,
    Intervals,
    Schedule,
    Spacing,
    Topic,
    backoff_s,
)
from hue_desktop.services.fleet.values import ConnectionState, ConnectionStatus

__all__ = ["RegionState"]

Key = tuple[Topic, str]

_ACTIVE: Key = (Topic.ACTIVE, "")
_ENDED: Key = (Topic.ENDED, "")
_IDENTITY: Key = (Topic.IDENTITY, "")
_METRICS: Key = (Topic.METRICS, "")
_PRICES: Key = (Topic.PRICES, "")
_OF_EMR = frozenset(Topic) - {Topic.IDENTITY, Topic.METRICS, Topic.PRICES}

_RENEWED_S = 60.0  #: how often ended credentials are tried again
_DENIED_FACTOR = 10.0  #: what may not be read is tried again so much later
_BACKGROUND_AT_ONCE = 3  #: so many background readings of a region may be under way
_SLOWEST = 8.0
_RECOVERS_S = 60.0  #: without throttling for so long, we go faster again


class RegionState:
    """When which part is read, and how the connection does."""

    def __init__(
        self,
        connection: Connection,
        region: str,
        books: PriceBooks,
        log: ChangeLog,
        clock: Callable[[], float],
    ) -> None:
        self.status = ConnectionStatus(
            connection, region, ConnectionState.CONNECTING, read_only=connection.read_only
        )
        self.data = RegionData(connection.name, region, books, log)
        self.intervals = Intervals()
        self.ended_days = 7.0
        self._focus = ""
        self._books = books
        self._log = log
        self._clock = clock
        self._random = random.Random()
        self._schedule: Schedule[Key] = Schedule()
        self._schedule.ensure(_ACTIVE, clock())
        self._first = FirstReadings()
        self._beside_focus = Spacing(STEPS_BESIDE_FOCUS_S)
        self._priced: set[str] = set()
        self._generation = 0
        self._number = 0
        self._failures = 0
        self._doubted = False  #: one reading met nobody; the list will tell whether that is so
        self._fresh = False
        self._blocked = False
        self._unblocked_at = float("-inf")
        self._throttled_at: float | None = None
        log.connection(connection.name)

    # -- what to do ---------------------------------------------------------------------------

    def works(self) -> list[Work]:
        """The readings to begin now."""
        now = self._clock()
        self._recover(now)
        begun = []
        for key in self._schedule.due(now):
            if self._may_begin(key):
                self._schedule.began(key)
                if self._begins_beside_focus(key):
                    self._beside_focus.began(now)
                begun.append(self._work(key))
        return begun

    def next_due(self) -> float | None:
        """When to ask for works again, unless something lands before."""
        return self._schedule.next_due(self._may_begin)

    def hurry(self, cluster_id: str = "") -> None:
        """Read one cluster, or everything, as soon as possible; tries ended credentials again."""
        now = self._clock()
        if self._blocked:
            self._schedule.hurry(_IDENTITY, now)
            return
        if not cluster_id or self.data.find(cluster_id) is None:
            self._schedule.hurry(_ACTIVE, now)
            self._schedule.hurry(_ENDED, now)
        for key in (_METRICS, _PRICES):
            if key in self._schedule:
                self._schedule.hurry(key, now)
        self._hurry_details(cluster_id or self._focus)

    def set_focus(self, cluster_id: str) -> None:
        """The cluster in front; empty when it is none of this region."""
        if cluster_id == self._focus:
            return
        self._focus = cluster_id
        state = self.data.find(cluster_id)
        if state is not None and state.snapshot.recorded_at is None:
            self._plan_details(self.data.ref(cluster_id))
            self._hurry_details(cluster_id)

    def close(self) -> None:
        """Forget everything; answers still under way are dropped when they land."""
        self._generation += 1
        for ref in list(self.data.clusters):
            self.data.remove(ref)
        self._log.connection(self.status.connection.name)

    def set_read_only(self, on: bool) -> None:
        """For this session."""
        self._set_status(replace(self.status, read_only=on))

    def _may_begin(self, key: Key) -> bool:
        if self._blocked:
            return key == _IDENTITY
        if key == _ACTIVE:  # cheap, and everything hangs on it
            return True
        if self._failures or self._doubted:
            return False
        if self._begins_beside_focus(key) and not self._beside_focus.may_begin(self._clock()):
            return False
        return self._focused(key) or self._schedule.running < _BACKGROUND_AT_ONCE

    def _begins_beside_focus(self, key: Key) -> bool:
        """Whether the reading takes ListSteps' budget from the cluster in front."""
        if key[0] is not Topic.STEPS or self._focused(key):
            return False
        front = self.data.find(self._focus) if self._focus else None
        return front is not None and front.snapshot.summary.state.active

    def _focused(self, key: Key) -> bool:
        return bool(self._focus) and key[1] == self._focus

    def _work(self, key: Key) -> Work:
        self._number += 1
        fresh, self._fresh = self._fresh, False
        if fresh:
            self._generation += 1
        generation = self._generation
        read = self._reading(key, self._number)
        focus = self._focus

        def call(doors: RegionAccess) -> Landing:
            doors.emr.prioritise(focus or None)
            apply = read(doors)
            return lambda: self._land(key, generation, apply)

        def failed(error: HueError) -> None:
            now = self._clock()
            if generation == self._generation:
                self._failed(key, error)
            else:
                self._schedule.landed(key, now, now)

        return Work(self.status.connection.name, self.status.region, fresh, call, failed)

    def _land(self, key: Key, generation: int, apply: Landing) -> None:
        now = self._clock()
        if generation != self._generation:
            self._schedule.landed(key, now, now)
            return
        self._answered()
        self._schedule.landed(key, now + self._interval(key), now)
        apply()

    def _interval(self, key: Key) -> float:
        topic, cluster_id = key
        state = self.data.find(cluster_id) if cluster_id else None
        if state is not None and not state.snapshot.summary.state.active:
            return float("inf")
        moving = state is not None and state.moving
        seconds = self.intervals.of(topic, focused=self._focused(key), moving=moving)
        return seconds * self._random.uniform(0.9, 1.0)

    def _reading(self, key: Key, number: int) -> Reading:
        topic, cluster_id = key
        if topic is Topic.IDENTITY:
            return then(lambda doors: doors.identity.caller_arn(), self._apply_identity)
        if topic is Topic.ACTIVE:
            return then(
                lambda doors: doors.emr.list_clusters(active_only=True),
                lambda listed: self._apply_active(listed, number),
            )
        if topic is Topic.ENDED:
            days = self.ended_days

            def list_all(doors: RegionAccess) -> tuple[tuple[ClusterSummary, ...], datetime]:
                start = since(doors, days)
                return doors.emr.list_clusters(created_after=start), start

            return then(list_all, lambda found: self._apply_ended(*found, number))
        if topic is Topic.PRICES:
            return self._prices_reading()
        if topic is Topic.METRICS:
            ids = [ref.cluster_id for ref in self.data.active()]
            return then(lambda doors: doors.metrics.newest(ids, METRICS), self.data.take_metrics)
        state = self.data.clusters[self.data.ref(cluster_id)]
        ref = state.snapshot.ref
        complete = self._focused(key)
        return detail_reading(
            topic, state, number, complete, lambda parts: self._apply_parts(ref, parts)
        )

    def _prices_reading(self) -> Reading:
        types, volumes = self.data.types_in_use(self.data.active())
        self._priced |= types

        def call(_doors: RegionAccess) -> Landing:
            name, region = self.status.connection.name, self.status.region
            self._books.read(name, region, types, volume_types=volumes)
            return lambda: self.data.reckon(tuple(self.data.clusters))

        return call

    # -- what an answer means -----------------------------------------------------------------

    def _apply_identity(self, arn: str) -> None:
        self._set_status(replace(self.status, caller_arn=arn))
        if self._blocked:
            self._unblock()

    def _apply_active(self, listed: tuple[ClusterSummary, ...], number: int) -> None:
        now = self._clock()
        for key in (_IDENTITY, _ENDED):
            self._schedule.ensure(key, now)
        self._follow(self.data.take_summaries(listed, number))
        seen = {summary.id for summary in listed}
        for ref in self.data.active():
            if ref.cluster_id not in seen:
                self._schedule.hurry((Topic.CLUSTER, ref.cluster_id), now)
                self._schedule.hurry(_ENDED, now)
        if seen:
            self._schedule.ensure(_METRICS, now)

    def _apply_ended(
        self, listed: tuple[ClusterSummary, ...], start: datetime, number: int
    ) -> None:
        self._follow(self.data.take_summaries(listed, number))
        for ref in self.data.forget_ended(listed, start):
            self._unplan(ref)
        self.data.settle()

    def _apply_parts(self, ref: ClusterRef, parts: frozenset[str]) -> None:
        if ref in self.data.clusters and parts:
            self.data.changed(ref, parts)
            self._follow({ref: parts})

    def _follow(self, changed: dict[ClusterRef, frozenset[str]]) -> None:
        """Plan what a change calls for: new clusters, other nodes, types without a price."""
        now = self._clock()
        self._count()
        for ref, parts in changed.items():
            if not self._worth_details(ref):
                continue
            known = self._schedule.planned()
            self._plan_details(ref)
            if "summary" in parts and (Topic.CLUSTER, ref.cluster_id) in known:
                self._hurry_details(ref.cluster_id)
            if "summary" in parts and self._lacks_metrics(ref):
                self._schedule.hurry(_METRICS, now)
            nodes = (Topic.INSTANCES, ref.cluster_id)
            if parts & {"groups", "fleets"} and nodes in known:
                self._schedule.hurry(nodes, now)
            types, _volumes = self.data.types_in_use((ref,))
            if types - self._priced:
                self._schedule.hurry(_PRICES, now)

    def _worth_details(self, ref: ClusterRef) -> bool:
        """Active clusters, the one in front, and those whose end we saw."""
        if self.data.clusters[ref].snapshot.recorded_at is not None:
            return False
        return (
            self.data.clusters[ref].snapshot.summary.state.active
            or ref.cluster_id == self._focus
            or (Topic.CLUSTER, ref.cluster_id) in self._schedule
        )

    def _lacks_metrics(self, ref: ClusterRef) -> bool:
        """A cluster that came up after the last reading would be without them for minutes."""
        state = self.data.clusters[ref].snapshot.summary.state
        up = state in (ClusterState.RUNNING, ClusterState.WAITING)
        return up and ref not in self.data.metrics

    def _plan_details(self, ref: ClusterRef) -> None:
        """Plan what can be read of the cluster; groups or fleets once it is known which."""
        snapshot = self.data.clusters[ref].snapshot
        topics = [Topic.CLUSTER, Topic.STEPS, Topic.POLICIES]
        if snapshot.cluster is not None:
            topics.append(Topic.FLEETS if snapshot.cluster.uses_fleets else Topic.GROUPS)
        if snapshot.groups is not None or snapshot.fleets is not None:
            topics.append(Topic.INSTANCES)
        now = self._clock()
        for topic in topics:
            key = (topic, ref.cluster_id)
            if key not in self._schedule:
                due = now if self._focused(key) else self._first.due(topic, now)
                self._schedule.ensure(key, due)

    def _hurry_details(self, cluster_id: str) -> None:
        now = self._clock()
        for key in self._schedule.planned() if cluster_id else ():
            if key[1] == cluster_id:
                self._schedule.hurry(key, now)

    # -- what an error means ------------------------------------------------------------------

    def _failed(self, key: Key, error: HueError) -> None:
        topic, cluster_id = key
        now = self._clock()
        later = now + 2.0 * self._interval(key)
        if isinstance(error, CredentialsError):
            self._block(key, error)
        elif isinstance(error, Throttled):
            self._slow_down(error, now)
            self._schedule.landed(key, now + self._interval(key), now)
        elif isinstance(error, Cancelled):
            self._schedule.landed(key, now + 1.0, now)
        elif key == _IDENTITY and self._blocked:
            self._identity_failed(error)
        elif key == _ACTIVE:
            self._list_failed(error)
        elif isinstance(error, Unreachable | ProtocolError) and topic in _OF_EMR:
            self._doubted = True
            self._schedule.landed(key, later, now)
            self._schedule.hurry(_ACTIVE, now)
            self._part_failed(topic, cluster_id, error)
        elif isinstance(error, NotFound) and topic is Topic.CLUSTER:
            self.data.over(self.data.ref(cluster_id))
            self._unplan(self.data.ref(cluster_id))
        else:
            factor = _DENIED_FACTOR if isinstance(error, AccessDenied) else 2.0
            self._schedule.landed(key, now + factor * self._interval(key), now)
            self._part_failed(topic, cluster_id, error)

    def _part_failed(self, topic: Topic, cluster_id: str, error: HueError) -> None:
        state = self.data.find(cluster_id)
        if state is not None and topic is not Topic.POLICIES:
            self._log.cluster(state.snapshot.ref, state.apply_error(topic.value, error))

    def _block(self, key: Key, error: CredentialsError) -> None:
        """No usable identity: ask nothing more, but try in a while with fresh credentials."""
        now = self._clock()
        self._schedule.landed(key, now, now)
        if self._blocked and key != _IDENTITY:
            return  # it was under way when the first one failed; a try may be asked for already
        self._blocked = self._fresh = True
        # the answer to something that was asked before the renewal says little of what is now
        late = key != _IDENTITY and now - self._unblocked_at < _RENEWED_S
        self._schedule.plan(_IDENTITY, now + (1.0 if late else _RENEWED_S))
        state = ConnectionState.EXPIRED if error.expired else self._failed_state()
        self._set_status(replace(self.status, state=state, error=error))

    def _unblock(self) -> None:
        now = self._unblocked_at = self._clock()
        self._blocked = False
        self._answered()
        self._schedule.hurry(_ACTIVE, now)
        self._hurry_details(self._focus)

    def _identity_failed(self, error: HueError) -> None:
        """Still blocked. A service that knows no such call proves that somebody lets us in."""
        now = self._clock()
        self._fresh = True
        self._schedule.landed(_IDENTITY, now + _RENEWED_S, now)
        if isinstance(error, ServiceError | AccessDenied):
            self._unblock()

    def _list_failed(self, error: HueError) -> None:
        """The region does not answer as it should: keep the data, ask again later."""
        now = self._clock()
        wait_s = backoff_s(self._failures, self._random)
        if isinstance(error, ConfigurationError | AccessDenied):
            wait_s = 60.0
        self._failures += 1
        self._doubted = False
        self._fresh = True
        self._schedule.landed(_ACTIVE, now + wait_s, now)
        self._set_status(replace(self.status, state=self._failed_state(), error=error))

    def _failed_state(self) -> ConnectionState:
        return ConnectionState.FAILED if self.status.last_read is None else ConnectionState.STALE

    def _slow_down(self, error: Throttled, now: float) -> None:
        if error.code != "RequestBudget":  # AWS said so, not our own meter
            self.intervals.slow = min(_SLOWEST, self.intervals.slow * 2)
            self._throttled_at = now

    def _recover(self, now: float) -> None:
        if self._throttled_at is not None and now - self._throttled_at > _RECOVERS_S:
            self.intervals.slow = max(1.0, self.intervals.slow / 2)
            self._throttled_at = now if self.intervals.slow > 1.0 else None

    # -- small things -------------------------------------------------------------------------

    def _answered(self) -> None:
        """Somebody answered: the connection is fine, unless its credentials are not."""
        if self._blocked:
            return
        self._failures = 0
        self._doubted = False
        at = datetime.now(UTC)
        self._set_status(
            replace(self.status, state=ConnectionState.ONLINE, error=None, last_read=at)
        )

    def _set_status(self, status: ConnectionStatus) -> None:
        before, self.status = self.status, status
        if _visible(before) != _visible(status):
            self._log.connection(status.connection.name)

    def forget(self, ref: ClusterRef) -> None:
        """Show the cluster no more."""
        self.data.remove(ref)
        self._unplan(ref)

    def _unplan(self, ref: ClusterRef) -> None:
        for key in self._schedule.planned():
            if key[1] == ref.cluster_id:
                self._schedule.forget(key)

    def _count(self) -> None:
        active = [self.data.clusters[ref].snapshot for ref in self.data.active()]
        self.intervals.clusters = len(active)
        self.intervals.fleets = sum(
            1 for snapshot in active if snapshot.cluster and snapshot.cluster.uses_fleets
        )


def _visible(status: ConnectionStatus) -> tuple[object, ...]:
    """What of a status is worth an announcement: not the passing of time."""
    error = status.error
    return (status.state, type(error), str(error or ""), status.caller_arn, status.read_only)
