"""Figures as people read them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.core import format as fmt

THIN = "\N{NARROW NO-BREAK SPACE}"
SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


@pytest.fixture(autouse=True)
def default_style() -> Iterator[None]:
    """Each test begins and ends with the same style, in UTC."""
    fmt.use_style(fmt.Style(zone=UTC))
    yield
    fmt.use_style(fmt.Style())


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (fmt.count(1024), f"1{THIN}024"),
        (fmt.count(10_240), f"10{THIN}240"),
        (fmt.count(1_234_567), f"1{THIN}234{THIN}567"),
        (fmt.count(-3), f"{MINUS}3"),
        (fmt.decimal(-0.001, 2), "0.00"),
        (fmt.money(989.36), "$989.36"),
        (fmt.money(12_345.678), f"$12{THIN}345.68"),
        (fmt.money(-2.21), f"{MINUS}$2.21"),
        (fmt.money_rate(14.11), "$14.11/h"),
        (fmt.money_rate(None), "–"),
        (fmt.money_rate(14.11, at_least=True), f"≥{SPACE}$14.11/h"),
        (fmt.money(3, at_least=True), f"≥{SPACE}$3.00"),
        (fmt.money_day(4.2), "$4.20/day"),
        (fmt.money_day(None), "–"),
        (fmt.month_name(datetime(2026, 11, 30, 23, 59, tzinfo=UTC)), "November"),
        (
            fmt.month_name(datetime(2026, 11, 30, 23, tzinfo=timezone(-timedelta(hours=5)))),
            "December",
        ),
        (fmt.money_delta(2.2), "+$2.20/h"),
        (fmt.money_delta(-2.2), f"{MINUS}$2.20/h"),
        (fmt.money_delta(0.001), "$0.00/h"),
        (fmt.node_rate(0.2612), "$0.261"),
        (fmt.size(0), f"0{SPACE}B"),
        (fmt.size(1536), f"1.5{SPACE}KiB"),
        (fmt.size(320 * 1024**2), f"320{SPACE}MiB"),
        (fmt.size(1024**4 - 1), f"1{SPACE}TiB"),
        (fmt.size(None), "–"),
        (fmt.percent(65.4), f"65{SPACE}%"),
        (fmt.percent(99.9), f"99{SPACE}%"),
        (fmt.percent(0.2), f"<{SPACE}1{SPACE}%"),
        (fmt.percent(100), f"100{SPACE}%"),
        (fmt.duration(timedelta(days=3, hours=6, minutes=50)), "3 d 6 h"),
        (fmt.duration(7200), "2 h"),
        (fmt.duration(3 * 60 + 20), "3 min 20 s"),
        (fmt.duration(42), "42 s"),
        (fmt.duration(-42), f"{MINUS}42 s"),
        (fmt.duration(None), "–"),
        (fmt.age(4.9), "4 s"),
        (fmt.age(-1), "0 s"),
        (fmt.age(90 * 60), "1 h"),
        (fmt.age(timedelta(days=6)), "6 d"),
        (fmt.ago(4), "4 s ago"),
        (fmt.ago(None), "never"),
    ],
)
def test_as_shown(shown: str, expected: str) -> None:
    assert shown == expected


def test_other_styles() -> None:
    fmt.use_style(fmt.Style(group=".", point=",", zone=UTC))
    assert fmt.money(12_345.6) == "$12.345,60"


def test_times_are_local_and_utc_is_at_hand() -> None:
    fmt.use_style(fmt.Style(zone=timezone(timedelta(hours=2))))
    moment = datetime(2026, 11, 20, 12, 32, 7, tzinfo=UTC)
    today = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
    assert fmt.clock_time(moment) == "14:32"
    assert fmt.clock_time(moment, seconds=True) == "14:32:07"
    assert fmt.date_time(moment, today=today) == "14:32"
    assert fmt.date_time(moment, today=today, always_date=True) == "20 Nov 14:32"
    assert fmt.date_time(moment, today=today + timedelta(days=1)) == "20 Nov 14:32"
    assert fmt.date_time(moment, today=today + timedelta(days=60)) == "20 Nov 2026 14:32"
    assert fmt.utc_time(moment) == "2026-11-20 12:32:07 UTC"


@given(
    st.lists(st.floats(-1e6, 1e6, allow_nan=False), max_size=12),
    st.integers(0, 3),
)
def test_rounded_parts_add_up(parts: list[float], places: int) -> None:
    shown = fmt.round_parts(parts, places)
    scale = 10**places
    assert sum(round(part * scale) for part in shown) == round(sum(p * scale for p in parts))
    for part, figure in zip(parts, shown, strict=True):
        assert abs(part - figure) <= 1.001 / scale
