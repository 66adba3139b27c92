"""What managed scaling may cost at the most."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.core.clusters import ManagedScaling
from hue_desktop.core.instances import Market, Role
from hue_desktop.core.policies import Growth, Pool, ceiling_of
from hue_desktop.core.pricing import CostRate

CORE = Growth(Pool("ig-c", "core", Role.CORE, Market.ON_DEMAND, 4), CostRate(ec2=1.0))
DEAR = Growth(Pool("ig-d", "dear", Role.TASK, Market.ON_DEMAND, 0), CostRate(ec2=0.8))
SPOT = Growth(Pool("ig-s", "spot", Role.TASK, Market.SPOT, 3), CostRate(ec2=0.3))


def test_without_limits_the_dearest_pool_takes_all() -> None:
    found = ceiling_of(ManagedScaling("Instances", 4, 20), [SPOT, CORE, DEAR])
    assert (found.units, found.rate.total) == (20, 20.0)


def test_task_only_leaves_the_rest_to_task_nodes() -> None:
    found = ceiling_of(ManagedScaling("Instances", 4, 20, None, 4), [SPOT, CORE, DEAR])
    assert found.rate.total == 4 * 1.0 + 16 * 0.8


def test_the_on_demand_limit_leaves_the_rest_to_spot() -> None:
    found = ceiling_of(ManagedScaling("Instances", 4, 20, 6, 4), [SPOT, CORE, DEAR])
    assert round(found.rate.total, 6) == round(4 * 1.0 + 2 * 0.8 + 14 * 0.3, 6)


def test_what_no_pool_may_take_is_not_reached() -> None:
    found = ceiling_of(ManagedScaling("Instances", 4, 20, 6), [CORE, DEAR])
    assert (found.units, found.rate.total) == (6, 6.0)


def test_an_unknown_price_is_counted_in_nodes() -> None:
    blind = Growth(SPOT.pool, CostRate(unknown=1), node_units=8.0)
    found = ceiling_of(ManagedScaling("VCPU", 8, 60), [blind])
    assert found.rate.unknown == 8  # 60 vCPU are eight nodes of eight


@given(
    low=st.integers(1, 40), more=st.integers(0, 60), bought=st.integers(0, 100),
    core=st.integers(0, 100),
)  # fmt: skip
def test_no_limit_is_passed(low: int, more: int, bought: int, core: int) -> None:
    high = low + more
    policy = ManagedScaling("Instances", low, high, min(bought, high), min(core, high))
    units = [
        ceiling_of(policy, [Growth(each.pool, CostRate(ec2=1.0 if each is chosen else 0.0))
                            for each in (CORE, DEAR, SPOT)])
        for chosen in (CORE, DEAR, SPOT)
    ]  # fmt: skip
    most_core, most_dear = units[0].rate.ec2, units[1].rate.ec2
    assert most_core <= min(core, bought, high)
    assert most_dear <= min(bought, high)
    assert all(each.units <= high for each in units)
