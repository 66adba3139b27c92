"""Series summed up: what a rule says of hours of measurements, and how sure it may be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hue_desktop.core import format as fmt
from hue_desktop.core.advice.values import Confidence, Evidence
from hue_desktop.core.metrics import SeriesData, Unit, metric
from hue_desktop.core.text import _

__all__ = ["DAY_S", "LEAST_S", "SURER_S", "SeriesSummary", "confidence", "evidence", "summary_of"]

LEAST_S = 900.0  #: with less than a quarter of an hour measured, nothing is said
SURER_S = 3 * 3600.0
DAY_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class SeriesSummary:
    """A series between ``start`` and ``end`` (region epoch s), in the metric's unit.

    ``covered_s`` is how much of it was measured; ``above_zero`` the share of that, 0 to 1, in which
    the value was positive.
    """

    metric: str
    start: float
    end: float
    covered_s: float
    mean: float
    median: float
    p95: float
    highest: float
    lowest: float
    above_zero: float


def summary_of(data: SeriesData) -> SeriesSummary | None:
    """Sum a series up; ``None`` without a value. Values at a varying distance weigh by it."""
    weighted = sorted(zip(data.values, _weights(data), strict=True))
    covered = sum(weight for _value, weight in weighted)
    if not weighted or covered <= 0:
        return None
    highs = data.highs if len(data.highs) else data.values
    lows = data.lows if len(data.lows) else data.values
    return SeriesSummary(
        data.key.metric,
        data.times[0],
        data.times[-1],
        covered,
        sum(value * weight for value, weight in weighted) / covered,
        _quantile(weighted, 0.5 * covered),
        _quantile(weighted, 0.95 * covered),
        max(highs),
        min(lows),
        sum(weight for value, weight in weighted if value > 0) / covered,
    )


def evidence(summary: SeriesSummary, text: str = "") -> Evidence:
    """The series as evidence: its mean, its 95th percentile and how long was measured."""
    known = metric(summary.metric)
    words = text or _("{title}: {mean} on average, {p95} or less for 95 % of the time").format(
        title=known.title,
        mean=_value(summary.mean, known.unit),
        p95=_value(summary.p95, known.unit),
    )
    words = _("{text}, over {time}").format(text=words, time=fmt.duration(summary.covered_s))
    return Evidence(summary.metric, words, summary.start, summary.end, summary.mean)


def confidence(*summaries: SeriesSummary | None) -> Confidence:
    """By what was measured for the shortest time; a missing one is not measured at all."""
    covered = min((each.covered_s if each is not None else 0.0 for each in summaries), default=0.0)
    if covered >= DAY_S:
        return Confidence.HIGH
    return Confidence.MEDIUM if covered >= SURER_S else Confidence.LOW


def _weights(data: SeriesData) -> Iterable[float]:
    """How long each value holds: until the next one, but not across a gap."""
    times = data.times
    for index, at in enumerate(times):
        to_next = times[index + 1] - at if index + 1 < len(times) else data.step_s
        yield min(to_next, data.gap_s) if to_next <= data.gap_s else data.step_s


def _quantile(weighted: list[tuple[float, float]], until: float) -> float:
    passed = 0.0
    for value, weight in weighted:
        passed += weight
        if passed >= until:
            return value
    return weighted[-1][0]


def _value(value: float, unit: Unit) -> str:
    if unit is Unit.PERCENT:
        return fmt.percent(value)
    if unit is Unit.BYTES:
        return fmt.size(value)
    if unit is Unit.BYTES_PER_S:
        return _("{size}/s").format(size=fmt.size(value))
    return fmt.decimal(value, 0 if value >= 10 or value == int(value) else 1)
