"""Bills against a sum that takes each second by itself, and the errors that are made most."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hue_desktop.core.billing import CostPart, Life, PriceStep, SpotHistory, Who
from hue_desktop.core.billing_sums import bill, bill_between
from hue_desktop.core.cost import PriceBook, price_book
from hue_desktop.core.instances import EbsVolume, Market, Role
from hue_desktop.core.pricing import PriceSource, TypePrice

SOURCE = PriceSource("snapshot")
T0 = 1_760_000_000.0
M5, R5, NOBODY = "m5.xlarge", "r5.xlarge", "x9.nobody"
A, B = "us-east-1a", "us-east-1b"
LISTED = {M5: (0.192, 0.048), R5: (0.252, 0.063)}
ROOT, DATA = EbsVolume("gp3", 15), EbsVolume("gp2", 32)
GIB_MONTH = {"gp3": 0.08, "gp2": 0.10}


def book() -> PriceBook:
    return price_book(
        {name: TypePrice(name, ec2, fee, SOURCE) for name, (ec2, fee) in LISTED.items()},
        (),
        {name: (usd, SOURCE) for name, usd in GIB_MONTH.items()},
    )


def life(
    node: str = "ci-1",
    started: float = T0,
    ended: float | None = T0 + 3600,
    market: Market = Market.ON_DEMAND,
    instance_type: str = M5,
    az: str = A,
    volumes: tuple[EbsVolume, ...] = (ROOT,),
    role: Role = Role.TASK,
    reclaimed: bool = False,
) -> Life:
    return Life(node, role, market, instance_type, az, started, ended, volumes, reclaimed=reclaimed)


def history(*steps: tuple[float, float], pool: tuple[str, str] = (M5, A)) -> SpotHistory:
    return SpotHistory({pool: [PriceStep(at, usd) for at, usd in steps]}, PriceSource("history"))


# -- one life after the other --------------------------------------------------------------------


def test_an_hour_on_demand_is_list_price_fee_and_volumes() -> None:
    found = bill([life(volumes=(ROOT, DATA))], book(), SpotHistory(), T0, T0 + 7200)

    assert found.of_part(CostPart.EC2) == pytest.approx(0.192, rel=1e-12)
    assert found.of_part(CostPart.EMR) == pytest.approx(0.048, rel=1e-12)
    assert found.of_part(CostPart.EBS) == pytest.approx((15 * 0.08 + 32 * 0.10) / 730, rel=1e-12)
    assert found.by_node == {"ci-1": pytest.approx(found.total, rel=1e-12)}
    assert found.on_demand_usd == pytest.approx(0.192, rel=1e-12)
    assert found.saved_by_spot == 0
    assert not found.unknown


def test_neither_the_emr_fee_nor_ebs_may_be_left_out_of_any_node() -> None:
    """A classic error: the price of the instance alone, which is four fifths of the bill."""
    lives = [life("ci-1"), life("ci-2", market=Market.SPOT)]
    found = bill(lives, book(), history((T0, 0.05)), T0, T0 + 3600)

    for market in Market:
        assert found.usd[CostPart.EMR, Who(Role.TASK, market)] == pytest.approx(0.048)
        assert found.usd[CostPart.EBS, Who(Role.TASK, market)] == pytest.approx(15 * 0.08 / 730)
    assert found.by_node["ci-2"] == pytest.approx(0.05 + 0.048 + 15 * 0.08 / 730)


def test_spot_costs_what_the_market_asked_and_not_what_was_bid() -> None:
    """The other classic error: the bid (by default the on-demand price) taken for the price."""
    steps = history((T0 - 500, 0.04), (T0 + 1800, 0.08))
    found = bill([life(market=Market.SPOT)], book(), steps, T0, T0 + 3600)

    assert found.of_part(CostPart.EC2) == pytest.approx((0.04 + 0.08) / 2, rel=1e-12)
    assert found.on_demand_usd == pytest.approx(0.192)
    assert found.saved_by_spot == pytest.approx(0.192 - 0.06)
    assert "history" in [source.name for source in found.sources]


def test_the_minimum_of_a_minute_falls_into_the_first_minute() -> None:
    short = life(ended=T0 + 5)
    whole = bill([short], book(), SpotHistory(), T0 - 100, T0 + 1000)
    assert whole.of_part(CostPart.EC2) == pytest.approx(0.192 / 60)
    assert whole.of_part(CostPart.EMR) == pytest.approx(0.048 / 60)
    assert whole.of_part(CostPart.EBS) == pytest.approx(15 * 0.08 / 730 / 60)

    parts = bill([short], book(), SpotHistory(), T0, T0 + 120, slices=4).slices
    assert [part.total for part in parts] == pytest.approx([whole.total / 2] * 2 + [0, 0])


def test_each_life_has_its_own_minimum_even_of_one_node() -> None:
    lives = [life(ended=T0 + 1), life(started=T0 + 600, ended=T0 + 601)]
    found = bill(lives, book(), SpotHistory(), T0, T0 + 3600)
    assert found.of_part(CostPart.EC2) == pytest.approx(2 * 0.192 / 60)


def test_a_second_that_was_begun_is_billed_and_partial_hours_are_not_rounded_up() -> None:
    found = bill([life(ended=T0 + 3660.2)], book(), SpotHistory(), T0, T0 + 9000)
    assert found.of_part(CostPart.EC2) == pytest.approx(0.192 * 3661 / 3600, rel=1e-12)


def test_a_life_that_runs_is_billed_until_the_end_that_was_asked_for() -> None:
    running = life(ended=None)
    assert bill([running], book(), SpotHistory(), T0, T0 + 30).of_part(CostPart.EC2) == (
        pytest.approx(0.192 * 30 / 3600)
    )
    assert bill([running], book(), SpotHistory(), T0 - 60, T0).total == 0


def test_a_clock_that_ran_backwards_leaves_the_minimum() -> None:
    found = bill([life(ended=T0 - 10)], book(), SpotHistory(), T0 - 60, T0 + 60)
    assert found.of_part(CostPart.EC2) == pytest.approx(0.192 / 60)


def test_what_ec2_takes_back_in_the_first_hour_costs_no_ec2() -> None:
    early = life("ci-1", ended=T0 + 3599, market=Market.SPOT, reclaimed=True)
    late = life("ci-2", ended=T0 + 3600, market=Market.SPOT, reclaimed=True)
    by_us = life("ci-3", ended=T0 + 3599, market=Market.SPOT)
    steps = history((T0, 0.05))

    assert bill([early], book(), steps, T0, T0 + 9000).of_part(CostPart.EC2) == 0
    assert bill([early], book(), steps, T0, T0 + 9000).of_part(CostPart.EMR) > 0.04
    assert bill([late], book(), steps, T0, T0 + 9000).of_part(CostPart.EC2) == pytest.approx(0.05)
    assert bill([by_us], book(), steps, T0, T0 + 9000).of_part(CostPart.EC2) > 0.0499


# -- what nobody knows ---------------------------------------------------------------------------


def test_an_unknown_type_is_counted_and_its_volumes_are_still_billed() -> None:
    found = bill([life(instance_type=NOBODY)], book(), SpotHistory(), T0, T0 + 3600)
    assert found.unknown == {"ci-1"}
    assert found.total == pytest.approx(15 * 0.08 / 730)


def test_a_spot_price_from_before_the_history_is_unknown_and_claims_no_saving() -> None:
    found = bill([life(market=Market.SPOT)], book(), history((T0 + 1800, 0.08)), T0, T0 + 3600)
    assert found.unknown == {"ci-1"}
    assert found.of_part(CostPart.EC2) == pytest.approx(0.04)
    assert found.saved_by_spot == pytest.approx(0.192 / 2 - 0.04)


def test_a_hole_in_the_history_is_unknown() -> None:
    steps = history((T0 - 1, 0.06), (T0 + 900, math.nan), (T0 + 1800, 0.12))
    found = bill([life(market=Market.SPOT)], book(), steps, T0, T0 + 3600)
    assert found.unknown == {"ci-1"}
    assert found.of_part(CostPart.EC2) == pytest.approx(0.06 / 4 + 0.12 / 2)
    after = bill([life(market=Market.SPOT)], book(), steps, T0 + 1800, T0 + 3600)
    assert not after.unknown


def test_without_a_list_price_spot_saves_nothing() -> None:
    steps = history((T0, 0.05), pool=(NOBODY, A))
    found = bill([life(market=Market.SPOT, instance_type=NOBODY)], book(), steps, T0, T0 + 3600)
    assert found.saved_by_spot == 0
    assert found.of_part(CostPart.EC2) == pytest.approx(0.05)


@pytest.mark.parametrize(
    "volume",
    [EbsVolume("st1", 500), EbsVolume("io2", 100, iops=5000), EbsVolume("gp3", 100, iops=6000)],
)
def test_a_volume_that_is_not_priced_in_full_makes_it_at_least(volume: EbsVolume) -> None:
    assert bill([life(volumes=(volume,))], book(), SpotHistory(), T0, T0 + 60).unknown == {"ci-1"}


def test_nothing_between_two_instants_in_the_wrong_order() -> None:
    assert bill([life()], book(), SpotHistory(), T0 + 60, T0).total == 0


# -- against a sum of seconds --------------------------------------------------------------------

_LIVES = st.builds(
    life,
    node=st.sampled_from([f"ci-{number}" for number in range(5)]),
    started=st.integers(-400, 900).map(lambda second: T0 + second),
    ended=st.none() | st.integers(-400, 1300).map(lambda second: T0 + second),
    market=st.sampled_from(Market),
    instance_type=st.sampled_from([M5, R5, NOBODY]),
    az=st.sampled_from([A, B]),
    volumes=st.lists(st.sampled_from([ROOT, DATA]), max_size=3).map(tuple),
    role=st.sampled_from(Role),
    reclaimed=st.booleans(),
)
_PRICES = st.just(math.nan) | st.floats(0.001, 40.0)
_STEPS = st.dictionaries(st.integers(-500, 1300), _PRICES, max_size=8).map(
    lambda found: [PriceStep(T0 + at, usd) for at, usd in sorted(found.items())]
)
_HISTORIES = st.fixed_dictionaries(
    {}, optional={(kind, az): _STEPS for kind in (M5, R5, NOBODY) for az in (A, B)}
).map(SpotHistory)


def second_by_second(
    lives: Sequence[Life], spot: SpotHistory, start: int, end: int
) -> tuple[dict[tuple[CostPart, Who], float], dict[str, float], float]:
    """What a meter that is read each second would say: own code, nothing shared."""
    amounts: dict[tuple[CostPart, Who], list[float]] = defaultdict(list)
    nodes: dict[str, list[float]] = defaultdict(list)
    listed: list[float] = []
    for each in lives:
        begin = int(each.started - T0)
        lived = None if each.ended is None else int(each.ended - T0) - begin
        stop = end if lived is None else begin + max(60, lived)
        free = each.reclaimed and each.market is Market.SPOT and lived is not None and lived < 3600
        ec2, fee = LISTED.get(each.instance_type, (None, None))
        disks = sum(GIB_MONTH[disk.volume_type] * disk.size_gib for disk in each.volumes) / 730
        for second in range(max(begin, start), min(stop, end)):
            price = ec2
            if each.market is Market.SPOT:
                price = None
                for at, usd in spot.steps.get((each.instance_type, each.az), ()):
                    if at <= T0 + second:
                        price = None if math.isnan(usd) else usd
                if not free and price is not None:
                    listed.append((price if ec2 is None else ec2) / 3600)
            elif ec2 is not None:
                listed.append(ec2 / 3600)
            paid = {
                CostPart.EC2: 0.0 if free else price or 0.0,
                CostPart.EMR: fee or 0.0,
                CostPart.EBS: disks,
            }
            for part, usd in paid.items():
                amounts[part, Who(each.role, each.market)].append(usd / 3600)
                nodes[each.node].append(usd / 3600)
    return (
        {key: math.fsum(values) for key, values in amounts.items()},
        {key: math.fsum(values) for key, values in nodes.items()},
        math.fsum(listed),
    )


@settings(max_examples=60, deadline=None)
@given(
    lives=st.lists(_LIVES, max_size=6),
    spot=_HISTORIES,
    start=st.integers(-450, 600),
    length=st.integers(1, 900),
    slices=st.integers(0, 7),
)
def test_bills_equal_the_sum_of_their_seconds(
    lives: list[Life], spot: SpotHistory, start: int, length: int, slices: int
) -> None:
    found = bill(lives, book(), spot, T0 + start, T0 + start + length, slices)
    usd, nodes, listed = second_by_second(lives, spot, start, start + length)

    for key in usd.keys() | found.usd.keys():
        assert found.usd.get(key, 0.0) == pytest.approx(usd.get(key, 0.0), rel=1e-9, abs=1e-15)
    for node in nodes.keys() | found.by_node.keys():
        assert found.by_node.get(node, 0.0) == pytest.approx(nodes.get(node, 0.0), rel=1e-9)
    assert found.on_demand_usd == pytest.approx(listed, rel=1e-9)
    assert len(found.slices) == slices
    if slices:
        assert sum(part.total for part in found.slices) == pytest.approx(found.total, rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    lives=st.lists(_LIVES, max_size=5),
    spot=_HISTORIES,
    cuts=st.sets(st.integers(-450, 1400), min_size=2, max_size=8).map(sorted),
)
def test_each_slice_is_the_bill_of_its_own_time(
    lives: list[Life], spot: SpotHistory, cuts: list[int]
) -> None:
    edges = [T0 + cut for cut in cuts]
    found = bill_between(lives, book(), spot, edges)

    assert len(found.slices) == len(edges) - 1
    for part in found.slices:
        alone = bill(lives, book(), spot, part.start, part.end)
        assert part.total == pytest.approx(alone.total, rel=1e-9, abs=1e-15)


def test_ten_thousand_lives_with_spot_histories_take_less_than_a_second() -> None:
    steps = {
        (M5, az): [PriceStep(T0 + 300.0 * step, 0.05 + step % 7 / 100) for step in range(2000)]
        for az in (A, B)
    }
    lives = [
        life(
            f"ci-{number}",
            T0 + number * 50.0,
            T0 + number * 50.0 + 86_400,
            Market.SPOT,
            az=(A, B)[number % 2],
        )
        for number in range(10_000)
    ]
    priced = book()
    began = time.process_time()
    found = bill(lives, priced, SpotHistory(steps), T0, T0 + 600_000, slices=300)
    assert time.process_time() - began < 1.0
    assert len(found.by_node) == 10_000
    assert not found.unknown
