"""EC2's filters and page tokens, without a server."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

from hue_desktop.simulator.aws.ec2.requests import Filters, paged
from hue_desktop.simulator.aws.ec2.zones import zone_id, zone_name
from hue_desktop.simulator.aws.paging import InvalidToken, decode_token, encode_token, page
from hue_desktop.simulator.service import ApiError, Call

GETTERS = {"name": lambda item: [item], "tag:": lambda item: [f"team={item}"]}
text = st.text(st.sampled_from("ab.*?\\-"), max_size=8)


def call(**params: Any) -> Call:
    return Call("ec2", "DescribeThings", params, datetime(2026, 1, 1, tzinfo=UTC))


def matches(name: str, item: str, *values: str) -> bool:
    return Filters(call(Filters=[{"Name": name, "Values": list(values)}]), GETTERS).match(item)


@given(text)
def test_an_escaped_value_matches_itself_only(value: str) -> None:
    escaped = "".join("\\" + sign if sign in "*?\\" else sign for sign in value)
    assert matches("name", value, escaped)
    assert not matches("name", value + "x", escaped)


@given(text, text)
def test_a_star_matches_any_run(before: str, after: str) -> None:
    literal = "".join("\\" + sign if sign in "*?\\" else sign for sign in before)
    assert matches("name", before + after, literal + "*")
    assert matches("tag:team", before + after, "*")


def test_values_are_alternatives_and_filters_are_not() -> None:
    assert matches("name", "b", "a", "b")
    assert not matches("name", "c", "a", "b")
    both = [{"Name": "name", "Values": ["a?"]}, {"Name": "tag:team", "Values": ["ab"]}]
    assert Filters(call(Filters=both), GETTERS).match("ab")
    assert not Filters(call(Filters=both), GETTERS).match("ac")


def test_a_filter_without_values_matches_nothing() -> None:
    assert not matches("name", "a")


@given(items=st.lists(st.integers(), max_size=40), size=st.integers(1, 50))
def test_pages_in_a_row_are_the_whole(items: list[int], size: int) -> None:
    found: list[int] = []
    token: str | None = None
    for _ in range(len(items) + 1):
        shown, token = page(items, token, size, "things")
        found += shown
        if token is None:
            break
    assert found == items
    assert token is None


@given(st.text(max_size=40))
def test_no_text_but_our_own_is_a_token(token: str) -> None:
    with pytest.raises(InvalidToken):
        decode_token("things", token)


def test_a_token_of_another_operation_is_refused() -> None:
    with pytest.raises(ApiError, match="pagination token"):
        paged(call(NextToken=encode_token("DescribeOthers", 5)), [1, 2, 3])
    assert paged(call(NextToken=encode_token("DescribeThings", 1)), [1, 2, 3]) == ([2, 3], None)


@pytest.mark.parametrize(
    ("zone", "known_as"),
    [
        ("us-east-1a", "use1-az6"),
        ("eu-central-1b", "euc1-az2"),
        ("ap-southeast-2c", "apse2-az2"),
        ("nowhere", "nowhere"),
    ],
)
def test_zones_have_ids(zone: str, known_as: str) -> None:
    assert zone_id(zone) == known_as
    assert zone_name((zone,), known_as) == zone
    assert zone_name((zone,), "other") is None


def test_zone_ids_are_those_that_moto_describes() -> None:
    for zones in RegionsAndZonesBackend.zones.values():
        for zone in zones:
            assert zone_id(zone.name) == zone.zone_id
