"""What EMR would refuse is said before it is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hue_desktop.core.changes import ClusterSpec, FleetSpec, GroupSpec
from hue_desktop.core.clusters import BootstrapAction, ManagedScaling
from hue_desktop.core.instances import EbsVolume, FleetType, Market, Role
from hue_desktop.core.steps import ActionOnFailure, StepSpec
from hue_desktop.services.launch.checks import check_spec

MASTER = GroupSpec(Role.MASTER, "m5.xlarge", 1)
CORE = GroupSpec(Role.CORE, "r5.xlarge", 2)
TASK = GroupSpec(Role.TASK, "m5.xlarge", 2)
GOOD = ClusterSpec(name="analytics", release="emr-7.5.0", groups=(MASTER, CORE))
MASTER_FLEET = FleetSpec(Role.MASTER, (FleetType("m5.xlarge"),), target_on_demand=1)
CORE_FLEET = FleetSpec(Role.CORE, (FleetType("r5.xlarge", 4),), target_spot=8)
FLEETS = replace(GOOD, groups=(), fleets=(MASTER_FLEET, CORE_FLEET))
STEP = StepSpec("s", "command-runner.jar")


def test_good_ones_pass() -> None:
    assert check_spec(GOOD) == ()
    assert check_spec(FLEETS) == ()
    assert check_spec(replace(GOOD, groups=(MASTER,))) == (), "a single node is a cluster"


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 257}, "name"),
        ({"name": "a<b"}, "name"),
        ({"release": ""}, "release"),
        ({"groups": ()}, "groups"),
        ({"groups": (CORE,)}, "groups"),
        ({"groups": (MASTER, CORE, CORE)}, "groups"),
        ({"groups": (MASTER, TASK)}, "groups"),
        ({"groups": (MASTER, CORE, *[TASK] * 49)}, "groups"),
        ({"groups": (replace(MASTER, count=2), CORE)}, "groups[0].count"),
        ({"groups": (MASTER, replace(CORE, count=0))}, "groups[1].count"),
        ({"groups": (MASTER, replace(CORE, count=2001))}, "groups[1].count"),
        ({"groups": (MASTER, replace(CORE, instance_type=""))}, "groups[1].instance_type"),
        ({"groups": (MASTER, replace(CORE, bid_usd_hour=0.1))}, "groups[1].bid_usd_hour"),
        (
            {"groups": (MASTER, replace(CORE, market=Market.SPOT, bid_usd_hour=-1.0))},
            "groups[1].bid_usd_hour",
        ),
        (
            {"groups": (MASTER, replace(CORE, ebs_volumes=(EbsVolume("gp3", 4),)))},
            "groups[1].ebs_volumes",
        ),
        (
            {"groups": (MASTER, replace(CORE, ebs_volumes=(EbsVolume("gp3", 40),) * 26))},
            "groups[1].ebs_volumes",
        ),
        ({"fleets": (MASTER_FLEET,)}, "fleets"),
        ({"service_role": ""}, "service_role"),
        ({"instance_profile": ""}, "instance_profile"),
        ({"idle_timeout_s": 59}, "idle_timeout_s"),
        ({"idle_timeout_s": 604_801}, "idle_timeout_s"),
        ({"idle_timeout_s": 3600, "release": "emr-5.29.0"}, "idle_timeout_s"),
        ({"managed_scaling": ManagedScaling("InstanceFleetUnits", 2, 5)}, "managed_scaling"),
        ({"managed_scaling": ManagedScaling("Instances", 6, 5)}, "managed_scaling"),
        ({"managed_scaling": ManagedScaling("Instances", 2, 5, 9)}, "managed_scaling"),
        (
            {"managed_scaling": ManagedScaling("Instances", 2, 5), "release": "emr-6.0.0"},
            "managed_scaling",
        ),
        ({"step_concurrency": 257}, "step_concurrency"),
        ({"steps": (STEP,) * 257}, "steps"),
        ({"steps": (StepSpec("", "a.jar"),)}, "steps[0]"),
        ({"steps": (StepSpec("s", ""),)}, "steps[0]"),
        ({"steps": (StepSpec("s", "a.jar", ("x" * 10_240,)),)}, "steps[0]"),
        (
            {
                "step_concurrency": 2,
                "steps": (replace(STEP, action_on_failure=ActionOnFailure.TERMINATE_CLUSTER),),
            },
            "steps[0]",
        ),
        ({"bootstrap_actions": (BootstrapAction("a", "s3://b/x.sh"),) * 17}, "bootstrap_actions"),
        ({"bootstrap_actions": (BootstrapAction("a", "/x.sh"),)}, "bootstrap_actions[0]"),
        ({"tags": (("", "x"),)}, "tags[0]"),
        ({"tags": (("aws:x", "x"),)}, "tags[0]"),
        ({"tags": (("a", "1"), ("a", "2"))}, "tags[0]"),
        ({"tags": (("a" * 129, "x"),)}, "tags[0]"),
        ({"subnet_ids": ("subnet-1", "subnet-2")}, "subnet_ids"),
        ({"log_uri": "/var/log"}, "log_uri"),
        ({"configurations_json": "{"}, "configurations_json"),
        ({"configurations_json": "{}"}, "configurations_json"),
        ({"configurations_json": '[{"Properties": {}}]'}, "configurations_json"),
        ({"root_volume_gib": 5}, "root_volume_gib"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(fields: dict[str, Any], where: str) -> None:
    problems = check_spec(replace(GOOD, **fields))
    assert where in [problem.field for problem in problems]
    assert all(problem.sentence.endswith((".", "`.")) for problem in problems)


@pytest.mark.parametrize(
    ("number", "fields", "where"),
    [
        (0, {"target_on_demand": 2}, "fleets[0].target_on_demand"),
        (1, {"target_spot": 0}, "fleets[1].target_on_demand"),
        (1, {"target_spot": -1}, "fleets[1].target_on_demand"),
        (1, {"types": ()}, "fleets[1].types"),
        (1, {"types": (FleetType("r5.xlarge"),) * 2}, "fleets[1].types[0]"),
        (1, {"types": (FleetType("r5.xlarge", 1000),)}, "fleets[1].types[0]"),
        (1, {"types": tuple(FleetType(f"m{n}.x") for n in range(31))}, "fleets[1].types"),
        (1, {"timeout_minutes": 4}, "fleets[1].timeout_minutes"),
    ],
)
def test_fleets(number: int, fields: dict[str, Any], where: str) -> None:
    fleets = [MASTER_FLEET, CORE_FLEET]
    fleets[number] = replace(fleets[number], **fields)
    problems = check_spec(replace(FLEETS, fleets=tuple(fleets)))
    assert where in [problem.field for problem in problems]


def test_fleets_scale_in_units() -> None:
    spec = replace(FLEETS, managed_scaling=ManagedScaling("Instances", 2, 5))
    assert [problem.field for problem in check_spec(spec)] == ["managed_scaling"]
