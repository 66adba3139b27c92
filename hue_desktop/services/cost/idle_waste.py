"""When no YARN application ran, as far as anybody measured it.

A sample stands for the time until the next one, at most for as long as samples are apart. Where
nobody measured, a cluster is neither idle nor busy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Stretch", "idle_stretches"]


class Stretch(NamedTuple):
    """A stretch of time in which it is known whether an application ran."""

    start: float
    end: float
    idle: bool


def idle_stretches(
    times: Sequence[float], running: Sequence[float], step_s: float, start: float, end: float
) -> tuple[Stretch, ...]:
    """Stretches between ``start`` and ``end``; neighbours of the same kind are one.

    ``running`` counts the applications at ``times`` (rising); ``step_s`` is how far apart samples
    are meant to be.
    """
    found: list[Stretch] = []
    for place, (at, count) in enumerate(zip(times, running, strict=True)):
        following = times[place + 1] if place + 1 < len(times) else end
        begin = max(at, start)
        until = min(following, at + 1.5 * step_s, end)
        if until <= begin:
            continue
        idle = count <= 0
        if found and found[-1].end >= begin and found[-1].idle is idle:
            found[-1] = Stretch(found[-1].start, until, idle)
        else:
            found.append(Stretch(begin, until, idle))
    return tuple(found)
