"""How fast HDFS has re-replicated here before, from what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from statistics import median

from hue_desktop.core.format import count, date_time, duration
from hue_desktop.core.metrics import SeriesData
from hue_desktop.core.shrink.values import DrainRate, RateSource
from hue_desktop.core.text import _

__all__ = ["measured_rate"]

_LEAST_BLOCKS, _LEAST_S = 200, 60.0
_NEWEST = 3  #: runs that count


def measured_rate(
    lacking: SeriesData | None, cause: SeriesData | None, mean_block: float
) -> DrainRate | None:
    """From how under-replicated blocks became fewer while ``cause`` was above zero.

    ``cause`` counts nodes that were being decommissioned or lost. ``mean_block`` is bytes.
    ``None`` when nothing of that kind, or too little of it, was measured.
    """
    if lacking is None or cause is None or mean_block <= 0:
        return None
    runs = [run for run in _runs(lacking) if _caused(cause, run[0], run[1])]
    if not runs:
        return None
    newest = runs[-_NEWEST:]
    blocks_s = median(blocks / (end - begin) for begin, end, blocks in newest)
    begin, end, blocks = newest[-1]
    text = _("Measured here: {n} blocks copied in {time} on {date}.").format(
        n=count(blocks), time=duration(end - begin), date=_date(end)
    )
    return DrainRate(blocks_s * mean_block, RateSource.MEASURED, text, blocks_s)


def _runs(series: SeriesData) -> Iterator[tuple[float, float, float]]:
    """Stretches in which the value only fell: begin, end, by how much."""
    times, values = series.times, series.values
    start = 0
    for at in range(1, len(times) + 1):
        falls = (
            at < len(times)
            and values[at] < values[at - 1]
            and times[at] - times[at - 1] <= series.gap_s
        )
        if falls:
            continue
        fell, took = values[start] - values[at - 1], times[at - 1] - times[start]
        if fell >= _LEAST_BLOCKS and took >= _LEAST_S:
            yield float(times[start]), float(times[at - 1]), float(fell)
        start = at


def _caused(cause: SeriesData, begin: float, end: float) -> bool:
    return any(
        value > 0 and begin - cause.gap_s <= at <= end + cause.gap_s
        for at, value in zip(cause.times, cause.values, strict=True)
    )


def _date(at: float) -> str:
    return date_time(datetime.fromtimestamp(at, UTC), always_date=True)
