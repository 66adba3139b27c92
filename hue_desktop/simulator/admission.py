"""What stands between a request and its operation: throttling, and trouble made on purpose.

The control API sets the trouble (expired credentials, injected errors, latency), so that a client's
handling of it can be tried without an account to lose.
"""

from __future__ import annotations

from dataclasses import dataclass

from hue_desktop.simulator.service import ApiError
from hue_desktop.simulator.throttle import Throttle

__all__ = ["Admission", "Fault"]

_USER = "arn:aws:iam::{account}:user/hue"
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

    def __init__(self, throttle: Throttle, account_id: str = "123456789012") -> None:
        self.throttle = throttle
        self._account_id = account_id
        self.denied: set[tuple[str, str]] = set()  #: (service, operation); ``*`` means all
        self.credentials_expired = False
        self.latency_s = 0.0
        self.faults: list[Fault] = []

    def reset(self) -> None:
        """No trouble, default rates."""
        self.throttle.reset()
        self.credentials_expired = False
        self.latency_s = 0.0
        self.faults.clear()
        self.denied.clear()

    def admit(self, service: str, operation: str) -> None:
        """Let a request through or raise the :class:`ApiError` that it gets instead."""
        if self.credentials_expired:
            raise _expired(service)
        if self.denied and self._is_denied(service, operation):
            raise _not_allowed(service, operation, self._account_id)
        if self.faults:
            self._meet_fault(service, operation)
        self.throttle.admit(service, operation)

    def _is_denied(self, service: str, operation: str) -> bool:
        pairs = ((service, operation), (service, "*"), ("*", operation), ("*", "*"))
        return any(pair in self.denied for pair in pairs)

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


#: The prefix of a service's actions in policies, where it is not botocore's name.
_ACTIONS = {"emr": "elasticmapreduce", "service-quotas": "servicequotas"}


def _not_allowed(service: str, operation: str, account_id: str) -> ApiError:
    """What IAM lets a service answer when no policy allows an action."""
    action = f"{_ACTIONS.get(service, service)}:{operation}"
    text = (
        f"User: {_USER.format(account=account_id)} is not authorized to perform: {action} because "
        f"no identity-based policy allows the {action} action"
    )
    if service == "ec2":
        said = f"You are not authorized to perform this operation. {text}"
        return ApiError("UnauthorizedOperation", said, status=403)
    if service in ("cloudwatch", "iam", "sts"):
        return ApiError("AccessDenied", text, status=403)
    return ApiError("AccessDeniedException", text)
