"""How the palette and menus lead to costs, in the whole window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from hue_desktop.ui.actions import ActionContext
from hue_desktop.ui.app import Desk
from hue_desktop.ui.cost.fleet_page import AllCostsPage
from hue_desktop.ui.cost.page import CostPage
from tests.ui.cost.sample_costs import ref_of
from tests.ui.sample_fleet import fleet
from tests.ui.shell.desk import YesAsker, open_desk


@pytest.fixture
def desk(tmp_path: Path, qtbot: QtBot) -> Iterator[Desk]:
    """The whole window over the sample fleet."""
    with open_desk(tmp_path) as (opened, _still):
        qtbot.waitUntil(lambda: opened.window.catalog.model.rowCount() > 0)
        yield opened


def _on(desk: Desk, name: str) -> ActionContext:
    return desk.window.context_of(ref_of(fleet(), name))


def test_a_cluster_s_menu_leads_to_its_costs(desk: Desk) -> None:
    context = _on(desk, "etl-nightly")
    assert "cost.show" in [action.id for action in desk.actions.available("cluster", context)]
    desk.actions.trigger("cost.show", context)
    page = desk.window.workspace.page
    assert isinstance(page, CostPage)
    assert page.cluster is not None
    assert page.cluster.summary.name == "etl-nightly"


def test_costs_by_user_are_one_step_away(desk: Desk) -> None:
    desk.actions.trigger("cost.users", _on(desk, "etl-nightly"))
    page = desk.window.workspace.page
    assert isinstance(page, CostPage)
    assert page.shares.kind == "user"


def test_cost_explorer_is_asked_from_the_palette_after_a_question(desk: Desk, qtbot: QtBot) -> None:
    desk.actions.trigger("cost.explorer", _on(desk, "etl-nightly"))
    asker = desk.ctx.ask
    assert isinstance(asker, YesAsker)
    assert asker.questions == ["Ask Cost Explorer?"]
    page = desk.window.workspace.page
    assert isinstance(page, CostPage)
    qtbot.waitUntil(lambda: page.explorer.ask.isEnabled())
    assert page.explorer.text.text() == "Cost Explorer has no figure for this cluster."


def test_the_rail_has_the_costs_of_all(desk: Desk, qtbot: QtBot) -> None:
    desk.window.rail.button("costs").click()
    assert isinstance(desk.window.workspace.page, AllCostsPage)
    desk.actions.trigger("cost.show", _on(desk, "analytics"))
    desk.actions.trigger("cost.idle")
    page = desk.window.workspace.page
    assert isinstance(page, AllCostsPage)
    qtbot.waitUntil(lambda: page.finder.states.state == "empty")
