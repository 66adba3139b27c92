"""Cluster nodes as EC2 sees them: which exist, in what state, with what tags and volumes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.instances import Instance, Volume
from hue_desktop.simulator.world.world import World

__all__ = ["STATE_CODES", "Node", "Nodes", "moment", "node_volumes", "root_volume"]

STATE_CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48}

_REQUEST_SIGNS = "abcdefghijkmnpqrstuvwxyz12345678"
_DRAWN_KEPT = 10_000
_PENDING_S = 20.0
_SHUTDOWN_S = 30.0
_KEPT_S = 3600.0  #: a terminated instance stays visible for about an hour

#: (device, type, GiB, IOPS, MiB/s) of the root volume when the request names none.
_ROOT = ("/dev/xvda", "gp3", 15, 3000, 125)
#: A volume of which a loaded cluster's files tell the id only.
_UNTOLD: Volume = ("", "gp2", 32, None, None)


def moment(seconds: float) -> datetime:
    """Epoch seconds as a UTC time with whole seconds, as EC2 keeps them."""
    return datetime.fromtimestamp(int(seconds), UTC)


@dataclass(frozen=True, slots=True)
class Node:
    """An instance with its cluster and its EC2 state at one instant."""

    instance: Instance
    cluster: Cluster
    state: str

    @property
    def id(self) -> str:
        """EC2's id."""
        return self.instance.ec2_id

    @property
    def spot(self) -> bool:
        """Whether it is a Spot instance."""
        return self.instance.market == "SPOT"

    @property
    def gone(self) -> bool:
        """Whether it is shutting down or terminated."""
        return self.state in ("shutting-down", "terminated")

    def tags(self) -> dict[str, str]:
        """Its tags: the cluster's, and the two that EMR adds."""
        return {
            **self.cluster.tags,
            "aws:elasticmapreduce:instance-group-role": self.instance.role,
            "aws:elasticmapreduce:job-flow-id": self.cluster.id,
        }


class Nodes:
    """The EC2 view of a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._drawn: dict[tuple[object, ...], str] = {}

    def get(self, ec2_id: str) -> Node | None:
        """The node with this id, ``None`` if EC2 does not know it (any more)."""
        instance = self._world.instances_by_ec2_id.get(ec2_id)
        cluster = instance and self._world.clusters.get(instance.cluster_id)
        return self._node(instance, cluster) if instance and cluster else None

    def all(self, cluster_ids: list[str] | None = None) -> Iterator[Node]:
        """Every node that EC2 shows, or those of some clusters, in order of creation."""
        world = self._world
        clusters = (
            list(world.clusters.values())
            if cluster_ids is None
            else [world.clusters[key] for key in cluster_ids if key in world.clusters]
        )
        for cluster in clusters:
            if cluster.ended + _KEPT_S < world.at - _SHUTDOWN_S:
                continue
            for instance in cluster.instances.values():
                node = self._node(instance, cluster)
                if node is not None:
                    yield node

    def _node(self, instance: Instance, cluster: Cluster) -> Node | None:
        state = _state(instance, self._world.at)
        return Node(instance, cluster, state) if state else None

    def image_id(self, node: Node) -> str:
        """The AMI: the cluster's own, or one for its release."""
        custom: str = node.cluster.request.get("CustomAmiId") or ""
        return custom or self._hex("ami-", node.cluster.release_label)

    def subnet_id(self, node: Node) -> str:
        """The subnet that the cluster names, or one for the zone."""
        named: str = node.cluster.ec2_attributes.get("Ec2SubnetId") or ""
        return named or self._hex("subnet-", node.instance.az)

    def vpc_id(self) -> str:
        """The VPC of all clusters."""
        return self._hex("vpc-", self._world.region)

    def security_groups(self, node: Node) -> list[tuple[str, str]]:
        """(id, name) of its security groups."""
        attributes = node.cluster.ec2_attributes
        master = node.instance.role == "MASTER"
        managed = "EmrManagedMasterSecurityGroup" if master else "EmrManagedSlaveSecurityGroup"
        extra = "AdditionalMasterSecurityGroups" if master else "AdditionalSlaveSecurityGroups"
        name = "ElasticMapReduce-master" if master else "ElasticMapReduce-slave"
        first = attributes.get(managed) or self._hex("sg-", name)
        return [(first, name), *((group, group) for group in attributes.get(extra) or ())]

    def profile_id(self, profile: str) -> str:
        """The id of an instance profile."""
        return "AIPA" + self._hex("", "profile", profile).upper()

    def spot_request_id(self, node: Node) -> str:
        """The id of the Spot request that launched it, ``sir-`` and eight signs."""
        rest = int(self._world.chance.unit("spot-request", node.id) * 2**40)
        signs = ""
        for _ in range(8):
            rest, place = divmod(rest, 32)
            signs += _REQUEST_SIGNS[place]
        return "sir-" + signs

    def reservation_id(self, node: Node) -> str:
        """Instances that a group or fleet launched together share a reservation."""
        instance = node.instance
        return self._hex("r-", instance.collection_id, int(instance.created))

    def volumes(self, node: Node) -> list[tuple[str, Volume]]:
        """(volume id, (device, type, GiB, IOPS, MiB/s)), the root volume first."""
        return node_volumes(node.cluster, node.instance)

    def _hex(self, prefix: str, *key: object) -> str:
        """An id that many nodes share, so it is drawn once."""
        found = self._drawn.get((prefix, *key))
        if found is None:
            if len(self._drawn) > _DRAWN_KEPT:
                self._drawn.clear()
            found = self._drawn[prefix, *key] = self._world.chance.hex_id(prefix, *key)
        return found


def root_volume(gib: int | None, iops: int | None, mibps: int | None) -> Volume:
    """The root volume that EMR makes when a request names these figures, or none."""
    return (_ROOT[0], _ROOT[1], gib or _ROOT[2], iops or _ROOT[3], mibps or _ROOT[4])


def node_volumes(cluster: Cluster, instance: Instance) -> list[tuple[str, Volume]]:
    """(volume id, (device, type, GiB, IOPS, MiB/s)) of an instance, the root volume first."""
    request: Mapping[str, Any] = cluster.request
    volume = root_volume(
        request.get("EbsRootVolumeSize"),
        request.get("EbsRootVolumeIops"),
        request.get("EbsRootVolumeThroughput"),
    )
    # Data volumes have the instance's digits turned by one and more; the root has them as is.
    listed = [(f"vol-{instance.ec2_id[2:]}", volume)]
    specs = instance.volumes
    loaded = instance.loaded_volumes or []
    for place, key in enumerate(instance.volume_ids):
        spec = specs[place] if place < len(specs) else _UNTOLD
        device = loaded[place][0] if place < len(loaded) else spec[0]
        listed.append((key, (device, *spec[1:])))
    return listed


def _state(instance: Instance, at: float) -> str:
    """EC2's state of an instance, empty if EC2 does not show it."""
    if at < instance.fulfilled or instance.ended <= instance.fulfilled:
        return ""
    if at >= instance.ended:
        since = at - instance.ended
        return "shutting-down" if since < _SHUTDOWN_S else "terminated" if since < _KEPT_S else ""
    return "pending" if at < min(instance.fulfilled + _PENDING_S, instance.booted) else "running"
