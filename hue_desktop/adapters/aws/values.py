"""Reading wire answers: forgiving about what is missing, strict about what makes no sense.

A member that is absent or null reads as empty, an enum word that we do not know reads as UNKNOWN (a
newer API may use it), and a member of the wrong kind raises ``ProtocolError``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TypeVar

from hue_desktop.core.errors import ProtocolError
from hue_desktop.core.text import _

__all__ = [
    "Wire",
    "flag",
    "items",
    "money",
    "number",
    "optional_number",
    "required_text",
    "section",
    "text",
    "text_pairs",
    "texts",
    "when",
    "word",
]

Wire = Mapping[str, Any]
E = TypeVar("E", bound=Enum)


def _nonsense(key: str, value: object) -> ProtocolError:
    return ProtocolError(
        _("The answer makes no sense: its member {key} is {kind}.").format(
            key=key, kind=type(value).__name__
        ),
        remedy=_("Check that the endpoint of the connection is an AWS endpoint."),
    )


def text(data: Wire, key: str) -> str:
    """The string at ``key``, or empty."""
    value = data.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _nonsense(key, value)
    return value


def required_text(data: Wire, key: str) -> str:
    """The string at ``key``; an answer without it cannot be used (``ProtocolError``)."""
    value = text(data, key)
    if not value:
        raise ProtocolError(
            _("The answer makes no sense: its member {key} is missing.").format(key=key),
            remedy=_("Check that the endpoint of the connection is an AWS endpoint."),
        )
    return value


def texts(data: Wire, key: str) -> tuple[str, ...]:
    """The strings at ``key``, or none."""
    value = data.get(key)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise _nonsense(key, value)
    return tuple(value)


def optional_number(data: Wire, key: str) -> int | None:
    """The whole number at ``key``, or ``None``."""
    value = data.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _nonsense(key, value)
    return int(value)


def number(data: Wire, key: str, default: int = 0) -> int:
    """The whole number at ``key``, or ``default``."""
    value = optional_number(data, key)
    return default if value is None else value


def money(data: Wire, key: str) -> float | None:
    """A price that EMR writes as text (``"0.15"``); ``None`` when absent or not a number."""
    value = data.get(key)
    if value is None or value == "":
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def flag(data: Wire, key: str, default: bool = False) -> bool:
    """The truth value at ``key``, or ``default``."""
    value = data.get(key)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise _nonsense(key, value)
    return value


def when(data: Wire, key: str) -> datetime | None:
    """The moment at ``key`` in UTC, or ``None``."""
    value = data.get(key)
    if value is None:
        return None
    if not isinstance(value, datetime):
        raise _nonsense(key, value)
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return value.astimezone(UTC)


def section(data: Wire, key: str) -> Wire:
    """The structure at ``key``, or an empty one."""
    value = data.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _nonsense(key, value)
    return value


def text_pairs(data: Wire, key: str) -> tuple[tuple[str, str], ...]:
    """The map of texts at ``key`` as pairs in order of their names, or none."""
    found = section(data, key)
    return tuple((name, text(found, name)) for name in sorted(found))


def items(data: Wire, key: str) -> Iterator[Wire]:
    """The structures in the list at ``key``, or none."""
    value = data.get(key)
    if value is None:
        return
    if not isinstance(value, list):
        raise _nonsense(key, value)
    for item in value:
        if not isinstance(item, Mapping):
            raise _nonsense(key, item)
        yield item


def word(data: Wire, key: str, words: type[E], unknown: E) -> E:
    """The enum word at ``key``; ``unknown`` when it is absent or new to us."""
    try:
        return words(data.get(key))
    except ValueError:
        return unknown
