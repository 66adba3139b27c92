"""Instance fleets: listing, adding a task fleet, changing targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hue_desktop.simulator.aws.emr.capacity import (
    CapacityRules,
    check_fleet_size,
    check_resize,
    make_fleet,
    specs_from,
)
from hue_desktop.simulator.aws.emr.describe import fleet_of
from hue_desktop.simulator.aws.emr.errors import invalid_request
from hue_desktop.simulator.aws.emr.lookup import find_cluster, find_fleet, live_cluster, page
from hue_desktop.simulator.service import ApiError, Call, Operation
from hue_desktop.simulator.world.world import World

__all__ = ["FleetOperations"]

Json = dict[str, Any]
_PAGE = 100


class FleetOperations:
    """Operations on instance fleets."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rules = CapacityRules(world)

    def operations(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "AddInstanceFleet": self.add_instance_fleet,
            "ListInstanceFleets": self.list_instance_fleets,
            "ModifyInstanceFleet": self.modify_instance_fleet,
        }

    def list_instance_fleets(self, call: Call) -> Json:
        """The fleets of a cluster; an error for a cluster of groups."""
        cluster = find_cluster(self._world, call.params["ClusterId"])
        if cluster.collection_type != "INSTANCE_FLEET":
            raise invalid_request("Instance fleets and instance groups are mutually exclusive.")
        chosen, more = page(list(cluster.fleets.values()), call.params.get("Marker"), _PAGE)
        fleets = [fleet_of(self._world, cluster, fleet) for fleet in chosen]
        return {"InstanceFleets": fleets, **more}

    def add_instance_fleet(self, call: Call) -> Json:
        """Add the task fleet to a cluster that has none."""
        world = self._world
        cluster = live_cluster(world, call.params["ClusterId"])
        if cluster.collection_type != "INSTANCE_FLEET":
            raise invalid_request("An instance fleet cannot be added to instance groups.")
        config = call.params["InstanceFleet"]
        role = config["InstanceFleetType"]
        if role != "TASK":
            raise invalid_request("Only an instance fleet of type TASK can be added.")
        if cluster.of_role(role):
            raise invalid_request(f"An instance fleet of type {role} already exists.")
        self._checked(config, cluster.release_label)
        fleet = make_fleet(world, cluster, config, len(cluster.fleets) + 1)
        cluster.fleets[fleet.id] = fleet
        world.lifecycle.provision(cluster, fleet)
        world.resizing.expect(cluster, fleet)
        world.touch(cluster)
        return {
            "ClusterId": cluster.id,
            "InstanceFleetId": fleet.id,
            "ClusterArn": world.arn(cluster),
        }

    def _checked(self, config: Json, release_label: str) -> None:
        try:
            self._rules.check_fleet(config, release_label)
        except ApiError as error:
            raise invalid_request(error.message) from error

    def modify_instance_fleet(self, call: Call) -> None:
        """Change a fleet's targets, types or resize timeouts; a later change overrides."""
        world = self._world
        cluster = live_cluster(world, call.params["ClusterId"])
        change = call.params["InstanceFleet"]
        fleet = find_fleet(cluster, change["InstanceFleetId"])
        if cluster.state not in ("RUNNING", "WAITING"):
            raise invalid_request(
                "An instance fleet may only be modified when the cluster is running or waiting."
            )
        if fleet.role == "MASTER":
            raise invalid_request("The MASTER instance fleet cannot be modified.")
        on_demand = change.get("TargetOnDemandCapacity", fleet.on_demand_target)
        spot = change.get("TargetSpotCapacity", fleet.spot_target)
        if min(on_demand, spot) < 0 or (on_demand + spot < 1 and fleet.role == "CORE"):
            raise invalid_request("The target capacity of the fleet is not valid.")
        resize = change.get("ResizeSpecifications")
        try:
            check_resize(resize or {})
            for spec in change.get("InstanceTypeConfigs") or ():
                self._rules.check_spec(spec, fleet.role)
            weights = change.get("InstanceTypeConfigs") or [
                {"WeightedCapacity": spec.weight} for spec in fleet.types()
            ]
            check_fleet_size(on_demand + spot, weights, cluster.release_label)
        except ApiError as error:
            raise invalid_request(error.message) from error
        if resize:
            fleet.resize_specifications = resize
        if change.get("InstanceTypeConfigs"):
            fleet.specs = specs_from(change["InstanceTypeConfigs"])
        if change.get("Context") is not None:
            fleet.context = change["Context"]
        world.resizing.resize_fleet(cluster, fleet, on_demand, spot)
