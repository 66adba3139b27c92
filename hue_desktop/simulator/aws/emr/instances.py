"""ListInstances and ListSupportedInstanceTypes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hue_desktop.simulator.aws.emr.describe import instance_of
from hue_desktop.simulator.aws.emr.errors import invalid_request
from hue_desktop.simulator.aws.emr.lookup import find_cluster, find_fleet, page
from hue_desktop.simulator.aws.emr.releases import is_known
from hue_desktop.simulator.service import Call, Operation
from hue_desktop.simulator.world import timing
from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.instances import Instance
from hue_desktop.simulator.world.world import World

__all__ = ["InstanceOperations"]

Json = dict[str, Any]
_MAX_LISTED = 2000
_TYPES_PAGE = 100


class InstanceOperations:
    """Operations on instances and their types."""

    def __init__(self, world: World) -> None:
        self._world = world

    def operations(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "ListInstances": self.list_instances,
            "ListSupportedInstanceTypes": self.list_supported_instance_types,
        }

    def list_instances(self, call: Call) -> Json:
        """Instances that live and those that ended in the last 30 days, 2,000 at most."""
        world, params = self._world, call.params
        cluster = find_cluster(world, params["ClusterId"])
        wanted = set(params.get("InstanceStates") or ())
        at = world.at
        horizon = at - timing.KEEP_INSTANCES if not cluster.loaded else 0.0
        found = [
            instance
            for instance in self._members(cluster, params)
            if instance.ended > horizon and (not wanted or instance.state_at(at) in wanted)
        ]
        if len(found) > _MAX_LISTED:
            found.sort(key=lambda item: item.ended <= at)
        chosen, more = page(found[:_MAX_LISTED], params.get("Marker"), _MAX_LISTED)
        return {"Instances": [instance_of(world, item, at) for item in chosen], **more}

    def _members(self, cluster: Cluster, params: Mapping[str, Any]) -> Iterable[Instance]:
        group_id, fleet_id = params.get("InstanceGroupId"), params.get("InstanceFleetId")
        roles = set(params.get("InstanceGroupTypes") or ())
        if params.get("InstanceFleetType"):
            roles.add(params["InstanceFleetType"])
        if group_id:
            group = cluster.groups.get(group_id)
            if group is None:
                raise invalid_request(f"Instance group id '{group_id}' is not valid.")
            return group.members
        if fleet_id:
            return find_fleet(cluster, fleet_id).members
        if roles:
            return (item for item in cluster.instances.values() if item.role in roles)
        return cluster.instances.values()

    def list_supported_instance_types(self, call: Call) -> Json:
        """The types that a release accepts in this region, in pages of 100."""
        label = call.params["ReleaseLabel"]
        if not is_known(label):
            raise invalid_request(f"Release label '{label}' is not valid.")
        types = list(self._world.types.supported(label))
        chosen, more = page(types, call.params.get("Marker"), _TYPES_PAGE)
        described = [
            {
                "Type": found.name,
                "MemoryGB": float(found.memory_gib),
                "StorageGB": found.nvme_gb,
                "VCPU": found.vcpu,
                "Is64BitsOnly": True,
                "InstanceFamilyId": found.emr_family,
                "EbsOptimizedAvailable": found.current_generation,
                "EbsOptimizedByDefault": found.current_generation,
                "NumberOfDisks": found.disks,
                "EbsStorageOnly": found.ebs_only,
                "Architecture": found.arch.upper(),
            }
            for found in chosen
        ]
        return {"SupportedInstanceTypes": described, **more}
