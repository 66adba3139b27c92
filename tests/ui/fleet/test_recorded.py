"""Clusters that EMR has forgotten, wherever ended ones stand; and forgetting them for good."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.fleet_filter import parse_filter
from hue_desktop.core.recorded import as_recorded
from hue_desktop.services.fleet import FleetSnapshot
from hue_desktop.services.health.values import HealthSnapshot
from hue_desktop.ui.fleet.actions import actions
from hue_desktop.ui.fleet.groups import ended_group
from hue_desktop.ui.fleet.rows import fleet_rows
from hue_desktop.ui.focus import focus_on
from hue_desktop.ui.health.notices import notices_of
from hue_desktop.ui.overview.tiles import overview_tiles
from hue_desktop.ui.parts import StateShape
from hue_desktop.ui.rooms import room_actions
from hue_desktop.ui.shell.catalog_lines import catalog_lines
from hue_desktop.ui.stale_notice import StaleNotice
from hue_desktop.ui.theme import Theme
from tests.ui.doing_desk import Answers
from tests.ui.sample_fleet import NOW, fleet
from tests.ui.seeing_desk import make_context


@pytest.fixture
def snapshot() -> FleetSnapshot:
    """The sample fleet, of which EMR does not list one cluster any more."""
    whole = fleet()
    ref = the_ref(whole)
    seen = NOW - timedelta(days=70)
    gone = as_recorded(replace(whole.clusters[ref], region_time=seen), NOW)
    costs = {each: cost for each, cost in whole.costs.items() if each != ref}
    return replace(whole, clusters={**whole.clusters, ref: gone}, costs=costs)


def the_ref(snapshot: FleetSnapshot) -> ClusterRef:
    return next(r for r, c in snapshot.clusters.items() if c.summary.name == "analytics")


def test_the_catalog_lists_it_among_the_ended_ones(snapshot: FleetSnapshot) -> None:
    lines = catalog_lines(snapshot, ended=())
    assert "analytics" not in [line.text for line in lines]
    line = next(x for x in catalog_lines(snapshot, ended=("prod",)) if x.text == "analytics")
    assert line.shape is StateShape.STOPPED
    assert line.tag == "recorded"
    assert line.money == ""
    assert "is not read from EMR" in line.hint


def test_the_fleet_says_when_it_was_seen_last(snapshot: FleetSnapshot) -> None:
    rows = fleet_rows(snapshot, NOW)
    row = next(row for row in rows if row.name == "analytics")
    assert (row.shape, row.state, row.active) == (StateShape.STOPPED, "Recorded", False)
    assert row.ended_text.startswith("Recorded · last seen 11 Sep")
    assert row.rate is None
    assert "analytics" in [each.name for each in ended_group(rows)[0].rows]
    wanted = parse_filter("is:recorded")
    assert wanted.ended
    assert [each.name for each in rows if wanted.matches(each.facts)] == ["analytics"]


def test_the_overview_shows_what_it_was(snapshot: FleetSnapshot) -> None:
    cluster = snapshot.clusters[the_ref(snapshot)]
    tiles = {tile.key: tile for tile in overview_tiles(cluster, None, {}, NOW)}
    assert tiles["state"].figure == "Recorded"
    assert tiles["nodes"].figure == "33"
    assert "18 Spot" in tiles["nodes"].caption
    assert cluster.running_steps == 0


def test_the_notice_says_that_emr_does_not_know_it(
    theme: Theme, qtbot: QtBot, snapshot: FleetSnapshot
) -> None:
    ref = the_ref(snapshot)
    notice = StaleNotice(lambda: None)
    qtbot.addWidget(notice)
    assert notice.show_status(snapshot, snapshot.clusters[ref])
    assert "is not read from EMR any more" in notice.text.text()
    assert notice.retry.isHidden()
    (line,) = notices_of(HealthSnapshot(ref), snapshot.clusters[ref], NOW)
    assert line.shape is StateShape.STOPPED
    assert line.text == notice.text.text()
    whole = fleet()
    assert not notice.show_status(whole, whole.clusters[ref])


def test_nothing_but_forgetting_can_be_done_to_it(snapshot: FleetSnapshot) -> None:
    context = focus_on(snapshot, the_ref(snapshot))
    for action in room_actions():
        if action.changes and {"cluster", "group", "node"} & set(action.menus):
            assert not action.applies(context), action.id
    (forget,) = actions()
    assert forget.applies(context)
    assert not forget.applies(focus_on(fleet(), the_ref(snapshot)))


@pytest.mark.parametrize("yes", [True, False])
def test_forgetting_asks_first(
    qapp: QApplication, qtbot: QtBot, snapshot: FleetSnapshot, tmp_path: Path, yes: bool
) -> None:
    forgotten: list[ClusterRef] = []
    application = SimpleNamespace(recorder=SimpleNamespace(forget=forgotten.append))
    ctx, places = make_context(qapp, application)
    answers = Answers(yes)
    ctx = replace(ctx, ask=cast(Any, answers))
    (forget,) = actions()
    ref = the_ref(snapshot)
    forget.handler(ctx, focus_on(snapshot, ref))
    assert answers.asked[0][0] == "Forget analytics?"
    if yes:
        qtbot.waitUntil(lambda: bool(places.asked))
        assert places.asked == [("notify", "analytics is forgotten.", "note")]
    assert forgotten == ([ref] if yes else [])
    ctx.tasks.close()
