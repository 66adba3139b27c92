"""What stands between a request and its operation: throttling, and trouble made on purpose.

The control API sets the trouble (expired credentials, injected errors, latency), so that a client's
handling of it can be tried without an account to lose.
"""

from __future__ import annotations

from dataclasses import dataclass

from hue_desktop.simulator.service import ApiError
from hue_desktop.simulator.throttle import Throttle

__all__ = ["Admission", "Fault"]

_EXPIRED = "The security token included in the request is expired"


@dataclass(slots=True)
class Fault:
    """An error that the next requests get instead of an answer."""

    service: str  #: botocore's name, or ``*``
    operation: str  #: the operation's name, or ``*``
    code: str
    message: str
    status: int
    remaining: int  #: how many requests it still hits

    def hits(self, service: str, operation: str) -> bool:
        """Whether a request meets this fault."""
        return self.service in ("*", service) and self.operation in ("*", operation)


class Admission:
    """Decides whether a request reaches its operation."""

    def __init__(self, throttle: Throttle) -> None:
        self.throttle = throttle
        self.credentials_expired = False
        self.latency_s = 0.0
        self.faults: list[Fault] = []

    def reset(self) -> None:
        """No trouble, default rates."""
        self.throttle.reset()
        self.credentials_expired = False
        self.latency_s = 0.0
        self.faults.clear()

    def admit(self, service: str, operation: str) -> None:
        """Let a request through or raise the :class:`ApiError` that it gets instead."""
        if self.credentials_expired:
            raise _expired(service)
        if self.faults:
            self._meet_fault(service, operation)
        self.throttle.admit(service, operation)

    def _meet_fault(self, service: str, operation: str) -> None:
        for fault in self.faults:
            if fault.hits(service, operation):
                fault.remaining -= 1
                if fault.remaining <= 0:
                    self.faults.remove(fault)
                raise ApiError(fault.code, fault.message, status=fault.status)


def _expired(service: str) -> ApiError:
    """Each protocol has its own name for credentials that are too old."""
    if service == "ec2":
        return ApiError("RequestExpired", "Request has expired.")
    if service in ("iam", "sts"):
        return ApiError("ExpiredToken", _EXPIRED, status=403)
    return ApiError("ExpiredTokenException", _EXPIRED)
