"""The verdict: levels, sentences, targets and what makes it better."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hue_desktop.core.metrics import SeriesData, SeriesKey
from hue_desktop.core.shrink import (
    BlockTableBuilder,
    DrainRate,
    Level,
    RateSource,
    ShrinkLimits,
    ShrinkRequest,
    Verdict,
    judge,
    with_fixes,
)
from hue_desktop.core.shrink.drain import estimated, fill
from hue_desktop.core.shrink.locations import tables_of
from hue_desktop.core.shrink.rates import measured_rate
from hue_desktop.core.shrink.values import FINDING_KEYS, FIX_KEYS
from tests.unit.core.shrink.clusters import (
    GROUP,
    LIMITS,
    MIB,
    REF,
    Drawn,
    File,
    clusters,
    core_nodes,
    host,
    request,
    table_of,
)

GIB = 1024**3
PAIRS: tuple[File, ...] = tuple(
    (2, ((128 * MIB, (number % 6, (number + 1) % 6)),)) for number in range(60)
)
LONE: File = (1, ((100 * MIB, (1,)), (100 * MIB, (1,)), (50 * MIB, (2,))))


def verdict_of(
    files: tuple[File, ...],
    asked: ShrinkRequest,
    *,
    nodes: int = 6,
    capacity: int = 1000 * GIB,
    limits: ShrinkLimits = LIMITS,
) -> Verdict:
    return judge(table_of(nodes, files), core_nodes(nodes, files, capacity=capacity), asked, limits)


def levels(verdict: Verdict) -> dict[str, Level]:
    return {each.key: each.level for each in verdict.findings}


def test_all_is_well_where_every_block_keeps_a_copy_and_there_is_time_and_room() -> None:
    verdict = verdict_of(PAIRS, request(0, nodes=6))
    assert verdict.level is Level.OK, verdict.sentence
    assert not verdict.loses
    assert verdict.bytes_to_move == 20 * 128 * MIB
    assert verdict.blocks_to_move == 20
    assert verdict.saves_usd_hour == 0.5
    assert verdict.leaving == ("i-0",)
    assert "an estimate" in verdict.sentence
    assert set(levels(verdict)) <= set(FINDING_KEYS)


def test_a_last_copy_on_a_leaving_node_is_a_warning_while_there_is_time() -> None:
    verdict = verdict_of((*PAIRS, LONE), request(1, nodes=6))
    assert verdict.level is Level.WARN
    assert not verdict.loses
    (lost,) = verdict.lost_files
    assert (lost.path, lost.size, lost.blocks) == ("/data/60", 250 * MIB, 2)
    assert lost.only_on == (host(1),)
    assert (verdict.lost_count, verdict.lost_bytes) == (1, 250 * MIB)
    assert "HDFS copies it first" in verdict.sentence


def test_it_is_red_when_last_copies_cannot_be_copied_in_time() -> None:
    many: File = (1, tuple((128 * MIB, (1,)) for _number in range(200)))
    verdict = verdict_of((many,), request(1, nodes=6, timeout_s=60))
    assert verdict.level is Level.BAD
    assert verdict.loses
    found = levels(verdict)
    assert found["replication"] is found["time"] is Level.BAD
    assert "more than the allowed 1 min" in verdict.sentence
    assert "1 file would lose its only copy" in verdict.sentence


def test_without_a_last_copy_too_little_time_is_no_loss() -> None:
    files: tuple[File, ...] = ((2, tuple((128 * MIB, (1, 2)) for _number in range(900))),)
    verdict = verdict_of(files, request(1, nodes=6, timeout_s=60))
    assert verdict.level is Level.WARN
    assert not verdict.loses
    assert "no block would lose its last copy" in verdict.sentence


def test_killing_copies_nothing() -> None:
    verdict = verdict_of((*PAIRS, LONE), request(1, nodes=6, kill=True))
    assert verdict.level is Level.BAD
    assert verdict.seconds is None
    assert "end at once" in verdict.sentence
    assert verdict_of(PAIRS, request(1, nodes=6, kill=True)).level is Level.WARN


def test_what_does_not_fit_is_not_possible() -> None:
    verdict = verdict_of(PAIRS, request(0, 1, nodes=6), capacity=4 * GIB)
    assert levels(verdict)["room"] is Level.BAD
    assert verdict.headline == "Not possible as planned"
    assert "EMR lets only a part go" in verdict.sentence


def test_the_floor_is_dfs_replication_and_zero_is_no_size_of_a_core_group() -> None:
    assert levels(verdict_of(PAIRS, request(0, 1, 2, 3, 4, nodes=6)))["floor"] is Level.BAD
    none = verdict_of(PAIRS, request(count=0))
    assert levels(none)["floor"] is Level.BAD
    assert "terminate the cluster instead" in none.sentence
    wide: File = (10, ((MIB, (0, 1, 2, 3, 4, 5)),))  # job files want ten replicas
    assert levels(verdict_of((*PAIRS, wide), request(0, nodes=6)))["floor"] is Level.WARN
    unknown = verdict_of(PAIRS, request(0, nodes=6), limits=ShrinkLimits())
    assert levels(unknown)["floor"] is Level.UNKNOWN
    assert unknown.level is Level.UNKNOWN


@pytest.mark.parametrize(
    ("limits", "key", "level", "says"),
    [
        (replace(LIMITS, safe_mode="Safe mode is ON."), "safe_mode", Level.BAD, "safe mode"),
        (replace(LIMITS, state="ARRESTED"), "state", Level.BAD, "cannot be resized"),
        (replace(LIMITS, state="SUSPENDED"), "state", Level.WARN, "suspended"),
        (replace(LIMITS, resizing_to=4), "state", Level.WARN, "under way"),
        (replace(LIMITS, scaling=(13, 19)), "scaling", Level.WARN, "13 to 19"),
    ],
)
def test_a_state_in_the_way_has_its_sentence(
    limits: ShrinkLimits, key: str, level: Level, says: str
) -> None:
    verdict = verdict_of(PAIRS, request(0, nodes=6), limits=limits)
    found = verdict.finding(key)
    assert found is not None
    assert found.level is level
    assert says in found.text
    assert verdict.level >= level
    if level is Level.BAD:
        assert says in verdict.sentence


def test_nodes_that_are_none_are_said() -> None:
    verdict = verdict_of(PAIRS, ShrinkRequest(REF, GROUP, ("i-nobody",), 6))
    assert verdict.level is Level.BAD
    assert "i-nobody" in verdict.sentence


def test_what_is_unknown_is_unknown_and_never_green() -> None:
    nodes = [
        replace(node, capacity=None, remaining=None, containers=None, usd_hour=None)
        for node in core_nodes(6, PAIRS)
    ]
    verdict = judge(table_of(6, PAIRS), nodes, request(0, nodes=6), LIMITS)
    found = levels(verdict)
    assert found["room"] is found["work"] is found["balance"] is Level.UNKNOWN
    assert verdict.level is Level.UNKNOWN
    assert verdict.saves_usd_hour is None
    assert verdict.rooms == ()
    partly = replace(LIMITS, missing=("A folder may not be read.",))
    assert levels(verdict_of(PAIRS, request(0, nodes=6), limits=partly))["replication"] is (
        Level.UNKNOWN
    )


def test_emr_s_choice_is_judged_as_the_worst() -> None:
    verdict = verdict_of((*PAIRS, LONE), request(count=5))
    assert verdict.assumes_worst
    assert verdict.leaving == ("i-1",)
    assert "EMR chooses the nodes" in verdict.sentence
    named = {fix.key: fix for fix in verdict.fixes}["choose_others"]
    better = with_fixes(
        table_of(6, (*PAIRS, LONE)),
        core_nodes(6, (*PAIRS, LONE)),
        verdict.request,
        LIMITS,
        ["choose_others"],
    )
    assert better.leaving == named.leaving
    assert better.lost_count == 0
    assert better.level is Level.OK
    assert better.applied == ("choose_others",)


def test_fixes_make_it_possible() -> None:
    many: File = (1, tuple((128 * MIB, (1,)) for _number in range(200)))
    files = (*PAIRS, many)
    asked = request(1, nodes=6, timeout_s=60)
    before = verdict_of(files, asked)
    offered = {fix.key: fix for fix in before.fixes}
    assert set(offered) <= set(FIX_KEYS)
    assert offered["set_replication"].replication == 2
    assert offered["set_replication"].files == 1
    assert offered["set_replication"].size == 200 * 128 * MIB
    assert (offered["raise_timeout"].timeout_s or 0) >= 2 * (before.seconds or 0)
    parts = table_of(6, files), core_nodes(6, files), asked, LIMITS
    replicated = with_fixes(*parts, ["set_replication"])
    assert replicated.lost_count == 0
    assert replicated.level is Level.WARN
    assert (replicated.seconds or 0) > (offered["set_replication"].seconds or 0)
    patient = with_fixes(*parts, ["set_replication", "raise_timeout"])
    assert patient.level is Level.OK, patient.sentence
    assert patient.request.timeout_s == offered["raise_timeout"].timeout_s
    saved = with_fixes(*parts, ["snapshot_to_s3"])
    assert not saved.loses
    assert saved.level is Level.WARN


def test_more_replicas_promise_nothing_where_all_of_them_may_land_on_leaving_nodes() -> None:
    verdict = verdict_of((*PAIRS, LONE), request(1, 3, 4, nodes=6))
    fix = next(each for each in verdict.fixes if each.key == "set_replication")
    assert not fix.suggested
    assert fix.cures == ()


def test_a_full_node_takes_nothing_and_rebalancing_helps() -> None:
    nodes = core_nodes(6, PAIRS, capacity=100 * GIB)
    nodes[5] = replace(nodes[5], used=95 * GIB, remaining=5 * GIB)
    verdict = judge(table_of(6, PAIRS), nodes, request(0, nodes=6), LIMITS)
    room = next(each for each in verdict.rooms if each.ec2_id == "i-5")
    assert not room.takes
    assert room.after == room.before
    assert verdict.finding("balance").level is Level.WARN  # type: ignore[union-attr]
    asked = request(0, nodes=6)
    better = with_fixes(table_of(6, PAIRS), nodes, asked, LIMITS, ["rebalance"])
    assert better.finding("balance").level is Level.OK  # type: ignore[union-attr]


def test_the_end_of_a_cluster_takes_every_file() -> None:
    verdict = verdict_of((*PAIRS, LONE), ShrinkRequest(REF, "", whole_cluster=True))
    assert verdict.level is Level.BAD
    assert verdict.lost_count == 61
    assert verdict.lost_files[0].path == "/data/60"
    assert verdict.options == ()
    assert "cannot be known from here" in verdict.sentence
    assert [fix.key for fix in verdict.fixes] == ["snapshot_to_s3"]
    empty = verdict_of((), ShrinkRequest(REF, "", whole_cluster=True))
    assert empty.level is Level.OK


def test_nothing_leaves() -> None:
    verdict = verdict_of(PAIRS, request(count=6))
    assert verdict.level is Level.OK
    assert verdict.headline == "Nothing leaves"


def test_only_the_first_thousand_lost_files_are_listed_by_size() -> None:
    files: tuple[File, ...] = tuple((1, ((MIB + number, (1,)),)) for number in range(1500))
    verdict = verdict_of(files, request(1, nodes=6))
    assert verdict.lost_count == 1500
    assert len(verdict.lost_files) == 1000
    sizes = [each.size for each in verdict.lost_files]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == MIB + 1499


@settings(max_examples=60, deadline=None)
@given(clusters())
def test_a_target_says_what_judging_it_says(drawn: Drawn) -> None:
    table = table_of(drawn.nodes, drawn.files)
    nodes = core_nodes(drawn.nodes, drawn.files, states=drawn.states)
    asked = request(count=drawn.nodes, timeout_s=30)
    options = judge(table, nodes, asked, LIMITS).options
    assert [each.count for each in options] == list(range(options[0].count, 0, -1))
    for option in options[1:]:
        one = replace(asked, leaving=option.leaving, count=option.count)
        verdict = judge(table, nodes, one, LIMITS)
        same = next(each for each in verdict.options if each.count == option.count)
        assert same.level is verdict.level
        assert option.level is verdict.level, (option, verdict.sentence, verdict.findings)
        assert option.seconds is None or option.seconds == pytest.approx(verdict.seconds)


@settings(max_examples=60, deadline=None)
@given(clusters())
def test_green_means_that_a_copy_stays_and_red_has_a_reason(drawn: Drawn) -> None:
    table = table_of(drawn.nodes, drawn.files)
    nodes = core_nodes(drawn.nodes, drawn.files, states=drawn.states)
    asked = request(*drawn.leaving, nodes=drawn.nodes)
    verdict = judge(table, nodes, asked, LIMITS)
    gone = [
        file
        for file, _length, on in drawn.blocks()
        if any(map(drawn.serves, on)) and not any(map(drawn.stays, on))
    ]
    assert verdict.lost_count == len(set(gone))
    if verdict.level is Level.OK:
        assert not gone
    if verdict.level is Level.BAD:
        assert any(each.level is Level.BAD for each in verdict.findings)
    if verdict.loses:
        assert gone
    assert verdict.sentence.endswith(".")


@settings(max_examples=50, deadline=None)
@given(clusters(), st.integers(1, 3))
def test_left_to_emr_it_is_green_only_if_every_choice_keeps_a_copy(
    drawn: Drawn, leaving: int
) -> None:
    table = table_of(drawn.nodes, drawn.files)
    nodes = core_nodes(drawn.nodes, drawn.files)
    steps = min(leaving, drawn.nodes - 1)
    verdict = judge(table, nodes, request(count=drawn.nodes - steps), LIMITS)
    assert verdict.assumes_worst
    choices = combinations(range(drawn.nodes), steps)
    bad = any(on and set(on) <= set(choice) for choice in choices for _f, _n, on in drawn.blocks())
    if bad:
        assert verdict.level >= Level.WARN
        replication = verdict.finding("replication")
        assert replication is not None
        assert replication.level >= Level.WARN


def test_the_estimate_is_bounded_by_rounds_and_by_streams() -> None:
    small = estimated(staying=10, leaving=1)
    assert small.blocks_s == pytest.approx(4 / 3)  # four copies a round of the one that leaves
    many = estimated(staying=3, leaving=5)
    assert many.blocks_s == pytest.approx(2)  # two a round for each that stays
    shared = estimated(staying=10, leaving=1, share=1.0)
    assert shared.seconds(0, 100) < small.seconds(0, 100)
    assert small.seconds(100 * MIB, 1) == pytest.approx(1.0)


def test_bytes_are_spread_as_far_as_each_node_has_room() -> None:
    nodes = core_nodes(4, capacity=100 * MIB)
    nodes[1] = replace(nodes[1], used=80 * MIB, remaining=20 * MIB)
    filling = fill(nodes, frozenset({host(0)}), 130 * MIB, 0.9)
    after = {each.host: each.after // MIB for each in filling.rooms}
    assert after[host(0)] == 0
    assert after[host(1)] == 90
    assert after[host(2)] + after[host(3)] in (119, 120)
    assert filling.over == 0
    assert fill(nodes, frozenset({host(0)}), 300 * MIB, 0.9).over == 80 * MIB


def test_a_measured_rate_takes_the_place_of_the_estimate() -> None:
    rate = DrainRate(50 * MIB, RateSource.MEASURED, "Measured here.")
    verdict = verdict_of(PAIRS, request(0, nodes=6), limits=replace(LIMITS, rate=rate))
    assert verdict.rate_source is RateSource.MEASURED
    assert verdict.seconds == pytest.approx(20 * 128 / 50)
    assert "estimate" not in verdict.sentence


def series(name: str, values: list[float], step_s: float = 30.0) -> SeriesData:
    times = [1000.0 + step_s * at for at in range(len(values))]
    return SeriesData(SeriesKey(name), times, values, step_s)


def test_the_rate_is_measured_where_nodes_were_decommissioned() -> None:
    lacking = series("hdfs.under_replicated", [0, 1200, 900, 600, 300, 0, 0])
    cause = series("yarn.nodes.decommissioning", [0, 1, 1, 1, 1, 0, 0])
    rate = measured_rate(lacking, cause, 64 * MIB)
    assert rate is not None
    assert rate.source is RateSource.MEASURED
    assert rate.blocks_s == pytest.approx(10.0)
    assert rate.bytes_s == pytest.approx(640 * MIB)
    assert "1 200 blocks" in rate.text.replace("\u202f", " ")
    still = series("yarn.nodes.decommissioning", [0] * 7)
    assert measured_rate(lacking, still, 64 * MIB) is None
    assert measured_rate(series("x", [5, 4, 3]), cause, 64 * MIB) is None
    assert measured_rate(None, cause, 64 * MIB) is None


def test_files_that_are_written_hold_a_node() -> None:
    builder = BlockTableBuilder([host(number) for number in range(3)])
    builder.add_path("/log", 2, [(MIB, [host(0), host(1)])], writing=True)
    verdict = judge(builder.table(), core_nodes(3), request(0, nodes=3), LIMITS)
    work = verdict.finding("work")
    assert work is not None
    assert work.level is Level.WARN
    assert "being written" in work.note


def test_tables_of_the_warehouse_are_named_before_a_cluster_ends() -> None:
    builder = BlockTableBuilder([host(0)])
    base = "/user/hive/warehouse"
    builder.add_path(f"{base}/web.db/clicks/dt=1/a", 1, [(5 * MIB, [host(0)])])
    builder.add_path(f"{base}/web.db/clicks/dt=2/b", 1, [(MIB, [host(0)])])
    builder.add_path(f"{base}/plain/c", 1, [(MIB, [host(0)])])
    builder.add_path(f"{base}/web.db/empty/d", 1, [])
    builder.add_path(f"{base}/web.db/stray", 1, [(MIB, [host(0)])])
    builder.add_path("/tmp/x", 1, [(MIB, [host(0)])])
    table = builder.table()
    found = tables_of(table)
    assert [(each.name, each.files, each.size) for each in found] == [
        ("web.clicks", 2, 6 * MIB),
        ("default.plain", 1, MIB),
    ]
    asked = ShrinkRequest(REF, "", whole_cluster=True)
    finding = judge(table, core_nodes(1), asked, LIMITS).finding("tables")
    assert finding is not None
    assert "2 tables" in finding.text
    assert "web.clicks" in finding.note
