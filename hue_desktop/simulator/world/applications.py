"""YARN applications that are not steps: somebody submitted them on the cluster itself.

They share containers, ids and metrics with the steps' applications. They end by themselves, fail
when told to, and can be killed, as a step's application can.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Protocol

from hue_desktop.simulator.world import timing
from hue_desktop.simulator.world.documents import NEVER, Stored
from hue_desktop.simulator.world.steps import Step
from hue_desktop.simulator.world.timeline import Event

if TYPE_CHECKING:
    from hue_desktop.simulator.world.clusters import Cluster
    from hue_desktop.simulator.world.world import World

__all__ = [
    "Application",
    "Applications",
    "Runs",
    "application_id",
    "applications_of",
    "count_forgotten",
    "outcome_of",
]

_KEPT = 200  #: finished applications a cluster remembers
_FINISHED = {"COMPLETED": "FINISHED", "FAILED": "FAILED"}


class Runs(Protocol):
    """What runs on YARN: a step or an :class:`Application`; ``ended`` is planned while it runs."""

    @property
    def id(self) -> str: ...
    @property
    def ordinal(self) -> int: ...
    @property
    def started(self) -> float: ...
    @property
    def ended(self) -> float: ...
    @property
    def state(self) -> str: ...
    @property
    def containers(self) -> int: ...


@dataclass(slots=True, eq=False)
class Application(Stored):
    """One application; its states are those of a step."""

    KIND: ClassVar[str] = "application"

    id: str  #: YARN's
    cluster_id: str
    ordinal: int
    name: str
    user: str
    started: float
    ended: float = NEVER
    queue: str = "default"
    kind: str = "SPARK"
    state: str = "RUNNING"
    containers: int = 1
    will_fail: bool = False
    tags: list[str] = field(default_factory=list)
    work: float = 0.0  #: container-seconds left, where its end follows from them
    whole: float = 0.0  #: container-seconds in all
    expected: float = NEVER  #: when it would have ended by the pace of its beginning
    master: str = ""  #: id of the instance with its ApplicationMaster, where that counts
    restarts: list[float] = field(default_factory=list)  #: when it lost that
    lost_containers: int = 0  #: that went with their nodes


def application_id(cluster: Cluster, ordinal: int) -> str:
    """YARN's id of a cluster's application: the ResourceManager's start and a number."""
    return f"application_{int(cluster.ready * 1000)}_{ordinal:04d}"


def applications_of(cluster: Cluster) -> list[Step | Application]:
    """All that ever ran on the cluster's YARN and is remembered, in the order of submission."""
    steps = (step for step in cluster.steps.values() if step.started != NEVER)
    found: list[Step | Application] = [*steps, *cluster.yarn_applications.values()]
    if cluster.yarn_applications:
        found.sort(key=lambda item: item.ordinal)
    return found


def outcome_of(application: Step | Application) -> str:
    """YARN's final state of what has ended: FINISHED, FAILED or KILLED."""
    if isinstance(application, Step) and application.killed:
        return "KILLED"
    return _FINISHED.get(application.state, "KILLED")


def count_forgotten(cluster: Cluster, application: Step | Application) -> None:
    """Keep what has ended in the counters of a cluster that forgets it."""
    if application.started != NEVER:
        counts = dict(cluster.applications_forgotten)
        state = outcome_of(application)
        counts[state] = counts.get(state, 0) + 1
        cluster.applications_forgotten = counts


class Applications:
    """Submits, ends and kills applications."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handlers(self) -> Mapping[str, Callable[[Event], None]]:
        """What to do when an event of a kind is due."""
        return {"application-end": self._on_end}

    def submit(
        self,
        cluster: Cluster,
        name: str,
        user: str,
        *,
        queue: str = "default",
        kind: str = "SPARK",
        containers: int = 0,
        for_s: float = 0.0,
        will_fail: bool = False,
    ) -> Application:
        """Run an application from now on; 0 leaves its size or duration to chance.

        Raises ``ValueError`` for a cluster that does not run.
        """
        world = self._world
        if cluster.state not in ("RUNNING", "WAITING"):
            raise ValueError(f"{cluster.id} does not run.")
        cluster.steps_added += 1
        found = Application(
            id=application_id(cluster, cluster.steps_added),
            cluster_id=cluster.id,
            ordinal=cluster.steps_added,
            name=name,
            user=user,
            started=world.at,
            queue=queue,
            kind=kind,
            will_fail=will_fail,
        )
        found.containers = containers or 2 + int(6 * world.chance.unit("containers", found.id))
        found.ended = world.at + (for_s or world.between(timing.STEP, "took", found.id))
        cluster.yarn_applications[found.id] = found
        world.schedule(found.ended, "application-end", cluster.id, found.id)
        self._prune(cluster)
        world.touch(found, cluster)
        world.scaling.look_soon(cluster)
        return found

    def kill(self, cluster: Cluster, application: Step | Application) -> None:
        """Somebody killed an application that runs; a step whose application it is fails."""
        world = self._world
        if isinstance(application, Step):
            world.work.kill(cluster, application)
            return
        world.unschedule("application-end", application.id)
        self._close(cluster, application, "KILLED")

    def abandon(self, cluster: Cluster) -> None:
        """The cluster shuts down, and its applications with it."""
        for application in cluster.yarn_applications.values():
            if application.state == "RUNNING":
                self._world.unschedule("application-end", application.id)
                self._close(cluster, application, "KILLED")

    def _on_end(self, event: Event) -> None:
        cluster = self._world.clusters[event.cluster_id]
        application = cluster.yarn_applications.get(event.subject)
        if application is not None and application.state == "RUNNING":
            self._close(cluster, application, "FAILED" if application.will_fail else "COMPLETED")

    def _close(self, cluster: Cluster, application: Application, state: str) -> None:
        application.state = state
        application.ended = self._world.at
        self._world.touch(application)
        self._world.scaling.look_soon(cluster)
        if cluster.idle_since != NEVER and cluster.live:  # it was not idle meanwhile
            cluster.idle_since = self._world.at
            self._world.lifecycle.watch_idleness(cluster)
            self._world.touch(cluster)

    def _prune(self, cluster: Cluster) -> None:
        done = [item for item in cluster.yarn_applications.values() if item.state != "RUNNING"]
        for item in done[: max(0, len(done) - _KEPT)]:
            count_forgotten(cluster, item)
            del cluster.yarn_applications[item.id]
            self._world.forget(item)
