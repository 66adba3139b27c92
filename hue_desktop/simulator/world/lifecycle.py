"""The course of a cluster: STARTING, BOOTSTRAPPING, RUNNING and WAITING, TERMINATING, its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from hue_desktop.simulator.world import timing
from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.collections import InstanceFleet, InstanceGroup
from hue_desktop.simulator.world.documents import NEVER
from hue_desktop.simulator.world.load import Load, hdfs_capacity
from hue_desktop.simulator.world.outlived import outlived
from hue_desktop.simulator.world.timeline import Event

if TYPE_CHECKING:
    from hue_desktop.simulator.world.world import World

__all__ = ["Lifecycle", "counts_as_idle"]

#: Reasons with which a cluster ends in TERMINATED; with all others it ends with errors.
_ORDERLY = frozenset({"USER_REQUEST", "ALL_STEPS_COMPLETED"})

#: Percent of HDFS in use from which on a cluster is not idle.
_HDFS_BUSY = 10.0
#: How long the bill remembers nodes: fourteen months.
_BILLED_S = 430 * 86400.0
#: Applications with which a cluster is never idle.
_NEVER_IDLE = frozenset({"hbase", "presto", "prestosql", "trino"})


class Lifecycle:
    """Moves clusters from state to state."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handlers(self) -> Mapping[str, Callable[[Event], None]]:
        """What to do when an event of a kind is due."""
        return {
            "cluster-bootstrapping": self._on_bootstrapping,
            "cluster-bootstrap-failed": self._on_bootstrap_failed,
            "cluster-ready": self._on_ready,
            "cluster-ended": self._on_ended,
            "cluster-forgotten": self._on_forgotten,
            "cluster-swept": self._on_swept,
            "cluster-idle": self._on_idle,
            "fleet-timeout": self._on_fleet_timeout,
        }

    # Beginning

    def begin(self, cluster: Cluster) -> None:
        """A new cluster with its groups or fleets and first steps starts its course."""
        world = self._world
        world.clusters[cluster.id] = cluster
        world.touch(cluster)
        for collection in cluster.collections():
            self.provision(cluster, collection)
        if world.compat == "moto":
            self._begin_at_once(cluster)
            return
        self._set(cluster, "STARTING", message="Provisioning Amazon EC2 capacity")
        world.schedule(world.at + 86400.0, "cluster-swept", cluster.id)
        self.reconsider(cluster)

    def provision(self, cluster: Cluster, collection: InstanceGroup | InstanceFleet) -> None:
        """Ask for the first instances of a group or fleet."""
        world = self._world
        world.touch(collection)
        if isinstance(collection, InstanceGroup):
            world.provisioning.launch_group(cluster, collection, collection.target)
            return
        world.provisioning.launch_fleet(
            cluster, collection, "ON_DEMAND", collection.on_demand_target
        )
        world.provisioning.launch_fleet(cluster, collection, "SPOT", collection.spot_target)
        spot = collection.launch_specifications.get("SpotSpecification") or {}
        if collection.spot_target and world.compat != "moto":
            minutes = int(spot.get("TimeoutDurationMinutes") or 60)
            world.schedule(world.at + minutes * 60.0, "fleet-timeout", cluster.id, collection.id)

    def _begin_at_once(self, cluster: Cluster) -> None:
        """The moto server's way: the cluster waits at once, or has ended for want of work."""
        self._set(cluster, "WAITING")
        cluster.ready = self._world.at
        if not cluster.steps and not cluster.keep_alive:
            self.terminate(cluster, "", "")

    def reconsider(self, cluster: Cluster) -> None:
        """Plan when a starting cluster goes on, once EC2 has given all it needs."""
        world = self._world
        if cluster.state not in ("STARTING", "BOOTSTRAPPING") or world.compat == "moto":
            return
        needed = cluster.alive_instances("MASTER") + cluster.alive_instances("CORE")
        if not needed or any(item.booted == NEVER for item in needed):
            return
        booted = max(item.booted for item in needed)
        if cluster.state == "STARTING":
            world.schedule(booted, "cluster-bootstrapping", cluster.id)
        if failing_action(cluster) is not None:
            pause = world.between(timing.INSTALL, "bootstrap-failure", cluster.id)
            world.schedule(booted + pause, "cluster-bootstrap-failed", cluster.id)
            return
        ready = max(item.ready for item in needed)
        world.schedule(max(ready, booted + 1.0), "cluster-ready", cluster.id)

    def _on_bootstrapping(self, event: Event) -> None:
        cluster = self._world.clusters[event.cluster_id]
        if cluster.state == "STARTING":
            self._set(cluster, "BOOTSTRAPPING", message="Running bootstrap actions")

    def _on_bootstrap_failed(self, event: Event) -> None:
        cluster = self._world.clusters[event.cluster_id]
        number = failing_action(cluster)
        masters = cluster.alive_instances("MASTER")
        if not cluster.live or number is None or not masters:
            return
        master = masters[0]
        name = cluster.bootstrap_actions[number - 1].get("Name", "")
        cluster.error_details = [
            {
                "ErrorCode": "BOOTSTRAP_FAILURE_BA_NON_ZERO_CODE",
                "ErrorData": [
                    {
                        "bootstrap-action": name,
                        "instance-id": master.ec2_id,
                        "return-code": "1",
                    }
                ],
                "ErrorMessage": f"The master failed: {name} returned a non-zero return code",
            }
        ]
        message = (
            f"On the master instance ({master.ec2_id}), bootstrap action {number} returned a "
            "non-zero return code"
        )
        self.terminate(cluster, "BOOTSTRAP_FAILURE", message)

    def _on_ready(self, event: Event) -> None:
        world = self._world
        cluster = world.clusters[event.cluster_id]
        if cluster.state not in ("STARTING", "BOOTSTRAPPING"):
            return
        cluster.ready = world.at
        cluster.hdfs_base = cluster.hdfs_fill * hdfs_capacity(world, cluster, world.at)
        for collection in cluster.collections():
            collection.ready = world.at
            world.touch(collection)
            world.resizing.expect(cluster, collection)
        self.rest(cluster, "Cluster ready to run steps.")
        world.work.pump(cluster)
        if not cluster.active_steps and not cluster.keep_alive and cluster.live:
            self.terminate(cluster, "ALL_STEPS_COMPLETED", "Steps completed")
        world.scaling.look_soon(cluster)

    # Between work and rest

    def rest(self, cluster: Cluster, message: str) -> None:
        """The cluster has nothing to do: it is WAITING, and idle from now on."""
        self._set(cluster, "WAITING", message=message)
        cluster.idle_since = self._world.at
        self.watch_idleness(cluster)

    def work(self, cluster: Cluster) -> None:
        """The cluster has a step to run."""
        cluster.idle_since = NEVER
        self._world.unschedule("cluster-idle", cluster.id)
        if cluster.state != "RUNNING":
            self._set(cluster, "RUNNING", message="Running step")

    def watch_idleness(self, cluster: Cluster) -> None:
        """Plan the end that the auto-termination policy gives an idle cluster."""
        world = self._world
        world.unschedule("cluster-idle", cluster.id)
        if cluster.idle_timeout is None or cluster.idle_since == NEVER or world.compat == "moto":
            return
        since = max(cluster.idle_since, cluster.idle_policy_since)
        world.schedule(since + cluster.idle_timeout, "cluster-idle", cluster.id)

    def _on_idle(self, event: Event) -> None:
        """The idle timeout has passed; data in HDFS or work to do keep the cluster alive.

        So does Presto, Trino or HBase, with which EMR never calls a cluster idle.
        """
        world = self._world
        cluster = world.clusters[event.cluster_id]
        if cluster.state != "WAITING" or cluster.idle_timeout is None:
            return
        if not counts_as_idle(cluster, world.load_of(cluster), self._hdfs_share(cluster)):
            world.schedule(world.at + 300.0, "cluster-idle", cluster.id)
            return
        message = f"Terminated after being idle for {cluster.idle_timeout} seconds"
        self.terminate(cluster, "USER_REQUEST", message)

    def _hdfs_share(self, cluster: Cluster) -> float | None:
        """Percent of HDFS in use as it really is, if somebody has opened it."""
        telemetry = self._world.telemetry
        telemetry.refresh(cluster.id, opening=False)
        figures = telemetry.hdfs_at(cluster.id, self._world.at)
        return figures.share if figures is not None else None

    # The end

    def terminate(self, cluster: Cluster, code: str, message: str) -> None:
        """Shut a cluster down; the caller has asked about termination protection."""
        world = self._world
        if cluster.state == "TERMINATING" or cluster.ended_already:
            return
        cluster.terminating = world.at
        self._set(cluster, "TERMINATING", code, message)
        moto = world.compat == "moto"
        if not moto:  # there, steps stay as they were
            world.work.abandon(cluster)
        for instance in cluster.instances.values():
            if instance.ended > world.at:
                pause = 0.0 if moto else world.between(timing.TERMINATE_NODE, "end", instance.id)
                instance.ended = min(instance.ended, world.at + pause)
                instance.end_code = "CLUSTER_TERMINATED"
                instance.end_message = "Cluster was terminated."
                world.unschedule("interrupt", instance.id)
                world.touch(instance)
        if moto:
            self._finish(cluster)
            return
        pause = world.between(timing.TERMINATE_CLUSTER, "terminate", cluster.id)
        world.schedule(world.at + pause, "cluster-ended", cluster.id)

    def _on_ended(self, event: Event) -> None:
        self._finish(self._world.clusters[event.cluster_id])

    def _finish(self, cluster: Cluster) -> None:
        world = self._world
        cluster.ended = world.at
        orderly = cluster.reason_code in _ORDERLY or not cluster.reason_code
        state = "TERMINATED" if orderly else "TERMINATED_WITH_ERRORS"
        self._set(cluster, state, cluster.reason_code, cluster.reason_message)
        for collection in cluster.collections():
            collection.ended = world.at
            collection.resizing = False
            collection.reason_code = "CLUSTER_TERMINATED"
            collection.reason_message = "Job flow terminated"
            world.touch(collection)
            world.unschedule("fulfil", collection.id)
        world.unschedule("cluster-swept", cluster.id)
        world.schedule(world.at + timing.KEEP_CLUSTERS, "cluster-forgotten", cluster.id)

    def _on_forgotten(self, event: Event) -> None:
        """Two months after its end EMR no longer knows a cluster."""
        world = self._world
        cluster = world.clusters.pop(event.cluster_id, None)
        if cluster is None:
            return
        for instance in cluster.instances.values():
            world.instances_by_ec2_id.pop(instance.ec2_id, None)
        world.touch(*world.telemetry.outlive(outlived(cluster, cluster.instances.values())))
        world.forget(
            *world.telemetry.settle(world.at - _BILLED_S),
            cluster,
            *cluster.groups.values(),
            *cluster.fleets.values(),
            *cluster.instances.values(),
            *cluster.steps.values(),
            *cluster.yarn_applications.values(),
            *world.telemetry.drop(cluster.id),
        )

    def _on_swept(self, event: Event) -> None:
        """Once a day a long-running cluster forgets instances that ended a month ago."""
        world = self._world
        cluster = world.clusters[event.cluster_id]
        if cluster.ended_already:
            return
        horizon = world.at - timing.KEEP_INSTANCES
        for collection in cluster.collections():
            old = [item for item in collection.members if item.ended < horizon]
            for instance in old:
                del cluster.instances[instance.id]
                world.instances_by_ec2_id.pop(instance.ec2_id, None)
            if old:
                collection.members = [item for item in collection.members if item.ended >= horizon]
                world.touch(*world.telemetry.outlive(outlived(cluster, old)))
                world.forget(*old)
        world.schedule(world.at + 86400.0, "cluster-swept", cluster.id)

    def _on_fleet_timeout(self, event: Event) -> None:
        """A fleet's first Spot capacity did not come in time: buy On-Demand, or give up."""
        world = self._world
        cluster = world.clusters[event.cluster_id]
        fleet = cluster.fleets[event.subject]
        waiting = [
            item for item in fleet.alive() if item.fulfilled == NEVER and item.market == "SPOT"
        ]
        if not cluster.live or not waiting:
            return
        spot = fleet.launch_specifications.get("SpotSpecification") or {}
        if spot.get("TimeoutAction") == "TERMINATE_CLUSTER":
            message = (
                f"Instance fleet {fleet.id} did not reach its target Spot capacity within "
                f"{spot.get('TimeoutDurationMinutes')} minutes"
            )
            self.terminate(cluster, "INSTANCE_FLEET_TIMEOUT", message)
            return
        units = sum(item.weight for item in waiting)
        for instance in waiting:
            world.resizing.end(instance, world.at, "", "Spot capacity was not available in time")
        fleet.switched += units
        world.provisioning.launch_fleet(cluster, fleet, "ON_DEMAND", units)
        self.reconsider(cluster)

    def _set(self, cluster: Cluster, state: str, code: str = "", message: str = "") -> None:
        cluster.state = state
        cluster.reason_code = code
        cluster.reason_message = message
        self._world.touch(cluster)


def counts_as_idle(cluster: Cluster, load: Load, hdfs_share: float | None = None) -> bool:
    """Whether an auto-termination policy calls the cluster idle.

    ``hdfs_share`` is the percentage of HDFS in use; None takes that of the load.
    """
    names = {str(item.get("Name", "")).lower() for item in cluster.applications}
    share = load.hdfs_utilization_pct if hdfs_share is None else hdfs_share
    return load.is_idle and share < _HDFS_BUSY and not names & _NEVER_IDLE


def failing_action(cluster: Cluster) -> int | None:
    """The number of the first bootstrap action that fails: its script is named ``fail.sh``."""
    for number, action in enumerate(cluster.bootstrap_actions, start=1):
        script: dict[str, Any] = action.get("ScriptBootstrapAction") or {}
        if str(script.get("Path", "")).endswith("fail.sh"):
            return number
    return None
