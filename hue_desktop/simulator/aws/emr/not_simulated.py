"""The parts of EMR that this region does not have, each with an error that says so."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NoReturn

from hue_desktop.simulator.aws.emr.errors import not_simulated
from hue_desktop.simulator.service import Call, Operation

__all__ = ["NotSimulatedOperations"]

_WHAT: dict[str, tuple[str, ...]] = {
    "EMR Studio and its session mappings": (
        "CreateStudio",
        "CreateStudioSessionMapping",
        "DeleteStudio",
        "DeleteStudioSessionMapping",
        "DescribeStudio",
        "GetStudioSessionMapping",
        "ListStudioSessionMappings",
        "ListStudios",
        "UpdateStudio",
        "UpdateStudioSessionMapping",
    ),
    "Notebook executions": (
        "DescribeNotebookExecution",
        "ListNotebookExecutions",
        "StartNotebookExecution",
        "StopNotebookExecution",
    ),
    "Spark Connect sessions and their credentials": (
        "GetClusterSessionCredentials",
        "GetSession",
        "GetSessionEndpoint",
        "ListSessions",
        "StartSession",
        "TerminateSession",
    ),
}
#: Lists of what cannot exist are simply empty, so that pagers and consoles go on.
_EMPTY: dict[str, dict[str, Any]] = {
    "ListNotebookExecutions": {"NotebookExecutions": []},
    "ListSessions": {"Sessions": []},
    "ListStudioSessionMappings": {"SessionMappings": []},
    "ListStudios": {"Studios": []},
}


class NotSimulatedOperations:
    """Answers for Studio, notebooks and sessions."""

    def operations(self) -> Mapping[str, Operation]:
        """The operations by name."""
        answers: dict[str, Operation] = {}
        for what, names in _WHAT.items():
            for name in names:
                answers[name] = partial(_refuse, what)
                if name in _EMPTY:
                    answers[name] = partial(_nothing, name)
        return answers


def _refuse(what: str, call: Call) -> NoReturn:
    raise not_simulated(what)


def _nothing(name: str, call: Call) -> dict[str, Any]:
    return dict(_EMPTY[name])
