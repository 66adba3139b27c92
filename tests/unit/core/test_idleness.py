"""Idle means: waits, no application runs, and no step is left."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot, ClusterState, ClusterSummary
from hue_desktop.core.idleness import idle_since
from hue_desktop.core.steps import Step, StepSpec, StepState

READY = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
DONE = Step(
    "s-1", StepSpec("load", "command-runner.jar"), StepState.COMPLETED, ended=READY + timedelta(1)
)
WAITING = ClusterSnapshot(
    ClusterRef("dev", "us-east-1", "j-1"),
    ClusterSummary("j-1", "joins", ClusterState.WAITING, created=READY, ready=READY),
    steps=(),
)


def test_a_cluster_without_steps_is_idle_since_it_was_ready() -> None:
    assert idle_since(WAITING, {}) == READY


def test_a_cluster_is_idle_since_its_last_step_ended() -> None:
    assert idle_since(replace(WAITING, steps=(DONE,)), {}) == READY + timedelta(1)


@pytest.mark.parametrize(
    ("snapshot", "metrics"),
    [
        (WAITING, {"AppsRunning": 1.0}),
        (WAITING, {"ContainerAllocated": 3.0}),
        (replace(WAITING, steps=None), {}),
        (replace(WAITING, steps=(replace(DONE, state=StepState.PENDING, ended=None),)), {}),
        (replace(WAITING, summary=replace(WAITING.summary, state=ClusterState.RUNNING)), {}),
    ],
)
def test_a_cluster_that_works_or_is_not_known_is_not_idle(
    snapshot: ClusterSnapshot, metrics: dict[str, float]
) -> None:
    assert idle_since(snapshot, metrics) is None
