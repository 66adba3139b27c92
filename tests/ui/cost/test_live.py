"""The pages of costs over the real services and a simulated region."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.core.changes import SetProtection, Terminate
from hue_desktop.ui.cost.fleet_page import AllCostsPage
from hue_desktop.ui.cost.page import CostPage
from hue_desktop.ui.launch.actions import actions as launch_actions
from hue_desktop.ui.page import Page
from hue_desktop.ui.shell.feed import FleetFeed, everything
from tests.ui.doing_desk import DoingDesk, click, open_doing_desk


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[tuple[DoingDesk, FleetFeed]]:
    """Real services over the demo region, and their changes on the main thread."""
    with open_doing_desk(qapp, qtbot, tmp_path) as made:
        feed = FleetFeed(made.app.fleet, made.ctx.tasks.poster)
        yield made, feed
        feed.close()


def _put_up(desk: DoingDesk, feed: FleetFeed, page: Page) -> None:
    """Show a page the way the shell does."""
    desk.show(page, (1160, 784))
    page.apply(everything(feed.snapshot))
    feed.changed.connect(page.apply)
    page.shown()


def test_a_cluster_s_costs_are_those_of_its_nodes(desk: tuple[DoingDesk, FleetFeed]) -> None:
    made, feed = desk
    ref = made.named("analytics-prod").ref
    made.until(lambda: ref in made.app.fleet.snapshot().costs)
    page = CostPage(made.ctx, ref)
    _put_up(made, feed, page)
    made.until(lambda: page.chart.states.state == "shown")
    bill = made.app.cost.bill(ref)
    shown = sum(row.so_far or 0.0 for row in page.split.model.rows())
    assert shown == pytest.approx(bill.total, rel=0.01)
    assert bill.saved_by_spot > 0
    assert page.tiles["saved"].accessibleName().startswith("Saved by Spot, $")
    chart = page.chart.chart
    assert chart is not None
    assert set(chart.readings()) == {"core", "master", "task", "spot", "emr", "ebs"}
    edges = chart.stack.edges
    hours = [(end - start) / 3600 for start, end in pairwise(edges)]
    area = sum(
        value * hour
        for layer in chart.stack.layers
        for value, hour in zip(layer.values, hours, strict=True)
    )
    assert area == pytest.approx(shown, rel=0.01)
    made.until(lambda: page.shares.states.state == "shown")
    assert len(page.shares.model.rows()) > 3
    page.hidden()


def test_the_idle_finder_s_buttons_lead_to_plans(desk: tuple[DoingDesk, FleetFeed]) -> None:
    made, feed = desk
    made.ctx.actions.add(*launch_actions())
    made.answers.yes = False
    made.named("dev-sandbox")
    page = AllCostsPage(made.ctx)
    _put_up(made, feed, page)
    made.until(lambda: len(page.finder.rows) >= 2)
    page.hidden()
    by_button = {row.button.text(): row for row in page.finder.rows}
    click(by_button["Terminate…"].button)
    made.until(lambda: made.answers.plans)
    assert isinstance(made.answers.plans[0].changes[0], Terminate)
    if "Unprotect…" in by_button:
        click(by_button["Unprotect…"].button)
        made.until(lambda: len(made.answers.plans) == 2)
        assert isinstance(made.answers.plans[1].changes[0], SetProtection)


@pytest.mark.slow
def test_all_clusters_are_added_up_one_after_the_other(desk: tuple[DoingDesk, FleetFeed]) -> None:
    made, feed = desk
    made.named("analytics-prod")
    page = AllCostsPage(made.ctx)
    _put_up(made, feed, page)
    made.until(lambda: page.model.rows() and all(r.month is not None for r in page.model.rows()))
    rows = {row.name: row for row in page.model.rows()}
    assert rows["analytics-prod"].saved
    assert any(not row.active for row in rows.values())
    page.hidden()
