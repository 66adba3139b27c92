"""Many types for one fleet: which are taken, their weights, and why others are not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.core.candidates import Candidate, DiversifySpec, WeighBy
from hue_desktop.core.candidates.diversify import FEW_TYPES, MOST_TYPES, diversify
from hue_desktop.core.instances import FleetType, InstanceType, Market
from tests.unit.core.candidates.made import CLASSES, make

MODEL = next(each for each in make() if each.name == "m5.2xlarge")


def like(name: str, vcpu: int, gib: float, *, usd: float = 0.0, **changes: object) -> Candidate:
    """A candidate of those proportions; about the model's price for a vCPU unless given."""
    kind = InstanceType(name, vcpu, gib)
    hour = usd or vcpu * 0.03
    made = replace(
        MODEL,
        type=kind,
        own=False,
        usd_hour=hour,
        usd_100gib=100 * hour / gib,
        yarn_gib=gib * 0.75,
        pools=3,
        here=True,
        interruption=CLASSES[0],
    )
    return replace(made, **changes)  # type: ignore[arg-type]


FAMILIES = ("m5", "m5a", "m5d", "m5n", "m6i", "m6a", "m6id", "m7i", "m7a", "m6in", "m5ad", "m7id")
SIZES = (("xlarge", 4), ("2xlarge", 8), ("4xlarge", 16))
MANY = tuple(like(f"{f}.{size}", vcpu, 4.0 * vcpu) for f in FAMILIES for size, vcpu in SIZES)


def test_types_of_three_sizes_with_weights_in_proportion() -> None:
    found = diversify(MANY, DiversifySpec("m5.2xlarge", most=15))
    assert len(found.picks) == 15
    assert found.picks[0].candidate.name == "m5.2xlarge"
    weights = {pick.candidate.type.vcpu: pick.weight for pick in found.picks}
    assert weights == {4: 1, 8: 2, 16: 4}
    assert found.unit == "a unit is 4 vCPU"
    assert found.pools == 45
    assert found.types[0] == FleetType("m5.2xlarge", 2)
    assert all(pick.why for pick in found.picks)


def test_weights_by_memory_stay_small() -> None:
    types = (like("m5.2xlarge", 8, 32.0), like("r5.xlarge", 4, 30.5), like("m6i.4xlarge", 16, 64.0))
    found = diversify(types, DiversifySpec("m5.2xlarge", WeighBy.MEMORY, mixed_archs=True))
    assert {pick.candidate.name: pick.weight for pick in found.picks} == {
        "m5.2xlarge": 1,
        "m6i.4xlarge": 2,
    }
    assert [name for name, _why in found.left_out] == ["r5.xlarge"]


@given(st.lists(st.integers(4, 16), min_size=1, max_size=20), st.sampled_from(WeighBy))
def test_weights_are_in_proportion_whatever_the_sizes(sizes: list[int], by: WeighBy) -> None:
    types = [like("m5.2xlarge", 8, 32.0)]
    types += [like(f"m{n}.size", size, 4.0 * size) for n, size in enumerate(sizes)]
    found = diversify(types, DiversifySpec("m5.2xlarge", by, most=MOST_TYPES))
    assert found.picks
    per_unit = [pick.candidate.type.vcpu / pick.weight for pick in found.picks]
    assert max(per_unit) <= min(per_unit) * 1.11
    assert all(1 <= pick.weight <= 999 for pick in found.picks)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (like("g5.2xlarge", 8, 32.0), "special"),
        (like("m6g.2xlarge", 8, 32.0, type=InstanceType("m6g.2xlarge", 8, 32.0, "arm64")), "arm64"),
        (like("c5.2xlarge", 8, 16.0), "memory for a vCPU"),
        (like("m6i.2xlarge", 8, 32.0, here=False), "AZ"),
        (like("m6i.2xlarge", 8, 32.0, usd_hour=None), "price"),
        (like("m6i.2xlarge", 8, 32.0, usd=2.0), "dearer"),
        (
            like(
                "m3.2xlarge",
                8,
                32.0,
                type=InstanceType("m3.2xlarge", 8, 32.0, current_generation=False),
            ),
            "generation",
        ),
        (like("m6i.2xlarge", 8, 32.0, interruption=CLASSES[4]), "too often"),
        (like("m6i.2xlarge", 8, 32.0, interruption=None), "too often"),
    ],
)
def test_what_is_left_out_has_its_reason(other: Candidate, why: str) -> None:
    own = like("m5.2xlarge", 8, 32.0)
    found = diversify((own, other), DiversifySpec("m5.2xlarge", max_interruption=0.2))
    assert [pick.candidate.name for pick in found.picks] == ["m5.2xlarge"]
    assert [name for name, _why in found.left_out] == [other.name]
    assert why in found.left_out[0][1]
    # a person who insists gets it
    asked = diversify(
        (own, other), DiversifySpec("m5.2xlarge", names=(other.name,), max_interruption=0.2)
    )
    assert other.name in [pick.candidate.name for pick in asked.picks]
    assert not asked.left_out


def test_other_sizes_are_not_even_spoken_of() -> None:
    found = diversify(
        (like("m5.2xlarge", 8, 32.0), like("m5.24xlarge", 96, 384.0)), DiversifySpec("m5.2xlarge")
    )
    assert found.left_out == ()


def test_few_types_and_mixed_processors_are_said() -> None:
    arm = like("m6g.2xlarge", 8, 32.0, type=InstanceType("m6g.2xlarge", 8, 32.0, "arm64"))
    found = diversify(
        (like("m5.2xlarge", 8, 32.0), arm), DiversifySpec("m5.2xlarge", mixed_archs=True)
    )
    text = " ".join(found.notes)
    assert f"AWS advises {FEW_TYPES} or more" in text
    assert "arm64 + x86_64 are mixed" in text


def test_thirty_types_at_most() -> None:
    found = diversify(MANY, DiversifySpec("m5.2xlarge", most=99))
    assert len(found.picks) == MOST_TYPES
    assert any("30 types" in note for note in found.notes)


def test_types_that_were_asked_for_stay_in_whatever_the_number() -> None:
    asked = ("m7id.4xlarge", "m6in.xlarge", "m5n.2xlarge")
    found = diversify(MANY, DiversifySpec("m5.2xlarge", most=2, names=asked))
    assert {pick.candidate.name for pick in found.picks} == {"m5.2xlarge", *asked}


def test_a_type_that_the_release_lacks_is_said() -> None:
    found = diversify(MANY, DiversifySpec("m99.huge"))
    assert found.picks == ()
    assert "m99.huge" in found.notes[0]


def test_on_demand_the_class_does_not_count() -> None:
    often = like("m6i.2xlarge", 8, 32.0, usd=0.22, interruption=CLASSES[4])
    rarely = like("m6a.2xlarge", 8, 32.0, usd=0.23)
    spec = DiversifySpec("m5.2xlarge")
    types = (like("m5.2xlarge", 8, 32.0), often, rarely)
    spot = [pick.candidate.name for pick in diversify(types, spec, Market.SPOT).picks]
    on_demand = [pick.candidate.name for pick in diversify(types, spec, Market.ON_DEMAND).picks]
    assert spot == ["m5.2xlarge", "m6a.2xlarge", "m6i.2xlarge"]
    assert on_demand == ["m5.2xlarge", "m6i.2xlarge", "m6a.2xlarge"]
