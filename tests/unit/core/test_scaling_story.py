"""Why a cluster grew or shrank."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hue_desktop.core.changes import (
    ChangeState,
    JournalEntry,
    Plan,
    ResizeGroup,
    SetManagedScaling,
)
from hue_desktop.core.clusters import Attention, ClusterSnapshot, ManagedScaling
from hue_desktop.core.instances import Instance, InstanceState, Market, Role
from hue_desktop.core.metrics import SeriesData, SeriesKey
from hue_desktop.core.scaling_story import (
    PENDING,
    SHARE,
    Certainty,
    Story,
    StoryFacts,
    StoryKind,
    tell,
)
from hue_desktop.core.spot_notices import SpotNotice
from hue_desktop.core.trail import TrailCall
from tests.unit.services.samples import NOW, REF, cluster_of, node

SPOT_GROUP = "ig-TASK-SPOT"
THEN = NOW - timedelta(hours=1)
POLICY = ManagedScaling("Instances", 4, 20, None, 4)
EC2 = "Instance i-9 was terminated by Amazon EC2 (Server.SpotInstanceTermination: …)"


def _with(*nodes: Instance, policy: ManagedScaling | None = None) -> ClusterSnapshot:
    base = cluster_of(4, 3)
    assert base.cluster is not None
    cluster = replace(base.cluster, managed_scaling=policy)
    return replace(base, cluster=cluster, instances=(*(base.instances or ()), *nodes))


def _came(number: int, at: datetime = THEN) -> Instance:
    made = node(number, Role.TASK, Market.SPOT)
    return replace(made, created=at, ready=at + timedelta(minutes=5))


def _left(number: int, at: datetime = THEN, **changes: Any) -> Instance:
    made = node(number, Role.TASK, Market.SPOT, InstanceState.TERMINATED)
    return replace(made, ended=at, **changes)


def _taken(number: int, at: datetime = THEN) -> Instance:
    return _left(number, at, state_code="INSTANCE_FAILURE", state_reason=EC2)


def _entry(at: datetime, *changes: Any, state: ChangeState = ChangeState.DONE) -> JournalEntry:
    plan = Plan("Resize Task from 3 to 5 nodes", "here", "us-east-1", changes, target=REF)
    return JournalEntry(1, at, plan, state)


def _series(name: str, *values: float, end: datetime = THEN) -> dict[str, SeriesData]:
    times = [end.timestamp() - 300.0 * n for n in range(len(values))][::-1]
    return {name: SeriesData(SeriesKey(name), times, values, 300.0)}


def _one(facts: StoryFacts) -> Story:
    (story,) = tell(facts)
    return story


def test_a_cluster_that_never_moved_has_no_story() -> None:
    assert tell(StoryFacts(_with())) == ()


def test_nodes_that_came_together_are_one_move() -> None:
    first, second = _came(50), _came(51, THEN + timedelta(minutes=1))
    story = _one(StoryFacts(_with(first, second)))
    assert (story.kind, story.at) == (StoryKind.GREW, THEN)
    assert "2 nodes more" in story.what
    later = _came(52, THEN + timedelta(minutes=9))
    assert len(tell(StoryFacts(_with(first, second, later)))) == 2


def test_nodes_that_were_asked_for_and_did_not_come_are_said() -> None:
    waiting = replace(_came(50), ready=None, state=InstanceState.AWAITING_FULFILLMENT)
    assert "asked for" in _one(StoryFacts(_with(waiting))).what
    assert "1 came" in _one(StoryFacts(_with(waiting, _came(51)))).what


def test_our_own_resize_is_known() -> None:
    entry = _entry(THEN - timedelta(seconds=20), ResizeGroup("j-1", SPOT_GROUP, 5))
    story = _one(StoryFacts(_with(_came(50), policy=POLICY), (entry,)))
    assert story.sure is Certainty.KNOWN
    assert "Resize Task" in story.why


def test_a_resize_of_another_group_that_failed_or_was_long_ago_explains_nothing() -> None:
    snapshot = _with(_came(50))
    for entry in (
        _entry(THEN, ResizeGroup("j-1", "ig-other", 5)),
        _entry(THEN, ResizeGroup("j-1", SPOT_GROUP, 5), state=ChangeState.FAILED),
        _entry(THEN - timedelta(hours=2), ResizeGroup("j-1", SPOT_GROUP, 5)),
    ):
        assert _one(StoryFacts(snapshot, (entry,))).sure is Certainty.UNKNOWN


def test_nodes_leave_up_to_an_hour_after_they_were_asked_to() -> None:
    entry = _entry(THEN - timedelta(minutes=50), ResizeGroup("j-1", SPOT_GROUP, 1))
    story = _one(StoryFacts(_with(_left(50)), (entry,)))
    assert (story.kind, story.sure) == (StoryKind.SHRANK, Certainty.KNOWN)


def test_managed_scaling_is_likely_where_work_waited() -> None:
    facts = StoryFacts(_with(_came(50), policy=POLICY), series=_series(PENDING, 0, 120, 40))
    story = _one(facts)
    assert story.sure is Certainty.LIKELY
    assert "120 containers waited" in story.why


def test_managed_scaling_without_a_reason_in_the_metrics_stays_unknown() -> None:
    calm = {**_series(PENDING, 0, 0), **_series(SHARE, 20, 22)}
    story = _one(StoryFacts(_with(_came(50), policy=POLICY), series=calm))
    assert story.sure is Certainty.UNKNOWN
    assert "does not say why" in story.why
    blind = _one(StoryFacts(_with(_came(50), policy=POLICY)))
    assert "not measured" in blind.why


def test_values_long_before_the_move_are_no_evidence() -> None:
    old = _series(PENDING, 120, end=THEN - timedelta(hours=3))
    story = _one(StoryFacts(_with(_came(50), policy=POLICY), series=old))
    assert "not measured" in story.why


def test_it_shrank_because_memory_lay_idle() -> None:
    facts = StoryFacts(_with(_left(50), policy=POLICY), series=_series(SHARE, 20, 22, 18))
    story = _one(facts)
    assert story.sure is Certainty.LIKELY
    assert "only 20 %" in story.why.replace("\u202f", " ").replace("\u00a0", " ")


def test_changed_limits_explain_what_follows() -> None:
    entry = _entry(THEN - timedelta(minutes=1), SetManagedScaling("j-1", POLICY))
    grew = [
        story
        for story in tell(StoryFacts(_with(_came(50), policy=POLICY), (entry,)))
        if story.kind is StoryKind.GREW
    ]
    assert "limits were changed" in grew[0].why


def test_limits_that_were_set_are_told() -> None:
    entry = _entry(THEN, SetManagedScaling("j-1", POLICY))
    story = _one(StoryFacts(_with(policy=POLICY), (entry,)))
    assert (story.kind, story.sure) == (StoryKind.POLICY, Certainty.KNOWN)


def test_ec2_took_nodes_and_emr_replaced_them() -> None:
    back = _came(60, THEN + timedelta(minutes=3))
    grew, lost = tell(StoryFacts(_with(_taken(50), back)))
    assert (lost.kind, lost.sure, lost.attention) == (
        StoryKind.LOST, Certainty.KNOWN, Attention.WARN,
    )  # fmt: skip
    assert "EC2 took 1 Spot node back" in lost.what
    assert "replaces" in grew.why


def test_more_nodes_than_were_lost_are_no_replacement() -> None:
    new = [_came(60 + n, THEN + timedelta(minutes=3)) for n in range(3)]
    grew = tell(StoryFacts(_with(_taken(50), *new)))[0]
    assert grew.sure is Certainty.UNKNOWN


def test_a_failure_says_what_emr_says_and_core_nodes_matter_more() -> None:
    failed = replace(
        node(50, Role.CORE, state=InstanceState.TERMINATED),
        ended=THEN,
        state_code="INSTANCE_FAILURE",
        state_reason="Instance was unhealthy for 45 minutes.",
    )
    story = _one(StoryFacts(_with(failed)))
    assert story.attention is Attention.CRITICAL
    assert "unhealthy for 45 minutes" in story.why
    assert "HDFS" in story.why


def test_cloudtrail_names_who_changed_it() -> None:
    call = TrailCall(THEN - timedelta(seconds=30), "ModifyInstanceGroups", "ops", (SPOT_GROUP,))
    story = _one(StoryFacts(_with(_came(50)), calls=(call,)))
    assert (story.sure, story.source) == (Certainty.KNOWN, "CloudTrail")
    assert "ops called ModifyInstanceGroups" in story.why
    other = replace(call, group_ids=("ig-other",))
    assert "no call that fits" in _one(StoryFacts(_with(_came(50)), calls=(other,))).why


def test_the_policy_of_somebody_else_is_told_once() -> None:
    call = TrailCall(THEN, "PutManagedScalingPolicy", "ops")
    assert _one(StoryFacts(_with(), calls=(call,))).kind is StoryKind.POLICY
    mine = _entry(THEN, SetManagedScaling("j-1", POLICY))
    assert len(tell(StoryFacts(_with(), (mine,), calls=(call,)))) == 1


def test_notices_and_what_is_too_old() -> None:
    notice = SpotNotice("ci-1", "i-1", "ip-1", Role.TASK, SPOT_GROUP, THEN, THEN, sure=True)
    story = _one(StoryFacts(_with(), notices=(notice,)))
    assert (story.kind, story.sure) == (StoryKind.NOTICE, Certainty.KNOWN)
    facts = StoryFacts(_with(_came(50)), notices=(notice,), since=THEN + timedelta(minutes=1))
    assert tell(facts) == ()


def test_nodes_of_the_first_hour_and_of_the_end_are_no_move() -> None:
    base = _with()
    began = base.summary.ready
    assert began is not None
    early = replace(_came(50), created=began - timedelta(minutes=1))
    last = _left(51, NOW)
    ended = replace(base.summary, ended=NOW)
    snapshot = replace(_with(early, last), summary=ended)
    assert tell(StoryFacts(snapshot)) == ()


def test_what_ec2_takes_is_replaced_afterwards_and_unhealthy_nodes_before() -> None:
    early = _came(60, THEN - timedelta(minutes=8))
    grew = tell(StoryFacts(_with(_taken(50), early)))[1]
    assert grew.sure is Certainty.UNKNOWN
    sick = _left(50, state_code="INSTANCE_FAILURE", state_reason="Instance was unhealthy.")
    assert "replaces" in tell(StoryFacts(_with(sick, early)))[1].why


def test_changes_of_other_clusters_explain_nothing() -> None:
    entry = _entry(THEN, SetManagedScaling("j-2", POLICY), ResizeGroup("j-2", "", 5))
    other = replace(entry, plan=replace(entry.plan, target=replace(REF, cluster_id="j-2")))
    assert _one(StoryFacts(_with(_came(50)), (other,))).sure is Certainty.UNKNOWN
