"""Which types are like those that a cluster has, and which is better."""

from __future__ import annotations

from hue_desktop.core.instances import InstanceType, Market
from hue_desktop.core.pricing import Interruption, PriceSource, TypePrice
from hue_desktop.services.launch import PricedType
from hue_desktop.services.scaling import of_similar_size, suggested

SOURCE = PriceSource("test")


def _type(name: str, vcpu: int, gib: float, spot: float | None, lost: float = 0.0) -> PricedType:
    price = TypePrice(name, 2 * spot if spot else None, 0.0, SOURCE)
    return PricedType(
        InstanceType(name, vcpu, gib), price, spot, None, Interruption(lost, lost + 0.05, SOURCE)
    )


TYPES = (
    _type("m5.large", 2, 8, 0.02),
    _type("m5.xlarge", 4, 16, 0.08),
    _type("m5.2xlarge", 8, 32, 0.16, 0.1),
    _type("r5.2xlarge", 8, 64, 0.20, 0.1),
    _type("r6.2xlarge", 8, 64, 0.10, 0.2),
    _type("m5.4xlarge", 16, 64, 0.30),
    _type("r5.8xlarge", 32, 256, 0.10),
    _type("x1.2xlarge", 8, 122, None),
)


def test_half_to_twice_the_vcpu_is_similar() -> None:
    names = {each.name for each in of_similar_size(TYPES, "m5.2xlarge")}
    assert names == {
        "m5.xlarge", "m5.2xlarge", "r5.2xlarge", "r6.2xlarge", "m5.4xlarge", "x1.2xlarge"
    }  # fmt: skip
    assert of_similar_size(TYPES, "unknown") == TYPES


def test_the_cheapest_memory_of_similar_size_that_lasts_as_long_is_suggested() -> None:
    best = suggested(TYPES, "m5.2xlarge", Market.SPOT)
    assert best is not None
    assert best.name == "r5.2xlarge"  # r6 is cheaper but taken back oftener, r5.8xlarge too large
    on_demand = suggested(TYPES, "m5.2xlarge", Market.ON_DEMAND)
    assert on_demand is not None
    assert on_demand.name == "r6.2xlarge"  # where nothing is taken back


def test_nothing_is_suggested_without_a_gain() -> None:
    assert suggested(TYPES, "r6.2xlarge", Market.SPOT) is None
    assert suggested(TYPES, "x1.2xlarge", Market.SPOT) is None
    assert suggested(TYPES, "unknown", Market.SPOT) is None
