"""The periods of a question to Cost Explorer, which counts in days and months of UTC."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hue_desktop.simulator.service import ApiError

__all__ = ["Period", "known_until", "month_of", "periods", "window"]

_DAY = "%Y-%m-%d"
_KEPT_MONTHS = 14
_REFRESH_S = 12 * 3600


@dataclass(frozen=True, slots=True)
class Period:
    """One row of an answer; the end is not included."""

    start: datetime
    end: datetime

    def as_json(self) -> dict[str, str]:
        """The ``DateInterval`` of the row."""
        return {"Start": self.start.strftime(_DAY), "End": self.end.strftime(_DAY)}

    def months(self) -> Iterator[tuple[float, float]]:
        """The period cut at the turns of months, epoch seconds."""
        start = self.start
        while start < self.end:
            end = min(self.end, _next_month(start))
            yield start.timestamp(), end.timestamp()
            start = end


def known_until(now: datetime) -> datetime:
    """Up to when usage is in the figures: they are renewed twice a day, half a day late."""
    second = int(now.timestamp()) // _REFRESH_S * _REFRESH_S
    return datetime.fromtimestamp(second - _REFRESH_S, UTC)


def month_of(at: datetime) -> datetime:
    """The first instant of a month."""
    return at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def window(asked: Mapping[str, str], now: datetime) -> Period:
    """The checked ``TimePeriod`` of a request; raises ``ValidationException``."""
    period = Period(_day(asked["Start"]), _day(asked["End"]))
    if period.start >= period.end:
        raise _invalid("Start date (and hour) should be before end date (and hour)")
    this_month = month_of(now)
    if period.end > _next_month(this_month):
        raise _invalid("end date past the beginning of next month")
    oldest = this_month
    for _ in range(_KEPT_MONTHS - 1):
        oldest = month_of(oldest - timedelta(days=1))
    if period.start < oldest:
        raise _invalid(
            "You haven't enabled historical data beyond 14 months. See the Cost Management "
            "preferences."
        )
    return period


def periods(whole: Period, granularity: str) -> list[Period]:
    """The rows of an answer; raises for hours, which an account has to enable."""
    if granularity == "HOURLY":
        raise ApiError(
            "DataUnavailableException",
            "Hourly granularity is not enabled in the Cost Management preferences.",
        )
    found, start = [], whole.start
    while start < whole.end:
        next_one = start + timedelta(days=1) if granularity == "DAILY" else _next_month(start)
        found.append(Period(start, min(next_one, whole.end)))
        start = found[-1].end
    return found


def _next_month(at: datetime) -> datetime:
    return month_of(month_of(at) + timedelta(days=32))


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text[:10], _DAY).replace(tzinfo=UTC)
    except ValueError:
        raise _invalid(f"{text} is not a date.") from None


def _invalid(message: str) -> ApiError:
    return ApiError("ValidationException", message)
