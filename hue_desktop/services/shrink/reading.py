"""Reading a cluster for the pre-flight: EMR, then HDFS and YARN."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from hue_desktop.core.clusters import Cluster, ClusterRef, ClusterSnapshot
from hue_desktop.core.cost import PriceBook
from hue_desktop.core.errors import Cancelled, HueError, Refused
from hue_desktop.core.instances import GroupState, Instance, InstanceFleet, InstanceGroup, Role
from hue_desktop.core.metrics import SeriesData
from hue_desktop.core.ports import Emr
from hue_desktop.core.replication import replication_of
from hue_desktop.core.shrink.joining import joined_nodes
from hue_desktop.core.shrink.ports import BlockReader, HdfsFacts, ReadBlocks, WorkFacts
from hue_desktop.core.shrink.rates import measured_rate
from hue_desktop.core.shrink.values import AdminState, DrainRate, ShrinkLimits
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.cost.reckoning import cluster_cost
from hue_desktop.services.shrink.values import (
    CancelToken,
    Inspection,
    InspectionProgress,
    Progress,
)

__all__ = ["LACKING", "Measured", "read_cluster"]

LACKING = "hdfs.under_replicated"
_CAUSES = ("yarn.nodes.decommissioning", "hdfs.nodes.dead")
_TELL_S = 0.2
_UNREAD_SHARE, _UNREAD_BLOCKS = 0.02, 100  #: more blocks than this belong to no file that was read

#: Series of a cluster by metric name, of the last days.
Measured = Callable[[ClusterRef, tuple[str, ...]], Mapping[str, SeriesData]]


@dataclass(frozen=True, slots=True)
class _Described:
    """What EMR says."""

    snapshot: ClusterSnapshot
    cores: tuple[InstanceGroup | InstanceFleet, ...]
    scaling: tuple[int, int] | None = None  #: the limits of managed scaling


def read_cluster(
    ref: ClusterRef,
    emr: Emr,
    open_reader: Callable[[ClusterRef], BlockReader],
    prices: Callable[[tuple[str, ...]], PriceBook],
    measured: Measured,
    progress: Progress | None,
    token: CancelToken | None,
) -> Inspection:
    """Read it all. See :meth:`ShrinkService.inspect`."""
    begun = time.monotonic()
    teller = _Teller(progress)
    teller.tell(_("Asking EMR"))
    described = _describe(ref, emr)
    _check(token)
    teller.tell(_("Reaching the NameNode"))
    reader = open_reader(ref)
    if token is not None:
        token.on_cancel(reader.close)
    try:
        facts = reader.facts()
        teller.of_files = facts.files
        work: list[WorkFacts | None] = []
        asking = threading.Thread(
            target=lambda: work.append(_quietly(reader)), name="preflight-yarn", daemon=True
        )
        asking.start()
        blocks = reader.read(facts, teller.files)
        asking.join(30.0)
    finally:
        reader.close()
    _check(token)
    running = work[0] if work else None
    return _inspection(described, facts, blocks, running, prices, measured, begun)


def _inspection(
    described: _Described,
    facts: HdfsFacts,
    read: ReadBlocks,
    work: WorkFacts | None,
    prices: Callable[[tuple[str, ...]], PriceBook],
    measured: Measured,
    begun: float,
) -> Inspection:
    snapshot, table = described.snapshot, read.table
    instances = snapshot.instances or ()
    types = tuple(sorted({each.instance_type for each in instances}))
    costs = cluster_cost(snapshot, prices(types)).by_node
    core_ids = {each.id for each in described.cores}
    nodes = joined_nodes(facts, instances, core_ids, work, costs)
    unread = [*read.problems, *_unread(facts, table.blocks)]
    missing = [*unread, *_silent(facts), *_about_work(work)]
    factor = facts.replication
    known = replication_of(snapshot)
    if factor is None and known.sure:
        factor = known.factor
    core = described.cores[0]
    now = time.time()
    limits = ShrinkLimits(
        replication=factor,
        rate=_rate(measured, snapshot.ref, float(table.length.mean()) if table.blocks else 0.0),
        safe_mode=facts.safe_mode,
        state=core.state.value,
        resizing_to=_resizing(core),
        scaling=described.scaling,
        pending_containers=work.pending if work is not None else None,
        can_name=isinstance(core, InstanceGroup),
        checked_at=now,
        missing=tuple(unread),
    )
    took_s = time.monotonic() - begun
    return Inspection(
        snapshot.ref, table, nodes, limits, now, took_s, tuple(missing),
        snapshot=snapshot, group_ids=tuple(each.id for each in described.cores),
    )  # fmt: skip


def _describe(ref: ClusterRef, emr: Emr) -> _Described:
    cluster: Cluster = emr.describe_cluster(ref.cluster_id)
    if not cluster.state.up:
        raise Refused(
            _("The cluster is {state}: its HDFS cannot be read now.").format(
                state=cluster.state.value
            ),
            remedy=_("Wait until it runs.") if cluster.state.active else "",
        )
    groups: tuple[InstanceGroup, ...] | None = None
    fleets: tuple[InstanceFleet, ...] | None = None
    if cluster.uses_fleets:
        fleets = emr.list_fleets(ref.cluster_id)
    else:
        groups = emr.list_groups(ref.cluster_id)
    owners: dict[str, InstanceGroup | InstanceFleet] = {}
    owners |= {each.id: each for each in groups or ()}
    owners |= {each.id: each for each in fleets or ()}
    cores = tuple(each for each in owners.values() if each.role is Role.CORE)
    if not cores:
        raise Refused(
            _("The cluster has no core nodes; its HDFS lives on the primary node."),
            remedy=_("There is nothing to shrink."),
        )
    instances = tuple(
        _with_role(each, owners.get(each.group_id)) for each in emr.list_instances(ref.cluster_id)
    )
    snapshot = ClusterSnapshot(ref, cluster.summary, cluster, groups, fleets, instances)
    return _Described(snapshot, cores, _scaling(ref, emr))


def _scaling(ref: ClusterRef, emr: Emr) -> tuple[int, int] | None:
    """The limits of managed scaling; also ``None`` where they may not be read."""
    try:
        policy = emr.managed_scaling(ref.cluster_id)
    except HueError:
        return None
    return (policy.minimum, policy.maximum) if policy is not None else None


def _with_role(node: Instance, owner: InstanceGroup | InstanceFleet | None) -> Instance:
    return replace(node, role=owner.role) if owner is not None and node.role is None else node


def _resizing(core: InstanceGroup | InstanceFleet) -> int | None:
    """The size that the group is on its way to."""
    if core.state is not GroupState.RESIZING:
        return None
    if isinstance(core, InstanceGroup):
        return core.requested if core.requested != core.running else None
    return core.target_on_demand + core.target_spot


def _rate(measured: Measured, ref: ClusterRef, mean_block: float) -> DrainRate | None:
    try:
        series = measured(ref, (LACKING, *_CAUSES))
    except Cancelled:
        raise
    except HueError:
        return None
    for name in _CAUSES:
        found = measured_rate(series.get(LACKING), series.get(name), mean_block)
        if found is not None:
            return found
    return None


def _quietly(reader: BlockReader) -> WorkFacts | None:
    try:
        return reader.work()
    except HueError:
        return None


def _unread(facts: HdfsFacts, read: int) -> list[str]:
    if facts.blocks is None:
        return []
    more = facts.blocks - read
    if more <= max(_UNREAD_BLOCKS, _UNREAD_SHARE * facts.blocks):
        return []
    text = ngettext(
        "{n} block belongs to no file that was read: to a snapshot, or to a folder that may not "
        "be read. It is not judged.",
        "{n} blocks belong to no file that was read: to snapshots, or to folders that may not be "
        "read. They are not judged.",
        more,
    )
    return [text.format(n=more)]


def _silent(facts: HdfsFacts) -> list[str]:
    from hue_desktop.core.shrink.joining import SILENT_S

    silent = [
        node.name
        for node in facts.nodes
        if node.state is not AdminState.DEAD and (node.last_contact_s or 0.0) > SILENT_S
    ]
    if not silent:
        return []
    text = _("{hosts} send no heartbeats; they are judged as lost.")
    return [text.format(hosts=", ".join(silent[:3]))]


def _about_work(work: WorkFacts | None) -> list[str]:
    if work is None:
        return [_("YARN’s ResourceManager did not answer: what runs on the nodes is unknown.")]
    if work.estimated and any(work.containers.values()):
        return [
            _("YARN did not tell how long containers have run; shown is how long the oldest "
              "application has."),
        ]  # fmt: skip
    return []


def _check(token: CancelToken | None) -> None:
    if token is not None and token.cancelled:
        raise Cancelled(_("Cancelled."))


class _Teller:
    """Tells progress, not oftener than anybody can read."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._begun = self._told = 0.0
        self._lock = threading.Lock()
        self.of_files: int | None = None

    def tell(self, stage: str) -> None:
        """A stage without figures."""
        if self._progress is not None:
            self._progress(InspectionProgress(stage))

    def files(self, count: int) -> None:
        """So many files were read; from any thread."""
        now = time.monotonic()
        with self._lock:
            self._begun = self._begun or now
            if self._progress is None or now - self._told < _TELL_S:
                return
            self._told = now
        took = now - self._begun
        rate = count / took if took > 0 else None
        self._progress(InspectionProgress(_("Reading blocks"), count, self.of_files, rate))
