"""What live health measures on the Nodes page: columns, means, order, colours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.metrics import NodeReading
from hue_desktop.services.health import Collecting, HealthSnapshot
from hue_desktop.ui.actions import ActionContext
from hue_desktop.ui.nodes.page import NodesPage
from hue_desktop.ui.tables.model import GroupLine
from tests.ui.sample_fleet import everything, fleet
from tests.ui.seeing_desk import make_context

SNAPSHOT = fleet()
REF: ClusterRef = next(r for r, c in SNAPSHOT.clusters.items() if c.summary.name == "analytics")
NODES = SNAPSHOT.clusters[REF].nodes()
LIVE = ("cpu", "memory", "disk", "containers", "blocks")


@pytest.fixture
def page(qapp: QApplication, qtbot: QtBot) -> Iterator[NodesPage]:
    """The nodes of ``analytics``, shown."""
    ctx, _places = make_context(qapp)
    ctx.actions.bind(ctx, ActionContext)
    made = NodesPage(ctx, REF)
    qtbot.addWidget(made)
    made.resize(1160, 764)
    made.show()
    made.apply(everything(SNAPSHOT))
    yield made
    ctx.tasks.close()


def _health(**metrics: float) -> HealthSnapshot:
    """The first node has the values, each further one a little more."""
    names = {name.replace("__", "."): value for name, value in metrics.items()}
    readings = {
        node.private_dns: NodeReading(
            node.private_dns, "RUNNING", "", {name: value + i for name, value in names.items()}
        )
        for i, node in enumerate(NODES)
    }
    return HealthSnapshot(REF, Collecting.LIVE, nodes=readings)


def test_columns_show_once_somebody_measures(page: NodesPage) -> None:
    assert set(LIVE) <= page.table.hidden_columns
    page.show_health(_health(node__cpu=20.0, node__disk=70.0))
    assert set(LIVE) & page.table.hidden_columns == {"memory", "containers", "blocks"}
    row, column = page.model.rows()[0], page.model.columns[page.model.column_of("cpu")]
    assert column.text(row).split()[0] == str(20 + NODES.index(row.node))
    page.show_health(HealthSnapshot(REF))
    assert set(LIVE) <= page.table.hidden_columns


def test_groups_have_means_and_sums(page: NodesPage) -> None:
    page.show_health(_health(node__cpu=20.0, yarn__containers=2.0))
    lines = [page.model.line(at) for at in page.model.group_positions()]
    cells = [line.group.cells for line in lines if isinstance(line, GroupLine)]
    assert cells[0]["cpu"].split()[0] == "20"
    assert cells[1]["containers"] == str(sum(2 + i for i in range(1, 9)))


def test_the_busiest_come_first_and_stay_so(page: NodesPage) -> None:
    page.model.sort_by("cpu", True)
    page.show_health(_health(node__cpu=20.0))
    first = page.model.rows()[1]
    assert NODES.index(first.node) == 8
    turned = {
        host: NodeReading(host, "RUNNING", "", {"node.cpu": 90.0 - reading.values["node.cpu"]})
        for host, reading in _health(node__cpu=20.0).nodes.items()
    }
    page.show_health(HealthSnapshot(REF, Collecting.LIVE, nodes=turned))
    assert NODES.index(page.model.rows()[1].node) == 1


def test_a_full_disk_is_a_state_and_a_busy_processor_is_not(page: NodesPage) -> None:
    page.show_health(_health(node__cpu=95.0, node__disk=85.0))
    row = page.model.rows()[0]
    colours = {}
    for key in ("cpu", "disk"):
        column = page.model.columns[page.model.column_of(key)]
        assert column.bar_color is not None
        colours[key] = column.bar_color(row)
    assert colours["disk"] == "warn-shape"
    assert colours["cpu"].startswith("role-")


def test_the_map_is_coloured_by_what_is_measured(page: NodesPage) -> None:
    page.show_health(_health(node__cpu=20.0))
    page.toolbar.view.choose("map")
    page.heatmap.choice.set_key("cpu")
    cells = [cell for block in page.heatmap.map.blocks for cell in block.cells]
    assert {cell.text for cell in cells} == {str(20 + i) for i in range(len(NODES))}
    assert "CPU 20" in page.heatmap.map.tip_of(NODES[0].id)
    page.show_health(_health(node__cpu=50.0))
    assert page.heatmap.map.blocks[0].cells[0].text == "50"
