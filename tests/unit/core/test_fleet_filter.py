"""The filter language: what each term means, and that typing one never empties the list."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.core.fleet_filter import ClusterFacts, parse_filter

FACTS = ClusterFacts(
    name="etl-nightly",
    cluster_id="j-2X9QF4T7K1M3Z",
    connection="prod",
    connection_class="production",
    region="us-east-1",
    state="WAITING",
    release="emr-7.5.0",
    applications=("Spark", "Hive"),
    tags=(("team", "data platform"), ("owner", "marta")),
    marks=frozenset({"idle", "protected"}),
    uptime_s=3 * 86400,
    idle_s=3 * 3600,
    usd_hour=8.77,
    nodes=11,
    spot_percent=55.0,
    yarn_percent=None,
    hdfs_percent=12.0,
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "etl",
        "ETL marta",
        "2x9q",
        "@prod",
        "@us-east",
        "@production",
        "state:waiting",
        "state:running,wait",
        "is:idle",
        "is:protected",
        "tag:team",
        "tag:owner=marta",
        'tag:"team=data p"',
        "app:spark",
        "release:7.5",
        "name:night",
        "id:j-2x",
        "idle>2h",
        "idle>=180m",
        "idle>2",
        "uptime>2d",
        "uptime<1w",
        "cost>8.5",
        "cost<$9",
        "nodes=11",
        "spot>50%",
        "spot>50",
        "hdfs<=12%",
        "-state:running",
        "-other",
        "state:waiting idle>2h @prod",
    ],
)
def test_a_term_that_holds(text: str) -> None:
    parsed = parse_filter(text)
    assert parsed.problem == ""
    assert parsed.matches(FACTS)


@pytest.mark.parametrize(
    "text",
    [
        "analytics",
        "@dev",
        "state:running",
        "is:attention",
        "tag:owner=jon",
        "app:flink",
        "release:6.",
        "idle>4h",
        "cost>9",
        "nodes<11",
        "spot>60%",
        "-etl",
        "-idle>2h",
        "etl @dev",
    ],
)
def test_a_term_that_does_not_hold(text: str) -> None:
    parsed = parse_filter(text)
    assert parsed.problem == ""
    assert not parsed.matches(FACTS)


@pytest.mark.parametrize("text", ["yarn>1%", "yarn<99%", "yarn=0"])
def test_an_unknown_figure_never_matches(text: str) -> None:
    assert not parse_filter(text).matches(FACTS)
    assert parse_filter("yarn<99%").matches(replace(FACTS, yarn_percent=10.0))


@pytest.mark.parametrize("text", ["idle>", "state:", "@", "-", "-idle>", "spot>="])
def test_a_term_being_typed_restricts_nothing(text: str) -> None:
    parsed = parse_filter(text)
    assert parsed.problem == ""
    assert parsed.empty


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("idle>soon", "soon"),
        ("idle>3q", "3q"),
        ("memory>3", "memory"),
        ("stat:waiting", "stat:"),
        ("spot>5h", "h"),
    ],
)
def test_a_typo_is_told_and_restricts_nothing(text: str, said: str) -> None:
    parsed = parse_filter(text)
    assert said in parsed.problem
    assert parsed.matches(FACTS)


@pytest.mark.parametrize("text", ["state:terminated", "state:waiting,terminated", "is:ended"])
def test_ended_clusters_are_found_when_asked_for(text: str) -> None:
    assert parse_filter(text).ended


@pytest.mark.parametrize("text", ["", "state:waiting", "etl", "state:terminating"])
def test_ended_clusters_stay_away_otherwise(text: str) -> None:
    assert not parse_filter(text).ended


def test_an_open_quote_is_closed_at_the_end() -> None:
    assert parse_filter('tag:"team=data').matches(FACTS)


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    parse_filter(text).matches(FACTS)
