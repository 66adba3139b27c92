"""The real window over a simulated region that other clients use at the same time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from hue_desktop.core.clusters import ClusterRef, ClusterState
from hue_desktop.services.fleet import ConnectionState
from hue_desktop.ui.app import Desk
from hue_desktop.ui.parts import Button
from hue_desktop.wiring import Application, Paths
from tests.simulated import ACCESS_KEY, SECRET_KEY, SimulatedRegion, simulated_region
from tests.ui.shell.desk import YesAsker

WAIT_MS = 20_000


def write_files(folder: Path, endpoint_url: str) -> Paths:
    """Connections, credentials and settings as a user would have them."""
    config = folder / "config"
    config.mkdir(parents=True, exist_ok=True)
    aws = folder / "aws_config"
    aws.write_text(
        f"[profile hue]\naws_access_key_id = {ACCESS_KEY}\n"
        f"aws_secret_access_key = {SECRET_KEY}\nregion = us-east-1\n",
        encoding="utf-8",
    )
    (config / "connections.toml").write_text(
        f'[connections.lab]\nclass = "development"\nprofile = "hue"\nregions = ["us-east-1"]\n'
        f"endpoint_url = {json.dumps(endpoint_url)}\naws_config_file = {json.dumps(str(aws))}\n",
        encoding="utf-8",
    )
    (config / "settings.toml").write_text("[changes]\nhold_s = 0.0\n", encoding="utf-8")
    return Paths(config, folder / "data")


@pytest.fixture
def region() -> Iterator[SimulatedRegion]:
    with simulated_region("demo") as opened:
        yield opened


@pytest.fixture
def desk(region: SimulatedRegion, tmp_path: Path, qtbot: QtBot) -> Iterator[Desk]:
    opened = open_desk(write_files(tmp_path, region.endpoint_url))
    yield opened
    opened.close()


def open_desk(paths: Paths) -> Desk:
    desk = Desk(Application.open(paths), asker=YesAsker())
    desk.window.show()
    desk.start()
    return desk


def active(desk: Desk) -> list[ClusterRef]:
    found = desk.feed.snapshot.clusters
    return [ref for ref, cluster in found.items() if cluster.summary.state.active]


def test_the_window_fills_with_the_regions_clusters(desk: Desk, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: len(active(desk)) >= 3, timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: all(r in desk.feed.snapshot.costs for r in active(desk)), timeout=WAIT_MS
    )
    bar = desk.window.status_bar
    qtbot.waitUntil(lambda: bar.arn.text().startswith("arn:aws:"), timeout=WAIT_MS)
    assert "changes allowed on lab" in bar.lock.text()
    assert "req/s" in bar.api.text()


def test_a_change_by_another_client_shows_within_five_seconds(
    desk: Desk, region: SimulatedRegion, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: len(active(desk)) >= 3, timeout=WAIT_MS)
    ref = active(desk)[0]
    desk.window.open_tab(ref)
    qtbot.waitUntil(lambda: desk.feed.snapshot.clusters[ref].instances is not None, timeout=WAIT_MS)
    emr = region.client("emr")
    before = desk.feed.snapshot.clusters[ref].cluster
    assert before is not None
    began = time.monotonic()
    emr.set_termination_protection(
        JobFlowIds=[ref.cluster_id], TerminationProtected=not before.termination_protected
    )

    def seen() -> bool:
        now = desk.feed.snapshot.clusters[ref].cluster
        return now is not None and now.termination_protected is not before.termination_protected

    qtbot.waitUntil(seen, timeout=8_000)
    assert time.monotonic() - began <= 5.0


def test_a_cluster_is_created_by_clicks(desk: Desk, region: SimulatedRegion, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: len(active(desk)) >= 3, timeout=WAIT_MS)
    window = desk.window
    qtbot.waitUntil(lambda: "New cluster" in _buttons(desk), timeout=WAIT_MS)
    qtbot.mouseClick(_buttons(desk)["New cluster"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: _create_button(desk) is not None, timeout=WAIT_MS)
    tab = window.workspace.current
    assert tab is not None
    assert tab.sheet is not None
    name = next(f for f in tab.sheet.findChildren(QLineEdit) if f.accessibleName() == "Name")
    name.setFocus()
    name.selectAll()
    qtbot.keyClicks(name, "made-by-clicks")
    create = _create_button(desk)
    assert create is not None
    qtbot.mouseClick(create, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: any(
            c.summary.name == "made-by-clicks" for c in desk.feed.snapshot.clusters.values()
        ),
        timeout=WAIT_MS,
    )
    listed = region.client("emr").list_clusters(ClusterStates=["STARTING"])["Clusters"]
    assert [cluster["Name"] for cluster in listed] == ["made-by-clicks"]
    entries = desk.app.journal.entries()
    assert "made-by-clicks" in entries[0].plan.title


def _create_button(desk: Desk) -> Button | None:
    """The primary button of the sheet, once it can be pressed."""
    tab = desk.window.workspace.current
    sheet = tab.sheet if tab is not None else None
    buttons = sheet.findChildren(Button) if sheet is not None else []
    return next(
        (b for b in buttons if b.property("kind") == "primary" and b.isVisible() and b.isEnabled()),
        None,
    )


def _buttons(desk: Desk) -> dict[str, Button]:
    page = desk.window.workspace.page
    assert page is not None
    return {b.accessibleName(): b for b in page.findChildren(Button) if b.isVisible()}


def test_it_closes_within_two_seconds_while_calls_run(
    region: SimulatedRegion, tmp_path: Path, qtbot: QtBot
) -> None:
    desk = open_desk(write_files(tmp_path, region.endpoint_url))
    qtbot.waitUntil(lambda: bool(active(desk)), timeout=WAIT_MS)
    region.control("latency", {"ms": 20_000})
    desk.app.fleet.refresh()
    desk.window.open_tab(active(desk)[0])
    usage_before = time.monotonic()
    qtbot.waitUntil(lambda: time.monotonic() - usage_before > 0.2)
    began = time.monotonic()
    desk.close()
    took = time.monotonic() - began
    region.control("latency", {"ms": 0})
    assert took <= 2.5


def test_no_answer_is_said_and_the_window_lives(tmp_path: Path, qtbot: QtBot) -> None:
    desk = open_desk(write_files(tmp_path, "http://127.0.0.1:9"))
    try:
        qtbot.waitUntil(
            lambda: any(s.state is ConnectionState.FAILED for s in desk.feed.snapshot.connections),
            timeout=WAIT_MS,
        )
        qtbot.waitUntil(lambda: bool(desk.window.status_bar.notice.text()), timeout=5000)
        page = desk.window.workspace.page
        assert page is not None
        texts = " ".join(w.accessibleName() for w in QApplication.allWidgets() if w.isVisible())
        assert "127.0.0.1:9" in texts
        assert "Retry" in texts
    finally:
        desk.close()


def test_expired_credentials_are_said_and_renewed_ones_heal(
    desk: Desk, region: SimulatedRegion, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: len(active(desk)) >= 3, timeout=WAIT_MS)
    region.control("credentials", {"expired": True})
    desk.app.fleet.refresh()
    qtbot.waitUntil(
        lambda: desk.feed.snapshot.connections[0].state is ConnectionState.EXPIRED, timeout=WAIT_MS
    )
    qtbot.waitUntil(lambda: bool(desk.window.status_bar.notice.text()), timeout=5000)
    region.control("credentials", {"expired": False})
    qtbot.keyClick(desk.window, Qt.Key.Key_F5)
    qtbot.waitUntil(
        lambda: desk.feed.snapshot.connections[0].state is ConnectionState.ONLINE, timeout=WAIT_MS
    )
    assert any(
        c.summary.state is ClusterState.RUNNING for c in desk.feed.snapshot.clusters.values()
    )
