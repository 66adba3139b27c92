"""What the colour of a cell says, and that the legend names every colour in use."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hue_desktop.core.instances import InstanceState, Market
from hue_desktop.services.nodes import node_groups
from hue_desktop.ui.charts.node_blocks import blocks_of, node_tip, types_text
from hue_desktop.ui.charts.node_colours import NodeProperty, choices_for, colour_nodes
from hue_desktop.ui.parts import StateShape
from tests.ui.sample_fleet import NOW, fleet

SNAPSHOT = fleet()
CLUSTER = next(iter(SNAPSHOT.clusters.values()))
COST = SNAPSHOT.costs[CLUSTER.ref]
NODES = CLUSTER.nodes()


@pytest.mark.parametrize("what", list(NodeProperty))
def test_the_legend_names_every_colour(what: NodeProperty) -> None:
    coloured = colour_nodes(what, NODES, COST.by_node, NOW)
    assert set(coloured.fills) == set(coloured.texts) == {node.id for node in NODES}
    assert set(coloured.fills.values()) <= {entry.color for entry in coloured.legend}


def test_older_is_hotter() -> None:
    born = [NOW - timedelta(**age) for age in ({"minutes": 5}, {"hours": 2}, {"days": 9})]
    nodes = [replace(NODES[i], id=str(i), ready=at) for i, at in enumerate(born)]
    fills = colour_nodes(NodeProperty.AGE, nodes, {}, NOW).fills
    assert [fills[str(i)] for i in range(3)] == ["heat-0", "heat-1", "heat-4"]


def test_a_node_without_a_price_is_not_the_cheapest() -> None:
    coloured = colour_nodes(NodeProperty.COST, NODES[:3], {NODES[0].id: 0.2, NODES[1].id: 0.9}, NOW)
    fills = [coloured.fills[node.id] for node in NODES[:3]]
    assert fills == ["heat-0", "heat-4", "sunken"]
    assert coloured.texts[NODES[2].id] == "–"


def test_many_types_share_the_last_colour() -> None:
    nodes = [replace(NODES[i], id=str(i), instance_type=f"m{i}.large") for i in range(9)]
    coloured = colour_nodes(NodeProperty.TYPE, nodes, {}, NOW)
    assert len(set(coloured.fills.values())) == 6
    assert coloured.legend[-1].text == "4 others"


def test_a_zone_is_offered_only_when_one_is_known() -> None:
    assert "zone" in dict(choices_for(NODES))
    assert "zone" not in dict(choices_for([replace(node, az="") for node in NODES]))


def test_blocks_say_types_and_price() -> None:
    blocks, _coloured = blocks_of(node_groups(CLUSTER, COST), NodeProperty.STATE, COST.by_node, NOW)
    notes = [block.note for block in blocks]
    assert notes[0] == ""
    assert notes[1] == "8 × r5.2xlarge  $5.93/h  ·  hold HDFS"
    shapes = {cell.id: cell.shape for block in blocks for cell in block.cells if cell.shape}
    assert list(shapes.values()) == [StateShape.ATTENTION]
    assert types_text([NODES[0], NODES[1]]) == "2 nodes of 2 types"


def test_a_narrow_cell_keeps_the_last_number() -> None:
    coloured = colour_nodes(NodeProperty.STATE, NODES[:1], {}, NOW)
    assert coloured.texts[NODES[0].id] == "0.4"
    assert coloured.short("187.120") == ".120"


def test_the_tooltip_leaves_out_what_is_not_known() -> None:
    spot = next(node for node in NODES if node.market is Market.SPOT)
    bare = replace(spot, az="", ready=None, created=None, state=InstanceState.BOOTSTRAPPING)
    assert node_tip(bare, None, NOW).splitlines() == [
        spot.private_dns,
        f"{spot.ec2_id} · m5.2xlarge · Spot",
        "Bootstrapping",
    ]
