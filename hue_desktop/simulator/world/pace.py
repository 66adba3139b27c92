"""Applications that take as long as their work does, with the containers that they get.

Most work here takes the time that chance drew. For a cluster that was loaded to see what a loss of
nodes does to it, an application has work instead, counted in container-seconds: with fewer
containers it ends later, containers that go with their node do two minutes' work again, and one
that loses its ApplicationMaster starts over, once; the second time it fails
(``yarn.resourcemanager.am.max-attempts`` is 2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hue_desktop.simulator.world.documents import NEVER
from hue_desktop.simulator.world.history import step_history
from hue_desktop.simulator.world.load import Share, shares_of
from hue_desktop.simulator.world.room import room_history, workers_of
from hue_desktop.simulator.world.steps import Step
from hue_desktop.simulator.world.timeline import Event

if TYPE_CHECKING:
    from hue_desktop.simulator.world.applications import Application
    from hue_desktop.simulator.world.clusters import Cluster
    from hue_desktop.simulator.world.instances import Instance
    from hue_desktop.simulator.world.world import World

__all__ = ["REDO_S", "Pace"]

_EVERY_S = 60.0
_ATTEMPTS = 2
REDO_S = 120.0  #: of work that a container had done for nothing when its node goes


class Pace:
    """Counts the work of applications that have any."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handlers(self) -> Mapping[str, Callable[[Event], None]]:
        """What to do when an event of a kind is due."""
        return {"pace": self._on_tick}

    def give(
        self,
        cluster: Cluster,
        item: Step | Application,
        containers: int,
        left_s: float | None,
        elapsed_s: float,
    ) -> None:
        """Let something that runs have so much work left; ``None`` never ends by itself."""
        item.containers = max(1, containers)
        left = NEVER if left_s is None else max(1.0, left_s)
        item.work = item.containers * left
        item.whole = item.containers * (left + elapsed_s)
        item.started = min(item.started, self._world.at - elapsed_s)
        item.expected = self._world.at + left
        item.master = self._place_of(cluster, item)
        cluster.paced = self._world.at
        self._plan(cluster, item, item.containers)
        self._world.schedule(self._world.at + _EVERY_S, "pace", cluster.id, cluster.id)
        self._world.touch(cluster)

    def holds(self, cluster: Cluster, instance: Instance) -> bool:
        """Whether the ApplicationMaster of something that has work runs on a node."""
        running = step_history(cluster).running(self._world.at)
        return any(item.master == instance.id for item in running)

    def _on_tick(self, event: Event) -> None:
        world = self._world
        cluster = world.clusters[event.cluster_id]
        since, cluster.paced = cluster.paced, world.at
        world.touch(cluster)
        if not cluster.live:
            return
        shares = shares_of(world, cluster, world.at)
        paced = [share for share in shares if share.application.whole]
        lost = [item for item in workers_of(cluster) if since <= item.ended < world.at]
        room = room_history(cluster, world.shapes).at(since)
        slots = max(1, room.containers + room.draining)
        for share in paced:
            item = share.application
            item.work = max(0.0, item.work - share.got * (world.at - since))
            for instance in lost:
                self._lose(cluster, share, instance, slots)
            if item.will_fail and item.work == 0.0:
                self._end(cluster, item, world.at)
            else:
                self._plan(cluster, item, share.got)
        if paced:
            world.schedule(world.at + _EVERY_S, "pace", cluster.id, cluster.id)

    def _lose(self, cluster: Cluster, share: Share, instance: Instance, slots: int) -> None:
        """A node is gone: what it did for an application is done again elsewhere."""
        item = share.application
        on_it = self._world.shapes.get(instance.instance_type).containers * share.got / slots
        if instance.draining != NEVER:
            on_it = 0.0  # they had the time that they needed, or half of it
        elif instance.notice != NEVER:
            on_it /= 2  # tasks shorter than the notice are done
        count = round(on_it)
        item.lost_containers += count
        item.work += count * REDO_S
        if item.master == instance.id:
            item.restarts = [*item.restarts, instance.ended]
            item.master = self._place_of(cluster, item)
            item.work = item.whole
            if len(item.restarts) >= _ATTEMPTS:
                item.will_fail, item.work = True, 0.0
        self._world.touch(item)

    def _place_of(self, cluster: Cluster, item: Step | Application) -> str:
        """The node of an application's first container.

        Up to EMR 5 only core nodes have such (since 5.19); later any worker does.
        """
        at = self._world.at
        workers = [node for node in workers_of(cluster) if node.runs_at(at) and node.leaving > at]
        if cluster.release_label.startswith("emr-5."):
            workers = [node for node in workers if node.role == "CORE"] or workers
        if not workers:
            return ""
        chance = self._world.chance.unit("master", item.id, len(item.restarts))
        return workers[int(chance * len(workers))].id

    def _plan(self, cluster: Cluster, item: Step | Application, got: int) -> None:
        left = item.work / got if got else NEVER
        self._end(cluster, item, self._world.at + left)

    def _end(self, cluster: Cluster, item: Step | Application, at: float) -> None:
        """Move the planned end."""
        if at == item.ended or abs(at - item.ended) < 1.0:
            return
        kind = "step-end" if isinstance(item, Step) else "application-end"
        item.ended = at
        if at == NEVER:
            self._world.unschedule(kind, item.id)
        else:
            self._world.schedule(at, kind, cluster.id, item.id)
        self._world.touch(item)
