"""Timestamps of answers mean the same as botocore takes them to mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from botocore.utils import parse_timestamp
from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.adapters.aws.timestamps import read_timestamp


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-22T09:30:00.000Z",
        "2026-11-22T09:30:00Z",
        "2026-11-22T09:30:00.123456+05:30",
        "2026-11-22T09:30:00",
        "Sun, 22 Nov 2026 09:30:00 GMT",
        "20261122T093000Z",
        "1795339800",
        1795339800,
        1795339800.25,
    ],
)
def test_all_forms_that_aws_uses(value: object) -> None:
    ours, theirs = read_timestamp(value), parse_timestamp(value)
    assert (ours.tzinfo is None) == (theirs.tzinfo is None)
    assert ours == theirs


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1)),
    st.integers(-14 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters))),
)
def test_any_moment_in_any_zone(naive: datetime, zone: timezone) -> None:
    moment = naive.replace(tzinfo=zone)
    assert read_timestamp(moment.isoformat()) == moment
    text = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert read_timestamp(text) == moment


@pytest.mark.parametrize("value", ["2026-13-45T99:99:99Z", "not a moment at all", ""])
def test_nonsense_is_refused_as_botocore_refuses_it(value: str) -> None:
    with pytest.raises(ValueError, match="timestamp"):
        read_timestamp(value)
