"""Request rates as AWS limits them: one token bucket an API and one for the whole account.

A request needs a token from both; a client that runs dry gets ``ThrottlingException`` with "Rate
exceeded". Buckets refill by wall time, also when simulated time runs faster: a client lives in wall
time, and its retry delays too.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from hue_desktop.simulator.service import ApiError

__all__ = ["ACCOUNT", "EMR_RATES", "Rate", "Throttle"]

ACCOUNT = "*"  #: names the bucket that all of a service's operations share


@dataclass(frozen=True, slots=True)
class Rate:
    """How many requests at once, and how many more each second."""

    burst: float
    refill_per_s: float


#: EMR's default rates, as Service Quotas lists them for a new account. Operations that are not
#: named here are limited by the account's bucket only.
EMR_RATES: dict[str, Rate] = {
    ACCOUNT: Rate(25, 5),
    "DescribeCluster": Rate(10, 1),
    "ListClusters": Rate(20, 0.5),
    "DescribeStep": Rate(10, 0.5),
    "ListSteps": Rate(10, 0.5),
    "ListInstances": Rate(10, 0.5),
    "ListInstanceGroups": Rate(10, 1),
    "ListInstanceFleets": Rate(5, 0.5),
    "ListBootstrapActions": Rate(10, 1),
    "RunJobFlow": Rate(10, 0.5),
    "AddJobFlowSteps": Rate(10, 0.5),
    "CancelSteps": Rate(10, 0.5),
    "TerminateJobFlows": Rate(10, 0.5),
    "ModifyCluster": Rate(10, 0.5),
    "ModifyInstanceGroups": Rate(5, 0.5),
    "ModifyInstanceFleet": Rate(5, 0.5),
    "AddInstanceGroups": Rate(5, 0.2),
    "AddInstanceFleet": Rate(5, 0.5),
    "AddTags": Rate(5, 0.5),
    "RemoveTags": Rate(5, 0.5),
    "SetTerminationProtection": Rate(5, 0.2),
    "DescribeSecurityConfiguration": Rate(5, 0.5),
    "ListSecurityConfigurations": Rate(5, 0.5),
    "CreateSecurityConfiguration": Rate(5, 0.5),
    "DeleteSecurityConfiguration": Rate(5, 0.5),
    "DescribeJobFlows": Rate(20, 0.2),
}

_EXCEEDED = "Rate exceeded"


class _Bucket:
    def __init__(self, rate: Rate, now: float) -> None:
        self.rate = rate
        self.tokens = rate.burst
        self._filled_at = now

    def refill(self, now: float) -> None:
        gained = (now - self._filled_at) * self.rate.refill_per_s
        self.tokens = min(self.rate.burst, self.tokens + gained)
        self._filled_at = now


class Throttle:
    """The buckets of a region. ``wall`` returns seconds that never go back."""

    def __init__(self, *, enabled: bool = True, wall: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._enabled_by_default = enabled
        self.reset()

    def reset(self) -> None:
        """Back to the default rates with full buckets."""
        now = self._wall()
        self._enabled = self._enabled_by_default
        self._buckets = {
            ("emr", api): _Bucket(rate, now)
            for api, rate in EMR_RATES.items()
            if self._enabled_by_default
        }
        self._always_until: dict[tuple[str, str], float] = {}

    def disable(self) -> None:
        """Let everything through until :meth:`reset`, also rates that were set by hand."""
        self._enabled = False

    def set_rate(self, service: str, api: str, rate: Rate) -> None:
        """Replace the bucket of an operation, or of the account for ``ACCOUNT``, by a full one."""
        self._enabled = True
        self._buckets[(service, api)] = _Bucket(rate, self._wall())

    def refuse(self, service: str, api: str, for_s: float) -> None:
        """Refuse an operation (or with ``ACCOUNT`` all of the service) for so many wall seconds."""
        self._enabled = True
        self._always_until[(service, api)] = self._wall() + for_s

    def admit(self, service: str, operation: str) -> None:
        """Take the tokens for one request; raises :class:`ApiError` when there are none."""
        if not self._enabled:
            return
        now = self._wall()
        keys = ((service, operation), (service, ACCOUNT))
        if any(self._always_until.get(key, 0.0) > now for key in keys):
            raise _exceeded(service)
        buckets = [self._buckets[key] for key in keys if key in self._buckets]
        for bucket in buckets:
            bucket.refill(now)
        if any(bucket.tokens < 1 for bucket in buckets):
            raise _exceeded(service)
        for bucket in buckets:
            bucket.tokens -= 1

    def report(self) -> dict[str, object]:
        """The rates and what is left in each bucket, for the control API."""
        now = self._wall()
        rows: dict[str, object] = {}
        for (service, api), bucket in self._buckets.items():
            bucket.refill(now)
            rows[f"{service}:{api}"] = {
                "burst": bucket.rate.burst,
                "refill": bucket.rate.refill_per_s,
                "tokens": round(bucket.tokens, 2),
            }
        refused = [f"{key[0]}:{key[1]}" for key, end in self._always_until.items() if end > now]
        return {"enabled": self._enabled, "buckets": rows, "refused": refused}


def _exceeded(service: str) -> ApiError:
    if service == "ec2":
        return ApiError("RequestLimitExceeded", "Request limit exceeded.", status=503)
    code = "Throttling" if service in ("iam", "sts") else "ThrottlingException"
    return ApiError(code, _EXCEEDED, status=400)
