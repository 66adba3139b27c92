"""DescribeVolumes of the cluster nodes: root volumes and the data volumes that EMR attached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hue_desktop.simulator.aws.ec2.nodes import Node, Nodes, moment
from hue_desktop.simulator.aws.ec2.requests import Filters, check_dry_run, paged
from hue_desktop.simulator.service import ApiError, Call, Operation
from hue_desktop.simulator.world.world import World

__all__ = ["VolumeOperations"]

#: What EC2 grants a gp3 volume whose request names neither.
_GP3_IOPS = 3000
_GP3_MIBPS = 125


@dataclass(frozen=True, slots=True)
class _Volume:
    id: str
    device: str
    kind: str
    gib: int
    iops: int | None
    mibps: int | None
    node: Node


class VolumeOperations:
    """The operations on volumes."""

    def __init__(self, world: World, nodes: Nodes) -> None:
        self._world = world
        self._nodes = nodes

    def operations(self) -> Mapping[str, Operation]:
        """By model name."""
        return {"DescribeVolumes": self.describe_volumes}

    def describe_volumes(self, call: Call) -> dict[str, Any]:
        """Volumes of nodes that still run; those of a terminated node are deleted with it."""
        check_dry_run(call)
        filters = Filters(call, _GETTERS)
        found = [volume for volume in self._candidates(filters) if filters.match(volume)]
        wanted = call.params.get("VolumeIds")
        if wanted:
            by_id = {volume.id: volume for volume in found}
            missing = [key for key in wanted if key not in by_id]
            if missing:
                raise ApiError(
                    "InvalidVolume.NotFound", f"The volume '{missing[0]}' does not exist."
                )
            found = [by_id[key] for key in wanted]
        shown, token = paged(call, found)
        return {"Volumes": [self._volume(volume) for volume in shown], "NextToken": token}

    def _candidates(self, filters: Filters) -> Iterable[_Volume]:
        quick = filters.plain("attachment.instance-id")
        clusters = filters.plain("tag:aws:elasticmapreduce:job-flow-id")
        nodes: Iterable[Node | None] = (
            map(self._nodes.get, quick) if quick else self._nodes.all(clusters or None)
        )
        for node in nodes:
            if node is not None and not node.gone:
                for key, (device, kind, gib, iops, mibps) in self._nodes.volumes(node):
                    yield _Volume(key, device, kind, gib, iops, mibps, node)

    def _volume(self, volume: _Volume) -> dict[str, Any]:
        node = volume.node
        launched = moment(node.instance.fulfilled)
        attachment = {
            "AttachTime": launched,
            "DeleteOnTermination": True,
            "Device": volume.device,
            "InstanceId": node.id,
            "State": "attached",
            "VolumeId": volume.id,
        }
        return {
            "Attachments": [attachment],
            "AvailabilityZone": node.instance.az,
            "CreateTime": launched,
            "Encrypted": False,
            "Iops": _iops(volume),
            "MultiAttachEnabled": False,
            "Size": volume.gib,
            "SnapshotId": "",
            "State": "in-use",
            "Tags": [{"Key": key, "Value": value} for key, value in node.tags().items()],
            "Throughput": (volume.mibps or _GP3_MIBPS) if volume.kind == "gp3" else None,
            "VolumeId": volume.id,
            "VolumeType": volume.kind,
        }


def _iops(volume: _Volume) -> int | None:
    if volume.kind == "gp2":  # three for each GiB, within bounds
        return max(100, min(16000, 3 * volume.gib))
    return volume.iops or (_GP3_IOPS if volume.kind == "gp3" else None)


_GETTERS = {
    "attachment.delete-on-termination": lambda volume: ["true"],
    "attachment.device": lambda volume: [volume.device],
    "attachment.instance-id": lambda volume: [volume.node.id],
    "attachment.status": lambda volume: ["attached"],
    "availability-zone": lambda volume: [volume.node.instance.az],
    "encrypted": lambda volume: ["false"],
    "size": lambda volume: [str(volume.gib)],
    "status": lambda volume: ["in-use"],
    "tag-key": lambda volume: volume.node.tags().keys(),
    "tag:": lambda volume: [f"{key}={value}" for key, value in volume.node.tags().items()],
    "volume-id": lambda volume: [volume.id],
    "volume-type": lambda volume: [volume.kind],
}
