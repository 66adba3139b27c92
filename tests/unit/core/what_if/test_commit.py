"""What a running cluster takes of a wish, and what only a clone has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hue_desktop.core.changes import ClusterSpec, FleetSpec, GroupSpec
from hue_desktop.core.clusters import ManagedScaling
from hue_desktop.core.instances import FleetType, Market, Role
from hue_desktop.core.what_if.commit import group_spec, spare_for, spec_of, way_of
from hue_desktop.core.what_if.reckoning import copy_of
from hue_desktop.core.what_if.values import BenchLine, Holding, Way
from tests.unit.core.what_if.samples import FACTS, SNAPSHOT, bench, fleets, wish


@pytest.mark.parametrize(
    ("key", "fields", "way"),
    [
        ("master", {"count": 3}, Way.NEW_CLUSTER),
        ("master", {"instance_type": "m5.xlarge"}, Way.NEW_CLUSTER),
        ("core", {"count": 10}, Way.RESIZE),
        ("core", {"count": 4}, Way.SHRINK),
        ("core", {"instance_type": "m5.xlarge"}, Way.NEW_CLUSTER),
        ("core", {"market": Market.SPOT}, Way.NEW_CLUSTER),
        ("task", {"count": 0}, Way.RESIZE),
        ("task", {"market": Market.SPOT}, Way.REPLACE),
        ("spot", {"instance_type": "r4.2xlarge"}, Way.REPLACE),
        ("spot", {"instance_type": "m6g.2xlarge"}, Way.NEW_CLUSTER),  # arm64 beside x86_64
        ("spot", {}, Way.KEEP),
    ],
)
def test_ways(key: str, fields: dict[str, object], way: Way) -> None:
    line = wish(bench(), key, **fields).line(key)
    assert line is not None
    assert way_of(FACTS, line) is way


def test_a_new_line_is_a_new_task_group() -> None:
    line = BenchLine("new-1", Role.TASK, None, Holding("m5.xlarge", 2, Market.SPOT))
    assert way_of(FACTS, line) is Way.ADD
    assert group_spec(line) == GroupSpec(Role.TASK, "m5.xlarge", 2, Market.SPOT)


def test_an_empty_group_of_the_same_kind_is_filled_again() -> None:
    facts = replace(FACTS, spare=tuple(g for g in SNAPSHOT.groups or () if g.id == "spare"))
    alike = wish(bench(), "spot", instance_type="r4.2xlarge", count=9).line("spot")
    other = wish(bench(), "spot", instance_type="m5.xlarge").line("spot")
    assert alike is not None
    assert other is not None
    spare = spare_for(facts, alike)
    assert spare is not None
    assert spare.id == "spare"
    assert spare_for(facts, other) is None


def test_a_clone_has_all_of_the_wish() -> None:
    variant = wish(bench(), "master", instance_type="m5.xlarge")
    variant = wish(variant, "spot", count=0)
    limits = ManagedScaling("Instances", 3, 12)
    spec = spec_of(ClusterSpec("copy", "emr-7.5.0"), replace(variant, scaling=limits))
    assert [(group.role, group.instance_type, group.count) for group in spec.groups] == [
        (Role.MASTER, "m5.xlarge", 1),
        (Role.CORE, "r5.2xlarge", 8),
        (Role.TASK, "m5.2xlarge", 6),
    ]
    assert spec.managed_scaling == limits
    assert spec.name == "copy"


def test_a_clone_of_fleets_has_their_units() -> None:
    variant = wish(copy_of(fleets()), "if-task:ON_DEMAND", count=16)
    types = (FleetType("m5.xlarge", 4),)
    spec = ClusterSpec(
        "copy", "emr-7.5.0", fleets=tuple(FleetSpec(role, types, 4) for role in Role)
    )
    found = {fleet.role: fleet for fleet in spec_of(spec, variant).fleets}
    assert (found[Role.TASK].target_on_demand, found[Role.TASK].target_spot) == (16, 64)
    assert found[Role.CORE].target_on_demand == 32
    assert found[Role.TASK].types == types
