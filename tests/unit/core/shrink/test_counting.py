"""What leaves and what moves, against counting block by block."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

from hue_desktop.core.shrink.blocks import BlockTableBuilder
from hue_desktop.core.shrink.choice import field_of
from hue_desktop.core.shrink.sweep import sweep
from hue_desktop.core.shrink.tally import tally
from tests.unit.core.shrink.clusters import (
    MIB,
    Drawn,
    clusters,
    core_nodes,
    request,
    table_of,
)


@settings(max_examples=100, deadline=None)
@given(clusters())
def test_what_leaves_is_what_counting_by_hand_finds(drawn: Drawn) -> None:
    table = table_of(drawn.nodes, drawn.files)
    nodes = core_nodes(drawn.nodes, drawn.files, states=drawn.states)
    field = field_of(table, nodes, request(*drawn.leaving, nodes=drawn.nodes))
    staying = sum(drawn.stays(number) for number in range(drawn.nodes))
    found = tally(table, field.stay, set(drawn.leaving), staying)

    only, moves, rests, lone = [], 0, 0, set()
    for row, (file, length, on) in enumerate(drawn.blocks()):
        now = sum(map(drawn.serves, on))
        then = sum(map(drawn.stays, on))
        if now and not then:
            only.append((row, length))
        if now == 1:
            lone.add(file)
        lacking = max(0, min(drawn.files[file][0], staying) - then) if now else 0
        if then < len(on):
            moves += lacking * length
        else:
            rests += lacking * length
    assert found.only_rows.tolist() == [row for row, _length in only]
    assert found.only_bytes == sum(length for _row, length in only)
    assert found.move_bytes == moves
    assert found.backlog_bytes == rests
    assert found.lone_files == len(lone)


@settings(max_examples=100, deadline=None)
@given(clusters())
def test_one_pass_over_all_targets_agrees_with_each_target_by_itself(drawn: Drawn) -> None:
    table = table_of(drawn.nodes, drawn.files)
    nodes = core_nodes(drawn.nodes, drawn.files, states=drawn.states)
    field = field_of(table, nodes, request(nodes=drawn.nodes))
    order = list(drawn.leaving)
    load = sweep(
        table, field.stay, field.hosts, len(order), lambda _critical, left: order[len(left)]
    )
    for step in range(len(order)):
        # a staying count beyond every factor: the pass knows no such bound
        alone = tally(table, field.stay, set(order[: step + 1]), 100)
        assert load.only_bytes[step] == alone.only_bytes
        assert load.only_blocks[step] == len(alone.only_rows)
        assert load.move_bytes[step] == alone.move_bytes
        assert load.move_blocks[step] == alone.move_blocks
        assert load.shared_bytes[step] == alone.shared_bytes
        assert load.rest_bytes[step] == alone.backlog_bytes
        assert load.rest_blocks[step] == alone.backlog_blocks
        assert load.only_padded[step] == alone.only_padded
        assert load.padded[step] == alone.padded


@settings(max_examples=40, deadline=None)
@given(clusters())
def test_the_first_to_leave_is_the_one_that_takes_least_with_it(drawn: Drawn) -> None:
    table = table_of(drawn.nodes, drawn.files)
    nodes = core_nodes(drawn.nodes, drawn.files)
    field = field_of(table, nodes, request(nodes=drawn.nodes))
    cheapest, worst = field.cheapest(1), field.worst(1)
    alone = [tally(table, field.stay, {number}, drawn.nodes - 1) for number in range(drawn.nodes)]
    costs = [int(field.used[at]) + 3 * each.only_bytes for at, each in enumerate(alone)]
    assert costs[cheapest.order[0]] == min(costs)
    assert worst.only_bytes[0] == max(each.only_bytes for each in alone)


def test_an_erasure_coded_group_is_lost_with_more_units_than_it_has_parity() -> None:
    hosts = [f"h{number}" for number in range(9)]
    builder = BlockTableBuilder(hosts)
    builder.add_path("/cold/a", 9, [(6 * MIB, hosts)], units=6)
    table = builder.table()
    nodes = [
        each.__class__(host, host, "g") for host, each in zip(hosts, core_nodes(9), strict=True)
    ]
    field = field_of(table, nodes, request())
    three = tally(table, field.stay, {0, 1, 2}, 6)
    four = tally(table, field.stay, {0, 1, 2, 3}, 5)
    assert len(three.only_rows) == 0
    assert len(four.only_rows) == 1
    assert three.move_bytes == 0  # nine units have no place on six nodes
    load = sweep(table, field.stay, 9, 4, lambda _critical, left: len(left))
    assert load.only_blocks == [0, 0, 0, 1]
    assert load.move_bytes[0] == MIB  # one unit is a sixth of the group


def test_a_table_keeps_paths_and_columns() -> None:
    builder = BlockTableBuilder()
    builder.add_path("/a", 1, [])
    builder.add_path("/x/y ü/b", 3, [(5, ["h1", "h2"]), (7, ["h2"])], writing=True)
    table = builder.table()
    assert [table.path(number) for number in range(table.files)] == ["/a", "/x/y ü/b"]
    assert table.hosts == ("h1", "h2")
    assert table.sizes.tolist() == [0, 12]
    assert table.open_for_write().tolist() == [False, True]
    assert np.diff(table.starts).tolist() == [2, 1]
    assert 0 < table.nbytes < 1000


def test_an_empty_hdfs_counts_as_nothing() -> None:
    table = BlockTableBuilder(["h"]).table()
    field = field_of(table, core_nodes(1), request())
    found = tally(table, field.stay, {0}, 0)
    assert (found.only_bytes, found.move_bytes, found.most_wanted) == (0, 0, 0)
    assert field.cheapest(1).only_bytes == [0]
