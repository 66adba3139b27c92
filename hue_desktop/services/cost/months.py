"""AWS's billing month: a calendar month in UTC."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["month_of"]


def month_of(at: float) -> tuple[float, float]:
    """When the month of an instant begins and ends (epoch seconds)."""
    moment = datetime.fromtimestamp(at, UTC)
    begin = datetime(moment.year, moment.month, 1, tzinfo=UTC)
    following = begin.month % 12 + 1
    end = datetime(begin.year + (begin.month == 12), following, 1, tzinfo=UTC)
    return begin.timestamp(), end.timestamp()
