"""A desk whose clusters are reached over SSH, through a relay that can be taken down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.ui.health.page import HealthPage
from hue_desktop.ui.shell.feed import FleetFeed, everything
from tests.simulated import SimulatedRegion
from tests.ui.doing_desk import DoingDesk, open_doing_desk
from tests.unit.services.health.tunnel import Tunnel, tunnel_to

__all__ = ["HealthDesk", "open_health_desk"]


@dataclass
class HealthDesk:
    """The desk, the fleet's changes, and the tunnel's network."""

    desk: DoingDesk
    feed: FleetFeed
    tunnel: Tunnel

    def page_of(self, name: str, size: tuple[int, int] = (1160, 764)) -> HealthPage:
        """The health page of a cluster, put up as the shell does."""
        cluster = self.desk.named(name)
        page = HealthPage(self.desk.ctx, cluster.ref)
        self.desk.show(page, size)
        page.apply(everything(self.feed.snapshot))
        self.feed.changed.connect(page.apply)
        page.shown()
        return page


def _ssh_lines(region: SimulatedRegion, port: int) -> str:
    access = region.ssh
    lines = [
        "[connections.here.ssh]",
        f'bastion = "127.0.0.1:{port}"',
        f"user = {json.dumps(access.user)}",
        f"key_file = {json.dumps(str(access.key_file))}",
        f"host_keys = {json.dumps([access.host_key])}",
    ]
    return "\n".join(lines) + "\n"


@contextmanager
def open_health_desk(
    qapp: QApplication, qtbot: QtBot, folder: Path, region: SimulatedRegion, *, ssh: bool = True
) -> Iterator[HealthDesk]:
    """Real services over a region until the block ends; a reading comes each second."""
    access = region.ssh
    with tunnel_to(access.host, access.port) as tunnel:
        more = _ssh_lines(region, tunnel.port) if ssh else ""
        with open_doing_desk(qapp, qtbot, folder, region=region, more=more) as desk:
            desk.app.settings.set("health.live_s", 1.0)
            feed = FleetFeed(desk.app.fleet, desk.ctx.tasks.poster)
            try:
                yield HealthDesk(desk, feed, tunnel)
            finally:
                feed.close()
