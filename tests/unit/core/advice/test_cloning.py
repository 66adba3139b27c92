"""A new cluster as advice would have it."""

from __future__ import annotations

from hue_desktop.core.advice.cloning import applied
from hue_desktop.core.advice.values import ActionKind, AdviceAction, TypeChange
from hue_desktop.core.changes import ClusterSpec, FleetSpec, GroupSpec
from hue_desktop.core.instances import EbsVolume, FleetType, Market, Role

SPEC = ClusterSpec(
    "nightly",
    "emr-6.9.0",
    groups=(
        GroupSpec(Role.MASTER, "m5.4xlarge", 1),
        GroupSpec(Role.CORE, "m5.2xlarge", 4, Market.SPOT, bid_usd_hour=0.2),
        GroupSpec(Role.TASK, "m5.2xlarge", 2, ebs_volumes=(EbsVolume("gp2", 500),)),
    ),
)


def _clone(*types: TypeChange, volume_type: str = "") -> AdviceAction:
    return AdviceAction(ActionKind.CLONE, "", types=types, volume_type=volume_type)


def test_only_the_nodes_that_are_meant_change() -> None:
    after = applied(SPEC, _clone(TypeChange(Role.CORE, "m5.2xlarge", "m7g.2xlarge")))
    assert [group.instance_type for group in after.groups] == [
        "m5.4xlarge",
        "m7g.2xlarge",
        "m5.2xlarge",
    ]
    assert after.groups[1].bid_usd_hour is None  # a bid belongs to a type
    assert after.groups[0] == SPEC.groups[0]


def test_the_market_changes_without_the_type() -> None:
    change = TypeChange(Role.CORE, "m5.2xlarge", "m5.2xlarge", Market.ON_DEMAND)
    core = applied(SPEC, _clone(change)).groups[1]
    assert (core.market, core.bid_usd_hour, core.count) == (Market.ON_DEMAND, None, 4)


def test_volumes_are_named_where_emr_would_give_gp2() -> None:
    after = applied(SPEC, _clone(volume_type="gp3"))
    assert after.groups[2].ebs_volumes == (EbsVolume("gp3", 500),)
    assert after.groups[1].ebs_volumes == (EbsVolume("gp3", 32),) * 4
    assert after.groups[1].bid_usd_hour == 0.2


def test_a_fleet_changes_its_types_and_targets() -> None:
    fleet = FleetSpec(Role.CORE, (FleetType("r5.xlarge"), FleetType("r6i.xlarge", 2)), 1, 3)
    spec = ClusterSpec("streaming", "emr-7.5.0", fleets=(fleet,))
    after = applied(
        spec,
        _clone(
            TypeChange(Role.CORE, "r5.xlarge", "r8g.xlarge"),
            TypeChange(Role.CORE, "r6i.xlarge", "r8g.xlarge", Market.ON_DEMAND),
        ),
    ).fleets[0]
    assert [each.instance_type for each in after.types] == ["r8g.xlarge"]
    assert (after.target_on_demand, after.target_spot) == (4, 0)
