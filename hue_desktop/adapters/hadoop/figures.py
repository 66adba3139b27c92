"""Reading figures out of JSON that servers of several versions made.

A bean may be absent, a number may come as a string, as NaN or as null, and a list of one element
may come as the element itself (YARN's JSON does). What is no figure is ``None``, never zero.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

__all__ = ["Json", "decoded", "listed", "number", "part", "share", "word"]

Json = Mapping[str, Any]


def decoded(body: bytes | str) -> Any:
    """JSON as Hadoop writes it, ``NaN`` and ``Infinity`` included. ``ValueError`` otherwise."""
    if isinstance(body, bytes):
        body = body.decode("utf-8", errors="replace")
    return json.loads(body)


def number(holder: Json, *names: str) -> float | None:
    """The first of these that is a finite number, or a string that holds one."""
    for name in names:
        value = holder.get(name)
        if isinstance(value, bool) or value is None:
            continue
        if isinstance(value, str):
            try:
                value = float(value.strip().rstrip("%"))
            except ValueError:
                continue
        if isinstance(value, int | float):
            try:
                found = float(value)
            except OverflowError:
                continue
            if math.isfinite(found):
                return found
    return None


def word(holder: Json, *names: str) -> str:
    """The first of these that is a text; a number as its text."""
    for name in names:
        value = holder.get(name)
        if isinstance(value, str) and value and value.lower() != "null":
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
    return ""


def part(holder: Any, *path: str) -> Json:
    """A nested object; empty when there is none."""
    for name in path:
        holder = holder.get(name) if isinstance(holder, Mapping) else None
    return holder if isinstance(holder, Mapping) else {}


def listed(holder: Any, name: str) -> list[Json]:
    """A list of objects; one object alone is a list of one."""
    value = holder.get(name) if isinstance(holder, Mapping) else None
    if isinstance(value, Mapping):
        return [value]
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def share(used: float | None, total: float | None) -> float | None:
    """Per cent, 0 to 100; ``None`` when one is not known or the total is nothing."""
    if used is None or total is None or total <= 0:
        return None
    return min(100.0, max(0.0, 100.0 * used / total))
