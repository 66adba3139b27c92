"""Steps of one connection in one region: added, asked about, cancelled."""

from __future__ import annotations

from collections.abc import Sequence

from hue_desktop.adapters.aws.errors import not_aws
from hue_desktop.adapters.aws.meter import Priority
from hue_desktop.adapters.aws.parse_steps import parse_step
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.adapters.aws.values import items, section, texts
from hue_desktop.core.errors import Refused
from hue_desktop.core.text import _
from hue_desktop.core.transfers.ports import StepState

__all__ = ["AwsSteps"]

_COMMAND_RUNNER = "command-runner.jar"


class AwsSteps:
    """The ``StepDoor`` port over boto3."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session

    def submit(self, cluster_id: str, name: str, args: Sequence[str]) -> str:
        """AddJobFlowSteps with command-runner.jar; the step's id. A failure harms no other step."""
        step = {
            "Name": name[:256],
            "ActionOnFailure": "CONTINUE",
            "HadoopJarStep": {"Jar": _COMMAND_RUNNER, "Args": list(args)},
        }
        asked = {"JobFlowId": cluster_id, "Steps": [step]}
        answer = self._session.call(
            "emr", "AddJobFlowSteps", asked, priority=Priority.CHANGE, change=True
        )
        ids = texts(answer, "StepIds")
        if not ids:
            raise not_aws(self._session.where("AddJobFlowSteps"))
        return ids[0]

    def state(self, cluster_id: str, step_id: str) -> StepState:
        """DescribeStep."""
        asked = {"ClusterId": cluster_id, "StepId": step_id}
        answer = self._session.call("emr", "DescribeStep", asked)
        step = section(answer, "Step")
        if not step:
            raise not_aws(self._session.where("DescribeStep"))
        found = parse_step(step)
        return StepState(found.state.value, found.reason)

    def cancel(self, cluster_id: str, step_id: str) -> None:
        """CancelSteps, with SIGTERM if it runs. ``Refused`` when EMR says that it cannot."""
        asked = {"ClusterId": cluster_id, "StepIds": [step_id]}
        answer = self._session.call(
            "emr", "CancelSteps", asked, priority=Priority.CHANGE, change=True
        )
        for info in items(answer, "CancelStepsInfoList"):
            if info.get("Status") == "FAILED":
                raise Refused(
                    _("The step cannot be cancelled: {reason}.").format(
                        reason=info.get("Reason", "")
                    )
                )
