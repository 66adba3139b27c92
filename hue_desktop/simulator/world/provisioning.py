"""How instances come: ids, EC2 capacity, the instants at which they boot and serve.

On-Demand capacity never runs out; Spot capacity may. What EC2 cannot give now waits in
AWAITING_FULFILLMENT and is asked for again until it can, or until somebody wants it no more.
"""

from __future__ import annotations

import math
import sys
from bisect import bisect_right
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from hue_desktop.simulator.world import timing
from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.collections import InstanceFleet, InstanceGroup, TypeSpec
from hue_desktop.simulator.world.documents import NEVER
from hue_desktop.simulator.world.instances import Instance, Volume
from hue_desktop.simulator.world.shapes import default_volumes
from hue_desktop.simulator.world.timeline import Event

if TYPE_CHECKING:
    from hue_desktop.simulator.world.world import World

__all__ = ["MAX_GROUP_INSTANCES", "Provisioning", "max_fleet_instances"]

#: Instances of a group at most.
MAX_GROUP_INSTANCES = 2000


def max_fleet_instances(release_label: str) -> int:
    """Instances of a fleet at most: 4,000 since emr-7.7.0, 2,000 before."""
    parts = release_label.removeprefix("emr-").split(".")
    version = tuple(int(part) for part in parts if part.isdigit())
    return 4000 if version >= (7, 7) else 2000


def _spot_ends(cluster: Cluster) -> dict[str, list[float]]:
    """When the Spot instances that EC2 has launched end, in order, by type."""
    known: dict[str, list[float]] | None = cluster.node_cache.get("spot-ends")
    if known is None:
        known = cluster.node_cache["spot-ends"] = {}
        for instance in cluster.instances.values():
            if instance.market == "SPOT" and instance.fulfilled != NEVER:
                known.setdefault(instance.instance_type, []).append(instance.ended)
        for ends in known.values():
            ends.sort()
    return known


class Provisioning:
    """Launches the instances of groups and fleets."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._volumes: dict[tuple[Volume, ...], tuple[Volume, ...]] = {}
        self.dry: set[tuple[str, str]] = set()  #: (type, market) that EC2 has no more of

    def handlers(self) -> Mapping[str, Callable[[Event], None]]:
        """What to do when an event of a kind is due."""
        return {"fulfil": self._fulfil_again}

    # Asking for instances

    def launch_group(self, cluster: Cluster, group: InstanceGroup, count: int) -> list[Instance]:
        """Ask for ``count`` more instances of a group, as far as its limit allows."""
        volumes = self.volumes_of(group.instance_type, group.volumes)
        count = min(count, MAX_GROUP_INSTANCES - len(group.alive()))
        made = [
            self._make(cluster, group, group.instance_type, group.market, volumes)
            for _ in range(count)
        ]
        for instance in made:
            instance.bid_price = group.bid_price
        self._fulfil(cluster, made)
        self._retry_later(cluster, group)
        self._world.touch(group)
        return made

    def launch_fleet(
        self, cluster: Cluster, fleet: InstanceFleet, market: str, units: int
    ) -> list[Instance]:
        """Ask for instances of a fleet's best types until they make up ``units``.

        The last instance may overshoot the target by less than its weight, as on EMR; the
        fleet's limit of instances may leave the target unmet.
        """
        left = max_fleet_instances(cluster.release_label) - len(fleet.alive())
        made: list[Instance] = []
        ranked = self._ranked(cluster, fleet, market)
        room = [self._available(cluster, spec.instance_type, market) for spec in ranked]
        while units > 0 and ranked and len(made) < left:
            place = next((index for index, free in enumerate(room) if free > 0), 0)
            room[place] -= 1
            spec = ranked[place]
            volumes = self.volumes_of(spec.instance_type, spec.volumes)
            instance = self._make(cluster, fleet, spec.instance_type, market, volumes)
            instance.weight = spec.weight
            instance.bid_price = spec.bid_price
            made.append(instance)
            units -= spec.weight
        self._fulfil(cluster, made)
        self._retry_later(cluster, fleet)
        self._world.touch(fleet)
        return made

    def start_waiting(self, cluster: Cluster, collection: InstanceGroup | InstanceFleet) -> None:
        """Let EC2 launch what waits in a group or fleet, as far as it can now."""
        waiting = [item for item in collection.alive() if item.fulfilled == NEVER]
        self._fulfil(cluster, waiting)
        self._retry_later(cluster, collection)

    def adopt(
        self, cluster: Cluster, collection: InstanceGroup | InstanceFleet, instance: Instance
    ) -> None:
        """Make an instance known to its cluster and its group or fleet."""
        instance.moment = self._world.moment
        # A hundred thousand instances share their texts, also after they came from disk.
        instance.cluster_id, instance.az = cluster.id, cluster.az
        instance.role = collection.role
        instance.instance_type = sys.intern(instance.instance_type)
        instance.market = sys.intern(instance.market)
        if isinstance(collection, InstanceGroup):
            instance.group_id = collection.id
            instance.volumes = self.volumes_of(collection.instance_type, collection.volumes)
        else:
            instance.fleet_id = collection.id
            for spec in collection.types():
                if spec.instance_type == instance.instance_type:
                    instance.volumes = self.volumes_of(spec.instance_type, spec.volumes)
        cluster.instances[instance.id] = instance
        collection.members.append(instance)
        collection.standing = None
        if instance.ec2_id:
            self._world.instances_by_ec2_id[instance.ec2_id] = instance

    def volumes_of(
        self, instance_type: str, asked: list[Volume] | tuple[Volume, ...]
    ) -> tuple[Volume, ...]:
        """The data volumes of an instance: those asked for, or EMR's default."""
        if not asked:
            return default_volumes(instance_type, self._world.shapes.get(instance_type).nvme_gb)
        volumes = cast("tuple[Volume, ...]", tuple(tuple(volume) for volume in asked))
        return self._volumes.setdefault(volumes, volumes)

    def _make(
        self,
        cluster: Cluster,
        collection: InstanceGroup | InstanceFleet,
        instance_type: str,
        market: str,
        volumes: tuple[Volume, ...],
    ) -> Instance:
        world = self._world
        world.settings.instances_made += 1
        collection.launched += 1
        key = (cluster.id, collection.id, collection.launched)
        while world.chance.emr_id("ci-", *key) in cluster.instances:  # the cluster was loaded
            collection.launched += 1
            key = (cluster.id, collection.id, collection.launched)
        instance = Instance(
            id=world.chance.emr_id("ci-", *key),
            ec2_id=world.chance.hex_id("i-", *key),
            cluster_id=cluster.id,
            role=collection.role,
            instance_type=instance_type,
            market=market,
            az=cluster.az,
            number=world.settings.instances_made,
            created=world.at,
        )
        if isinstance(collection, InstanceFleet):
            instance.fleet_id = collection.id
        else:
            instance.group_id = collection.id
        instance.volumes = volumes
        instance.moment = world.moment
        cluster.instances[instance.id] = instance
        collection.members.append(instance)
        world.instances_by_ec2_id[instance.ec2_id] = instance
        world.touch(instance)
        return instance

    # EC2's answer

    def _available(self, cluster: Cluster, instance_type: str, market: str) -> int:
        """How many instances EC2 would launch now."""
        world = self._world
        if (instance_type, market) in self.dry:
            return 0
        unknown = world.types.get(instance_type) is None
        if market != "SPOT" or world.compat == "moto" or unknown:
            return 1_000_000
        return self._spot_left(instance_type, cluster.az)

    def _spot_left(self, instance_type: str, az: str) -> int:
        """How many more Spot instances a pool gives the account, after those it holds."""
        world = self._world
        at, held = world.at, 0
        for cluster in world.clusters.values():
            if cluster.az == az and not cluster.ended_already:
                ends = _spot_ends(cluster).get(instance_type, ())
                held += len(ends) - bisect_right(ends, at)
        return world.market.available(instance_type, az, world.now, held)

    def _fulfil(self, cluster: Cluster, waiting: list[Instance]) -> None:
        """Let EC2 launch what it can of the instances that wait, oldest first."""
        room: dict[tuple[str, str], int] = {}
        for instance in waiting:
            place = (instance.instance_type, instance.market)
            if place not in room:
                room[place] = self._available(cluster, *place)
            if room[place] > 0 and not self._outbid(instance):
                room[place] -= 1
                self._start(cluster, instance)

    def _outbid(self, instance: Instance) -> bool:
        """Whether the Spot price is above what the request would pay."""
        market = self._world.market
        if not instance.bid_price or self._world.types.get(instance.instance_type) is None:
            return False
        price = market.price(instance.instance_type, instance.az, self._world.now)
        return price > float(instance.bid_price) and self._world.compat != "moto"

    def _start(self, cluster: Cluster, instance: Instance) -> None:
        """EC2 launches an instance: from now on its course is known."""
        world = self._world
        if world.compat == "moto":
            instance.fulfilled = instance.booted = instance.ready = world.at
            return
        spot = instance.market == "SPOT"
        wait = timing.FULFIL_SPOT if spot else timing.FULFIL_ON_DEMAND
        actions = timing.BOOTSTRAP_ACTION * len(cluster.bootstrap_actions)
        instance.fulfilled = world.at + world.between(wait, "fulfil", instance.id)
        instance.booted = instance.fulfilled + world.between(
            timing.BOOT_ON_DEMAND, "boot", instance.id
        )
        instance.ready = (
            instance.booted + world.between(timing.INSTALL, "install", instance.id) + actions
        )
        world.touch(instance)
        if spot:
            self._plan_interruption(instance)

    def _plan_interruption(self, instance: Instance) -> None:
        if self._world.types.get(instance.instance_type) is None:
            return  # a loaded cluster may have a type that the region no longer offers
        launched = datetime.fromtimestamp(instance.fulfilled, UTC)
        reclaimed = self._world.market.interruption_after(
            instance.id, instance.instance_type, instance.az, launched
        )
        if reclaimed is not None:
            due = max(reclaimed.timestamp() - timing.SPOT_NOTICE, instance.ready + 60.0)
            self._world.schedule(due, "interrupt", instance.cluster_id, instance.id)

    def _retry_later(self, cluster: Cluster, collection: InstanceGroup | InstanceFleet) -> None:
        if any(item.fulfilled == NEVER for item in collection.alive()):
            due = self._world.at + timing.RETRY_SPOT
            self._world.schedule(due, "fulfil", cluster.id, collection.id)

    def _fulfil_again(self, event: Event) -> None:
        cluster = self._world.cluster(event.cluster_id)
        if cluster is None or not cluster.live:
            return
        collection = self._world.collection(cluster, event.subject)
        self.start_waiting(cluster, collection)
        self._give_up(cluster, collection)
        self._world.lifecycle.reconsider(cluster)
        self._world.resizing.expect(cluster, collection)

    def _give_up(self, cluster: Cluster, collection: InstanceGroup | InstanceFleet) -> None:
        """EC2 refused a running cluster's On-Demand group for long: EMR suspends the group."""
        world = self._world
        if not isinstance(collection, InstanceGroup) or cluster.ready == NEVER:
            return
        waiting = [
            item
            for item in collection.alive()
            if item.fulfilled == NEVER and (item.instance_type, item.market) in self.dry
        ]
        oldest = min((item.created for item in waiting), default=NEVER)
        if collection.market == "SPOT" or world.at - oldest < timing.SUSPEND_AFTER:
            return
        message = (
            f"The instance group was suspended: EC2 has insufficient {collection.instance_type} "
            f"capacity in {cluster.az}. Set the instance count again to retry."
        )
        for instance in waiting:
            world.resizing.end(instance, world.at, "INSTANCE_FAILURE", message)
        collection.suspended = True
        collection.reason_code, collection.reason_message = "INSTANCE_FAILURE", message
        world.touch(collection)

    # Choosing among a fleet's types

    def _ranked(self, cluster: Cluster, fleet: InstanceFleet, market: str) -> list[TypeSpec]:
        """A fleet's types, the one to take first in front."""
        world = self._world
        if market == "ON_DEMAND":
            strategy = self._strategy(fleet, "OnDemandSpecification", "lowest-price")
            if strategy == "prioritized":
                return sorted(fleet.types(), key=lambda spec: spec.priority or 0.0)
            return sorted(
                fleet.types(),
                key=lambda spec: (
                    world.shapes.get(spec.instance_type).on_demand_usd_hour / spec.weight
                ),
            )
        strategy = self._strategy(fleet, "SpotSpecification", "price-capacity-optimized")

        def rank(spec: TypeSpec) -> tuple[float, float]:
            if world.types.get(spec.instance_type) is None:
                return (math.inf, math.inf)
            price = world.market.price(spec.instance_type, cluster.az, world.now) / spec.weight
            free = float(self._spot_left(spec.instance_type, cluster.az))
            if strategy == "lowest-price":
                return (price, -free)
            if strategy == "capacity-optimized-prioritized":
                return (spec.priority or 0.0, -free)
            if strategy == "capacity-optimized":
                return (-free, price)
            return (price / max(free, 0.5) ** 0.5, price)

        return sorted(fleet.types(), key=rank)

    @staticmethod
    def _strategy(fleet: InstanceFleet, part: str, default: str) -> str:
        specification = fleet.launch_specifications.get(part) or {}
        return str(specification.get("AllocationStrategy") or default)
