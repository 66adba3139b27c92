"""The seeing pages over the real services and a simulated region that others change too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.core.instances import Role
from hue_desktop.ui.configuration.page import ConfigurationPage
from hue_desktop.ui.fleet.page import FleetPage
from hue_desktop.ui.nodes.page import NodesPage
from hue_desktop.ui.overview.page import OverviewPage
from hue_desktop.ui.page import Page
from hue_desktop.ui.shell.feed import FleetFeed, everything
from tests.ui.doing_desk import DoingDesk, open_doing_desk


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[tuple[DoingDesk, FleetFeed]]:
    """Real services over the demo region, and their changes on the main thread."""
    with open_doing_desk(qapp, qtbot, tmp_path) as made:
        feed = FleetFeed(made.app.fleet, made.ctx.tasks.poster)
        yield made, feed
        feed.close()


def _put_up(desk: DoingDesk, feed: FleetFeed, page: Page) -> None:
    """Show a page the way the shell does."""
    desk.show(page, (1160, 764))
    page.apply(everything(feed.snapshot))
    feed.changed.connect(page.apply)
    page.shown()


def test_the_overview_draws_what_cloudwatch_keeps(desk: tuple[DoingDesk, FleetFeed]) -> None:
    made, feed = desk
    cluster = made.named("analytics-prod")
    page = OverviewPage(made.ctx, cluster.ref)
    _put_up(made, feed, page)
    made.until(lambda: page.chart.states.state == "shown")
    chart = page.chart.chart
    assert chart is not None
    assert {"memory", "containers"} <= {plot.key for plot in chart.plots}
    made.until(lambda: page.tiles["yarn"].isVisible())
    assert page.latest.model.rows()
    page.chart.ranges.choose("3d")
    made.until(lambda: round(chart.frame.end - chart.frame.start) == 3 * 86400)
    page.hidden()


def test_a_resize_by_somebody_else_shows_on_the_nodes_page(
    desk: tuple[DoingDesk, FleetFeed],
) -> None:
    made, feed = desk
    cluster = made.named("dev-sandbox")
    made.app.fleet.set_focus(cluster.ref)
    page = NodesPage(made.ctx, cluster.ref)
    _put_up(made, feed, page)
    made.until(lambda: page.states.state == "shown")
    group = next(group for group in cluster.groups or () if group.role is Role.CORE)
    wanted = group.requested + 2
    before = sum(row.node.group_id == group.id for row in page.model.rows())
    made.region.client("emr").modify_instance_groups(
        ClusterId=cluster.ref.cluster_id,
        InstanceGroups=[{"InstanceGroupId": group.id, "InstanceCount": wanted}],
    )
    made.region.jump(minutes=5)
    made.until(lambda: sum(row.node.group_id == group.id for row in page.model.rows()) > before)
    page.hidden()


def test_the_configuration_reads_the_bootstrap_actions(desk: tuple[DoingDesk, FleetFeed]) -> None:
    made, feed = desk
    cluster = made.named("analytics-prod")
    page = ConfigurationPage(made.ctx, cluster.ref)
    _put_up(made, feed, page)
    made.until(lambda: page.blocks["scripts"].isVisible())
    assert page.states.state == "shown"


def test_a_cluster_that_somebody_ends_leaves_the_fleet(desk: tuple[DoingDesk, FleetFeed]) -> None:
    made, feed = desk
    cluster = made.named("dev-sandbox")
    page = FleetPage(made.ctx)
    _put_up(made, feed, page)
    made.until(lambda: cluster.ref in {row.ref for row in page.model.rows()})
    emr = made.region.client("emr")
    emr.set_termination_protection(JobFlowIds=[cluster.ref.cluster_id], TerminationProtected=False)
    emr.terminate_job_flows(JobFlowIds=[cluster.ref.cluster_id])
    made.region.jump(minutes=10)
    page.refresh()
    made.until(lambda: cluster.ref not in {row.ref for row in page.model.rows()})
    page.select("state:terminated")
    assert cluster.ref in {row.ref for row in page.model.rows()}
    page.hidden()
