"""Steps: adding, listing, cancelling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hue_desktop.simulator.aws.emr.describe import step_of
from hue_desktop.simulator.aws.emr.errors import invalid_request, validation
from hue_desktop.simulator.aws.emr.lookup import find_cluster, live_job_flow, page
from hue_desktop.simulator.aws.emr.releases import version_of
from hue_desktop.simulator.service import Call, Operation
from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.world import World

__all__ = ["StepOperations", "check_steps"]

Json = dict[str, Any]
_PAGE = 50
_MAX_ACTIVE = 256
_MAX_STRINGS = 10_240
_MAX_CANCEL = 256
_MAX_IDS = 10


class StepOperations:
    """Operations on steps."""

    def __init__(self, world: World) -> None:
        self._world = world

    def operations(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "AddJobFlowSteps": self.add_job_flow_steps,
            "CancelSteps": self.cancel_steps,
            "DescribeStep": self.describe_step,
            "ListSteps": self.list_steps,
        }

    def add_job_flow_steps(self, call: Call) -> Json:
        """Queue steps; the 257th active one is refused."""
        world = self._world
        cluster = live_job_flow(world, call.params["JobFlowId"])
        configs = call.params["Steps"]
        level = cluster.step_concurrency if world.compat != "moto" else 1
        check_steps(configs, level)
        if len(cluster.active_steps) + len(configs) > _MAX_ACTIVE and world.compat != "moto":
            raise validation(
                "Maximum number of active steps(State = 'Running', 'Pending' or 'Cancel_Pending')"
                " for cluster exceeded."
            )
        role = call.params.get("ExecutionRoleArn") or ""
        steps = [world.work.add(cluster, config, role) for config in configs]
        if world.compat == "moto":
            cluster.state = "RUNNING"
        world.work.pump(cluster)
        return {"StepIds": [step.id for step in steps]}

    def list_steps(self, call: Call) -> Json:
        """Steps newest first, in pages of 50; at most ten when named by id."""
        params = call.params
        cluster = find_cluster(self._world, params["ClusterId"])
        ids, states = params.get("StepIds") or (), set(params.get("StepStates") or ())
        if len(ids) > _MAX_IDS:
            raise invalid_request("At most 10 step ids may be specified.")
        if ids and states and self._world.compat != "moto":
            raise invalid_request("Step ids and step states may not be specified together.")
        for step_id in ids:
            self._known(cluster, step_id)
        found = [
            step
            for step in reversed(cluster.steps.values())
            if (not ids or step.id in ids) and (not states or step.state in states)
        ]
        chosen, more = page(found, params.get("Marker"), _PAGE)
        at = self._world.at
        return {"Steps": [step_of(step, at, summary=True) for step in chosen], **more}

    def describe_step(self, call: Call) -> Json:
        """One step."""
        cluster = find_cluster(self._world, call.params["ClusterId"])
        self._known(cluster, call.params["StepId"])
        return {"Step": step_of(cluster.steps[call.params["StepId"]], self._world.at)}

    def _known(self, cluster: Cluster, step_id: str) -> None:
        if step_id not in cluster.steps:
            raise invalid_request(f"Step id '{step_id}' is not valid.")

    def cancel_steps(self, call: Call) -> Json:
        """Cancel steps that wait, and from 5.28.0 those that run; each gets its own answer."""
        cluster = find_cluster(self._world, call.params["ClusterId"])
        ids = call.params["StepIds"]
        if len(ids) > _MAX_CANCEL:
            raise invalid_request("At most 256 steps may be cancelled in one request.")
        for step_id in ids:
            self._known(cluster, step_id)
        if not cluster.live:
            raise invalid_request("Steps of a terminated cluster cannot be cancelled.")
        return {"CancelStepsInfoList": [self._cancel(cluster, step_id) for step_id in ids]}

    def _cancel(self, cluster: Cluster, step_id: str) -> Json:
        step = cluster.steps[step_id]
        reason = ""
        if step.state not in ("PENDING", "RUNNING"):
            reason = f"Cannot cancel step {step_id} because it is in state {step.state}."
        elif step.state == "RUNNING" and version_of(cluster.release_label) < (5, 28, 0):
            reason = "Running steps can be cancelled from release 5.28.0 on only."
        if reason:
            return {"StepId": step_id, "Status": "FAILED", "Reason": reason}
        self._world.work.cancel(cluster, step)
        return {"StepId": step_id, "Status": "SUBMITTED", "Reason": ""}


def check_steps(configs: Sequence[Json], concurrency: int) -> None:
    """The limits on new steps; ValidationException beyond them."""
    if len(configs) > _MAX_ACTIVE:
        raise validation("At most 256 steps may be added in one request.")
    for config in configs:
        jar = config["HadoopJarStep"]
        texts = [jar["Jar"], jar.get("MainClass") or "", *(jar.get("Args") or ())]
        for pair in jar.get("Properties") or ():
            texts += [pair.get("Key") or "", pair.get("Value") or ""]
        if sum(map(len, texts)) > _MAX_STRINGS:
            raise validation(
                "The total length of the strings of a Hadoop jar step exceeds 10240 characters."
            )
        if concurrency > 1 and config.get("ActionOnFailure", "CONTINUE") != "CONTINUE":
            raise validation(
                "ActionOnFailure must be CONTINUE when the step concurrency level is above 1."
            )
