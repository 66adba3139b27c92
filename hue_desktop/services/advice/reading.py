"""Reading a cluster once, where neither the fleet nor the health service follows it: commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.errors import Cancelled, HueError
from hue_desktop.core.instances import InstanceType
from hue_desktop.core.metrics import NodeReading, YarnApplication
from hue_desktop.core.text import _
from hue_desktop.services.health.derived import against_machines, node_readings

if TYPE_CHECKING:
    from hue_desktop.core.health_ports import ClusterServers
    from hue_desktop.core.ports import RegionAccess

__all__ = ["Live", "OpenServers", "newest_metrics", "read_live", "with_policies"]

OpenServers = Callable[[ClusterRef], "ClusterServers"]
_METRICS = ("AppsRunning", "ContainerAllocated")


@dataclass(frozen=True)
class Live:
    """What YARN and HDFS say now; ``problem`` is a sentence where they could not be asked."""

    nodes: Mapping[str, NodeReading] = field(default_factory=dict)
    applications: tuple[YarnApplication, ...] | None = None
    safe_mode: str = ""
    problem: str = ""


def read_live(
    servers: OpenServers, snapshot: ClusterSnapshot, types: Mapping[str, InstanceType]
) -> Live:
    """Ask the cluster's servers once. Blocks."""
    if not snapshot.summary.state.up:
        return Live()
    try:
        door = servers(snapshot.ref)
        try:
            reading = door.read()
        finally:
            door.close()
    except Cancelled:
        raise
    except HueError as error:
        text = _("YARN and the NameNode could not be asked: {why}").format(why=error.message)
        return Live(problem=" ".join(filter(None, (text, error.remedy))))
    nodes = against_machines(node_readings(reading, snapshot), snapshot, types)
    texts = [
        _("{server} did not answer: {why}").format(server=server, why=why)
        for server, why in reading.missing.items()
    ]
    return Live(nodes, reading.applications, reading.safe_mode, " ".join(texts))


def with_policies(snapshot: ClusterSnapshot, doors: RegionAccess) -> ClusterSnapshot:
    """The snapshot with its policies, which DescribeCluster does not tell. Blocks; ``HueError``."""
    cluster = snapshot.cluster
    if cluster is None or not snapshot.summary.state.active:
        return snapshot
    return replace(
        snapshot,
        cluster=replace(
            cluster,
            idle_timeout_s=doors.emr.idle_timeout_s(cluster.id),
            managed_scaling=doors.emr.managed_scaling(cluster.id),
        ),
    )


def newest_metrics(snapshot: ClusterSnapshot, doors: RegionAccess) -> Mapping[str, float]:
    """What CloudWatch says of its applications now. Blocks; ``HueError``."""
    cluster_id = snapshot.ref.cluster_id
    return doors.metrics.newest((cluster_id,), _METRICS).get(cluster_id, {})
