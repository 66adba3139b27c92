"""Wire answers about steps as values of core."""

from __future__ import annotations

from hue_desktop.adapters.aws.values import (
    Wire,
    required_text,
    section,
    text,
    text_pairs,
    texts,
    when,
    word,
)
from hue_desktop.core.steps import ActionOnFailure, Step, StepSpec, StepState

__all__ = ["parse_step"]


def parse_step(data: Wire) -> Step:
    """A StepSummary of ListSteps."""
    status = section(data, "Status")
    timeline = section(status, "Timeline")
    return Step(
        id=required_text(data, "Id"),
        spec=_spec(data),
        state=word(status, "State", StepState, StepState.UNKNOWN),
        reason=_reason(status),
        created=when(timeline, "CreationDateTime"),
        started=when(timeline, "StartDateTime"),
        ended=when(timeline, "EndDateTime"),
    )


def _spec(data: Wire) -> StepSpec:
    config = section(data, "Config")
    action = text(data, "ActionOnFailure")
    if action == "TERMINATE_JOB_FLOW":  # the old name of the same action
        action = ActionOnFailure.TERMINATE_CLUSTER.value
    return StepSpec(
        name=text(data, "Name"),
        jar=text(config, "Jar"),
        args=texts(config, "Args"),
        main_class=text(config, "MainClass"),
        properties=text_pairs(config, "Properties"),
        action_on_failure=word(
            {"ActionOnFailure": action},
            "ActionOnFailure",
            ActionOnFailure,
            ActionOnFailure.CONTINUE,
        ),
    )


def _reason(status: Wire) -> str:
    """Why the step ended, preferring what EMR found in the step's own logs."""
    failure = section(status, "FailureDetails")
    parts = (text(failure, "Reason"), text(failure, "Message"))
    if any(parts):
        return ": ".join(part for part in parts if part)
    return text(section(status, "StateChangeReason"), "Message")
