"""Merging what was read of a cluster into its snapshot, and saying which parts changed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter, is_

from hue_desktop.core.clusters import (
    Cluster,
    ClusterRef,
    ClusterSnapshot,
    ClusterSummary,
    ManagedScaling,
)
from hue_desktop.core.errors import HueError
from hue_desktop.core.instances import GroupState, Instance, InstanceFleet, InstanceGroup, Role
from hue_desktop.core.steps import Step

__all__ = ["SnapshotKeeper"]

Parts = frozenset[str]
_NONE: Parts = frozenset()
_MOVING = (GroupState.PROVISIONING, GroupState.BOOTSTRAPPING, GroupState.RESIZING)

_OURS = ("role", "az")  #: what ListInstances does not tell and we fill in
_FIELDS = tuple(name for name in Instance.__slots__ if name not in _OURS)
_AS_READ: Callable[[Instance], tuple[object, ...]] = attrgetter(*_FIELDS)


class SnapshotKeeper:
    """One cluster's snapshot and the order in which its answers were asked for.

    Every ``apply_…`` takes the number of the request: an answer to an older request than the one
    applied last is dropped. Unchanged values keep their identity, so comparing snapshots is cheap.
    """

    def __init__(self, ref: ClusterRef, summary: ClusterSummary) -> None:
        self.snapshot = ClusterSnapshot(ref=ref, summary=summary)
        self._applied: dict[str, int] = {}
        self._idle_timeout_s: int | None = None
        self._managed_scaling: ManagedScaling | None = None

    @classmethod
    def of(cls, snapshot: ClusterSnapshot) -> SnapshotKeeper:
        """Begin with what was kept of a cluster."""
        keeper = cls(snapshot.ref, snapshot.summary)
        keeper.snapshot = snapshot
        return keeper

    @property
    def moving(self) -> bool:
        """Whether nodes come or go just now."""
        groups, fleets = self.snapshot.groups or (), self.snapshot.fleets or ()
        return any(
            group.state in _MOVING or group.running != group.requested for group in groups
        ) or any(fleet.state in _MOVING for fleet in fleets)

    def apply_summary(self, summary: ClusterSummary, number: int) -> Parts:
        """What ListClusters said."""
        recorded = self.snapshot.recorded_at is not None
        if not self._newest("summary", number):
            return _NONE
        if summary == self.snapshot.summary and not recorded:
            return _NONE
        cluster = self.snapshot.cluster
        self.snapshot = replace(
            self.snapshot,
            recorded_at=None,  # EMR lists it, so it tells of it
            summary=summary,
            cluster=replace(cluster, summary=summary) if cluster else None,
        )
        return frozenset(("summary", "cluster")) if cluster else frozenset(("summary",))

    def apply_cluster(self, read: Cluster, number: int, at: datetime) -> Parts:
        """What DescribeCluster said; the policies are those read before."""
        if not self._newest("cluster", number):
            return _NONE
        cluster = replace(
            read, idle_timeout_s=self._idle_timeout_s, managed_scaling=self._managed_scaling
        )
        if not self._newest("summary", number):
            cluster = replace(cluster, summary=self.snapshot.summary)
        changed = set(self._read("cluster", at))
        if cluster.summary != self.snapshot.summary:
            changed.add("summary")
        if cluster != self.snapshot.cluster:
            changed.add("cluster")
            self.snapshot = replace(self.snapshot, cluster=cluster, summary=cluster.summary)
            changed |= self._complete_nodes()
        return frozenset(changed)

    def apply_policies(
        self, idle_timeout_s: int | None, scaling: ManagedScaling | None, number: int
    ) -> Parts:
        """The auto-termination and managed scaling policies."""
        if not self._newest("policies", number):
            return _NONE
        self._idle_timeout_s, self._managed_scaling = idle_timeout_s, scaling
        cluster = self.snapshot.cluster
        if cluster is None:
            return _NONE
        merged = replace(cluster, idle_timeout_s=idle_timeout_s, managed_scaling=scaling)
        if merged == cluster:
            return _NONE
        self.snapshot = replace(self.snapshot, cluster=merged)
        return frozenset(("cluster",))

    def apply_groups(self, groups: tuple[InstanceGroup, ...], number: int, at: datetime) -> Parts:
        """What ListInstanceGroups said."""
        if not self._newest("groups", number):
            return _NONE
        changed = set(self._read("groups", at))
        if groups != self.snapshot.groups:
            changed.add("groups")
            self.snapshot = replace(self.snapshot, groups=groups)
            changed |= self._complete_nodes()
        return frozenset(changed)

    def apply_fleets(self, fleets: tuple[InstanceFleet, ...], number: int, at: datetime) -> Parts:
        """What ListInstanceFleets said."""
        if not self._newest("fleets", number):
            return _NONE
        changed = set(self._read("fleets", at))
        if fleets != self.snapshot.fleets:
            changed.add("fleets")
            self.snapshot = replace(self.snapshot, fleets=fleets)
            changed |= self._complete_nodes()
        return frozenset(changed)

    def apply_instances(
        self, read: tuple[Instance, ...], number: int, at: datetime, *, complete: bool
    ) -> Parts:
        """What ListInstances said; unless ``complete``, ended nodes that were known stay known."""
        if not self._newest("instances", number):
            return _NONE
        changed = set(self._read("instances", at))
        merged = self._merged(read, complete)
        if merged is not self.snapshot.instances:
            changed.add("instances")
            self.snapshot = replace(self.snapshot, instances=merged)
        return frozenset(changed)

    def apply_steps(self, steps: tuple[Step, ...], number: int, at: datetime) -> Parts:
        """What ListSteps said."""
        if not self._newest("steps", number):
            return _NONE
        changed = set(self._read("steps", at))
        if steps != self.snapshot.steps:
            changed.add("steps")
            self.snapshot = replace(self.snapshot, steps=steps)
        return frozenset(changed)

    def apply_error(self, part: str, error: HueError) -> Parts:
        """A part could not be read; its old value stays."""
        known = self.snapshot.errors.get(part)
        if type(known) is type(error) and str(known) == str(error):
            return _NONE
        self.snapshot = replace(self.snapshot, errors={**self.snapshot.errors, part: error})
        return frozenset((part,))

    def set_region_time(self, region_time: datetime | None) -> None:
        """The region's clock at the newest answer; announces nothing."""
        self.snapshot = replace(self.snapshot, region_time=region_time)

    def _newest(self, part: str, number: int) -> bool:
        if number < self._applied.get(part, -1):
            return False
        self._applied[part] = number
        return True

    def _read(self, part: str, at: datetime) -> Parts:
        """Note the time; the part changed if its error is gone now."""
        snapshot = self.snapshot
        errors = {name: error for name, error in snapshot.errors.items() if name != part}
        self.snapshot = replace(snapshot, read_at={**snapshot.read_at, part: at}, errors=errors)
        return frozenset((part,)) if part in snapshot.errors else _NONE

    def _roles(self) -> dict[str, Role]:
        roles = {group.id: group.role for group in self.snapshot.groups or ()}
        roles.update({fleet.id: fleet.role for fleet in self.snapshot.fleets or ()})
        return roles

    def _complete_nodes(self) -> set[str]:
        """Give nodes that were read before their group or cluster what these tell."""
        known = self.snapshot.instances
        if known is None:
            return set()
        roles, az = self._roles(), self._az()
        completed = tuple(_completed(node, roles, az) for node in known)
        if _identical(completed, known):
            return set()
        self.snapshot = replace(self.snapshot, instances=completed)
        return {"instances"}

    def _az(self) -> str:
        """The zone of all nodes: a cluster lies in one."""
        return self.snapshot.cluster.az if self.snapshot.cluster else ""

    def _merged(self, read: tuple[Instance, ...], complete: bool) -> tuple[Instance, ...]:
        """The nodes in a stable order, unchanged ones as the very objects we had."""
        before = self.snapshot.instances
        known = {node.id: node for node in before or ()}
        roles, az = self._roles(), self._az()
        merged = [_same_or_new(node, known.get(node.id), roles, az) for node in read]
        if not complete:
            ids = {node.id for node in read}
            merged += [node for node in before or () if not node.active and node.id not in ids]
        order = {node_id: place for place, node_id in enumerate(known)}
        merged.sort(key=lambda node: order.get(node.id, len(order)))
        return before if before is not None and _identical(merged, before) else tuple(merged)


def _identical(nodes: Sequence[Instance], others: Sequence[Instance]) -> bool:
    return len(nodes) == len(others) and all(map(is_, nodes, others))


def _same_or_new(
    node: Instance, known: Instance | None, roles: dict[str, Role], az: str
) -> Instance:
    """The object we had when it says the same, else the new one with what we fill in."""
    if known is not None and _AS_READ(node) == _AS_READ(known):
        return _completed(known, roles, az)
    return _completed(node, roles, az)


def _completed(node: Instance, roles: dict[str, Role], az: str) -> Instance:
    role, zone = roles.get(node.group_id, node.role), node.az or az
    if role is node.role and zone == node.az:
        return node
    return replace(node, role=role, az=zone)
