"""What the colour of a cell says, and that the legend names every colour in use."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.instances import InstanceState, Market
from hue_desktop.services.nodes import node_groups
from hue_desktop.ui.charts.node_blocks import NodeBlocks, node_tip, types_text
from hue_desktop.ui.charts.node_colours import NodeProperty, choices_for, colouring_of
from hue_desktop.ui.charts.node_map import MapCell
from hue_desktop.ui.parts import StateShape
from tests.ui.sample_fleet import NOW, fleet

SNAPSHOT = fleet()
CLUSTER = next(iter(SNAPSHOT.clusters.values()))
COST = SNAPSHOT.costs[CLUSTER.ref]
NODES = CLUSTER.nodes()


@pytest.mark.parametrize("what", list(NodeProperty))
def test_the_legend_names_every_colour(what: NodeProperty) -> None:
    colouring = colouring_of(what, NODES, COST.by_node, NOW)
    painted = [colouring.paint(node) for node in NODES]
    assert all(text for _fill, text in painted)
    assert {fill for fill, _text in painted} <= {entry.color for entry in colouring.legend}


def test_older_is_hotter() -> None:
    born = [NOW - timedelta(**age) for age in ({"minutes": 5}, {"hours": 2}, {"days": 9})]
    nodes = [replace(NODES[i], id=str(i), ready=at) for i, at in enumerate(born)]
    colouring = colouring_of(NodeProperty.AGE, nodes, {}, NOW)
    assert [colouring.paint(node)[0] for node in nodes] == ["heat-0", "heat-1", "heat-4"]


def test_ages_are_told_in_minutes_so_that_cells_stay() -> None:
    seconds = [
        colouring_of(NodeProperty.AGE, NODES, {}, NOW + timedelta(seconds=s)) for s in (1, 9)
    ]
    assert seconds[0].key == seconds[1].key
    assert seconds[0].key != colouring_of(NodeProperty.AGE, NODES, {}, NOW + timedelta(hours=1)).key


def test_a_node_without_a_price_is_not_the_cheapest() -> None:
    rates = {NODES[0].id: 0.2, NODES[1].id: 0.9}
    colouring = colouring_of(NodeProperty.COST, NODES[:3], rates, NOW)
    fills = [colouring.paint(node)[0] for node in NODES[:3]]
    assert fills == ["heat-0", "heat-4", "sunken"]
    assert colouring.paint(NODES[2])[1] == "–"


def test_many_types_share_the_last_colour() -> None:
    nodes = [replace(NODES[i], id=str(i), instance_type=f"m{i}.large") for i in range(9)]
    colouring = colouring_of(NodeProperty.TYPE, nodes, {}, NOW)
    assert len({colouring.paint(node)[0] for node in nodes}) == 6
    assert colouring.legend[-1].text == "4 others"


def test_a_zone_is_offered_only_when_one_is_known() -> None:
    assert "zone" in dict(choices_for(NODES))
    assert "zone" not in dict(choices_for([replace(node, az="") for node in NODES]))


def test_blocks_say_types_and_price() -> None:
    groups = node_groups(CLUSTER, COST)
    blocks, _legend = NodeBlocks().of(groups, NodeProperty.STATE, COST.by_node, NOW)
    notes = [block.note for block in blocks]
    assert notes[0] == ""
    assert notes[1] == "8 × r5.2xlarge  $5.93/h  ·  hold HDFS"
    shapes = {cell.id: cell.shape for block in blocks for cell in block.cells if cell.shape}
    assert list(shapes.values()) == [StateShape.ATTENTION]
    assert types_text([NODES[0], NODES[1]]) == "2 nodes of 2 types"


def test_a_narrow_cell_keeps_the_last_number() -> None:
    colouring = colouring_of(NodeProperty.STATE, NODES[:1], {}, NOW)
    assert colouring.paint(NODES[0])[1] == "0.4"
    assert colouring.short("187.120") == ".120"


def test_cells_of_unchanged_nodes_are_the_same_ones() -> None:
    keeper = NodeBlocks()

    def cells(snapshot: ClusterSnapshot, what: NodeProperty) -> dict[str, MapCell]:
        blocks, _legend = keeper.of(node_groups(snapshot, COST), what, COST.by_node, NOW)
        return {cell.id: cell for block in blocks for cell in block.cells}

    before = cells(CLUSTER, NodeProperty.STATE)
    gone, starting = NODES[5], replace(NODES[9], state=InstanceState.BOOTSTRAPPING)
    nodes = tuple(starting if node.id == starting.id else node for node in NODES if node != gone)
    after = cells(replace(CLUSTER, instances=nodes), NodeProperty.STATE)
    assert set(before) - set(after) == {gone.id}
    assert [key for key in after if after[key] is not before[key]] == [starting.id]
    dearer = cells(replace(CLUSTER, instances=nodes), NodeProperty.COST)
    assert all(dearer[key] != after[key] for key in after)


def test_the_tooltip_leaves_out_what_is_not_known() -> None:
    spot = next(node for node in NODES if node.market is Market.SPOT)
    bare = replace(spot, az="", ready=None, created=None, state=InstanceState.BOOTSTRAPPING)
    assert node_tip(bare, None, NOW).splitlines() == [
        spot.private_dns,
        f"{spot.ec2_id} · m5.2xlarge · Spot",
        "Bootstrapping",
    ]
