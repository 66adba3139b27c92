"""Policies planned, carried out and explained over a simulated region."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hue_desktop.core.changes import (
    RiskLevel,
    SetAutoTermination,
    SetManagedScaling,
    Undoability,
)
from hue_desktop.core.clusters import ClusterRef, ManagedScaling
from hue_desktop.core.errors import NotFound
from hue_desktop.core.policies import RemarkLevel
from hue_desktop.core.scaling_story import Certainty, StoryKind
from hue_desktop.core.settings import setting
from hue_desktop.services.fleet import FleetSnapshot
from hue_desktop.services.health import HealthService
from hue_desktop.services.planning import PlanMaker
from hue_desktop.services.policies import PoliciesService
from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.services.house import House, connection_to, open_house, run_cluster

TASK_ONLY = ManagedScaling("Instances", 4, 12, None, 4)


@dataclass
class Here:
    """The services, the region and one running cluster of 1 + 4 + 3 nodes."""

    house: House
    region: SimulatedRegion
    policies: PoliciesService
    cluster_id: str

    @property
    def ref(self) -> ClusterRef:
        return self.house.ref(self.cluster_id)

    def policy(self) -> dict[str, Any]:
        """What the region has."""
        emr = self.region.client("emr")
        answer = emr.get_managed_scaling_policy(ClusterId=self.cluster_id)
        found: dict[str, Any] = answer.get("ManagedScalingPolicy", {}).get("ComputeLimits", {})
        return found

    def priced(self) -> None:
        """Wait until the price of each node is known."""

        def whole(all_: FleetSnapshot) -> bool:
            cost = all_.costs.get(self.ref)
            return cost is not None and len(cost.by_node) == 8 and not cost.rate.unknown

        self.house.until(whole)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Here]:
    with simulated_region("empty") as region:
        groups = (
            {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1},
            {"InstanceRole": "CORE", "InstanceType": "r5.xlarge", "InstanceCount": 4},
            {"InstanceRole": "TASK", "InstanceType": "m5.2xlarge", "InstanceCount": 3,
             "Market": "SPOT", "Name": "task"},
        )  # fmt: skip
        cluster_id = run_cluster(region, Instances={"InstanceGroups": list(groups)})
        with open_house(connection_to(region, tmp_path), tmp_path) as house:
            house.cluster(cluster_id, lambda one: one.cluster and one.groups and one.instances)
            health = HealthService(house.access, house.fleet)
            plans = PlanMaker(
                house.access,
                house.fleet,
                house.books,
                lambda _name: house.connection,
                lambda key: str(setting(key).default),
            )
            policies = PoliciesService(
                house.access, house.fleet, health, plans, house.launching, house.journal.entries
            )
            made = Here(house, region, policies, cluster_id)
            made.priced()
            yield made


def test_limits_are_set_and_taken_back(here: Here) -> None:
    plan = here.policies.plan_managed_scaling(here.ref, TASK_ONLY)
    assert plan.changes == (SetManagedScaling(here.cluster_id, TASK_ONLY),)
    assert plan.inverse == (SetManagedScaling(here.cluster_id, None),)
    assert plan.undo is Undoability.UNDOABLE
    assert plan.call_text.startswith("PutManagedScalingPolicy")
    entry = here.house.carry_out(plan)
    limits = here.policy()
    assert limits["MinimumCapacityUnits"] == limits["MaximumCoreCapacityUnits"] == 4
    assert limits["MaximumCapacityUnits"] == 12
    here.house.cluster(
        here.cluster_id, lambda one: one.cluster and one.cluster.managed_scaling is not None
    )
    again = here.policies.plan_managed_scaling(here.ref, TASK_ONLY)
    assert "already" in again.blocked

    here.house.carry_out(here.house.journal.undo_plan(entry.id))
    assert here.policy() == {}


def test_the_cost_is_that_of_the_maximum(here: Here) -> None:
    plan = here.policies.plan_managed_scaling(here.ref, TASK_ONLY)
    assert plan.cost is not None
    rate = here.house.fleet.snapshot().costs[here.ref]
    spot = here.policies.plan_managed_scaling(here.ref, ManagedScaling("Instances", 4, 13, None, 4))
    assert spot.cost is not None
    # four core nodes and eight task nodes on Spot beside the master
    one = spot.cost.after.total - plan.cost.after.total
    assert 0.0 < one < rate.rate.total
    assert plan.cost.after.total == pytest.approx(rate.rate.total + 5 * one, rel=0.02)
    dear = here.policies.plan_managed_scaling(here.ref, ManagedScaling("Instances", 4, 12))
    assert dear.cost is not None
    assert dear.cost.after.total > plan.cost.after.total  # all of it could be core
    vcpu = here.policies.plan_managed_scaling(here.ref, ManagedScaling("VCPU", 16, 80, None, 16))
    assert vcpu.cost is not None
    # 16 vCPU of core are its four nodes; 64 vCPU of task are eight
    assert vcpu.cost.after.total == pytest.approx(plan.cost.after.total, rel=0.01)
    off = here.policies.plan_managed_scaling(here.ref, None)
    assert "already" in off.blocked
    assert off.cost is None or off.cost.delta == 0.0


def test_what_emr_refuses_is_not_sent(here: Here) -> None:
    for policy in (
        ManagedScaling("Instances", 0, 4),
        ManagedScaling("Instances", 5, 4),
        ManagedScaling("InstanceFleetUnits", 1, 4),
        ManagedScaling("Instances", 1, 4, 9),
    ):
        assert here.policies.plan_managed_scaling(here.ref, policy).blocked


def test_limits_below_core_are_a_loss_that_is_asked_about(here: Here) -> None:
    plan = here.policies.plan_managed_scaling(here.ref, ManagedScaling("Instances", 1, 2))
    assert RiskLevel.LOSS in {risk.level for risk in plan.risks}
    assert plan.undo is Undoability.UNTIL_STARTED
    assert not plan.blocked


def test_suggestions_keep_core_as_it_is(here: Here) -> None:
    found = here.policies.suggested(here.ref)
    assert found == ManagedScaling("Instances", 4, 14, None, 4)
    assert here.policies.scaling_remarks(here.ref, found) == ()


def test_auto_termination(here: Here) -> None:
    plan = here.policies.plan_auto_termination(here.ref, 3600)
    assert plan.changes == (SetAutoTermination(here.cluster_id, 3600),)
    assert plan.inverse == (SetAutoTermination(here.cluster_id, None),)
    assert here.policies.plan_auto_termination(here.ref, 30).blocked
    assert here.policies.plan_auto_termination(here.ref, None).blocked
    here.house.carry_out(plan)
    emr = here.region.client("emr")
    told = emr.get_auto_termination_policy(ClusterId=here.cluster_id)
    assert told["AutoTerminationPolicy"]["IdleTimeout"] == 3600
    here.house.cluster(
        here.cluster_id, lambda one: one.cluster and one.cluster.idle_timeout_s == 3600
    )
    # it was set this moment, so that nothing was reported means nothing
    rules = {each.rule for each in here.policies.idle_remarks(here.ref, 3600)}
    assert "not_reported" not in rules


def test_a_policy_that_never_fires_is_seen_in_what_cloudwatch_told(here: Here) -> None:
    here.house.until(lambda all_: "HDFSUtilization" in all_.metrics.get(here.ref, {}))
    share = here.house.fleet.snapshot().metrics[here.ref]["HDFSUtilization"]
    rules = {each.rule: each for each in here.policies.idle_remarks(here.ref, 3600)}
    assert ("hdfs_share" in rules) is (share >= 10.0)
    if "hdfs_is_lost" in rules:
        assert "CloudWatch" in rules["hdfs_is_lost"].evidence


def test_an_unknown_cluster_is_not_found(here: Here) -> None:
    nowhere = here.house.ref("j-NOWHERE")
    for ask in (
        lambda: here.policies.plan_managed_scaling(nowhere, TASK_ONLY),
        lambda: here.policies.plan_auto_termination(nowhere, 3600),
        lambda: here.policies.story(nowhere),
    ):
        with pytest.raises(NotFound):
            ask()


def test_a_fleet_is_counted_in_units(here: Here) -> None:
    instances = {
        "InstanceFleets": [
            {"InstanceFleetType": kind, "TargetOnDemandCapacity": bought,
             "TargetSpotCapacity": spot,
             "InstanceTypeConfigs": [{"InstanceType": "m5.xlarge", "WeightedCapacity": weight},
                                     {"InstanceType": "r5.xlarge", "WeightedCapacity": weight}]}
            for kind, bought, spot, weight in (("MASTER", 1, 0, 1), ("CORE", 4, 0, 1),
                                               ("TASK", 0, 8, 4))
        ],
        "KeepJobFlowAliveWhenNoSteps": True,
    }  # fmt: skip
    emr = here.region.client("emr")
    fleets = emr.run_job_flow(
        Name="fleets",
        ReleaseLabel="emr-7.5.0",
        Applications=[{"Name": "Spark"}],
        JobFlowRole="EMR_EC2_DefaultRole",
        ServiceRole="EMR_DefaultRole",
        Instances=instances,
    )["JobFlowId"]
    here.region.jump(minutes=15)
    here.house.cluster(fleets, lambda one: one.cluster and one.fleets)
    ref = here.house.ref(fleets)
    here.house.until(lambda all_: ref in all_.costs)
    found = here.policies.suggested(ref)
    assert found == ManagedScaling("InstanceFleetUnits", 4, 24, None, 4)
    plan = here.policies.plan_managed_scaling(ref, found)
    assert not plan.blocked
    assert plan.cost is not None
    assert plan.cost.delta > 0
    refused = here.policies.scaling_remarks(ref, ManagedScaling("Instances", 1, 4))
    assert [each.level for each in refused] == [RemarkLevel.REFUSED]


def test_the_story_tells_our_resize_and_what_ec2_took(here: Here) -> None:
    task = next(
        group
        for group in here.house.cluster(here.cluster_id, lambda one: one.groups).groups or ()
        if group.name == "task"
    )
    here.house.carry_out(here.house.scaling.plan_resize_group(here.ref, task.id, 5))
    here.region.jump(minutes=12)
    here.house.fleet.refresh(here.ref)
    here.house.cluster(here.cluster_id, lambda one: len(one.nodes()) == 10)
    taken = here.region.control("spot/interrupt", {"cluster_id": here.cluster_id, "fraction": 0.2})
    assert len(taken["interrupted"]) == 1
    here.region.jump(minutes=4)
    # the cluster is not in front: the fleet reads active nodes only, the story all of them
    story = here.policies.story(here.ref)
    replaced, lost, grew = story.stories
    assert (replaced.kind, replaced.sure) == (StoryKind.GREW, Certainty.LIKELY)
    assert "replaces" in replaced.why
    assert (lost.kind, grew.kind) == (StoryKind.LOST, StoryKind.GREW)
    assert (lost.sure, lost.source) == (Certainty.KNOWN, "EMR")
    assert "EC2 took 1 Spot node back" in lost.what
    assert grew.sure is Certainty.KNOWN
    assert "to 5 nodes" in grew.why
    assert story.standing


def test_a_story_without_metrics_says_that_they_are_missing(here: Here) -> None:
    here.region.control("deny", {"service": "cloudwatch"})
    story = here.policies.story(here.ref)
    assert story.missing
    assert story.standing


def test_what_somebody_else_changed_is_told_from_cloudtrail(here: Here) -> None:
    emr = here.region.client("emr")
    snapshot = here.house.cluster(here.cluster_id, lambda one: one.groups)
    task = next(group for group in snapshot.groups or () if group.name == "task")
    emr.modify_instance_groups(
        ClusterId=here.cluster_id,
        InstanceGroups=[{"InstanceGroupId": task.id, "InstanceCount": 5}],
    )
    here.region.jump(minutes=12)
    (grew,) = here.policies.story(here.ref).stories
    assert (grew.sure, grew.source) == (Certainty.KNOWN, "CloudTrail")
    assert "hue called ModifyInstanceGroups" in grew.why
    here.region.control("deny", {"service": "cloudtrail"})
    story = here.policies.story(here.ref)
    assert story.stories[0].sure is Certainty.UNKNOWN
    assert any("CloudTrail" in text for text in story.missing)
