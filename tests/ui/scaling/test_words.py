"""Figures of the Scale sheet as they are written and drawn."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from hue_desktop.core.candidates.values import CandidateList, ClusterRoom
from hue_desktop.core.instances import GroupState, Market
from hue_desktop.core.pricing import Interruption, PriceSource
from hue_desktop.ui.scaling.candidate_cells import LINE_DAYS, price_steps
from hue_desktop.ui.scaling.candidate_columns import lost_text
from hue_desktop.ui.scaling.words import room_lines, source_line, state_sentence

_DAY = 86_400.0


def test_a_price_holds_until_the_next_one() -> None:
    until = 1000 * _DAY
    since = until - LINE_DAYS * _DAY
    line = ((since, 0.1), (since + 45 * _DAY, 0.2))
    assert list(price_steps(line, until, 0.4)) == [
        pytest.approx(corner) for corner in ((0, 0.25), (0.5, 0.25), (0.5, 0.5), (1, 0.5))
    ]


def test_a_price_above_on_demand_ends_at_the_top_and_an_old_one_at_the_left() -> None:
    until = 1000 * _DAY
    line = ((until - 200 * _DAY, 0.9),)
    assert list(price_steps(line, until, 0.4)) == [(0.0, 1.0), (1.0, 1.0)]
    assert list(price_steps((), until, 0.4)) == []
    assert list(price_steps(((until, 0.0),), until, None)) == []  # nothing to measure it against


@pytest.mark.parametrize(
    ("low", "high", "text"), [(0, 0.05, "< 5"), (0.1, 0.15, "10 – 15"), (0.2, None, "> 20")]
)
def test_classes_of_interruption(low: float, high: float | None, text: str) -> None:
    found = Interruption(low, high, PriceSource("AWS Spot Advisor"))
    assert lost_text(found).replace("\N{NO-BREAK SPACE}", " ") == f"{text} %"
    assert lost_text(None) == "–"


def test_what_is_not_known_says_so_and_differences_are_those_of_what_is_shown() -> None:
    before = ClusterRoom(6, 48, 384.0, 330.4, True, 729.6, True)
    after = ClusterRoom(4, 32, 256.0, 220.4, True, 486.4, True)
    lines = {line.label: line for line in room_lines(before, after)}
    assert lines["HDFS"].before == "730 GiB"
    assert lines["HDFS"].after == "486 GiB"
    assert lines["HDFS"].delta.endswith("244")
    assert lines["Nodes"].delta.endswith("2")
    large = {one.label: one for one in room_lines(ClusterRoom(1, hdfs_gib=8000.0), before)}
    assert large["HDFS"].before == "7.81 TiB"
    assert large["HDFS"].after == "0.71 TiB"
    assert large["HDFS"].delta.endswith("7.10")
    assert large["vCPU"].before == large["vCPU"].after == "unknown"  # never zero
    assert large["vCPU"].delta == "–"


def test_sources_stand_once_with_their_oldest_date() -> None:
    sources = (
        PriceSource("Pricing API", date(2026, 7, 20)),
        PriceSource("Pricing API", date(2026, 7, 1)),
        PriceSource("Spot history", datetime(2026, 7, 20, 12, tzinfo=UTC)),
        PriceSource("nobody"),
    )
    listed = CandidateList((), Market.SPOT, as_of=sources, missing=("No subnets.",))
    text = source_line(listed)
    assert text.count("Pricing API") == 1
    assert "01 Jul 2026" in text
    assert "nobody." in text
    assert text.endswith("No subnets.")


def test_special_states_have_a_sentence() -> None:
    assert "Setting a target resumes" in state_sentence(GroupState.SUSPENDED, "no capacity")
    assert "no capacity" in state_sentence(GroupState.SUSPENDED, "no capacity")
    assert "arrested" in state_sentence(GroupState.ARRESTED, "")
    assert state_sentence(GroupState.RUNNING, "") == ""
