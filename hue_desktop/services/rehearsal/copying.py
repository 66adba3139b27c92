"""The copy of a cluster in its region: standing it up, changing it, looking at it afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hue_desktop.core.changes import Change, SetAutoTermination, SetManagedScaling
from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.connections import Connection
from hue_desktop.core.cost import PriceBook
from hue_desktop.core.errors import ServiceError
from hue_desktop.core.rehearsal import (
    RehearsalEvent,
    RehearsalLevel,
    RehearsalOutcome,
    RehearsalRequest,
)
from hue_desktop.core.text import _
from hue_desktop.services.cost.lives import completed
from hue_desktop.services.rehearsal import telling
from hue_desktop.services.rehearsal.costs import costs_of
from hue_desktop.services.rehearsal.reading import Original

if TYPE_CHECKING:
    from hue_desktop.core.ports import RegionAccess
    from hue_desktop.core.rehearsal_ports import HdfsState, RehearsalRegion, Story

__all__ = ["Copy"]

_SLICES = 48  #: the hours pass in so many steps, so that a cancel is heard in between


class Copy:
    """One cluster, copied into ``region``; ``name`` is that of the connection to it."""

    def __init__(
        self,
        request: RehearsalRequest,
        original: Original,
        region: RehearsalRegion,
        name: str,
        open_doors: Callable[[Connection, str], RegionAccess],
    ) -> None:
        self.request = request
        self.original = original
        self.region = region
        self.name = name
        self.connection = region.connection(name)
        self._open_doors = open_doors
        self._doors: RegionAccess | None = None
        self._begun = 0.0
        self._before: HdfsState | None = None
        self._undisturbed: tuple[ClusterSnapshot, Story] | None = None
        self._seen: ClusterSnapshot | None = None  #: read at the end, once

    def run_undisturbed(self, tell: Callable[[float], None]) -> None:
        """Let the hours pass over a copy to which nothing happens, to compare with."""
        self._load()
        self.pass_hours(tell)
        self._undisturbed = (self._now(), self._story())
        self._seen = None

    def load(self) -> None:
        """Stand the cluster up, with the policies that it has; its time is the real one's."""
        self._load()
        story = self._story()
        self._begun, self._before = story.now, story.hdfs

    def _load(self) -> None:
        self._begun = self.original.at
        self.region.empty(self._begun)
        self.region.load(self.original.shape)
        if self._doors is None:
            self._doors = self._open_doors(self.connection, self.request.ref.region)
        cluster_id = self.request.ref.cluster_id
        cluster = self.original.snapshot.cluster
        if cluster is not None and cluster.managed_scaling is not None:
            self._doors.emr.perform(SetManagedScaling(cluster_id, cluster.managed_scaling))
        if cluster is not None and cluster.idle_timeout_s is not None:
            self._doors.emr.perform(SetAutoTermination(cluster_id, cluster.idle_timeout_s))

    def pass_hours(self, tell: Callable[[float], None]) -> None:
        """Let the hours pass; ``tell`` hears the share of them, and may raise."""
        for number in range(_SLICES):
            tell(number / _SLICES)
            self.region.pass_time(self.request.hours * 3600.0 / _SLICES)

    def _story(self) -> Story:
        return self.region.story(self.request.ref.cluster_id, self._begun)

    def carry_out(self, changes: Iterable[Change]) -> Iterator[RehearsalEvent]:
        """The changes, each as it would be for real; after one that is refused none is tried."""
        assert self._doors is not None
        for change in changes:
            operation = self._doors.emr.call_text(change).split(maxsplit=1)[0]
            try:
                self._doors.emr.perform(change)
            except ServiceError as error:
                text = _("EMR would refuse {call}: {reason}").format(
                    call=operation, reason=error.message
                )
                yield self._event(text, RehearsalLevel.BAD, "refused")
                return
            yield self._event(
                _("Called: {call}").format(call=operation), RehearsalLevel.NOTE, "call"
            )

    def lose_spot(self, share: float) -> Iterator[RehearsalEvent]:
        """Let EC2 take Spot task nodes back."""
        if not share:
            return
        gone = self.region.lose_spot(self.request.ref.cluster_id, share)
        if not gone:
            text = _("There are no Spot task nodes that could be lost.")
            yield self._event(text, RehearsalLevel.NOTE, "lost")

    def types(self) -> frozenset[str]:
        """All instance types that cost something, disturbed or not."""
        without = self._undisturbed[0].instances if self._undisturbed is not None else ()
        found = {node.instance_type for node in without or ()}
        return frozenset(found | {node.instance_type for node in self._now().instances or ()})

    def volume_types(self) -> frozenset[str]:
        """All kinds of EBS volumes."""
        snapshot = self._now()
        asked = [group.ebs_volumes for group in snapshot.groups or ()]
        asked += [each.ebs_volumes for fleet in snapshot.fleets or () for each in fleet.types]
        return frozenset(volume.volume_type for volumes in asked for volume in volumes)

    def outcome(
        self, events: list[RehearsalEvent], book: PriceBook, began: float
    ) -> RehearsalOutcome:
        """What became of it; ``began`` is when the rehearsal did, by the monotonic clock."""
        assert self._undisturbed is not None
        copy, story = self._now(), self._story()
        without, calm = self._undisturbed
        events = [*events, *telling.events_of(story, self._begun)]
        events.sort(key=lambda event: event.after_s)
        applications = telling.applications_of(story.work, calm.work, self._begun)
        hdfs = telling.hdfs_of(self.original.source, self._before, story.hdfs)
        costs = costs_of(without, copy, book, self._begun, story.now)
        refused = any(event.key == "refused" for event in events)
        level = telling.level_of(applications, hdfs, events)
        went = ""
        if not refused:
            cluster = self.original.snapshot.cluster
            policy = cluster.managed_scaling if cluster is not None else None
            went = telling.size_that_went(self.request.changes, copy, policy)
            level = max(level, RehearsalLevel.WARN if went else level, key=lambda one: one.value)
        return RehearsalOutcome(
            id=self.name,
            request=self.request,
            began=_at(self._begun),
            hours=(story.now - self._begun) / 3600.0,
            applications=applications,
            hdfs=hdfs,
            cost_usd=costs.copy,
            cost_before_usd=costs.before,
            nodes=telling.nodes_of(copy, story, self._begun, story.now),
            events=tuple(events),
            took_s=time.monotonic() - began,
            level=level,
            sentence=telling.sentence_of(applications, hdfs, costs, refused=refused, went=went),
            unknown_prices=costs.unknown,
            missing=self.original.missing,
        )

    def close(self) -> None:
        """End the region; never fails."""
        if self._doors is not None:
            self._doors.close()
        self.region.close()

    def _now(self) -> ClusterSnapshot:
        """The copy as EMR tells it, ended nodes included."""
        if self._seen is None:
            assert self._doors is not None
            emr, cluster_id = self._doors.emr, self.request.ref.cluster_id
            cluster = emr.describe_cluster(cluster_id)
            fleets = cluster.uses_fleets
            self._seen = completed(
                ClusterSnapshot(
                    ref=replace(self.request.ref, connection=self.name),
                    summary=cluster.summary,
                    cluster=cluster,
                    groups=None if fleets else emr.list_groups(cluster_id),
                    fleets=emr.list_fleets(cluster_id) if fleets else None,
                    instances=emr.list_instances(cluster_id, active_only=False),
                )
            )
        return self._seen

    def _event(self, text: str, level: RehearsalLevel, key: str) -> RehearsalEvent:
        return RehearsalEvent(_at(self._begun), 0.0, text, level, key)


def _at(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)
