"""What goes wrong with nodes: terminated behind EMR's back, reclaimed by EC2, unhealthy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hue_desktop.simulator.world import timing
from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.documents import NEVER
from hue_desktop.simulator.world.instances import Instance
from hue_desktop.simulator.world.timeline import Event

if TYPE_CHECKING:
    from hue_desktop.simulator.world.world import World

__all__ = ["Failures"]


class Failures:
    """Lets nodes fail, and EMR answer."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handlers(self) -> Mapping[str, Callable[[Event], None]]:
        """What to do when an event of a kind is due."""
        return {
            "interrupt": self._on_interrupt,
            "lost": self._on_lost,
            "unhealthy": self._on_unhealthy,
        }

    def terminate(self, instance: Instance, code: str, message: str) -> None:
        """An instance is terminated through EC2; EMR replaces a core or task node."""
        world = self._world
        if instance.ended <= world.at:
            return
        emr_message = f"Instance {instance.ec2_id} was terminated in Amazon EC2"
        if message or code:
            emr_message += f" ({': '.join(filter(None, (code, message)))})"
        world.resizing.end(instance, world.at, "INSTANCE_FAILURE", emr_message)
        self._lose(instance)

    def interrupt(self, instance: Instance) -> None:
        """EC2 announces that it takes a Spot instance back in two minutes."""
        world = self._world
        if instance.market != "SPOT":
            raise ValueError(f"{instance.ec2_id} is not a Spot instance")
        if not instance.fulfilled <= world.at < instance.ended:
            raise ValueError(f"{instance.ec2_id} does not run")
        instance.notice = world.at
        instance.draining = instance.released = NEVER
        gone = min(instance.ended, world.at + timing.SPOT_NOTICE)
        message = (
            f"Instance {instance.ec2_id} was terminated by Amazon EC2 "
            "(Server.SpotInstanceTermination: Spot instance termination)"
        )
        world.resizing.end(instance, gone, "INSTANCE_FAILURE", message)
        self._lose(instance)

    def sicken(self, instance: Instance) -> None:
        """A node's disks fill up; 45 minutes later EMR replaces it, if it may."""
        world = self._world
        if not instance.runs_at(world.at):
            raise ValueError(f"{instance.ec2_id} does not run")
        if instance.unhealthy == NEVER:
            instance.unhealthy = world.at
            world.touch(instance)
            due = world.at + timing.UNHEALTHY_GRACE
            world.schedule(due, "unhealthy", instance.cluster_id, instance.id)

    def _lose(self, instance: Instance) -> None:
        """Note that a node will be gone: its group looks after that once it is."""
        world = self._world
        cluster = world.clusters[instance.cluster_id]
        collection = world.collection(cluster, instance.collection_id)
        if cluster.live and world.compat != "moto":
            collection.resizing = True
            world.touch(collection)
            world.schedule(instance.ended, "lost", cluster.id, instance.id)

    def _on_interrupt(self, event: Event) -> None:
        instance = self._find(event)
        if instance is not None and instance.alive and instance.fulfilled <= self._world.at:
            self.interrupt(instance)

    def _on_lost(self, event: Event) -> None:
        world = self._world
        instance = self._find(event)
        cluster = world.clusters[event.cluster_id]
        if instance is None or not cluster.live:
            return
        if instance.role == "MASTER" and not cluster.alive_instances("MASTER"):
            self._fatal(cluster, f"The master node {instance.ec2_id} was terminated")
            return
        if instance.role == "CORE" and not cluster.alive_instances("CORE"):
            self._fatal(cluster, "NO_SLAVE_LEFT: the cluster has no core node left")
            return
        world.resizing.refill_later(instance, world.at)

    def _fatal(self, cluster: Cluster, message: str) -> None:
        self._world.lifecycle.terminate(cluster, "INSTANCE_FAILURE", message)

    def _on_unhealthy(self, event: Event) -> None:
        """Replace an unhealthy node gracefully, if the cluster allows it."""
        world = self._world
        instance = self._find(event)
        cluster = world.clusters[event.cluster_id]
        if instance is None or not instance.alive or not cluster.live:
            return
        if instance.role == "MASTER":
            return
        if instance.role == "CORE" and not cluster.replace_unhealthy:
            if all(item.unhealthy != NEVER for item in cluster.alive_instances("CORE")):
                self._fatal(cluster, "NO_SLAVES_LEFT: all core nodes are unhealthy")
            return
        message = "Instance was unhealthy for 45 minutes and has been replaced."
        if not world.resizing.replace(cluster, instance, message):  # HDFS would not be whole
            due = world.at + timing.UNHEALTHY_DRAIN
            world.schedule(due, "unhealthy", cluster.id, instance.id)

    def _find(self, event: Event) -> Instance | None:
        return self._world.clusters[event.cluster_id].instances.get(event.subject)
