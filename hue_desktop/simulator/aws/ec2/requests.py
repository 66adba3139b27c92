"""What EC2's describe operations share: dry runs, filters with wildcards, pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from hue_desktop.simulator.aws.paging import InvalidToken, page
from hue_desktop.simulator.service import ApiError, Call

__all__ = ["Filters", "check_dry_run", "invalid", "paged"]

T = TypeVar("T")

#: Gives the values of an item under a filter's name.
Getter = Callable[[T], Iterable[str]]

_PAGE = 1000


def invalid(message: str) -> ApiError:
    """``InvalidParameterValue``."""
    return ApiError("InvalidParameterValue", message)


def check_dry_run(call: Call) -> None:
    """Answer a dry run as EC2 does: with an error that says it would have worked."""
    if call.params.get("DryRun"):
        raise ApiError(
            "DryRunOperation",
            "Request would have succeeded, but DryRun flag is set.",
            status=412,
        )


def paged(call: Call, items: Sequence[T], default: int = _PAGE) -> tuple[Sequence[T], str | None]:
    """The page that the request asks for; raises ``InvalidParameterValue`` for a wrong token."""
    size = int(call.params.get("MaxResults") or default)
    try:
        return page(items, call.params.get("NextToken"), size, call.operation)
    except InvalidToken:
        raise invalid("Unable to parse pagination token") from None


class Filters:
    """The ``Filters`` of a request: all names must match, by any of their values.

    Raises ``InvalidParameterValue`` for a name that ``getters`` lacks; ``tag:KEY`` goes to
    ``getters["tag:"]``, which gives ``KEY=VALUE``.
    """

    def __init__(self, call: Call, getters: Mapping[str, Getter[Any]]) -> None:
        self._rules: list[tuple[Getter[Any], re.Pattern[str]]] = []
        self._asked: dict[str, list[str]] = {}
        for item in call.params.get("Filters") or ():
            name, values = item.get("Name", ""), list(item.get("Values") or ())
            self._asked.setdefault(name, []).extend(values)
            prefix = ""
            getter = getters.get(name)
            if getter is None and name.startswith("tag:") and "tag:" in getters:
                getter, prefix = getters["tag:"], name[4:] + "="
            if getter is None:
                raise invalid(f"The filter '{name}' is invalid")
            options = "|".join(re.escape(prefix) + _wildcards(value) for value in values)
            self._rules.append((getter, re.compile(options if values else r"(?!)", re.DOTALL)))

    def plain(self, name: str) -> list[str]:
        """The values asked for under ``name`` if none has a wildcard, for a quick look-up."""
        values = self._asked.get(name, [])
        return [] if any(sign in value for value in values for sign in "*?\\") else values

    def match(self, item: object) -> bool:
        """Whether an item passes."""
        return all(
            any(pattern.fullmatch(value) for value in getter(item))
            for getter, pattern in self._rules
        )


def _wildcards(value: str) -> str:
    """A pattern for EC2's wildcards: ``*`` any run, ``?`` one sign, ``\\`` takes them literally."""
    parts = re.findall(r"\\[*?\\]|.", value, re.DOTALL)
    return "".join(
        ".*" if part == "*" else "." if part == "?" else re.escape(part[-1]) for part in parts
    )
