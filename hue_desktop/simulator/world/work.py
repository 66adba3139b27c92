"""Steps at work: the queue of a cluster, what a step takes, how it ends, recurring work.

A step runs as a YARN application for a while that chance draws; ``--simulate-duration N`` among
its arguments makes it N seconds, ``--simulate-failure`` makes it fail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from hue_desktop.simulator.world import timing
from hue_desktop.simulator.world.applications import application_id, count_forgotten
from hue_desktop.simulator.world.carriers import Carrier
from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.documents import NEVER
from hue_desktop.simulator.world.room import room_history
from hue_desktop.simulator.world.steps import Step
from hue_desktop.simulator.world.timeline import Event

if TYPE_CHECKING:
    from hue_desktop.simulator.world.world import World

__all__ = ["Work"]

#: Finished steps a cluster with recurring work remembers; what people submit is never dropped.
_KEEP_RECURRING = 150
#: Simulated seconds after which a step that really works is asked again whether it is done.
_ASK_AGAIN = 5.0


class Work:
    """Runs the steps of clusters."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.carrier: Carrier | None = None  #: does what steps say, where that is simulated

    def handlers(self) -> Mapping[str, Callable[[Event], None]]:
        """What to do when an event of a kind is due."""
        return {
            "step-end": self._on_end,
            "step-cancelled": self._on_cancelled,
            "workload": self._on_workload,
        }

    # Submitting

    def add(self, cluster: Cluster, config: Mapping[str, Any], role_arn: str = "") -> Step:
        """Queue a step as ``AddJobFlowSteps`` describes it."""
        world = self._world
        jar = config["HadoopJarStep"]
        cluster.steps_added += 1
        while world.chance.emr_id("s-", cluster.id, cluster.steps_added) in cluster.steps:
            cluster.steps_added += 1  # the cluster was loaded
        step = Step(
            id=world.chance.emr_id("s-", cluster.id, cluster.steps_added),
            cluster_id=cluster.id,
            ordinal=cluster.steps_added,
            name=config["Name"],
            jar=jar["Jar"],
            created=world.at,
            args=list(jar.get("Args") or ()),
            properties={
                pair.get("Key", ""): pair.get("Value", "") for pair in jar.get("Properties") or ()
            },
            main_class=jar.get("MainClass") or "",
            action_on_failure=config.get("ActionOnFailure")
            or ("CONTINUE" if cluster.step_concurrency > 1 else "TERMINATE_CLUSTER"),
            execution_role=role_arn,
            monitoring=dict(config.get("StepMonitoringConfiguration") or {}),
        )
        step.planned_s = _asked_duration(step.args)
        step.will_fail = "--simulate-failure" in step.args
        self._enqueue(cluster, step)
        return step

    def _enqueue(self, cluster: Cluster, step: Step) -> None:
        cluster.steps[step.id] = step
        cluster.active_steps[step.id] = step
        if self._world.compat == "moto" and len(cluster.steps) == 1:
            step.state = "RUNNING"
            step.started = self._world.at
        self._world.touch(step, cluster)

    def recur(self, cluster: Cluster, workload: dict[str, Any]) -> None:
        """Give a cluster recurring work.

        ``workload`` has ``name``, ``jar``, ``args``, ``every_s``, ``took_s`` (a range), ``share``
        (a range, of the cluster's containers) and ``failure_rate``; with a ``user`` it is no step
        but an application of that user, of the ``kind`` that YARN shows.
        """
        cluster.workloads.append(workload)
        self._world.touch(cluster)
        index = len(cluster.workloads) - 1
        due = self._world.at + self._world.between((5.0, 90.0), "recur", cluster.id, index)
        self._world.schedule(due, "workload", cluster.id, f"{cluster.id}/{index}", index=index)

    def _on_workload(self, event: Event) -> None:
        world = self._world
        cluster = world.clusters.get(event.cluster_id)
        if cluster is None or cluster.state == "TERMINATING" or cluster.ended_already:
            return
        index = event.data["index"]
        later = world.made_up_for(event)
        if later:
            world.schedule(later, "workload", cluster.id, event.subject, index=index)
            return
        workload = cluster.workloads[index]
        if cluster.state in ("RUNNING", "WAITING") and workload.get("user"):
            self._submit_recurring(cluster, workload)
        elif cluster.state in ("RUNNING", "WAITING") and len(cluster.active_steps) < 12:
            self._add_recurring(cluster, workload)
            self._prune(cluster)
            self.pump(cluster)
        every = float(workload["every_s"])
        pause = world.between((0.85 * every, 1.15 * every), event.key, cluster.steps_added)
        world.schedule(world.at + pause, "workload", cluster.id, event.subject, index=index)

    def _add_recurring(self, cluster: Cluster, workload: dict[str, Any]) -> None:
        world = self._world
        config = {
            "Name": workload["name"],
            "ActionOnFailure": "CONTINUE",
            "HadoopJarStep": {"Jar": workload["jar"], "Args": workload["args"]},
        }
        step = self.add(cluster, config)
        low, high = workload["took_s"]
        step.planned_s = world.between((low, high), "took", step.id)
        low, high = workload["share"]
        share = world.between((low, high), "share", step.id)
        step.containers = max(2, round(share * self._containers(cluster)))
        step.will_fail = world.chance.unit("fails", step.id) < workload.get("failure_rate", 0.0)

    def _submit_recurring(self, cluster: Cluster, workload: dict[str, Any]) -> None:
        world = self._world
        key = (cluster.id, cluster.steps_added + 1)
        low, high = workload["share"]
        share = world.between((low, high), "share", *key)
        low, high = workload["took_s"]
        world.applications.submit(
            cluster,
            workload["name"],
            workload["user"],
            kind=workload.get("kind", "SPARK"),
            containers=max(2, round(share * self._containers(cluster))),
            for_s=world.between((low, high), "took", *key),
            will_fail=world.chance.unit("fails", *key) < workload.get("failure_rate", 0.0),
        )

    def _prune(self, cluster: Cluster) -> None:
        names = {workload["name"] for workload in cluster.workloads}
        done = [step for step in cluster.steps.values() if not step.active and step.name in names]
        for step in done[: max(0, len(done) - _KEEP_RECURRING)]:
            count_forgotten(cluster, step)
            del cluster.steps[step.id]
            self._world.forget(step)
            self._world.touch(cluster)

    # Running

    def pump(self, cluster: Cluster) -> None:
        """Start the steps that may run now, oldest first."""
        if self._world.compat == "moto":
            return
        if cluster.state not in ("RUNNING", "WAITING"):
            return
        running = len(cluster.running_steps())
        for step in list(cluster.active_steps.values()):
            if running >= cluster.step_concurrency:
                return
            if step.state == "PENDING":
                self._start(cluster, step)
                running += 1

    def _start(self, cluster: Cluster, step: Step) -> None:
        world = self._world
        took = step.planned_s or world.between(timing.STEP, "took", step.id)
        if step.will_fail and not _asked_duration(step.args):
            took *= world.between((0.2, 0.8), "failed-after", step.id)
        step.state = "RUNNING"
        step.started = world.at
        step.ended = world.at + took
        if not step.containers:
            share = world.between((0.3, 1.3), "share", step.id)
            step.containers = max(2, round(share * self._containers(cluster)))
        if self._carried(cluster, step):
            step.ended = world.at + _ASK_AGAIN
        step.application_id = application_id(cluster, step.ordinal)
        world.schedule(step.ended, "step-end", cluster.id, step.id)
        world.touch(step)
        world.lifecycle.work(cluster)
        world.scaling.look_soon(cluster)

    def _carried(self, cluster: Cluster, step: Step) -> bool:
        """Whether a carrier does the step's work; it has begun then."""
        carrier = self.carrier
        recurring = any(workload["name"] == step.name for workload in cluster.workloads)
        if carrier is None or recurring or step.will_fail or not carrier.carries(step):
            return False
        carrier.start(cluster, step)
        return True

    def _goes_on(self, cluster: Cluster, step: Step) -> bool:
        """Whether a step's real work is not done at its planned end, which then moves."""
        world = self._world
        if self.carrier is None or not self._carried(cluster, step):
            return False
        outcome = self.carrier.outcome(step)
        until = world.at + _ASK_AGAIN
        if outcome is not None:
            until = step.started + max(outcome.took_s, step.planned_s)
            step.will_fail = bool(outcome.failure)
            step.failure_message = outcome.failure
        if until <= world.at:
            return False
        step.will_fail = False
        step.ended = until
        world.schedule(until, "step-end", cluster.id, step.id)
        world.touch(step)
        return True

    def _containers(self, cluster: Cluster) -> int:
        """Containers that fit on the nodes that serve now."""
        return room_history(cluster, self._world.shapes).at(self._world.at).containers

    def _on_end(self, event: Event) -> None:
        cluster = self._world.clusters[event.cluster_id]
        step = cluster.active_steps.get(event.subject)
        if step is None or step.state != "RUNNING" or self._goes_on(cluster, step):
            return
        if step.will_fail:
            self._fail(cluster, step)
            return
        self._close(cluster, step, "COMPLETED")
        self._go_on(cluster)

    def _fail(self, cluster: Cluster, step: Step) -> None:
        """The step fails; what its ActionOnFailure says follows."""
        world = self._world
        self._close_failed(cluster, step)
        keeps = step.action_on_failure in ("CONTINUE", "CANCEL_AND_WAIT")
        if not keeps and not (cluster.protected and cluster.keep_alive):
            world.lifecycle.terminate(cluster, "STEP_FAILURE", "Shut down as step failed")
            return
        if step.action_on_failure != "CONTINUE":
            for pending in list(cluster.active_steps.values()):
                if pending.state == "PENDING":
                    self._close(cluster, pending, "CANCELLED", "Cancelled as a step before failed")
        self._go_on(cluster)

    def _close_failed(self, cluster: Cluster, step: Step) -> None:
        log_uri = str(cluster.request.get("LogUri") or "").rstrip("/")
        step.failure_reason = "Unknown Error."
        step.failure_message = step.failure_message or (
            'Exception in thread "main" org.apache.spark.SparkException: Application '
            f"{step.application_id} finished with failed status"
        )
        if log_uri:
            step.failure_log = f"{log_uri}/{cluster.id}/steps/{step.id}/stderr.gz"
        self._close(cluster, step, "FAILED")

    def _close(self, cluster: Cluster, step: Step, state: str, message: str = "") -> None:
        step.state = state
        step.message = message
        step.ended = self._world.at
        cluster.active_steps.pop(step.id, None)
        self._world.touch(step)

    def _go_on(self, cluster: Cluster) -> None:
        """After a step: the next one, or rest, or the end of a transient cluster."""
        world = self._world
        self.pump(cluster)
        world.scaling.look_soon(cluster)
        if cluster.active_steps or cluster.state != "RUNNING":
            return
        if cluster.keep_alive:
            world.lifecycle.rest(cluster, "Cluster ready after last step completed.")
            return
        failed = any(step.state == "FAILED" for step in cluster.steps.values())
        message = "Steps completed with errors" if failed else "Steps completed"
        world.lifecycle.terminate(cluster, "ALL_STEPS_COMPLETED", message)

    def go_on_from_files(self, cluster: Cluster) -> None:
        """A cluster was loaded from files: its running steps go on, those that wait may start."""
        world = self._world
        for step in cluster.running_steps():
            left = step.planned_s or world.between(timing.STEP, "took", step.id)
            step.ended = world.at + left
            kind = "step-cancelled" if step.state == "CANCEL_PENDING" else "step-end"
            world.schedule(step.ended, kind, cluster.id, step.id)
            world.touch(step)
        self.pump(cluster)
        if cluster.state == "WAITING":
            cluster.idle_since = world.at
            world.touch(cluster)
        elif not cluster.active_steps and cluster.steps:
            world.lifecycle.rest(cluster, "Cluster ready after last step completed.")

    # Cancelling

    def cancel(self, cluster: Cluster, step: Step) -> None:
        """Cancel a step that waits, at once, or one that runs, soon."""
        world = self._world
        if step.state == "PENDING":
            self._close(cluster, step, "CANCELLED", "Cancelled by user")
            return
        step.state = "CANCEL_PENDING"
        if self.carrier is not None:
            self.carrier.cancel(step)
        pause = world.between(timing.STEP_CANCEL, "cancel", step.id)
        step.ended = min(step.ended, world.at + pause)
        world.unschedule("step-end", step.id)
        world.schedule(step.ended, "step-cancelled", cluster.id, step.id)
        world.touch(step)

    def kill(self, cluster: Cluster, step: Step) -> None:
        """Somebody killed the YARN application of a step that runs: the step fails."""
        world = self._world
        if self.carrier is not None:
            self.carrier.cancel(step)
        world.unschedule("step-end", step.id)
        world.unschedule("step-cancelled", step.id)
        step.killed = True
        step.failure_message = (
            'Exception in thread "main" org.apache.spark.SparkException: Application '
            f"{step.application_id} was killed"
        )
        self._fail(cluster, step)

    def _on_cancelled(self, event: Event) -> None:
        cluster = self._world.clusters[event.cluster_id]
        step = cluster.active_steps.get(event.subject)
        if step is not None:
            self._close(cluster, step, "CANCELLED", "Cancelled by user")
            self._go_on(cluster)

    def abandon(self, cluster: Cluster) -> None:
        """The cluster shuts down: what waits is cancelled, what runs is interrupted."""
        for step in list(cluster.active_steps.values()):
            self._world.unschedule("step-end", step.id)
            self._world.unschedule("step-cancelled", step.id)
            waits = step.started == NEVER
            state = "CANCELLED" if waits or step.state == "CANCEL_PENDING" else "INTERRUPTED"
            self._close(cluster, step, state, "Job terminated" if waits else "")
        self._world.applications.abandon(cluster)
        for index in range(len(cluster.workloads)):
            self._world.unschedule("workload", f"{cluster.id}/{index}")


def _asked_duration(args: list[str]) -> float:
    """Seconds after ``--simulate-duration`` among the arguments; 0 if there are none."""
    for place, argument in enumerate(args):
        name, _, value = argument.partition("=")
        if name == "--simulate-duration":
            text = value or (args[place + 1] if place + 1 < len(args) else "")
            if text.replace(".", "", 1).isdigit():
                return max(1.0, float(text))
    return 0.0
