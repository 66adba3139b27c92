"""Service quotas through boto3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hue_desktop.simulator.throttle import EMR_RATES
from tests.simulated import simulated_region


@pytest.fixture(scope="module")
def quotas() -> Iterator[Any]:
    with simulated_region() as region:
        yield region.client("service-quotas")


def listed(quotas: Any, operation: str, service: str) -> dict[str, dict[str, Any]]:
    pages = quotas.get_paginator(operation).paginate(
        ServiceCode=service, PaginationConfig={"PageSize": 7}
    )
    return {item["QuotaName"]: item for page in pages for item in page["Quotas"]}


def test_emr_quotas_are_those_that_the_throttle_keeps(quotas: Any) -> None:
    found = listed(quotas, "list_service_quotas", "elasticmapreduce")
    clusters = found["The maximum number of active clusters that can be run at the same time"]
    assert clusters["Value"] == 500
    assert found["The maximum number of active instances per instance group"]["Value"] == 2000
    for api in ("DescribeCluster", "ListSteps", "RunJobFlow"):
        assert found[f"Bucket size of {api} calls"]["Value"] == EMR_RATES[api].burst
        rate = found[f"Replenishment rate of {api} calls"]
        assert rate["Value"] == EMR_RATES[api].refill_per_s
    assert len({item["QuotaCode"] for item in found.values()}) == len(found)


def test_ec2_limits_differ_from_the_default_of_a_new_account(quotas: Any) -> None:
    applied = listed(quotas, "list_service_quotas", "ec2")
    default = listed(quotas, "list_aws_default_service_quotas", "ec2")
    name = "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests"
    assert applied.keys() == default.keys()
    assert default[name]["Value"] == 5 < applied[name]["Value"]


def test_a_quota_is_found_by_its_code(quotas: Any) -> None:
    one = quotas.get_service_quota(ServiceCode="ec2", QuotaCode="L-1216C47A")["Quota"]
    assert one["QuotaName"].startswith("Running On-Demand Standard")
    default = quotas.get_aws_default_service_quota(ServiceCode="ec2", QuotaCode="L-1216C47A")
    assert default["Quota"]["Value"] == 5


@pytest.mark.parametrize(("service", "quota"), [("ec2", "L-00000000"), ("teapot", "L-1216C47A")])
def test_what_does_not_exist_is_said(quotas: Any, service: str, quota: str) -> None:
    with pytest.raises(ClientError) as caught:
        quotas.get_service_quota(ServiceCode=service, QuotaCode=quota)
    assert caught.value.response["Error"]["Code"] == "NoSuchResourceException"
