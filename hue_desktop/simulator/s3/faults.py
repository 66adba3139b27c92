"""Trouble that the gate makes: errors, cut and corrupted bodies, slowness; for chosen requests."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qsl, unquote

__all__ = ["KINDS", "S3Fault", "S3Faults", "S3Request", "fault_of"]

KINDS = ("error", "cut", "corrupt", "latency", "bandwidth")
_MAX_FAULTS = 1000
_WHOM = ("method", "bucket", "key", "part", "query", "count", "for_s")
_WHAT = ("kind", "code", "status", "message", "after_bytes", "ms", "bytes_per_s")
_MEMBERS = frozenset(_WHOM + _WHAT)

#: What S3 answers with: code -> (status, message).
_ERRORS = {
    "SlowDown": (503, "Please reduce your request rate."),
    "ServiceUnavailable": (503, "Service is unable to handle request."),
    "InternalError": (500, "We encountered an internal error. Please try again."),
    "AccessDenied": (403, "Access Denied"),
    "ExpiredToken": (400, "The provided token has expired."),
    "RequestTimeout": (
        400,
        "Your socket connection to the server was not read from or written to within the timeout "
        "period. Idle connections will be closed.",
    ),
    "RequestTimeTooSkewed": (
        403,
        "The difference between the request time and the current time is too large.",
    ),
}


@dataclass(frozen=True, slots=True)
class S3Request:
    """What a request is about, as far as a fault can name it."""

    method: str
    bucket: str  #: empty for the list of buckets
    key: str  #: decoded; empty for a request about the bucket
    query: Mapping[str, str]

    @classmethod
    def of(cls, method: str, target: str) -> S3Request:
        """From the request line of a path-style request."""
        path, _, query = target.partition("?")
        bucket, _, key = path.lstrip("/").partition("/")
        pairs = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
        return cls(method, unquote(bucket), unquote(key), pairs)


@dataclass(slots=True)
class S3Fault:
    """One kind of trouble, and whom it meets."""

    kind: str  #: one of :data:`KINDS`
    method: str = "*"
    bucket: str = "*"
    key: str = "*"  #: with ``*`` and ``?`` as in a shell
    part: int | None = None  #: of a multipart upload
    query: str | None = None  #: a parameter that the request must have: ``uploads``, ``list-type``
    code: str = ""
    status: int = 0
    message: str = ""
    after_bytes: int = 0  #: cut behind, or corrupt, this byte of the body
    ms: float = 0.0
    bytes_per_s: float = 0.0
    remaining: int | None = None  #: how many requests it still meets; ``None`` = all
    until: float = field(default=float("inf"))  #: monotonic seconds

    def meets(self, request: S3Request) -> bool:
        """Whether it is meant for a request."""
        if self.part is not None and request.query.get("partNumber") != str(self.part):
            return False
        if self.query is not None and self.query not in request.query:
            return False
        return (
            self.method in ("*", request.method)
            and fnmatchcase(request.bucket, self.bucket)
            and fnmatchcase(request.key, self.key)
        )

    def described(self, now: float) -> dict[str, Any]:
        """The fault as the control API tells it."""
        told: dict[str, Any] = {
            "kind": self.kind,
            "method": self.method,
            "bucket": self.bucket,
            "key": self.key,
            "count": self.remaining,
            "for_s": None if self.until == float("inf") else max(0.0, self.until - now),
        }
        for name in ("part", "query", "code", "status", "after_bytes", "ms", "bytes_per_s"):
            value = getattr(self, name)
            if value:
                told[name] = value
        return told


class S3Faults:
    """The faults that are set; used from the gate's thread and from the control API's."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._faults: tuple[S3Fault, ...] = ()
        self.met = 0  #: how many requests met one

    def __bool__(self) -> bool:
        return bool(self._faults)

    def add(self, fault: S3Fault) -> None:
        """Set one more; raises ``ValueError`` when there are too many."""
        if len(self._faults) >= _MAX_FAULTS:
            raise ValueError("There are too many faults already; clear them first.")
        self._faults = (*self._faults, fault)

    def clear(self) -> None:
        """End all of it."""
        self._faults = ()

    def of(self, request: S3Request) -> list[S3Fault]:
        """The faults that a request meets, counted; an error, if there is one, comes last."""
        now = self._now()
        met: list[S3Fault] = []
        for fault in self._faults:
            if now >= fault.until:
                self._drop(fault)
            elif fault.meets(request) and not (fault.kind == "error" and _error(met)):
                met.append(fault)
                if fault.remaining is not None:
                    fault.remaining -= 1
                    if fault.remaining <= 0:
                        self._drop(fault)
        self.met += bool(met)
        return sorted(met, key=lambda fault: fault.kind == "error")

    def described(self) -> list[dict[str, Any]]:
        """All of them, as the control API tells them."""
        now = self._now()
        return [fault.described(now) for fault in self._faults if now < fault.until]

    def _drop(self, fault: S3Fault) -> None:
        self._faults = tuple(kept for kept in self._faults if kept is not fault)


def _error(met: list[S3Fault]) -> bool:
    return any(fault.kind == "error" for fault in met)


def fault_of(body: Mapping[str, Any], now: Callable[[], float] = time.monotonic) -> S3Fault:
    """A fault as the control API takes it; raises ``ValueError`` saying what is wrong."""
    unknown = sorted(set(body) - _MEMBERS)
    if unknown:
        raise ValueError(
            f"{', '.join(unknown)} is unknown; there are {', '.join(sorted(_MEMBERS))}."
        )
    kind = body.get("kind", "error")
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}.")
    code = _word(body, "code", "InternalError" if kind == "error" else "")
    status, message = _ERRORS.get(code, (400, "Injected by the control API."))
    part, count = _whole(body, "part"), _whole(body, "count")
    for_s = _amount(body, "for_s")
    query = body.get("query")
    fault = S3Fault(
        kind=kind,
        method=_word(body, "method", "*").upper(),
        bucket=_word(body, "bucket", "*"),
        key=_word(body, "key", "*"),
        part=part,
        query=None if query is None else str(query),
        code=code,
        status=(_whole(body, "status") or status) if kind == "error" else 0,
        message=_word(body, "message", message),
        after_bytes=_whole(body, "after_bytes") or 0,
        ms=_amount(body, "ms") or 0.0,
        bytes_per_s=_amount(body, "bytes_per_s") or 0.0,
        remaining=count,
        until=float("inf") if for_s is None else now() + for_s,
    )
    if kind == "latency" and not fault.ms:
        raise ValueError("latency needs ms, above 0.")
    if kind == "bandwidth" and not fault.bytes_per_s:
        raise ValueError("bandwidth needs bytes_per_s, above 0.")
    if kind == "error" and not 400 <= fault.status <= 599:
        raise ValueError("status must be between 400 and 599.")
    return fault


def _word(body: Mapping[str, Any], name: str, default: str) -> str:
    value = body.get(name, default)
    if not isinstance(value, str):
        raise ValueError(f"{name} must be text.")
    return value


def _amount(body: Mapping[str, Any], name: str) -> float | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
        raise ValueError(f"{name} must be a number that is not negative.")
    return float(value)


def _whole(body: Mapping[str, Any], name: str) -> int | None:
    value = _amount(body, name)
    if value is not None and value != int(value):
        raise ValueError(f"{name} must be a whole number.")
    return None if value is None else int(value)
