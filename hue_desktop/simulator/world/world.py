"""The world of a simulated region: its clusters, what will happen to them, and what has changed.

The world holds the facts; small engines (provisioning, lifecycle, work, resizing, scaling,
failures) know the rules. Every engine acts at ``world.at`` only: when events are caught up with,
that is the instant at which each was due, so the course of things does not depend on when
somebody looked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hue_desktop.simulator.world.applications import Application, Applications
from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.collections import InstanceFleet, InstanceGroup
from hue_desktop.simulator.world.documents import Stored
from hue_desktop.simulator.world.failures import Failures
from hue_desktop.simulator.world.instances import Instance
from hue_desktop.simulator.world.lifecycle import Lifecycle
from hue_desktop.simulator.world.load import Load, load_of
from hue_desktop.simulator.world.pace import Pace
from hue_desktop.simulator.world.provisioning import Provisioning
from hue_desktop.simulator.world.resizing import Resizing
from hue_desktop.simulator.world.restoring import rebuild
from hue_desktop.simulator.world.scaling import Scaling
from hue_desktop.simulator.world.settings import Settings
from hue_desktop.simulator.world.shapes import Shapes
from hue_desktop.simulator.world.steps import Step
from hue_desktop.simulator.world.telemetry import Telemetry
from hue_desktop.simulator.world.timeline import Event, Moment, Timeline
from hue_desktop.simulator.world.work import Work

if TYPE_CHECKING:
    from hue_desktop.simulator.chance import Chance
    from hue_desktop.simulator.clock import Clock
    from hue_desktop.simulator.instance_types import TypeCatalog
    from hue_desktop.simulator.spot_market import SpotMarket

__all__ = ["World"]

#: Seconds of missed recurring work that a region makes up for.
_CATCH_UP = 36 * 3600.0


class World:
    """All that exists in the region and moves by itself."""

    def __init__(
        self,
        clock: Clock,
        chance: Chance,
        types: TypeCatalog,
        market: SpotMarket,
        *,
        region: str = "us-east-1",
        account_id: str = "123456789012",
        compat: str | None = None,
    ) -> None:
        self.clock = clock
        self.chance = chance
        self.types = types
        self.market = market
        self.region = region
        self.account_id = account_id
        self.compat = compat
        first = region == "us-east-1"
        self._private_zone = "ec2.internal" if first else f"{region}.compute.internal"
        self._public_zone = ("compute-1" if first else f"{region}.compute") + ".amazonaws.com"
        self.shapes = Shapes(types)
        self.moment = Moment(clock.now().timestamp())
        self.telemetry = Telemetry()
        self.provisioning = Provisioning(self)
        self.lifecycle = Lifecycle(self)
        self.work = Work(self)
        self.applications = Applications(self)
        self.pace = Pace(self)
        self.resizing = Resizing(self)
        self.scaling = Scaling(self)
        self.failures = Failures(self)
        self._handlers: dict[str, Callable[[Event], None]] = {}
        for engine in (
            self.provisioning,
            self.lifecycle,
            self.work,
            self.applications,
            self.pace,
            self.resizing,
            self.scaling,
            self.failures,
        ):
            self._handlers.update(engine.handlers())
        self._clear()

    def _clear(self) -> None:
        self.clusters: dict[str, Cluster] = {}
        self.instances_by_ec2_id: dict[str, Instance] = {}
        self.settings = Settings()
        self.timeline = Timeline()
        self.provisioning.dry.clear()
        self.telemetry.clear()
        self._changed: dict[tuple[str, str], Stored | None] = {}
        self._horizon = 0.0  # up to which events were caught up with

    # Time

    @property
    def at(self) -> float:
        """The instant at which the world stands, epoch seconds."""
        return self.moment.at

    @property
    def now(self) -> datetime:
        """The same instant as a datetime."""
        return datetime.fromtimestamp(self.moment.at, UTC)

    def advance(self) -> datetime:
        """Let everything happen that is due by now, in order; the instant it is now."""
        now = self.clock.now()
        self.run_until(now.timestamp())
        return now

    def begin_at(self, at: float) -> None:
        """Set an empty world back to an instant of the past, so that a scenario has a history."""
        if self.clusters:
            raise ValueError("only an empty world can begin in the past")
        self.moment.at = at

    def run_until(self, at: float) -> None:
        """Let everything happen that is due at or before ``at``, epoch seconds."""
        self._horizon = max(self._horizon, at)
        while (event := self.timeline.pop_due(at)) is not None:
            self._changed[(Event.KIND, event.key)] = None
            self.moment.at = max(self.moment.at, event.due)
            self._handlers[event.kind](event)
        self.moment.at = max(self.moment.at, at)

    def made_up_for(self, event: Event) -> float:
        """When recurring work goes on that was due while nobody ran the region.

        A region that slept for long makes up for the last day and a half only, so that it is up
        at once; 0.0 means that the event is not too late.
        """
        oldest = self._horizon - _CATCH_UP
        return oldest if event.due < oldest else 0.0

    def schedule(
        self, due: float, kind: str, cluster_id: str, subject: str = "", **data: Any
    ) -> None:
        """Let ``kind`` happen at ``due``; an event of that kind and subject is moved."""
        event = Event(due, kind, cluster_id, subject, data)
        self.timeline.put(event)
        self._changed[(Event.KIND, event.key)] = event

    def unschedule(self, kind: str, subject: str) -> None:
        """Forget an event, if there is one."""
        event = self.timeline.drop(f"{kind}:{subject}")
        if event is not None:
            self._changed[(Event.KIND, event.key)] = None

    def due(self, kind: str, subject: str) -> float | None:
        """When an event is due, or None."""
        event = self.timeline.get(f"{kind}:{subject}")
        return event.due if event is not None else None

    # Chance

    def between(self, bounds: tuple[float, float], *key: object) -> float:
        """A duration within bounds for what ``key`` names."""
        low, high = bounds
        return low + (high - low) * self.chance.unit(*key)

    # What exists

    def cluster(self, cluster_id: str) -> Cluster | None:
        """The cluster with this id, or None."""
        return self.clusters.get(cluster_id)

    def instance(self, instance_id: str) -> Instance | None:
        """A cluster instance by EC2's id (``i-…``) or EMR's (``ci-…``), or None."""
        found = self.instances_by_ec2_id.get(instance_id)
        if found is None and instance_id.startswith("ci-"):
            for cluster in self.clusters.values():
                if instance_id in cluster.instances:
                    return cluster.instances[instance_id]
        return found

    def collection(self, cluster: Cluster, collection_id: str) -> InstanceGroup | InstanceFleet:
        """The group or fleet with this id; KeyError if the cluster has none."""
        if collection_id in cluster.groups:
            return cluster.groups[collection_id]
        return cluster.fleets[collection_id]

    def arn(self, cluster: Cluster) -> str:
        """The cluster's ARN."""
        return f"arn:aws:elasticmapreduce:{self.region}:{self.account_id}:cluster/{cluster.id}"

    def private_dns(self, instance: Instance) -> str:
        """The instance's name inside its VPC."""
        if instance.private_name:
            return instance.private_name
        return f"ip-{instance.private_ip.replace('.', '-')}.{self._private_zone}"

    def public_dns(self, instance: Instance) -> str:
        """The instance's public name, empty without a public address."""
        if instance.public_name or not instance.public_ip:
            return instance.public_name
        return f"ec2-{instance.public_ip.replace('.', '-')}.{self._public_zone}"

    def load_of(self, cluster: Cluster | str, at: float | datetime | None = None) -> Load:
        """What the cluster had to do at an instant, in the past too; now by default."""
        if isinstance(cluster, str):
            cluster = self.clusters[cluster]
        if isinstance(at, datetime):
            at = at.timestamp()
        return load_of(self, cluster, self.at if at is None else at)

    # What others may do to the nodes

    def terminate_ec2(self, instance_id: str, reason_code: str, message: str) -> None:
        """Someone terminated an instance through EC2; KeyError for an unknown id."""
        self.failures.terminate(self._known(instance_id), reason_code, message)

    def interrupt_spot(self, instance_id: str) -> None:
        """EC2 gives an instance the two-minute notice; KeyError for an unknown id.

        Raises ``ValueError`` for an instance that is not Spot or does not run.
        """
        self.failures.interrupt(self._known(instance_id))

    def fail_node(self, instance_id: str) -> None:
        """YARN's health checker finds a node's disks full; KeyError for an unknown id.

        Raises ``ValueError`` for a node that does not run.
        """
        self.failures.sicken(self._known(instance_id))

    def _known(self, instance_id: str) -> Instance:
        instance = self.instance(instance_id)
        if instance is None:
            raise KeyError(instance_id)
        return instance

    # What has changed

    def touch(self, *entities: Stored) -> None:
        """Note that entities have changed, so that they are written."""
        for entity in entities:
            self._changed[(entity.KIND, entity.key)] = entity
            if isinstance(entity, Instance):
                self._stale(entity)
            elif isinstance(entity, Step | Application):
                self._stale_steps(entity)
            elif isinstance(entity, Cluster):
                entity.caches.clear()

    def forget(self, *entities: Stored) -> None:
        """Note that entities are gone."""
        for entity in entities:
            self._changed[(entity.KIND, entity.key)] = None
            if isinstance(entity, Instance):
                self._stale(entity)
            elif isinstance(entity, Step | Application):
                self._stale_steps(entity)

    def _stale_steps(self, step: Step | Application) -> None:
        """What was derived from a step or application has to be derived again."""
        cluster = self.clusters.get(step.cluster_id)
        if cluster is not None:
            cluster.step_cache.clear()

    def _stale(self, instance: Instance) -> None:
        """What was derived from an instance has to be derived again."""
        cluster = self.clusters.get(instance.cluster_id)
        if cluster is not None:
            cluster.node_cache.clear()
            collection_id = instance.collection_id
            if collection_id in cluster.groups or collection_id in cluster.fleets:
                self.collection(cluster, collection_id).standing = None

    def changes(self) -> dict[tuple[str, str], dict[str, Any] | None]:
        """The documents changed since the last call; None for what is gone."""
        if not self._changed:
            return {}
        self.settings.at = self.moment.at
        self._changed[(Settings.KIND, self.settings.key)] = self.settings
        changed, self._changed = self._changed, {}
        return {
            key: None if entity is None else entity.to_document() for key, entity in changed.items()
        }

    def restore(self, documents: Iterable[tuple[str, str, dict[str, Any]]]) -> None:
        """Take over the documents of an earlier run; the clock is the caller's to set."""
        self._clear()
        rebuild(self, documents)

    def reset(self) -> None:
        """Forget everything; :meth:`changes` then says that it is gone."""
        gone: dict[tuple[str, str], Stored | None] = dict.fromkeys(self._changed)
        gone.update(((entity.KIND, entity.key), None) for entity in self._entities())
        self._clear()
        self._changed = gone

    def _entities(self) -> Iterable[Stored]:
        for cluster in self.clusters.values():
            yield cluster
            yield from cluster.groups.values()
            yield from cluster.fleets.values()
            yield from cluster.instances.values()
            yield from cluster.steps.values()
            yield from cluster.yarn_applications.values()
        yield from self.telemetry.entities()
        yield from self.timeline
