"""The order of candidates, the one that is suggested, and what is said of each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hue_desktop.core.candidates import Candidate, Need, RankBy, of_similar_size, rank, suggestion
from hue_desktop.core.candidates.building import Surroundings, class_text
from hue_desktop.core.candidates.ranking import exotic, risk_factor
from hue_desktop.core.instances import InstanceType, Market
from tests.unit.core.candidates.made import CLASSES, book_of, make

NEED = Need("m5.2xlarge", archs=frozenset({"x86_64"}))


def names(candidates: tuple[Candidate, ...]) -> list[str]:
    return [each.name for each in candidates]


def named(candidates: tuple[Candidate, ...], name: str) -> Candidate:
    return next(each for each in candidates if each.name == name)


def test_price_and_risk_order_the_picture_as_it_is_drawn() -> None:
    assert names(make()) == [
        "r4.2xlarge",
        "r5n.2xlarge",
        "r6g.2xlarge",
        "m6g.2xlarge",
        "r7i.2xlarge",
        "r6i.2xlarge",
        "r5a.2xlarge",
        "r5.2xlarge",
        "m5.2xlarge",
        "m5.4xlarge",
    ]


def test_a_node_costs_spot_fee_and_volumes_and_that_for_its_yarn_memory() -> None:
    r4 = named(make(), "r4.2xlarge")
    ebs = (4 * 32 + 15) * 0.08 / 730  # the default volumes of a 2xlarge and the root volume
    assert r4.ebs_usd_hour == pytest.approx(ebs)
    assert r4.usd_hour == pytest.approx(0.223 + 0.133 + ebs)
    assert r4.yarn_gib == pytest.approx(53.0)
    assert r4.usd_100gib == pytest.approx(100 * (0.356 + ebs) / 53)
    assert r4.usd_vcpu == pytest.approx((0.356 + ebs) / 8)
    on_demand = named(make(Market.ON_DEMAND), "r4.2xlarge")
    assert on_demand.usd_hour == pytest.approx(0.532 + 0.133 + ebs)


def test_on_demand_nothing_is_taken_back_so_only_the_price_orders() -> None:
    found = make(Market.ON_DEMAND)
    prices = [each.usd_100gib for each in found]
    assert prices == sorted(prices, key=lambda usd: usd or 0)
    assert risk_factor(CLASSES[4], Market.ON_DEMAND) == 1.0


def test_per_gib_and_per_vcpu_ignore_the_risk() -> None:
    found = make()
    by_gib = rank(found, RankBy.PER_GIB, Market.SPOT, NEED)
    assert by_gib[0].name == "r6g.2xlarge"  # the cheapest memory, though taken back most often
    by_vcpu = rank(found, RankBy.PER_VCPU, Market.SPOT, NEED)
    assert by_vcpu[0].usd_vcpu == min(each.usd_vcpu or 9 for each in found)


def test_a_type_of_which_nothing_is_published_counts_as_often_taken_back() -> None:
    assert risk_factor(None, Market.SPOT) == risk_factor(CLASSES[4], Market.SPOT)
    factors = [risk_factor(CLASSES[place], Market.SPOT) for place in range(5)]
    assert factors == sorted(factors)
    assert factors[0] == 1.0


def test_the_suggested_type_is_cheaper_lasting_and_of_the_same_processors() -> None:
    found = make()
    chosen = [each for each in found if each.suggested]
    assert names(tuple(chosen)) == ["r4.2xlarge"]
    assert [each.name for each in found if each.own] == ["m5.2xlarge"]
    # the arm64 type is cheaper by far, but is not what the cluster's software was built for
    assert named(found, "r6g.2xlarge").arch_differs


def test_nothing_is_suggested_where_the_own_type_is_the_best() -> None:
    found = tuple(each for each in make() if each.name in ("m5.2xlarge", "m5.4xlarge"))
    assert suggestion(found, Market.SPOT, NEED) is None


def test_of_equals_the_groups_own_type_comes_first() -> None:
    own, other = (
        replace(each, usd_100gib=1.0, interruption=CLASSES[0])
        for each in make()
        if each.name in ("m5.2xlarge", "m5.4xlarge")
    )
    for pair in ((own, other), (other, own)):
        for model in ("m5.2xlarge", "m5.4xlarge"):
            ranked = rank(pair, RankBy.PRICE_AND_RISK, Market.SPOT, Need(model))
            assert ranked[0].name == model


def test_without_a_type_to_compare_with_the_best_is_suggested() -> None:
    chosen = suggestion(make(model=""), Market.SPOT, Need("", archs=frozenset({"x86_64"})))
    assert chosen is not None
    assert chosen.name == "r4.2xlarge"


def test_a_type_that_the_az_lacks_comes_last_and_is_never_suggested() -> None:
    offered = frozenset({"m5.2xlarge", "r5n.2xlarge"})
    found = make(around=Surroundings(az="us-east-1b", offered=offered))
    assert set(names(found[:2])) == offered
    assert named(found, "r4.2xlarge").here is False
    assert "us-east-1b" in named(found, "r4.2xlarge").reasons[0]
    assert [each.name for each in found if each.suggested] == ["r5n.2xlarge"]


def test_without_offerings_prices_tell_which_types_an_az_has() -> None:
    book = book_of(azs=("us-east-1a",))
    found = make(book=book, around=Surroundings(az="us-east-1b"))
    assert all(each.here is False for each in found)
    found = make(book=book, around=Surroundings(az="us-east-1a"))
    assert all(each.here is True for each in found)


def test_pools_are_the_azs_that_the_subnets_allow() -> None:
    book = book_of(azs=("us-east-1a", "us-east-1b", "us-east-1c"))
    found = make(book=book, around=Surroundings(az="us-east-1b", azs=("us-east-1b", "us-east-1c")))
    assert {each.pools for each in found} == {2}
    assert {each.pools for each in make(book=book)} == {3}


def test_an_unknown_price_is_unknown_and_comes_last() -> None:
    strange = InstanceType("m9.2xlarge", 8, 32.0)
    known = tuple(InstanceType(each.name, each.type.vcpu, each.type.memory_gib) for each in make())
    found = make(types=(strange, *known))
    assert found[-1].name == "m9.2xlarge"
    assert (found[-1].usd_hour, found[-1].usd_100gib, found[-1].spot_now) == (None, None, None)
    assert found[-1].pools is None
    assert any("price" in reason for reason in found[-1].reasons)


def test_too_small_for_yarn_comes_last() -> None:
    small = InstanceType("r5.2xlarge", 2, 2.0)
    found = make(types=(small, InstanceType("m5.2xlarge", 8, 32.0)))
    assert names(found) == ["m5.2xlarge", "r5.2xlarge"]


def test_similar_size_means_vcpu_and_proportions() -> None:
    big = InstanceType("r5.8xlarge", 32, 256.0)
    lopsided = InstanceType("x2iedn.2xlarge", 8, 256.0)
    own = InstanceType("m5.2xlarge", 8, 32.0)
    found = make(types=(own, big, lopsided))
    assert names(of_similar_size(found, "m5.2xlarge")) == ["m5.2xlarge"]
    assert len(of_similar_size(found, "m1.unknown")) == 3


@pytest.mark.parametrize(
    ("name", "special"),
    [
        ("m5.xlarge", False),
        ("r7gd.4xlarge", False),
        ("i4i.xlarge", False),
        ("hpc7a.12xlarge", True),
        ("p4d.24xlarge", True),
        ("g5.xlarge", True),
        ("gr6.4xlarge", True),
        ("x2iedn.xlarge", True),
        ("u-6tb1.56xlarge", True),
        ("m5.metal", True),
        ("c7i.metal-24xl", True),
        ("inf2.xlarge", True),
    ],
)
def test_exotic_types(name: str, special: bool) -> None:
    one = replace(make()[0], type=InstanceType(name, 8, 64.0))
    assert exotic(one) is special


def test_reasons_compare_with_what_the_group_has() -> None:
    reasons = " ".join(named(make(), "r4.2xlarge").reasons)
    assert "less than with m5.2xlarge" in reasons
    assert "more rarely" in reasons
    assert "arm64" in " ".join(named(make(), "r6g.2xlarge").reasons)
    assert "more often" in " ".join(named(make(), "r5.2xlarge").reasons)
    assert named(make(), "m5.2xlarge").reasons == ()


def test_classes_in_words() -> None:
    texts = [class_text(CLASSES[place]).replace("\N{NO-BREAK SPACE}", " ") for place in range(5)]
    assert texts == ["< 5 %", "5–10 %", "10–15 %", "15–20 %", "> 20 %"]
    assert class_text(None) == "unknown"
