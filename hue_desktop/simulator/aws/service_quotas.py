"""Service Quotas for EMR (clusters, instances, request rates) and EC2's vCPU limits.

The request rates are those that the region's throttle starts with. EC2's quota codes are AWS's;
EMR's are made here from the quota's name, so look one up by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from hue_desktop.simulator.aws.paging import InvalidToken, page
from hue_desktop.simulator.chance import Chance
from hue_desktop.simulator.service import ApiError, Call, Operation
from hue_desktop.simulator.throttle import ACCOUNT, EMR_RATES
from hue_desktop.simulator.world.world import World

__all__ = ["ServiceQuotasService"]

Json = dict[str, Any]

_NAMES = {
    "ec2": "Amazon Elastic Compute Cloud (Amazon EC2)",
    "elasticmapreduce": "Amazon Elastic MapReduce (Amazon EMR)",
}
_STANDARD = "Standard (A, C, D, H, I, M, R, T, Z)"
_PAGE = 100


@dataclass(frozen=True, slots=True)
class _Quota:
    service: str
    code: str
    name: str
    default: float
    applied: float  #: after the increases that an account of this size has been granted
    adjustable: bool = True


class ServiceQuotasService:
    """The read operations of Service Quotas."""

    name = "service-quotas"

    def __init__(self, world: World) -> None:
        self._region = world.region
        self._account_id = world.account_id

    def operations(self) -> Mapping[str, Operation]:
        """By model name."""
        return {
            "GetAWSDefaultServiceQuota": self.get_default_quota,
            "GetServiceQuota": self.get_quota,
            "ListAWSDefaultServiceQuotas": self.list_default_quotas,
            "ListServiceQuotas": self.list_quotas,
            "ListServices": self.list_services,
        }

    def list_services(self, call: Call) -> Json:
        """The services with quotas."""
        found = [{"ServiceCode": code, "ServiceName": name} for code, name in _NAMES.items()]
        shown, token = _paged(call, found)
        return {"Services": list(shown), "NextToken": token}

    def list_quotas(self, call: Call) -> Json:
        """The account's quotas for a service."""
        return self._list(call, applied=True)

    def list_default_quotas(self, call: Call) -> Json:
        """AWS's defaults for a service."""
        return self._list(call, applied=False)

    def get_quota(self, call: Call) -> Json:
        """One of the account's quotas."""
        return {"Quota": self._quota(_find(call), applied=True)}

    def get_default_quota(self, call: Call) -> Json:
        """One of AWS's defaults."""
        return {"Quota": self._quota(_find(call), applied=False)}

    def _list(self, call: Call, *, applied: bool) -> Json:
        code = call.params.get("QuotaCode")
        found = [quota for quota in _of_service(call) if code in (None, quota.code)]
        shown, token = _paged(call, found)
        return {
            "Quotas": [self._quota(quota, applied=applied) for quota in shown],
            "NextToken": token,
        }

    def _quota(self, quota: _Quota, *, applied: bool) -> Json:
        owner = self._account_id if applied else ""
        arn = f"arn:aws:servicequotas:{self._region}:{owner}:{quota.service}/{quota.code}"
        answer: Json = {
            "ServiceCode": quota.service,
            "ServiceName": _NAMES[quota.service],
            "QuotaArn": arn,
            "QuotaCode": quota.code,
            "QuotaName": quota.name,
            "Value": quota.applied if applied else quota.default,
            "Unit": "None",
            "Adjustable": quota.adjustable,
            "GlobalQuota": False,
        }
        if applied:
            answer["QuotaAppliedAtLevel"] = "ACCOUNT"
        return answer


@cache
def _quotas() -> tuple[_Quota, ...]:
    emr = [
        _emr("The maximum number of active clusters that can be run at the same time", 500),
        _emr("The maximum number of active instances per instance group", 2000),
    ]
    for api, rate in EMR_RATES.items():
        calls = "API" if api == ACCOUNT else api
        emr.append(_emr(f"Bucket size of {calls} calls", rate.burst))
        emr.append(_emr(f"Replenishment rate of {calls} calls", rate.refill_per_s))
    ec2 = [
        _Quota("ec2", "L-1216C47A", f"Running On-Demand {_STANDARD} instances", 5, 20_000),
        _Quota("ec2", "L-34B43A08", f"All {_STANDARD} Spot Instance Requests", 5, 20_000),
        _Quota("ec2", "L-DB2E81BA", "Running On-Demand G and VT instances", 0, 256),
        _Quota("ec2", "L-3819A6DF", "All G and VT Spot Instance Requests", 0, 256),
        _Quota("ec2", "L-417A185B", "Running On-Demand P instances", 0, 192),
        _Quota("ec2", "L-7212CCBC", "All P4, P3 and P2 Spot Instance Requests", 0, 192),
        _Quota("ec2", "L-7295265B", "Running On-Demand X instances", 0, 512),
        _Quota("ec2", "L-E3A00192", "All X Spot Instance Requests", 0, 512),
    ]
    return (*emr, *ec2)


def _emr(name: str, value: float) -> _Quota:
    code = f"L-{Chance(0).of('quota', name).getrandbits(32):08X}"
    return _Quota("elasticmapreduce", code, name, value, value)


def _of_service(call: Call) -> list[_Quota]:
    service = call.params["ServiceCode"]
    if service not in _NAMES:
        raise ApiError("NoSuchResourceException", f"The service {service} has no quotas here.")
    return [quota for quota in _quotas() if quota.service == service]


def _find(call: Call) -> _Quota:
    code = call.params["QuotaCode"]
    for quota in _of_service(call):
        if quota.code == code:
            return quota
    raise ApiError("NoSuchResourceException", f"The quota {code} does not exist.")


def _paged(call: Call, items: Sequence[Any]) -> tuple[Sequence[Any], str | None]:
    size = int(call.params.get("MaxResults") or _PAGE)
    try:
        return page(items, call.params.get("NextToken"), size, call.operation)
    except InvalidToken:
        raise ApiError("InvalidPaginationTokenException", "Invalid pagination token.") from None
