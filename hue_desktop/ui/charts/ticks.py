"""Where the labels of an axis stand: round values from zero, round local times."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, tzinfo

__all__ = ["nice_top", "time_ticks"]

_LEADS = (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10)
_STEPS_MIN = (1 / 6, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 4320, 7200,
              10080, 20160)  # fmt: skip


def nice_top(highest: float, *, whole: bool = False) -> float:
    """The round value at the top of an axis from zero, whose half is worth a label too.

    ``whole`` asks for an even number of at least two, for things that are counted.
    """
    if not math.isfinite(highest) or highest < 1e-12:
        return 2.0 if whole else 1.0
    unit = 10.0 ** math.floor(math.log10(highest))
    top = next(lead * unit for lead in _LEADS if lead * unit >= highest * (1 - 1e-9))
    if whole:
        return max(2.0, 2.0 * math.ceil(top / 2.0))
    return top


def time_ticks(
    start: datetime, end: datetime, width: int, zone: tzinfo | None = None
) -> list[tuple[datetime, str]]:
    """Moments and labels for a time axis ``width`` pixels long, aligned to the local day.

    Labels keep 90 pixels of distance. A tick at midnight says the day instead of 00:00.
    """
    minutes = (end - start).total_seconds() / 60
    if minutes <= 0 or width <= 0:
        return []
    wanted = minutes * 90 / width
    step = next((step for step in _STEPS_MIN if step >= wanted), _STEPS_MIN[-1])
    local = start.astimezone(zone)
    tick = local.replace(hour=0, minute=0, second=0, microsecond=0)
    tick += timedelta(minutes=step) * int((local - tick) / timedelta(minutes=step))
    ticks: list[tuple[datetime, str]] = []
    while tick <= end:
        if tick >= start:
            ticks.append((tick.astimezone(UTC), _label(tick, step)))
        tick += timedelta(minutes=step)
    return ticks


def _label(tick: datetime, step_min: float) -> str:
    if tick.hour == 0 and tick.minute == 0 and tick.second == 0:
        return f"{tick.day} {tick:%b}" if step_min > 2880 else f"{tick:%a} {tick.day}"
    return f"{tick:%H:%M:%S}" if step_min < 1 else f"{tick:%H:%M}"
