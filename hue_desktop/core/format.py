"""Figures as people read them: money, sizes, counts, times. The one place that formats them.

Digits are grouped by a narrow no-break space (or as ``use_style`` says), units always stand behind
the number, negative numbers have the minus sign U+2212, and parts are rounded so that they add up.
Times are local; ``utc_time`` gives the same for a tooltip.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from hue_desktop.core.text import _

__all__ = [
    "DASH",
    "MINUS",
    "Style",
    "age",
    "ago",
    "clock_time",
    "count",
    "date_time",
    "decimal",
    "duration",
    "money",
    "money_day",
    "money_delta",
    "money_month",
    "money_rate",
    "month_name",
    "node_rate",
    "percent",
    "round_parts",
    "short_duration",
    "size",
    "style_in_use",
    "style_of",
    "use_style",
    "utc_time",
]

MINUS = "\N{MINUS SIGN}"
DASH = "–"  #: stands where there is no figure
_THIN = "\N{NARROW NO-BREAK SPACE}"
_SPACE = "\N{NO-BREAK SPACE}"
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


@dataclass(frozen=True, slots=True)
class Style:
    """How figures are written: digit grouping, decimal sign, date order, time zone (or local)."""

    group: str = _THIN
    point: str = "."
    date: str = "%d %b"
    date_year: str = "%d %b %Y"
    zone: tzinfo | None = None


_style = Style()
_DIGITS = {"space": (_THIN, "."), "comma": (",", "."), "point": (".", ",")}
_DATES = {
    "day-month": ("%d %b", "%d %b %Y"),
    "month-day": ("%b %d", "%b %d %Y"),
    "iso": ("%m-%d", "%Y-%m-%d"),
}


def style_of(digits: str, dates: str) -> Style:
    """The style that the settings ``appearance.digits`` and ``appearance.dates`` name."""
    group, point = _DIGITS[digits]
    date, date_year = _DATES[dates]
    return Style(group=group, point=point, date=date, date_year=date_year)


def use_style(style: Style) -> None:
    """Format in ``style`` from now on (the language and date settings)."""
    global _style
    _style = style


def style_in_use() -> Style:
    """What ``use_style`` said last, for those who keep written figures."""
    return _style


def count(value: float) -> str:
    """A whole number with grouped digits: ``1 024``."""
    return decimal(value, 0)


def decimal(value: float, places: int) -> str:
    """A number with fixed places and grouped digits, from four digits on: ``1 120``."""
    rounded = f"{abs(value):,.{places}f}"
    whole, _point, fraction = rounded.partition(".")
    text = whole.replace(",", _style.group)
    if fraction:
        text = f"{text}{_style.point}{fraction}"
    return f"{MINUS}{text}" if value < 0 and float(rounded.replace(",", "")) else text


def money(value: float, places: int = 2, *, at_least: bool = False) -> str:
    """Dollars: ``$989.36``; ``places`` 0 for forecasts, 3 for the price of one node.

    ``≥ $989.36`` when a price in it is unknown.
    """
    text = decimal(value, places)
    text = f"{MINUS}${text[1:]}" if text.startswith(MINUS) else f"${text}"
    return f"≥{_SPACE}{text}" if at_least else text


def money_rate(value: float | None, places: int = 2, *, at_least: bool = False) -> str:
    """Dollars per hour: ``$14.11/h``; ``≥ $14.11/h`` when a price in it is unknown."""
    if value is None:
        return DASH
    text = _("{money}/h").format(money=money(value, places))
    return f"≥{_SPACE}{text}" if at_least else text


def money_day(value: float | None, places: int = 2) -> str:
    """Dollars per day, for what is paid in vain: ``$4.20/day``."""
    return DASH if value is None else _("{money}/day").format(money=money(value, places))


def money_month(value: float | None, places: int = 0) -> str:
    """Dollars a month of 730 hours, with a sign as a difference: ``−$1 029/month``."""
    if value is None:
        return DASH
    text = _("{money}/month").format(money=money(value, places))
    return text if text.startswith(MINUS) or round(value, places) == 0 else f"+{text}"


def month_name(moment: datetime) -> str:
    """The month that AWS bills a moment in, which is that of UTC: ``November``."""
    return moment.astimezone(UTC).strftime("%B")


def money_delta(value: float, places: int = 2) -> str:
    """A difference of $/h with its sign: ``+$2.21/h``, ``−$2.21/h``; zero has none."""
    text = money_rate(value, places)
    return text if text.startswith(MINUS) or round(value, places) == 0 else f"+{text}"


def node_rate(value: float | None) -> str:
    """What one node costs per hour, three decimals without the unit: ``$0.261``."""
    return DASH if value is None else money(value, 3)


def size(value_bytes: float | None, places: int | None = None) -> str:
    """Bytes in binary units: ``1.5 GiB``, ``320 MiB``; whole numbers from 100 on."""
    if value_bytes is None:
        return DASH
    value, unit = abs(value_bytes), 0
    while value >= 1024 and unit < len(_UNITS) - 1:
        value /= 1024
        unit += 1
    if places is None:
        places = 0 if unit == 0 or value >= 100 or value == int(value) else 1
    if round(value, places) >= 1024 and unit < len(_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    signed = math.copysign(value, value_bytes)
    return f"{decimal(signed, places)}{_SPACE}{_UNITS[unit]}"


def percent(value: float | None, places: int = 0) -> str:
    """A value in percent: ``65 %``; what lies between 0 and 100 never rounds to either."""
    if value is None:
        return DASH
    step = 10.0**-places
    if 0 < value < step / 2:
        return f"<{_SPACE}{decimal(step, places)}{_SPACE}%"
    if 100 - step / 2 < value < 100:
        value = 100 - step
    return f"{decimal(value, places)}{_SPACE}%"


def duration(value: timedelta | float | None) -> str:
    """A length of time (timedelta or seconds) in its two largest units: ``3 d 6 h``, ``42 s``."""
    if value is None:
        return DASH
    seconds = round(value.total_seconds() if isinstance(value, timedelta) else value)
    sign, seconds = (MINUS, -seconds) if seconds < 0 else ("", seconds)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days >= 100:
        return sign + _("{d} d").format(d=count(days))
    if days:
        return sign + _two(_("{d} d").format(d=days), _("{h} h").format(h=hour), hour)
    if hours:
        return sign + _two(_("{h} h").format(h=hours), _("{m} min").format(m=minute), minute)
    if minutes >= 10:
        return sign + _("{m} min").format(m=minutes)
    if minutes:
        return sign + _two(_("{m} min").format(m=minutes), _("{s} s").format(s=second), second)
    return sign + _("{s} s").format(s=second)


def short_duration(value: timedelta | float | None) -> str:
    """A length of time for columns, in two units down to minutes: ``3 d 6 h``, ``11 h 16 m``."""
    if value is None:
        return DASH
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    minutes = int(max(0.0, seconds) // 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days >= 100:
        return _("{d} d").format(d=count(days))
    if days:
        return _two(_("{d} d").format(d=days), _("{h} h").format(h=hour), hour)
    if hours:
        return _two(_("{h} h").format(h=hours), _("{m} m").format(m=minute), minute)
    return _("{m} m").format(m=minutes) if minutes else _("< 1 m")


def age(value: timedelta | float | None) -> str:
    """How old something is, in its largest unit: ``4 s``, ``12 min``, ``3 h``, ``6 d``."""
    if value is None:
        return DASH
    seconds = max(0.0, value.total_seconds() if isinstance(value, timedelta) else value)
    if seconds < 60:
        return _("{s} s").format(s=int(seconds))
    if seconds < 3600:
        return _("{m} min").format(m=int(seconds // 60))
    if seconds < 2 * 86400:
        return _("{h} h").format(h=int(seconds // 3600))
    return _("{d} d").format(d=count(seconds // 86400))


def ago(value: timedelta | float | None) -> str:
    """How long ago something was: ``4 s ago``; ``never`` when there was no such moment."""
    return _("never") if value is None else _("{age} ago").format(age=age(value))


def clock_time(moment: datetime | None, *, seconds: bool = False) -> str:
    """The local time of day: ``14:32`` or ``14:32:07``."""
    if moment is None:
        return DASH
    return _local(moment).strftime("%H:%M:%S" if seconds else "%H:%M")


def date_time(
    moment: datetime | None, *, today: datetime | None = None, always_date: bool = False
) -> str:
    """Local date and time: ``14:32`` on the day of ``today``, else ``20 Nov 14:32``.

    The year is added when it is another one than that of ``today``. ``always_date`` writes the
    date of today, too: in a column of dates a time alone looks like something is missing.
    """
    if moment is None:
        return DASH
    there = _local(moment)
    here = _local(today) if today else datetime.now(_style.zone or UTC).astimezone(_style.zone)
    if there.date() == here.date() and not always_date:
        return clock_time(moment)
    pattern = _style.date if there.year == here.year else _style.date_year
    return f"{there.strftime(pattern)} {clock_time(moment)}"


def utc_time(moment: datetime | None) -> str:
    """The same moment in UTC, for tooltips: ``2026-11-20 13:32:07 UTC``."""
    return DASH if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def round_parts(parts: Sequence[float], places: int = 2) -> tuple[float, ...]:
    """Round so that the shown parts add up to the shown total (largest remainder).

    The total is the sum of ``parts``, rounded to ``places``.
    """
    scale = 10**places
    scaled = [part * scale for part in parts]
    floors = [math.floor(part) for part in scaled]
    missing = round(sum(scaled)) - sum(floors)
    order = sorted(range(len(parts)), key=lambda i: (floors[i] - scaled[i], i))
    for index in order[:missing]:
        floors[index] += 1
    return tuple(floor / scale for floor in floors)


def _two(large: str, small: str, small_value: int) -> str:
    return f"{large} {small}" if small_value else large


def _local(moment: datetime) -> datetime:
    return moment.astimezone(_style.zone)
