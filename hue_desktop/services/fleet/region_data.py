"""What is known of one region: clusters, their cost and their newest metrics. No timing, no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot, ClusterSummary
from hue_desktop.core.recorded import as_recorded
from hue_desktop.services.cost.idle_finder import smaller_masters
from hue_desktop.services.cost.prices import PriceBooks
from hue_desktop.services.cost.reckoning import cluster_cost
from hue_desktop.services.cost.values import ClusterCost
from hue_desktop.services.fleet.change_log import ChangeLog
from hue_desktop.services.fleet.snapshot_keeper import SnapshotKeeper

__all__ = ["RegionData"]

_COSTLY = frozenset(("summary", "cluster", "groups", "fleets", "instances"))
_RECORDED = _COSTLY | {"steps"}


class RegionData:
    """Takes answers in and writes what they changed into the log."""

    def __init__(self, connection: str, region: str, books: PriceBooks, log: ChangeLog) -> None:
        self.connection = connection
        self.region = region
        self.clusters: dict[ClusterRef, SnapshotKeeper] = {}
        self.costs: dict[ClusterRef, ClusterCost] = {}
        self.metrics: dict[ClusterRef, Mapping[str, float]] = {}
        self.keeps = False  #: whether clusters that EMR forgets stay, as they were seen last
        self._kept: dict[ClusterRef, ClusterSnapshot] = {}
        self._books = books
        self._log = log

    def ref(self, cluster_id: str) -> ClusterRef:
        """The full name of a cluster of this region."""
        return ClusterRef(self.connection, self.region, cluster_id)

    def find(self, cluster_id: str) -> SnapshotKeeper | None:
        """What is known of a cluster."""
        return self.clusters.get(self.ref(cluster_id))

    def active(self) -> list[ClusterRef]:
        """The clusters that have not ended."""
        return [ref for ref, state in self.clusters.items() if state.snapshot.summary.state.active]

    def take_summaries(
        self, listed: Iterable[ClusterSummary], number: int
    ) -> dict[ClusterRef, frozenset[str]]:
        """What a list said; new clusters and those whose summary changed."""
        changed: dict[ClusterRef, frozenset[str]] = {}
        for summary in listed:
            ref = self.ref(summary.id)
            state = self.clusters.get(ref)
            if state is None:
                self.clusters[ref] = SnapshotKeeper(ref, summary)
                changed[ref] = frozenset(("summary",))
            elif parts := state.apply_summary(summary, number):
                changed[ref] = parts
        for ref, parts in changed.items():
            self.changed(ref, parts)
        return changed

    def take_metrics(self, newest: Mapping[str, Mapping[str, float]]) -> None:
        """The newest CloudWatch values by cluster."""
        for cluster_id, values in newest.items():
            ref = self.ref(cluster_id)
            if ref in self.clusters and values and self.metrics.get(ref) != values:
                self.metrics[ref] = dict(values)
                self._log.cluster(ref, frozenset(("metrics",)))

    def changed(self, ref: ClusterRef, parts: frozenset[str]) -> None:
        """Note what changed of a cluster, and reckon its cost anew if that may have moved it."""
        self._log.cluster(ref, parts)
        if parts & _COSTLY:
            self.reckon((ref,))

    def reckon(self, refs: Iterable[ClusterRef]) -> None:
        """The cost of clusters, from their nodes and the prices known now."""
        book = self._books.now(self.connection, self.region)
        for ref in refs:
            snapshot = self.clusters[ref].snapshot
            unread = snapshot.groups is None and snapshot.instances is None
            if unread or snapshot.recorded_at is not None:
                continue
            cost = cluster_cost(snapshot, book)
            if self.costs.get(ref) != cost:
                self.costs[ref] = cost
                self._log.cluster(ref, frozenset(("cost",)))

    def types_in_use(self, refs: Iterable[ClusterRef]) -> tuple[set[str], set[str]]:
        """Instance types and volume types of the clusters' nodes and groups."""
        types: set[str] = set()
        volumes: set[str] = set()
        for ref in refs:
            snapshot = self.clusters[ref].snapshot
            for group in snapshot.groups or ():
                types.add(group.instance_type)
                volumes.update(volume.volume_type for volume in group.ebs_volumes)
            choices = [choice for fleet in snapshot.fleets or () for choice in fleet.types]
            types.update(choice.instance_type for choice in choices)
            volumes.update(volume.volume_type for each in choices for volume in each.ebs_volumes)
            types.update(node.instance_type for node in snapshot.instances or ())
            types |= smaller_masters(snapshot)  # what the idle finder compares with
        return types, volumes

    def forget_ended(self, listed: Iterable[ClusterSummary], since: datetime) -> list[ClusterRef]:
        """Drop clusters that ended before ``since`` and are not listed any more."""
        seen = {self.ref(summary.id) for summary in listed}
        gone = []
        for ref, state in self.clusters.items():
            summary = state.snapshot.summary
            recent = summary.ended is not None and summary.ended >= since
            over = not summary.state.active and state.snapshot.recorded_at is None
            if ref not in seen and over and not recent:
                gone.append(ref)
        for ref in gone:
            self.over(ref)
        return gone

    # -- what was recorded --------------------------------------------------------------------

    def offer(self, kept: Iterable[ClusterSnapshot]) -> None:
        """Clusters of earlier sessions. Those whose end was seen show at once; whether the others
        are over is known when EMR has told which clusters there are."""
        self.keeps = True
        for snapshot in kept:
            if snapshot.ref in self.clusters or snapshot.summary.state.active:
                self._kept[snapshot.ref] = snapshot
            else:
                self._show(snapshot)

    def settle(self) -> None:
        """EMR told all it lists: what it did not name is over."""
        for ref in [ref for ref in self._kept if ref not in self.clusters]:
            self._show(self._kept.pop(ref))

    def over(self, ref: ClusterRef) -> None:
        """EMR does not know the cluster any more; what was read of it stays."""
        state = self.clusters.get(ref)
        if state is None or state.snapshot.recorded_at is not None:
            return
        kept = self._kept.get(ref)
        if self.keeps and state.snapshot.cluster is not None:
            kept = state.snapshot
        self.remove(ref)
        if kept is not None:
            self._show(kept)

    def fill(self, kept: ClusterSnapshot) -> None:
        """All that was kept of a cluster that shows as recorded."""
        state = self.clusters.get(kept.ref)
        if state is not None and state.snapshot.recorded_at is not None:
            self._show(kept)

    def _show(self, kept: ClusterSnapshot) -> None:
        self.clusters[kept.ref] = SnapshotKeeper.of(as_recorded(kept, datetime.now(UTC)))
        self._log.cluster(kept.ref, _RECORDED)

    def remove(self, ref: ClusterRef) -> None:
        """The cluster is not to be shown any more."""
        self._kept.pop(ref, None)
        if self.clusters.pop(ref, None) is not None:
            self.costs.pop(ref, None)
            self.metrics.pop(ref, None)
            self._log.gone(ref)
