"""Allocation strategies, time-outs, and what is said of capacity that never comes."""

from __future__ import annotations

import botocore.session
import pytest

from hue_desktop.core.candidates.quotas import quota_of
from hue_desktop.core.candidates.strategies import (
    default_strategy,
    first_shortage_text,
    group_shortage_text,
    resize_shortage_text,
    strategies,
    timeout_problem,
)
from hue_desktop.core.instances import Market, Role


@pytest.mark.parametrize(
    ("market", "shape"),
    [
        (Market.SPOT, "SpotProvisioningAllocationStrategy"),
        (Market.ON_DEMAND, "OnDemandProvisioningAllocationStrategy"),
    ],
)
def test_the_strategies_are_those_of_the_api(market: Market, shape: str) -> None:
    model = botocore.session.get_session().get_service_model("emr")
    known = set(model.shape_for(shape).enum)
    offered = [each.key for each in strategies(market)]
    assert set(offered) == known
    assert [each.key for each in strategies(market) if each.recommended] == offered[:1]
    assert all(each.title and each.text for each in strategies(market))


def test_the_default_depends_on_the_release() -> None:
    assert default_strategy("emr-7.5.0") == "price-capacity-optimized"
    assert default_strategy("emr-6.5.0") == "capacity-optimized"


def test_shortage_in_words() -> None:
    first = first_shortage_text(60, "SWITCH_TO_ON_DEMAND")
    assert "on-demand nodes instead" in first
    assert "1 h" in first
    assert "ends the cluster" in first_shortage_text(20, "TERMINATE_CLUSTER")
    resize = resize_shortage_text(20, Market.SPOT)
    assert "20 min" in resize
    assert "no on-demand nodes come in their place" in resize
    assert "1 h" in resize_shortage_text(None, Market.ON_DEMAND)
    assert "no time-out" in group_shortage_text(Role.TASK, Market.SPOT)
    assert "all of its nodes" in group_shortage_text(Role.CORE, Market.SPOT)
    assert "suspends" in group_shortage_text(Role.TASK, Market.ON_DEMAND)


@pytest.mark.parametrize(
    ("minutes", "first", "fits"),
    [
        (None, True, True),
        (5, True, True),
        (4, True, False),
        (1440, True, True),
        (1441, True, False),
        (1441, False, True),
        (10_080, False, True),
        (10_081, False, False),
    ],
)
def test_timeouts_have_bounds(minutes: int | None, first: bool, fits: bool) -> None:
    assert (timeout_problem(minutes, first=first) == "") is fits


@pytest.mark.parametrize(
    ("name", "on_demand", "spot"),
    [
        ("m5.xlarge", "L-1216C47A", "L-34B43A08"),
        ("im4gn.large", "L-1216C47A", "L-34B43A08"),
        ("g5.xlarge", "L-DB2E81BA", "L-3819A6DF"),
        ("gr6.4xlarge", "L-DB2E81BA", "L-3819A6DF"),
        ("p4d.24xlarge", "L-417A185B", "L-7212CCBC"),
        ("p5.48xlarge", "L-417A185B", "L-C4BD4855"),
        ("x2iedn.xlarge", "L-7295265B", "L-E3A00192"),
        ("u-6tb1.56xlarge", "L-43DA4232", None),
        ("trn1.2xlarge", "L-2C3B7624", "L-6B0D517C"),
        ("inf2.xlarge", "L-1945791B", "L-B5D1601B"),
        ("hpc7a.12xlarge", "L-F7808C92", None),
    ],
)
def test_quotas_by_family(name: str, on_demand: str, spot: str | None) -> None:
    found = quota_of(name, Market.ON_DEMAND)
    assert found is not None
    assert found.code == on_demand
    told = quota_of(name, Market.SPOT)
    assert (told.code if told else None) == spot
