"""Options, prices, clones and plans against a simulated region."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hue_desktop.core.changes import (
    AddTags,
    CreateCluster,
    RemoveTags,
    RiskLevel,
    SetProtection,
    Terminate,
    Undoability,
)
from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.errors import NotFound
from hue_desktop.core.instances import Market, Role
from hue_desktop.services.launch import LaunchOptions
from tests.simulated import SimulatedRegion
from tests.unit.services.house import House, connection_to, open_house, run_cluster


def test_options_of_a_region(region: SimulatedRegion, house: House) -> None:
    options = house.launching.options("here", region.name)
    assert options.releases[0].startswith("emr-")
    assert options.subnets
    assert "EMR_DefaultRole" in options.service_roles
    assert "EMR_EC2_DefaultRole" in options.instance_profiles
    assert options.key_pairs
    assert options.errors == ()
    keys = house.launching.option("here", region.name, "key_pairs")
    assert keys == LaunchOptions(key_pairs=options.key_pairs)


def test_applications_and_types_with_prices(region: SimulatedRegion, house: House) -> None:
    applications = house.launching.applications("here", region.name, "emr-7.5.0")
    assert any(each.name == "Spark" and each.version for each in applications)

    types = house.launching.instance_types("here", region.name, "emr-7.5.0")
    by_name = {each.name: each for each in types}
    assert len(types) > 100
    xlarge = by_name["m5.xlarge"]
    assert xlarge.type.vcpu == 4
    assert xlarge.on_demand_usd_hour == pytest.approx(0.192 + 0.048)
    assert xlarge.spot_now is not None
    assert 0 < xlarge.spot_now < 0.192


def test_a_clone_asks_for_the_same(region: SimulatedRegion, house: House) -> None:
    cluster_id = run_cluster(
        region,
        Tags=[{"Key": "team", "Value": "a"}],
        Configurations=[{"Classification": "spark", "Properties": {"a": "b"}}],
        BootstrapActions=[
            {"Name": "prepare", "ScriptBootstrapAction": {"Path": "s3://b/p.sh", "Args": ["1"]}}
        ],
        AutoTerminationPolicy={"IdleTimeout": 7200},
    )
    spec = house.launching.read_clone_spec(house.ref(cluster_id))

    assert spec.name == "analytics copy"
    assert spec.release == "emr-7.5.0"
    assert [(each.role, each.count) for each in spec.groups] == [
        (Role.MASTER, 1),
        (Role.CORE, 4),
        (Role.TASK, 3),
    ]
    assert spec.tags == (("team", "a"),)
    assert spec.bootstrap_actions[0].args == ("1",)
    assert spec.idle_timeout_s == 7200
    assert '"spark"' in spec.configurations_json
    assert spec.service_role == "EMR_DefaultRole"
    assert house.launching.check(spec) == ()


def test_a_transient_clone_keeps_its_steps(region: SimulatedRegion, house: House) -> None:
    steps = [
        {"Name": name, "HadoopJarStep": {"Jar": "command-runner.jar", "Args": ["true"]}}
        for name in ("first", "second")
    ]
    cluster_id = run_cluster(region, Steps=steps, Instances={"KeepJobFlowAliveWhenNoSteps": False})
    region.jump(hours=5)
    spec = house.launching.read_clone_spec(house.ref(cluster_id))
    assert not spec.keep_alive
    assert [step.name for step in spec.steps] == ["first", "second"]


def test_create_says_what_it_costs(region: SimulatedRegion, house: House) -> None:
    cluster_id = run_cluster(region)
    spec = house.launching.read_clone_spec(house.ref(cluster_id))
    plan = house.launching.plan_create("here", region.name, spec)

    assert plan.blocked == ""
    assert plan.changes == (CreateCluster(spec),)
    assert plan.undo is Undoability.UNDOABLE
    assert plan.cost is not None
    assert plan.cost.before.total == 0
    assert plan.cost.after.ec2 == pytest.approx(0.192 + 4 * 0.252 + 3 * 0.384)
    assert plan.cost.after.unknown == 0
    assert "RunJobFlow" in plan.call_text
    assert "emr-7.5.0" in plan.call_text
    assert plan.target is None

    broken = house.launching.plan_create("here", region.name, replace(spec, name=""))
    assert broken.blocked


def test_terminate_says_what_is_lost(region: SimulatedRegion, house: House) -> None:
    cluster_id = run_cluster(region)
    region.client("emr").add_job_flow_steps(
        JobFlowId=cluster_id,
        Steps=[
            {
                "Name": "long",
                "HadoopJarStep": {
                    "Jar": "command-runner.jar",
                    "Args": ["spark-submit", "--simulate-duration", "9000"],
                },
            }
        ],
    )
    region.jump(minutes=1)
    ref = house.ref(cluster_id)
    house.fleet.set_focus(ref)
    house.cluster(cluster_id, lambda c: c.instances and c.running_steps == 1)
    house.until(lambda s: s.costs.get(ref) is not None and s.costs[ref].rate.total > 0)

    plan = house.launching.plan_terminate(ref)

    assert plan.changes == (Terminate(cluster_id),)
    assert plan.undo is Undoability.FINAL
    assert plan.inverse == ()
    losses = [risk.text for risk in plan.risks if risk.level is RiskLevel.LOSS]
    assert any("HDFS on 4 core nodes" in text for text in losses)
    assert any("1 running" in text for text in losses)
    assert plan.cost is not None
    assert plan.cost.delta == pytest.approx(-plan.cost.before.total)
    assert plan.typed_name == "", "only production asks for the name by default"


@pytest.mark.parametrize(
    ("connection_class", "setting", "asked"),
    [
        (ConnectionClass.PRODUCTION, "production", True),
        (ConnectionClass.TEST, "production", False),
        (ConnectionClass.TEST, "real", True),
        (ConnectionClass.SIMULATED, "real", False),
        (ConnectionClass.SIMULATED, "always", True),
    ],
)
def test_who_must_type_the_name(
    region: SimulatedRegion,
    tmp_path: Path,
    connection_class: ConnectionClass,
    setting: str,
    asked: bool,
) -> None:
    cluster_id = run_cluster(region)
    connection = replace(
        connection_to(region, tmp_path), connection_class=connection_class, hourly_budget_usd=5.0
    )
    with open_house(connection, tmp_path, settings={"changes.typed_name": setting}) as house:
        house.cluster(cluster_id, lambda c: c.cluster)
        final = house.launching.plan_terminate(house.ref(cluster_id))
        undoable = house.launching.plan_protection(house.ref(cluster_id), True)
    assert final.typed_name == ("analytics" if asked else "")
    assert undoable.typed_name == ""
    assert final.budget_usd_hour == 5.0


def test_plans_are_as_small_as_the_change(region: SimulatedRegion, house: House) -> None:
    cluster_id = run_cluster(region, Tags=[{"Key": "team", "Value": "a"}])
    ref = house.ref(cluster_id)
    house.cluster(cluster_id, lambda c: c.cluster)
    launching = house.launching

    tags = launching.plan_tags(ref, {"team": "b", "new": "1"}, set())
    assert tags.changes == (AddTags(cluster_id, (("new", "1"), ("team", "b"))),)
    assert tags.inverse == (AddTags(cluster_id, (("team", "a"),)), RemoveTags(cluster_id, ("new",)))
    assert launching.plan_tags(ref, {"team": "a"}, {"other"}).blocked
    assert "AWS" in launching.plan_tags(ref, {"aws:x": "1"}, set()).blocked

    protect = launching.plan_protection(ref, True)
    assert protect.inverse == (SetProtection(cluster_id, False),)
    assert launching.plan_protection(ref, False).blocked


def test_ended_and_unknown_clusters(region: SimulatedRegion, house: House) -> None:
    cluster_id = run_cluster(region)
    region.client("emr").terminate_job_flows(JobFlowIds=[cluster_id])
    region.jump(minutes=15)
    house.fleet.refresh()
    house.cluster(cluster_id, lambda c: not c.summary.state.active)

    assert "ended" in house.launching.plan_terminate(house.ref(cluster_id)).blocked
    with pytest.raises(NotFound):
        house.launching.plan_terminate(house.ref("j-NONE"))


def test_spot_core_is_warned_of(region: SimulatedRegion, house: House) -> None:
    cluster_id = run_cluster(region)
    spec = house.launching.read_clone_spec(house.ref(cluster_id))
    groups = tuple(
        replace(each, market=Market.SPOT) if each.role is Role.CORE else each
        for each in spec.groups
    )
    plan = house.launching.plan_create("here", region.name, replace(spec, groups=groups))
    assert any("HDFS" in risk.text for risk in plan.risks)
    assert plan.cost is not None
    assert plan.cost.after.saved_by_spot > 0
