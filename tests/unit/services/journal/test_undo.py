"""Undoing is as honest as the change was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hue_desktop.core.changes import (
    AddTags,
    AddTaskGroup,
    Change,
    ChangeState,
    CreateCluster,
    GroupSpec,
    JournalEntry,
    Plan,
    RemoveTags,
    ResizeGroup,
    RiskLevel,
    Terminate,
    Undoability,
)
from hue_desktop.core.changes import ClusterSpec as Spec
from hue_desktop.core.clusters import ClusterState
from hue_desktop.core.errors import Refused
from hue_desktop.core.instances import Role
from hue_desktop.core.pricing import CostChange, CostRate
from hue_desktop.services.cost import ClusterCost
from hue_desktop.services.fleet import FleetSnapshot
from hue_desktop.services.journal.undo import filled, undo_of
from tests.unit.services.samples import REF, cluster_of, summary

Tags = tuple[tuple[str, str], ...]

RESIZE = Plan(
    "Resize Core",
    "here",
    "us-east-1",
    (ResizeGroup("j-1", "ig-CORE-ON_DEMAND", 6),),
    target=REF,
    cost=CostChange(CostRate(ec2=4.0), CostRate(ec2=6.0)),
    inverse=(ResizeGroup("j-1", "ig-CORE-ON_DEMAND", 4),),
    undo=Undoability.UNDOABLE,
    typed_name="analytics",
)
DONE = JournalEntry(7, datetime(2026, 11, 22, tzinfo=UTC), RESIZE, ChangeState.DONE)


def _texts(plan: Plan) -> str:
    return "\n".join(type(change).__name__ for change in plan.changes)


def test_the_inverse_becomes_the_plan_and_can_be_undone_itself() -> None:
    fleet = FleetSnapshot(
        clusters={REF: cluster_of(6, 0)}, costs={REF: ClusterCost(CostRate(ec2=9.0, emr=1.0))}
    )
    plan = undo_of(DONE, fleet, _texts)
    assert plan.changes == RESIZE.inverse
    assert plan.inverse == RESIZE.changes
    assert plan.undo is Undoability.UNDOABLE
    assert plan.undoes == 7
    assert plan.typed_name == ""
    assert plan.call_text == "ResizeGroup"
    assert plan.risks == ()
    assert plan.cost is not None
    assert plan.cost.before == CostRate(ec2=9.0, emr=1.0), "what it costs today"
    assert plan.cost.delta == pytest.approx(-2.0)
    assert plan.connection_usd_hour == pytest.approx(10.0)


def test_what_somebody_changed_since_is_said() -> None:
    plan = undo_of(DONE, FleetSnapshot(clusters={REF: cluster_of(9, 0)}), _texts)
    [risk] = plan.risks
    assert risk.level is RiskLevel.WARN
    assert "9 nodes since" in risk.text


def test_what_was_read_before_the_change_says_nothing_of_others() -> None:
    done_at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    cluster = replace(cluster_of(9, 0), read_at={"groups": done_at - timedelta(seconds=2)})
    fleet = FleetSnapshot(clusters={REF: cluster})
    assert undo_of(DONE, fleet, _texts, done_at=done_at).risks == ()

    later = replace(cluster, read_at={"groups": done_at + timedelta(seconds=2)})
    fleet = FleetSnapshot(clusters={REF: later})
    assert undo_of(DONE, fleet, _texts, done_at=done_at).risks


@pytest.mark.parametrize(
    ("change", "tags"),
    [
        (AddTags("j-1", (("team", "etl"),)), (("team", "web"),)),
        (RemoveTags("j-1", ("team",)), (("team", "web"),)),
    ],
)
def test_tags_that_somebody_set_since_are_said(change: Change, tags: Tags) -> None:
    cluster = cluster_of(4, 0)
    assert cluster.cluster is not None
    cluster = replace(cluster, cluster=replace(cluster.cluster, tags=tags))
    entry = replace(DONE, plan=replace(RESIZE, changes=(change,), inverse=(change,)))
    [risk] = undo_of(entry, FleetSnapshot(clusters={REF: cluster}), _texts).risks
    assert "tags were changed since" in risk.text


def test_an_ended_cluster_blocks_it() -> None:
    ended = replace(cluster_of(6, 0), summary=summary(ClusterState.TERMINATED))
    assert undo_of(DONE, FleetSnapshot(clusters={REF: ended}), _texts).blocked


def test_undoing_a_new_cluster_is_final_and_says_what_is_lost() -> None:
    plan = Plan(
        "Create",
        "here",
        "us-east-1",
        (CreateCluster(Spec(name="n", release="emr-7.5.0")),),
        inverse=(Terminate(""),),
    )
    entry = replace(DONE, plan=plan, outcome={"cluster_id": "j-9"})
    undo = undo_of(entry, FleetSnapshot(), _texts)
    assert undo.changes == (Terminate("j-9"),)
    assert undo.target == replace(REF, cluster_id="j-9")
    assert undo.undo is Undoability.FINAL
    assert [risk.level for risk in undo.risks] == [RiskLevel.LOSS]
    assert undo.typed_name == ""

    careful = undo_of(
        replace(entry, plan=replace(plan, target_name="n")),
        FleetSnapshot(),
        _texts,
        asks_name=lambda undone: undone.undo is Undoability.FINAL,
    )
    assert careful.typed_name == "n"


def test_a_new_cluster_that_was_protected_since_is_not_ended_by_undo() -> None:
    plan = replace(RESIZE, target=None, changes=(), inverse=(Terminate(""),))
    entry = replace(DONE, plan=plan, outcome={"cluster_id": "j-1"})
    cluster = cluster_of(4, 0)
    assert cluster.cluster is not None
    guarded = replace(cluster, cluster=replace(cluster.cluster, termination_protected=True))
    assert "protection" in undo_of(entry, FleetSnapshot(clusters={REF: guarded}), _texts).blocked
    assert not undo_of(entry, FleetSnapshot(clusters={REF: cluster}), _texts).blocked


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (replace(DONE, undone_by=8), "already"),
        (replace(DONE, plan=replace(RESIZE, inverse=())), "cannot be undone"),
        (replace(DONE, state=ChangeState.WAITING), "cancel"),
        (replace(DONE, state=ChangeState.FAILED), "carried out"),
    ],
)
def test_what_cannot_be_undone_says_why(entry: JournalEntry, says: str) -> None:
    with pytest.raises(Refused, match=says):
        undo_of(entry, FleetSnapshot(), _texts)


def test_only_empty_ids_are_filled_in() -> None:
    outcome = {"cluster_id": "j-9", "group_id": "ig-9"}
    assert filled(ResizeGroup("j-1", "", 0), outcome) == ResizeGroup("j-1", "ig-9", 0)
    add = AddTaskGroup("j-1", GroupSpec(Role.TASK, "m5.xlarge", 1))
    assert filled(add, outcome) is add
