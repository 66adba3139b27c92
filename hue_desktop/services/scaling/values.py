"""How far a group can be resized."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["SizeLimits"]


class SizeLimits(NamedTuple):
    """The smallest and largest count of a group, and the sentence that says why."""

    low: int
    high: int
    sentence: str
