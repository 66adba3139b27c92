"""Defaults, totals and the reading of texts in the form of a new cluster."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.core.changes import ClusterSpec, FleetSpec, GroupSpec
from hue_desktop.core.instances import FleetType, InstanceType, Market, Role
from hue_desktop.core.launch_form import (
    auto_termination_notes,
    configurations_problem,
    fleets_from_groups,
    groups_from_fleets,
    join_words,
    release_number,
    split_words,
    starting_spec,
    totals,
)

TYPES = {
    "m5.xlarge": InstanceType("m5.xlarge", 4, 16.0),
    "r5.2xlarge": InstanceType("r5.2xlarge", 8, 64.0),
}


def test_the_newest_release_is_found_by_number_not_by_letter() -> None:
    spec = starting_spec(name="new", releases=["emr-7.9.0", "emr-7.10.0", "emr-6.15.0"])
    assert spec.release == "emr-7.10.0"
    assert [(group.role, group.count) for group in spec.groups] == [
        (Role.MASTER, 1),
        (Role.CORE, 2),
    ]
    assert release_number("something") == (0, 0, 0)


def test_default_roles_are_replaced_only_when_they_do_not_exist() -> None:
    there = starting_spec(name="a", releases=["emr-7.5.0"], service_roles=["x", "EMR_DefaultRole"])
    gone = starting_spec(name="a", releases=["emr-7.5.0"], service_roles=["mine", "other"])
    assert there.service_role == "EMR_DefaultRole"
    assert gone.service_role == "mine"


def test_totals_count_every_role() -> None:
    spec = ClusterSpec(
        "a",
        "emr-7.5.0",
        groups=(GroupSpec(Role.MASTER, "m5.xlarge", 1), GroupSpec(Role.CORE, "r5.2xlarge", 3)),
    )
    counted = totals(spec, TYPES)
    assert (counted.nodes, counted.vcpu, counted.memory_gib, counted.exact) == (4, 28, 208.0, True)


def test_totals_say_when_they_are_a_guess() -> None:
    both = (FleetType("r5.2xlarge", 8), FleetType("m5.xlarge", 4))
    fleets = ClusterSpec("a", "emr-7.5.0", fleets=(FleetSpec(Role.CORE, both, 4, 10),))
    counted = totals(fleets, TYPES)
    assert (counted.nodes, counted.vcpu, counted.exact) == (2, 16, False)
    unknown = ClusterSpec("a", "emr-7.5.0", groups=(GroupSpec(Role.MASTER, "z9.tiny", 1),))
    assert totals(unknown, TYPES).exact is False


def test_groups_become_fleets_and_back() -> None:
    groups = (
        GroupSpec(Role.MASTER, "m5.xlarge", 1, name="master"),
        GroupSpec(Role.CORE, "r5.2xlarge", 4, name="core"),
        GroupSpec(Role.TASK, "m5.xlarge", 2, name="task"),
        GroupSpec(Role.TASK, "r5.2xlarge", 6, Market.SPOT, "task"),
    )
    fleets = fleets_from_groups(groups)
    assert [(fleet.role, fleet.target_on_demand, fleet.target_spot) for fleet in fleets] == [
        (Role.MASTER, 1, 0),
        (Role.CORE, 4, 0),
        (Role.TASK, 2, 6),
    ]
    assert [kind.instance_type for kind in fleets[2].types] == ["m5.xlarge", "r5.2xlarge"]
    back = groups_from_fleets(fleets)
    assert back[:2] == groups[:2]
    assert [(group.market, group.count) for group in back[2:]] == [
        (Market.ON_DEMAND, 2),
        (Market.SPOT, 6),
    ]


def test_a_mixed_core_fleet_becomes_one_group() -> None:
    core = FleetSpec(Role.CORE, (FleetType("m5.xlarge", 4),), 4, 8)
    (group,) = groups_from_fleets([core])
    assert (group.market, group.count) == (Market.ON_DEMAND, 3)


def test_where_auto_termination_cannot_fire() -> None:
    assert "5.30.0" in auto_termination_notes("emr-5.29.0", [])[0]
    assert "5.30.0" in auto_termination_notes("emr-6.0.0", [])[0]
    assert auto_termination_notes("emr-6.1.0", ["Spark"]) == ()
    notes = auto_termination_notes("emr-7.5.0", ["Spark", "Trino"])
    assert "Trino" in notes[0]
    assert "10 %" in notes[1]


@given(st.lists(st.text(st.characters(blacklist_categories=["Cs", "Cc"]))))
def test_arguments_survive_being_shown_and_read(words: list[str]) -> None:
    assert list(split_words(join_words(words))) == words


def test_an_open_quotation_is_said() -> None:
    with pytest.raises(ValueError, match="not closed"):
        split_words("spark-submit 'a")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ""),
        ("[]", ""),
        ('[{"Classification":"core-site","Properties":{"a":"b"}}]', ""),
        ("[{]", "Line 1, column 3"),
        ("{}", "must be a list"),
        ("[1]", "needs a"),
        ('[{"Classification":"x","Property":{}}]', '"Property"'),
        ('[{"Classification":"x","Properties":{"n":3}}]', "must be a text"),
        ('[{"Classification":"x","Properties":[]}]', "must be an object"),
        ('[{"Classification":"x","Configurations":{}}]', "x.Configurations"),
        ('[{"Classification":"x","Configurations":[{"Properties":{}}]}]', "x #1 needs"),
    ],
)
def test_configurations_are_checked_with_their_place(text: str, said: str) -> None:
    problem = configurations_problem(text)
    assert said in problem
    assert bool(problem) == bool(said)
