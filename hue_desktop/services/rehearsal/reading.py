"""Reading a cluster as it is, for a copy of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.errors import AccessDenied, HueError, Refused, ServiceError
from hue_desktop.core.format import count, duration
from hue_desktop.core.instances import InstanceState, Role
from hue_desktop.core.rehearsal import HdfsSource
from hue_desktop.core.rehearsal_ports import MOST_BLOCKS, ClusterShape, HdfsShape, RunningWork
from hue_desktop.core.replication import replication_of
from hue_desktop.core.text import _
from hue_desktop.services.cost.lives import completed

if TYPE_CHECKING:
    from hue_desktop.core.metrics import Reading, YarnApplication
    from hue_desktop.core.ports import Emr
    from hue_desktop.services.shrink.values import Inspection

__all__ = ["Original", "read_original"]

T = TypeVar("T")

_ENDLESS_S = 24 * 3600.0  #: what has run for so long is taken for a service that never ends
_SAYS_LITTLE = frozenset({"SPARK", ""})  #: kinds whose progress YARN shows as 10 % or so all along


@dataclass(frozen=True, slots=True)
class Original:
    """The real cluster; ``at`` is its region's time in epoch seconds. ``missing`` are sentences."""

    shape: ClusterShape
    source: HdfsSource
    at: float
    missing: tuple[str, ...]

    @property
    def snapshot(self) -> ClusterSnapshot:
        """The cluster."""
        return self.shape.snapshot


def read_original(
    ref: ClusterRef,
    emr: Emr,
    now: Callable[[], float],
    servers: Callable[[ClusterRef], Reading],
    inspection: Inspection | None,
) -> Original:
    """Read the cluster, its applications and its HDFS. Blocks; ``HueError`` from EMR only."""
    snapshot = _read_snapshot(ref, emr)
    at = now()
    missing = [_("Only what runs now is in the copy; applications that start later are not.")]
    reading: Reading | None = None
    try:
        reading = servers(ref)
    except HueError as error:
        missing.append(
            _("YARN and HDFS could not be asked: {reason} What runs is a guess.").format(
                reason=error.message
            )
        )
    hdfs, source = _hdfs_of(snapshot, reading, inspection, at, missing)
    work = None
    if reading is not None and reading.applications is not None:
        work = _work_of(reading.applications, at, missing)
    elif reading is not None:
        missing.append(_("YARN did not answer; which applications run is a guess from the steps."))
    return Original(ClusterShape(snapshot, hdfs, work), source, at, tuple(missing))


def _read_snapshot(ref: ClusterRef, emr: Emr) -> ClusterSnapshot:
    cluster = emr.describe_cluster(ref.cluster_id)
    if not cluster.state.up:
        raise Refused(
            _("{name} is {state}; only a cluster that runs can be rehearsed.").format(
                name=cluster.name or ref.cluster_id, state=cluster.state.value
            )
        )
    cluster = replace(
        cluster,
        managed_scaling=_optional(lambda: emr.managed_scaling(ref.cluster_id)),
        idle_timeout_s=_optional(lambda: emr.idle_timeout_s(ref.cluster_id)),
    )
    fleets = cluster.uses_fleets
    return completed(
        ClusterSnapshot(
            ref=ref,
            summary=cluster.summary,
            cluster=cluster,
            groups=None if fleets else emr.list_groups(ref.cluster_id),
            fleets=emr.list_fleets(ref.cluster_id) if fleets else None,
            instances=emr.list_instances(ref.cluster_id),
            steps=emr.list_steps(ref.cluster_id),
        )
    )


def _optional(read: Callable[[], T | None]) -> T | None:
    """A policy that may not be read counts as none."""
    try:
        return read()
    except (AccessDenied, ServiceError):
        return None


def _hdfs_of(
    snapshot: ClusterSnapshot,
    reading: Reading | None,
    inspection: Inspection | None,
    at: float,
    missing: list[str],
) -> tuple[HdfsShape | None, HdfsSource]:
    """As much as is known of the HDFS."""
    core = {
        node.private_dns.lower(): node.ec2_id
        for node in snapshot.nodes(Role.CORE)
        if node.state is InstanceState.RUNNING and node.ec2_id
    }
    factor = replication_of(snapshot).factor
    if inspection is not None and inspection.blocks.complete:
        nodes = tuple(
            (each.ec2_id or core.get(each.host.lower(), ""), each.capacity, each.used or 0)
            for each in inspection.nodes
        )
        known = tuple(each for each in nodes if each[0] in core.values())
        hosts = {
            each.host: each.ec2_id or core.get(each.host.lower(), "") for each in inspection.nodes
        }
        if known:
            wanted = inspection.limits.replication or factor
            table = inspection.blocks
            if table.blocks <= MOST_BLOCKS:
                return HdfsShape(wanted, known, table, hosts), HdfsSource.BLOCKS
            text = _("HDFS has {n} blocks; files of equal size stand in for more than {most}.")
            missing.append(text.format(n=count(table.blocks), most=count(MOST_BLOCKS)))
            return HdfsShape(wanted, known), HdfsSource.TOTALS
    if reading is not None:
        nodes = tuple(
            (
                core[each.host.lower()],
                int(each.values["hdfs.capacity"]) if "hdfs.capacity" in each.values else None,
                int(each.values.get("hdfs.used", 0)),
            )
            for each in reading.nodes
            if each.host.lower() in core and "hdfs.used" in each.values
        )
        if nodes:
            missing.append(
                _(
                    "Files of equal size stand in for those of HDFS. “Before core nodes go” reads"
                    " the real ones; a rehearsal after it uses them."
                )
            )
            return HdfsShape(factor, nodes), HdfsSource.TOTALS
    missing.append(_("What is on HDFS is unknown; the copy’s is a guess."))
    return None, HdfsSource.NONE


def _work_of(
    applications: Sequence[YarnApplication], at: float, missing: list[str]
) -> tuple[RunningWork, ...]:
    running = [each for each in applications if each.state == "RUNNING"]
    found = [_one(each, at) for each in running]
    guessed = sum(each.left_s is not None for each in found)
    endless = len(found) - guessed
    if guessed:
        missing.append(
            _(
                "How long applications still take is an estimate: by their progress where YARN"
                " tells it, else as long again as they have run."
            )
        )
    if endless:
        missing.append(
            _("What has run for more than {time} is taken to run on and on.").format(
                time=duration(_ENDLESS_S)
            )
        )
    return tuple(found)


def _one(application: YarnApplication, at: float) -> RunningWork:
    elapsed = max(0.0, at - application.started) if application.started is not None else 0.0
    steps = [tag.upper().replace("S-", "s-", 1) for tag in application.tags if _is_step(tag)]
    return RunningWork(
        name=application.name,
        containers=max(1, application.containers),
        elapsed_s=elapsed,
        left_s=_left(application, elapsed),
        user=application.user,
        queue=application.queue,
        kind=application.kind,
        step_id=steps[0] if steps else "",
    )


def _is_step(tag: str) -> bool:
    return tag.lower().startswith("s-") and len(tag) > 8


def _left(application: YarnApplication, elapsed: float) -> float | None:
    """Seconds that an application still needs; ``None`` for one without an end."""
    if elapsed >= _ENDLESS_S:
        return None
    done = application.progress
    if 0.0 < done < 100.0 and application.kind.upper() not in _SAYS_LITTLE:
        return max(1.0, elapsed * (100.0 - done) / done)
    return max(60.0, elapsed)
