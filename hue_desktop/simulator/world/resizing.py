"""Growing and shrinking: new nodes, graceful decommissioning, what keeps core nodes from going.

A shrink drains nodes as EMR does: those that were named go first, then idle ones; a busy one keeps
its containers until they are done or the timeout has passed; a core node also stays until HDFS has
copied its blocks, but no longer than the timeout either: what has no other replica then is lost.
Core nodes never go below ``dfs.replication``, nor below what the blocks need.

EMR's guides say of the timeout only that containers are killed. That it ends the node's HDFS as
well is the careful reading: a pre-flight that is right here is not too hopeful there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from hue_desktop.simulator.world import timing
from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.collections import InstanceFleet, InstanceGroup
from hue_desktop.simulator.world.documents import NEVER
from hue_desktop.simulator.world.hdfs_door import HdfsDoor
from hue_desktop.simulator.world.history import step_history
from hue_desktop.simulator.world.instances import Instance
from hue_desktop.simulator.world.load import Load
from hue_desktop.simulator.world.timeline import Event

if TYPE_CHECKING:
    from hue_desktop.simulator.world.world import World

__all__ = ["Resizing"]

_RESIZED = "Instance was terminated by a resize."
_USABLE_HDFS = 0.9


class Resizing:
    """Brings groups and fleets to their targets."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.hdfs: HdfsDoor | None = None  #: knows the blocks, where HDFS is simulated

    def handlers(self) -> Mapping[str, Callable[[Event], None]]:
        """What to do when an event of a kind is due."""
        return {
            "settled": self._on_settled,
            "drain-look": self._on_drain_look,
            "refill": self._on_refill,
            "reconfigured": self._on_reconfigured,
            "fleet-resize-timeout": self._on_resize_timeout,
        }

    # Targets

    def resize_group(self, cluster: Cluster, group: InstanceGroup, count: int) -> None:
        """Set how many instances a group shall have, in place of a resize under way."""
        group.target = count
        group.suspended = group.arrested = False
        group.reason_code = group.reason_message = ""
        self._world.touch(group)
        if self._world.compat == "moto":
            return
        self.fill(cluster, group)

    def resize_fleet(
        self, cluster: Cluster, fleet: InstanceFleet, on_demand: int, spot: int
    ) -> None:
        """Set a fleet's targets, in units."""
        fleet.on_demand_target = on_demand
        fleet.spot_target = spot
        fleet.switched = 0
        fleet.reason_code = fleet.reason_message = ""
        self._world.touch(fleet)
        self.fill(cluster, fleet)
        if any(item.fulfilled == NEVER for item in fleet.alive()):
            spot_resize = fleet.resize_specifications.get("SpotResizeSpecification") or {}
            minutes = float(spot_resize.get("TimeoutDurationMinutes") or 60)
            due = self._world.at + 60.0 * minutes
            self._world.schedule(due, "fleet-resize-timeout", cluster.id, fleet.id)

    def fill(self, cluster: Cluster, collection: InstanceGroup | InstanceFleet) -> None:
        """Launch what is missing or drain what is too much."""
        if isinstance(collection, InstanceGroup):
            self._fill(cluster, collection, collection.market, collection.target)
        else:
            on_demand = collection.on_demand_target + collection.switched
            self._fill(cluster, collection, "ON_DEMAND", on_demand)
            spot = max(0, collection.spot_target - collection.switched)
            self._fill(cluster, collection, "SPOT", spot)
        self._world.lifecycle.reconsider(cluster)
        self.expect(cluster, collection)

    def _fill(
        self,
        cluster: Cluster,
        collection: InstanceGroup | InstanceFleet,
        market: str,
        target: int,
    ) -> None:
        have = sum(item.weight for item in collection.alive() if item.market == market)
        if have < target:
            have += self._readmit(collection, market, target - have)
        if have < target:
            if isinstance(collection, InstanceGroup):
                self._world.provisioning.launch_group(cluster, collection, target - have)
            else:
                self._world.provisioning.launch_fleet(cluster, collection, market, target - have)
        elif have > target:
            self._shrink(cluster, collection, market, have - target)

    def _readmit(self, collection: InstanceGroup | InstanceFleet, market: str, units: int) -> int:
        """Call off the decommissioning of nodes that are wanted again; the units kept."""
        kept = 0
        for instance in collection.members:
            leaving = instance.draining != NEVER and instance.ended > self._world.at
            healthy = instance.notice == NEVER and instance.unhealthy == NEVER
            if leaving and healthy and instance.market == market and kept < units:
                instance.ended = instance.draining = instance.released = NEVER
                instance.end_message = ""
                kept += instance.weight
                self._world.touch(instance)
        return kept

    # Shrinking

    def _shrink(
        self,
        cluster: Cluster,
        collection: InstanceGroup | InstanceFleet,
        market: str,
        units: int,
    ) -> None:
        world = self._world
        load = world.load_of(cluster)
        policy = collection.shrink_policy if isinstance(collection, InstanceGroup) else {}
        victims = self._order(cluster, collection, market, policy, load)
        removable = self._removable(cluster, collection, load, victims)
        chosen = 0
        while chosen < min(removable, len(victims)) and victims[chosen].weight <= units:
            units -= victims[chosen].weight
            chosen += 1
        del victims[chosen:]
        for instance in victims:
            self._drain(cluster, instance, self._timeout(policy, instance), load)
        if units and len(victims) == removable and collection.role == "CORE":
            self._keep_rest(cluster, collection, units)
        world.touch(collection)

    @staticmethod
    def _timeout(policy: dict[str, Any], instance: Instance) -> float:
        """Seconds after which an instance goes, done or not: as for those that were named."""
        named = policy.get("InstanceResizePolicy") or {}
        own = named.get("InstanceTerminationTimeout")
        if own is not None and instance.ec2_id in (named.get("InstancesToTerminate") or ()):
            return float(own)
        general = policy.get("DecommissionTimeout")
        return float(timing.DEFAULT_DECOMMISSION_TIMEOUT if general is None else general)

    def _keep_rest(
        self, cluster: Cluster, collection: InstanceGroup | InstanceFleet, units: int
    ) -> None:
        """Say why some core nodes stay, and make that the target."""
        if isinstance(collection, InstanceGroup):
            collection.target += units
        elif collection.spot_target:
            collection.spot_target += units
        else:
            collection.on_demand_target += units
        collection.reason_message = (
            f"Resize stopped: {units} more core instance(s) cannot be removed, because "
            f"dfs.replication is {cluster.dfs_replication} and HDFS needs room for its blocks."
        )

    def _removable(
        self,
        cluster: Cluster,
        collection: InstanceGroup | InstanceFleet,
        load: Load,
        going: list[Instance],
    ) -> int:
        """How many nodes may go, in their order: any task node, core nodes while HDFS is whole."""
        if collection.role != "CORE":
            return len(going)
        if self.hdfs is not None and self.hdfs.knows(cluster):
            coming = sum(not item.runs_at(self._world.at) for item in going)
            serving = [item for item in going if item.runs_at(self._world.at)]
            return coming + self.hdfs.may_leave(cluster, serving)
        alive = [item for item in cluster.alive_instances("CORE") if item.ready != NEVER]
        floor = max(1, cluster.dfs_replication)
        if load.hdfs_capacity_bytes and load.core_nodes_running:
            each = load.hdfs_capacity_bytes / load.core_nodes_running * _USABLE_HDFS
            floor = max(floor, math.ceil(load.hdfs_used_bytes / each))
        return max(0, len(alive) - floor)

    def _order(
        self,
        cluster: Cluster,
        collection: InstanceGroup | InstanceFleet,
        market: str,
        policy: dict[str, Any],
        load: Load,
    ) -> list[Instance]:
        """Members in the order in which they go: not yet serving, named, idle, busy."""
        named = policy.get("InstanceResizePolicy") or {}
        first = set(named.get("InstancesToTerminate") or ())
        kept = set(named.get("InstancesToProtect") or ())
        at = self._world.at

        def rank(instance: Instance) -> tuple[int, float]:
            if instance.ec2_id in first:
                return (0, 0.0)
            if instance.fulfilled == NEVER:
                return (1, -instance.number)
            if not instance.runs_at(at):
                return (2, -instance.number)
            busy = self.busy(cluster, instance, load)
            return (4 if busy else 3, -instance.number)

        members = [
            item for item in collection.alive() if item.market == market and item.ec2_id not in kept
        ]
        return sorted(members, key=rank)

    def busy(self, cluster: Cluster, instance: Instance, load: Load) -> bool:
        """Whether containers run on a node: as likely as the cluster's memory is taken."""
        if cluster.paced != NEVER and self._world.pace.holds(cluster, instance):
            return True
        if not load.memory_total_mb:
            return False
        taken = load.memory_allocated_mb / load.memory_total_mb
        return self._world.chance.unit("busy", instance.id, cluster.steps_added) < taken

    def _drain(
        self,
        cluster: Cluster,
        instance: Instance,
        timeout: float,
        load: Load,
        code: str = "",
        message: str = _RESIZED,
    ) -> None:
        world = self._world
        if not instance.runs_at(world.at):
            self.end(instance, world.at, code, message)
            return
        took = world.between(timing.IDLE_DRAIN, "drain", instance.id)
        if self.busy(cluster, instance, load):
            running = step_history(cluster).running(world.at)
            took += max((item.ended - world.at for item in running), default=0.0)
        instance.draining = world.at
        if instance.role == "CORE" and self.hdfs is not None and self.hdfs.knows(cluster):
            instance.released = world.at + min(timeout, took)
            self.end(instance, world.at + timeout, code, message)
            self._look_again(cluster, timing.DRAIN_LOOK)
            return
        if instance.role == "CORE" and load.core_nodes_running:
            megabytes = load.hdfs_used_bytes / load.core_nodes_running / 1e6
            took = max(took, megabytes / timing.CORE_DRAIN_MB_PER_S)
        self.end(instance, world.at + min(timeout, took), code, message)

    def _look_again(self, cluster: Cluster, after: float) -> None:
        """Look whether decommissioning is done, no later than after so many seconds."""
        due = self._world.at + after
        planned = self._world.due("drain-look", cluster.id)
        if planned is None or not self._world.at < planned <= due:
            self._world.schedule(due, "drain-look", cluster.id, cluster.id)

    def _on_drain_look(self, event: Event) -> None:
        """Let core nodes go that have nothing left to do; the others at their timeout at last."""
        world = self._world
        cluster = world.clusters[event.cluster_id]
        at = world.at
        draining = [
            item
            for owner in cluster.of_role("CORE")
            for item in owner.members
            if item.draining <= at < item.ended
        ]
        if not draining or not cluster.live or self.hdfs is None or not self.hdfs.knows(cluster):
            return
        held = self.hdfs.held(cluster)
        stays = []
        for instance in draining:
            if instance.released <= at and instance.ec2_id not in held.nodes:
                self.end(instance, at, instance.end_code, instance.end_message)
                self.expect(cluster, world.collection(cluster, instance.collection_id))
            else:
                stays.append(instance)
        if stays:
            wait = max(held.seconds / 2, min(item.released for item in stays) - at)
            low, high = timing.DRAIN_LOOK, timing.DRAIN_LOOK_AT_MOST
            self._look_again(cluster, min(max(wait, low), high))

    def replace(self, cluster: Cluster, instance: Instance, message: str) -> bool:
        """Decommission a node that is unhealthy, and launch another; False if HDFS needs it."""
        core = instance.role == "CORE" and self.hdfs is not None and self.hdfs.knows(cluster)
        if core and self.hdfs is not None and not self.hdfs.may_leave(cluster, [instance]):
            return False
        if core:
            load = self._world.load_of(cluster)
            timeout = timing.UNHEALTHY_DRAIN
            self._drain(cluster, instance, timeout, load, "INSTANCE_FAILURE", message)
        else:
            instance.draining = self._world.at
            gone = self._world.at + self._world.between((300.0, 600.0), "replace", instance.id)
            self.end(instance, gone, "INSTANCE_FAILURE", message)
        self.fill(cluster, self._world.collection(cluster, instance.collection_id))
        return True

    def end(self, instance: Instance, at: float, code: str, message: str) -> None:
        """Decide when and why an instance ends."""
        instance.ended = at
        instance.end_code = code
        instance.end_message = message
        self._world.unschedule("interrupt", instance.id)
        self._world.touch(instance)

    def terminate_now(
        self, cluster: Cluster, group: InstanceGroup, instances: list[Instance]
    ) -> None:
        """End instances without waiting for their work, and ask for fewer."""
        for instance in instances:
            if instance.alive:
                group.target = max(0, group.target - 1)
            self.end(instance, self._world.at, "", "Instance was terminated by a user request.")
        self._world.touch(group)
        self.expect(cluster, group)

    # Arriving

    def expect(self, cluster: Cluster, collection: InstanceGroup | InstanceFleet) -> None:
        """Plan when the group or fleet has its target, or note that it has."""
        world = self._world
        if cluster.ready == NEVER or not cluster.live or world.compat == "moto":
            return
        instants = [0.0]
        waiting = False
        for instance in collection.members:
            if instance.alive:
                waiting = waiting or instance.fulfilled == NEVER
                if instance.ready != NEVER:
                    instants.append(instance.ready)
            else:
                instants.append(instance.ended)
        collection.resizing = waiting or max(instants) > world.at
        world.touch(collection)
        if max(instants) > world.at:
            world.schedule(max(instants), "settled", cluster.id, collection.id)
        elif not waiting and collection.ready == NEVER:
            collection.ready = world.at

    def _on_settled(self, event: Event) -> None:
        cluster = self._world.clusters[event.cluster_id]
        if cluster.live:
            collection = self._world.collection(cluster, event.subject)
            if collection.ready == NEVER:
                collection.ready = self._world.at
            self.expect(cluster, collection)
            self._world.scaling.look_soon(cluster)

    def refill_later(self, instance: Instance, at: float) -> None:
        """Replace a lost instance soon after ``at``."""
        pause = self._world.between((15.0, 45.0), "refill", instance.id)
        collection_id = instance.collection_id
        due = max(at + pause, self._world.due("refill", collection_id) or 0.0)
        self._world.schedule(due, "refill", instance.cluster_id, collection_id)

    def _on_refill(self, event: Event) -> None:
        cluster = self._world.clusters[event.cluster_id]
        if cluster.live:
            self.fill(cluster, self._world.collection(cluster, event.subject))

    def _on_resize_timeout(self, event: Event) -> None:
        """Spot capacity that did not come in time is dropped; the resize counts as done."""
        cluster = self._world.clusters[event.cluster_id]
        if not cluster.live:
            return
        fleet = cluster.fleets[event.subject]
        missing = [item for item in fleet.alive() if item.fulfilled == NEVER]
        for instance in missing:
            self.end(instance, self._world.at, "", "Spot capacity was not available in time")
        if missing:
            fleet.reason_message = "Resize timed out before the target Spot capacity was reached."
        self.expect(cluster, fleet)

    # Configuration

    def reconfigure(
        self, cluster: Cluster, group: InstanceGroup, configurations: list[dict[str, Any]]
    ) -> None:
        """Apply a configuration to the nodes of a group, one after the other."""
        world = self._world
        group.configurations = configurations
        group.configurations_version += 1
        took = world.between(timing.RECONFIGURE, group.id, group.configurations_version)
        group.reconfiguring_until = world.at + took
        world.schedule(group.reconfiguring_until, "reconfigured", cluster.id, group.id)
        world.touch(group)

    def _on_reconfigured(self, event: Event) -> None:
        group = self._world.clusters[event.cluster_id].groups[event.subject]
        group.applied_configurations = group.configurations
        group.applied_version = group.configurations_version
        self._world.touch(group)
