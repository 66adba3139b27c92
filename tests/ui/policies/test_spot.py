"""A simulated region takes a Spot node back, and the window tells of it as it happens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.instances import Instance, Market, Role
from hue_desktop.services.health import Collecting
from hue_desktop.services.health.values import HealthSnapshot
from hue_desktop.ui.nodes.page import NodesPage
from hue_desktop.ui.overview.page import OverviewPage
from hue_desktop.ui.page import Page
from hue_desktop.ui.parts import Label
from hue_desktop.ui.policies.spot_teller import SpotTeller
from hue_desktop.ui.policies.story_sheet import StorySheet
from hue_desktop.ui.shell.feed import everything
from tests.simulated import simulated_region
from tests.ui.health.desk import HealthDesk, open_health_desk


@pytest.fixture
def house(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[HealthDesk]:
    with (
        simulated_region("demo") as region,
        open_health_desk(qapp, qtbot, tmp_path, region) as made,
    ):
        yield made


def _put_up(house: HealthDesk, page: Page) -> None:
    house.desk.show(page, (1160, 764))
    page.apply(everything(house.feed.snapshot))
    house.feed.changed.connect(page.apply)
    page.shown()


def _spot_node(cluster: ClusterSnapshot) -> Instance:
    return next(iter(cluster.nodes(Role.TASK, Market.SPOT)))


def _health(house: HealthDesk, ref: ClusterRef) -> HealthSnapshot:
    return house.desk.app.health.snapshot(ref)


@pytest.mark.slow
def test_the_notice_and_the_loss_are_told_everywhere(house: HealthDesk) -> None:
    desk = house.desk
    cluster = desk.named("analytics-prod")
    ref, node = cluster.ref, _spot_node(cluster)
    desk.app.fleet.set_focus(ref)
    said: list[str] = []
    teller = SpotTeller(
        desk.app.health, desk.ctx.tasks.poster, lambda _ref, text, _c: said.append(text)
    )
    teller.hear_fleet(everything(house.feed.snapshot))
    house.feed.changed.connect(teller.hear_fleet)
    nodes, overview = NodesPage(desk.ctx, ref), OverviewPage(desk.ctx, ref)
    _put_up(house, nodes)
    _put_up(house, overview)
    desk.until(lambda: _health(house, ref).collecting is Collecting.LIVE)
    desk.until(lambda: node.id in {row.node.id for row in nodes.model.rows()})
    assert not any(row.problem for row in nodes.model.rows() if row.node.id == node.id)

    desk.region.control("spot/interrupt", {"instance_id": node.ec2_id})
    desk.until(lambda: any(each.sure for each in _health(house, ref).notices))
    (notice,) = _health(house, ref).notices
    assert (notice.ec2_id, notice.standing) == (node.ec2_id, True)
    assert 0 <= (notice.gone_by - desk.app.fleet.snapshot().region_now(ref)).total_seconds() <= 120

    desk.until(lambda: any("back by" in text and node.ec2_id in text for text in said))
    desk.until(
        lambda: any("two minutes’ notice" in row.problem for row in nodes.model.rows()
                    if row.node.id == node.id)
    )  # fmt: skip
    desk.until(lambda: any("Two minutes’ notice" in n.text for n in overview.latest.model.rows()))
    state = overview.tiles["state"]
    desk.until(
        lambda: any("within two minutes" in label.text() for label in state.findChildren(Label))
    )

    desk.region.jump(minutes=3)
    desk.until(lambda: any("EC2 took 1 Spot node back" in text for text in said))
    desk.until(lambda: any("EC2 took 1" in n.text for n in overview.latest.model.rows()))
    desk.until(lambda: all(not each.standing for each in _health(house, ref).notices))
    assert len([text for text in said if node.ec2_id in text]) == 1

    sheet = desk.show(StorySheet(desk.ctx, ref))
    desk.until(lambda: sheet.story is not None)
    assert sheet.story is not None
    told = {each.what for each in sheet.story.stories}
    assert any("EC2 took 1 Spot node back" in what for what in told)
    assert any("notice" in what for what in told)
    for page in (nodes, overview):
        page.hidden()
    teller.close()


@pytest.mark.slow
def test_nodes_that_leave_in_a_resize_have_no_notice(house: HealthDesk) -> None:
    desk = house.desk
    cluster = desk.named("analytics-prod")
    ref = cluster.ref
    desk.app.fleet.set_focus(ref)
    desk.app.health.watch(ref)
    desk.until(lambda: _health(house, ref).collecting is Collecting.LIVE)
    group = next(
        group
        for group in cluster.groups or ()
        if group.role is Role.TASK and group.market is Market.SPOT
    )
    emr = desk.region.client("emr")
    emr.remove_managed_scaling_policy(ClusterId=ref.cluster_id)
    emr.modify_instance_groups(
        ClusterId=ref.cluster_id,
        InstanceGroups=[{"InstanceGroupId": group.id, "InstanceCount": group.requested - 1}],
    )

    def leaving() -> bool:
        return any(each.state == "DECOMMISSIONING" for each in _health(house, ref).nodes.values())

    desk.until(leaving)
    desk.until(lambda: desk.cluster(ref).groups and not _health(house, ref).notices)
    desk.until(
        lambda: (
            next(g for g in desk.cluster(ref).groups or () if g.id == group.id).requested
            == group.requested - 1
        )
    )
    at = _health(house, ref).read_at or 0.0
    desk.until(lambda: (_health(house, ref).read_at or 0.0) > at + 2)
    assert _health(house, ref).notices == ()
    desk.app.health.unwatch(ref)
