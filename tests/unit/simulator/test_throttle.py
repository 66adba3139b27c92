"""Token buckets with EMR's default rates."""

from __future__ import annotations

import pytest

from hue_desktop.simulator.service import ApiError
from hue_desktop.simulator.throttle import ACCOUNT, EMR_RATES, Rate, Throttle


class Wall:
    """Seconds that move when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def admitted(throttle: Throttle, operation: str, count: int = 1000, service: str = "emr") -> int:
    """How many of ``count`` requests in a row get through."""
    for number in range(count):
        try:
            throttle.admit(service, operation)
        except ApiError:
            return number
    return count


@pytest.mark.parametrize("operation", ["DescribeCluster", "ListInstances", "AddInstanceGroups"])
def test_an_operation_has_its_burst_and_its_refill(operation: str) -> None:
    wall = Wall()
    throttle = Throttle(wall=wall)
    rate = EMR_RATES[operation]
    assert admitted(throttle, operation) == rate.burst
    wall.now += 2 / rate.refill_per_s
    assert admitted(throttle, operation) == 2
    wall.now += 1e6
    assert admitted(throttle, operation) == rate.burst


def test_all_operations_share_the_account_s_bucket() -> None:
    wall = Wall()
    throttle = Throttle(wall=wall)
    through = [
        admitted(throttle, name)
        for name in ("ListClusters", "DescribeCluster", "ListSteps", "ListReleaseLabels")
    ]
    assert sum(through) == EMR_RATES[ACCOUNT].burst
    wall.now += 1
    assert admitted(throttle, "ListReleaseLabels") == EMR_RATES[ACCOUNT].refill_per_s


def test_a_refused_request_costs_the_account_nothing() -> None:
    throttle = Throttle(wall=Wall())
    assert admitted(throttle, "AddTags") == 5
    for _ in range(50):
        assert admitted(throttle, "AddTags", 1) == 0
    assert admitted(throttle, "DescribeStep") == 10


def test_other_services_are_not_limited_by_default() -> None:
    assert admitted(Throttle(wall=Wall()), "DescribeInstances", service="ec2") == 1000


def test_rates_can_be_changed_and_set_back() -> None:
    throttle = Throttle(wall=Wall())
    throttle.set_rate("emr", "DescribeCluster", Rate(3, 0))
    assert admitted(throttle, "DescribeCluster") == 3
    throttle.set_rate("emr", ACCOUNT, Rate(1000, 0))
    throttle.set_rate("emr", "DescribeCluster", Rate(500, 0))
    assert admitted(throttle, "DescribeCluster") == 500
    throttle.reset()
    assert admitted(throttle, "DescribeCluster") == 10


def test_an_operation_can_be_refused_for_a_while() -> None:
    wall = Wall()
    throttle = Throttle(enabled=False, wall=wall)
    throttle.refuse("emr", "ListSteps", 30)
    assert admitted(throttle, "ListSteps") == 0
    assert admitted(throttle, "DescribeCluster") == 1000
    wall.now += 30
    assert admitted(throttle, "ListSteps") == 1000


@pytest.mark.parametrize(
    ("service", "code"),
    [("emr", "ThrottlingException"), ("ec2", "RequestLimitExceeded"), ("iam", "Throttling")],
)
def test_each_service_has_its_own_word_for_it(service: str, code: str) -> None:
    throttle = Throttle(wall=Wall())
    throttle.set_rate(service, "X", Rate(0, 0))
    with pytest.raises(ApiError) as raised:
        throttle.admit(service, "X")
    assert raised.value.code == code


def test_when_disabled_everything_gets_through() -> None:
    throttle = Throttle(enabled=False, wall=Wall())
    assert admitted(throttle, "DescribeCluster") == 1000
    throttle = Throttle(wall=Wall())
    throttle.disable()
    assert admitted(throttle, "DescribeCluster") == 1000
