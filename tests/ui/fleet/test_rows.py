"""Rows, groups and sums of the fleet say what the snapshot says, and add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hue_desktop.core.clusters import Attention
from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.errors import Unreachable
from hue_desktop.core.fleet_filter import parse_filter
from hue_desktop.core.format import date_time
from hue_desktop.services.fleet import ConnectionState, FleetSnapshot
from hue_desktop.ui.fleet.filter_bar import kept
from hue_desktop.ui.fleet.groups import connection_groups, ended_group, trouble_text
from hue_desktop.ui.fleet.rows import FleetRow, FleetRows, fleet_rows
from hue_desktop.ui.fleet.sums import countable, subtitle, sums_of, tile_texts
from hue_desktop.ui.parts import StateShape
from tests.ui.sample_fleet import NOW, fleet, status


def _row(name: str) -> FleetRow:
    return next(row for row in fleet_rows(fleet()) if row.name == name)


def test_a_running_cluster() -> None:
    row = _row("analytics")
    assert row.shape is StateShape.RUNNING
    assert row.uptime == "3 d 6 h"
    assert str(row.counts) == "1 · 8 · 24"
    assert round(row.counts.spot_percent or 0) == 55
    assert row.yarn == 71.0
    assert not row.idling


def test_a_waiting_cluster_says_what_its_idleness_cost() -> None:
    row = _row("joins-test")
    assert row.idle == "19 h"
    assert row.idle_cost == "$14.14"  # three nodes at $0.248 for nineteen hours
    assert row.shape is StateShape.WAITING


def test_nodes_that_came_later_make_the_idle_cost_unknown() -> None:
    snapshot = fleet()
    ref = next(ref for ref, c in snapshot.clusters.items() if c.summary.name == "joins-test")
    cluster = snapshot.clusters[ref]
    assert cluster.instances is not None
    late = replace(cluster.instances[0], ready=cluster.region_time)
    nodes = (late, *cluster.instances[1:])
    changed = replace(snapshot, clusters={ref: replace(cluster, instances=nodes)})
    assert fleet_rows(changed)[0].idle == "19 h"
    assert fleet_rows(changed)[0].idle_cost == ""


def test_a_failed_step_asks_for_attention() -> None:
    row = _row("etl-nightly")
    assert row.attention is Attention.WARN
    assert row.shape is StateShape.ATTENTION
    assert "sessionize" in row.sentence


def test_equal_snapshots_give_equal_rows() -> None:
    snapshot = fleet()
    assert fleet_rows(snapshot) == fleet_rows(snapshot)


def test_simulated_clusters_are_left_out_of_the_sums() -> None:
    rows = fleet_rows(fleet())
    counted, simulated = countable(rows)
    assert not simulated
    assert {row.name for row in counted}.isdisjoint({"demo"})
    real = [row for row in rows if row.active and not row.simulated]
    assert sums_of(counted).rate.total == sum(row.usd_hour or 0 for row in real)
    assert "without the simulator" in subtitle(rows, 3)


def test_simulated_clusters_alone_are_summed_and_said_to_be_free() -> None:
    rows = tuple(row for row in fleet_rows(fleet()) if row.simulated)
    counted, simulated = countable(rows)
    assert simulated
    assert counted == rows
    texts = {text.key: text for text in tile_texts(rows, ())}
    assert texts["cost"].caption == "simulated, not billed"


def test_the_tiles_name_budget_idle_and_attention() -> None:
    snapshot = fleet()
    texts = {text.key: text for text in tile_texts(fleet_rows(snapshot), snapshot.connections)}
    assert texts["cost"].caption == "prod at 59\N{NO-BREAK SPACE}% of its $54/h budget"
    assert texts["idle"].attention == "warn"
    assert texts["idle"].caption == "2 clusters · longest 2 d 6 h"
    assert texts["attention"].figure == "1"
    assert texts["attention"].caption == "etl-nightly"
    assert texts["nodes"].caption == "5 master · 20 core · 54 task"


def test_ended_clusters_show_only_when_asked_for() -> None:
    rows = fleet_rows(fleet())
    assert "old-one" not in {row.name for row in kept(rows, parse_filter(""))}
    found = kept(rows, parse_filter("state:terminated"))
    assert [row.name for row in found] == ["old-one"]


def test_groups_stand_production_first_and_sum_their_rows() -> None:
    snapshot = fleet()
    rows = kept(fleet_rows(snapshot), parse_filter(""))
    groups = connection_groups(snapshot.connections, rows, empty_too=True)
    assert [group.title for group in groups] == ["prod", "dev", "simulator"]
    assert groups[0].note == "us-east-1 · 481029375566"
    assert groups[2].note == "local, not billed"
    total = sum(row.usd_hour or 0 for row in groups[1].rows)
    assert groups[1].cells["cost"] == f"${total:.2f}"


def test_a_group_without_matches_is_left_out_under_a_filter() -> None:
    snapshot = fleet()
    rows = kept(fleet_rows(snapshot), parse_filter("idle>2h"))
    groups = connection_groups(snapshot.connections, rows, empty_too=False)
    assert [group.title for group in groups] == ["prod", "dev"]


def test_trouble_is_one_sentence() -> None:
    broken = replace(
        status("dev", ConnectionClass.DEVELOPMENT, state=ConnectionState.FAILED),
        error=Unreachable("Nobody answers at 127.0.0.1:1."),
    )
    assert trouble_text(broken) == "cannot be read: Nobody answers at 127.0.0.1:1."
    stale = replace(broken, state=ConnectionState.STALE)
    assert trouble_text(stale, stale.last_read).startswith("last read 0 s ago")
    assert trouble_text(status("dev", ConnectionClass.DEVELOPMENT)) == ""


def test_what_has_not_been_read_is_said() -> None:
    snapshot = fleet()
    ref, cluster = next(iter(snapshot.clusters.items()))
    unread = replace(cluster, instances=None, groups=None)
    rows = fleet_rows(replace(snapshot, clusters={**snapshot.clusters, ref: unread}))
    texts = {text.key: text for text in tile_texts(rows, snapshot.connections)}
    assert texts["cost"].figure == "≥ $19.06"
    assert texts["cost"].caption == "1 of 5 clusters not read yet"
    assert texts["nodes"].figure == "≥ 46"
    groups = connection_groups(snapshot.connections, rows, empty_too=True)
    assert groups[0].cells["cost"].startswith("≥")


def test_nothing_is_an_empty_fleet() -> None:
    assert fleet_rows(FleetSnapshot()) == ()
    assert tile_texts((), ())[0].figure == "$0.00"


def test_a_fleet_of_which_nothing_is_known_shows_no_zero() -> None:
    snapshot = fleet()
    bare = {
        ref: replace(cluster, instances=None, groups=None)
        for ref, cluster in snapshot.clusters.items()
    }
    rows = fleet_rows(replace(snapshot, clusters=bare, costs={}))
    texts = {text.key: text.figure for text in tile_texts(rows, snapshot.connections)}
    assert texts["cost"] == "–"
    groups = connection_groups(snapshot.connections, rows, empty_too=True)
    assert "$0.00" not in {cell for group in groups for cell in group.cells.values()}


def test_ended_clusters_say_how_and_when() -> None:
    snapshot = fleet()
    ref = next(ref for ref, c in snapshot.clusters.items() if c.summary.name == "old-one")
    cluster = snapshot.clusters[ref]
    summary = replace(cluster.summary, reason="User request.")
    changed = {**snapshot.clusters, ref: replace(cluster, summary=summary)}
    (group,) = ended_group(fleet_rows(replace(snapshot, clusters=changed)))
    when = date_time(summary.ended, today=NOW)
    assert [row.ended_text for row in group.rows] == [f"Terminated {when} · User request"]
    assert ended_group([row for row in fleet_rows(snapshot) if row.active]) == ()


def test_rows_of_unchanged_clusters_are_kept_and_move_on() -> None:
    keeper, snapshot = FleetRows(), fleet()
    at = datetime.now(UTC)
    before = keeper.of(snapshot, at)
    assert all(a is b for a, b in zip(before, keeper.of(snapshot, at), strict=True))
    ref, cluster = next(iter(snapshot.clusters.items()))
    other = replace(cluster, summary=replace(cluster.summary, name="renamed"))
    later = at + timedelta(hours=1)
    after = keeper.of(replace(snapshot, clusters={**snapshot.clusters, ref: other}), later)
    assert after[0].name == "renamed"
    assert (before[0].uptime, after[0].uptime) == ("3 d 6 h", "3 d 7 h")
    assert after == fleet_rows(replace(snapshot, clusters={**snapshot.clusters, ref: other}), later)
