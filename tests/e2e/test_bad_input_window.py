"""The window over files that are wrong and endpoints that are none: it says so, lives and heals."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.core.errors import StateError
from hue_desktop.services.connections import CheckState
from hue_desktop.services.fleet import ConnectionState
from hue_desktop.ui.app import Desk
from hue_desktop.wiring import Application, Paths
from tests.e2e.bad_input import GARBAGE, bad_server, free_port, write_connection
from tests.simulated import simulated_region
from tests.ui.shell.desk import YesAsker

pytestmark = pytest.mark.slow

WAIT_MS = 20_000
NOT_AWS = "Something that is not AWS answers at {url}."
#: What is said of each kind of garbage.
SAID = {
    **dict.fromkeys(GARBAGE, NOT_AWS),
    "nothing": "{url} closed the connection without an answer.",
    "gateway": "{url} is not available now (HTTP 503).",
}
del SAID["silence"]  # takes the whole time-out


@pytest.fixture(autouse=True)
def no_aws_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tester's own AWS files and variables are none of ours."""
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL", "HUE_CONNECTION"):
        monkeypatch.delenv(name, raising=False)


def paths(folder: Path) -> Paths:
    return Paths(folder / "config", folder / "data")


@contextmanager
def window(folder: Path) -> Iterator[Desk]:
    """The real window over the files in ``folder``."""
    desk = Desk(Application.open(paths(folder)), asker=YesAsker())
    try:
        desk.window.show()
        desk.start()
        yield desk
    finally:
        desk.close()


def state(desk: Desk) -> ConnectionState | None:
    """How the connection ``lab`` stands."""
    status = desk.feed.snapshot.status("lab")
    return status.state if status else None


def is_(desk: Desk, *wanted: ConnectionState) -> Callable[[], bool]:
    return lambda: state(desk) in wanted


def visible_texts() -> str:
    """What a screen reader finds in the window."""
    return "\n".join(w.accessibleName() for w in QApplication.allWidgets() if w.isVisible())


@pytest.mark.parametrize("kind", SAID)
def test_garbage_at_the_endpoint_is_told_apart(kind: str, tmp_path: Path) -> None:
    with bad_server(kind) as server:
        write_connection(tmp_path, server.endpoint_url)
        application = Application.open(paths(tmp_path))
        try:
            identity, *others = application.connections.test("lab")
        finally:
            application.close()
    assert identity.state is CheckState.FAILED
    assert identity.text == SAID[kind].format(url=server.endpoint_url)
    assert identity.remedy
    assert {check.state for check in others} == {CheckState.SKIPPED}


def test_an_endpoint_that_is_none_and_then_is(tmp_path: Path, qtbot: QtBot) -> None:
    port = free_port()
    write_connection(tmp_path, f"http://127.0.0.1:{port}")
    with window(tmp_path) as desk:
        qtbot.waitUntil(is_(desk, ConnectionState.FAILED), timeout=WAIT_MS)
        qtbot.waitUntil(lambda: f"Nobody answers at http://127.0.0.1:{port}" in visible_texts())
        with simulated_region("demo", port=port):
            desk.window.refresh()
            qtbot.waitUntil(is_(desk, ConnectionState.ONLINE), timeout=WAIT_MS)
            qtbot.waitUntil(lambda: len(desk.feed.snapshot.clusters) >= 3, timeout=WAIT_MS)
            seen = set(desk.feed.snapshot.clusters)
        desk.app.fleet.refresh()
        qtbot.waitUntil(is_(desk, ConnectionState.STALE), timeout=WAIT_MS)
        assert seen <= set(desk.feed.snapshot.clusters), "what is known stays on screen"
        qtbot.waitUntil(lambda: f"127.0.0.1:{port}" in desk.window.status_bar.notice.text())
        with simulated_region("demo", port=port):
            desk.window.refresh()
            qtbot.waitUntil(is_(desk, ConnectionState.ONLINE), timeout=WAIT_MS)


def test_somebody_else_took_the_endpoint(tmp_path: Path, qtbot: QtBot) -> None:
    with bad_server("html") as server, window_to(tmp_path, server.endpoint_url) as desk:
        qtbot.waitUntil(is_(desk, ConnectionState.FAILED), timeout=WAIT_MS)
        said = NOT_AWS.format(url=server.endpoint_url)
        qtbot.waitUntil(lambda: said in visible_texts())
        assert "Check the endpoint of connection “lab”" in visible_texts()
        assert "Retry" in visible_texts()


@contextmanager
def window_to(folder: Path, endpoint_url: str) -> Iterator[Desk]:
    write_connection(folder, endpoint_url)
    with window(folder) as desk:
        yield desk


@pytest.mark.parametrize(
    ("profile", "region", "said"),
    [
        ("hoe", "us-east-1", "Did you mean “hue”?"),
        ("hue", "us-esat-1", "“us-esat-1” of connection “lab” is not an AWS region."),
    ],
)
def test_an_unknown_profile_or_region(
    profile: str, region: str, said: str, tmp_path: Path, qtbot: QtBot
) -> None:
    write_connection(tmp_path, profile=profile, region=region)
    with window(tmp_path) as desk:
        qtbot.waitUntil(is_(desk, ConnectionState.FAILED), timeout=WAIT_MS)
        qtbot.waitUntil(lambda: said in visible_texts())


def test_the_clock_of_a_region_jumps(tmp_path: Path, qtbot: QtBot) -> None:
    with (
        simulated_region("demo") as region,
        window_to(tmp_path, region.endpoint_url) as desk,
    ):
        qtbot.waitUntil(is_(desk, ConnectionState.ONLINE), timeout=WAIT_MS)
        region.jump(days=30)
        desk.app.fleet.refresh()
        qtbot.waitUntil(lambda: _hours_ahead(desk) > 24 * 29, timeout=WAIT_MS)
        assert state(desk) is ConnectionState.ONLINE


def _hours_ahead(desk: Desk) -> float:
    from datetime import UTC, datetime

    ahead = desk.app.fleet.snapshot().region_now("lab", "us-east-1") - datetime.now(UTC)
    return ahead.total_seconds() / 3600


def test_a_typing_error_stays_in_sight_until_it_is_corrected(tmp_path: Path, qtbot: QtBot) -> None:
    file = write_connection(tmp_path, "http://127.0.0.1:9")
    right = file.read_text()
    file.write_text(right.replace("regions", "regoins"))
    with window(tmp_path) as desk:
        strip = desk.window.problems
        qtbot.waitUntil(strip.isVisible)
        assert "line 4, connection “lab”" in strip.accessibleName()
        assert "Did you mean “regions”?" in strip.accessibleName()
        assert "No connection can be used" in visible_texts()
        file.write_text(right)
        strip.again.click()
        qtbot.waitUntil(is_(desk, ConnectionState.FAILED), timeout=WAIT_MS)
        qtbot.waitUntil(lambda: not strip.isVisible())
        assert file.read_text() == right


def test_a_problem_can_be_waved_away_and_others_are_told(tmp_path: Path, qtbot: QtBot) -> None:
    write_connection(tmp_path, "http://127.0.0.1:9")
    (tmp_path / "config" / "settings.toml").write_text('[appearance]\ntheme = "pink"\nfoo = 1\n')
    with window(tmp_path) as desk:
        strip = desk.window.problems
        qtbot.waitUntil(strip.isVisible)
        assert "settings.toml" in strip.accessibleName() or "theme" in strip.accessibleName()
        strip.dismiss.click()
        assert not strip.isVisible()
        with (tmp_path / "config" / "connections.toml").open("a") as file:
            file.write("[connections.more]\nprofle = 'x'\n")
        desk.app.connections.read_again()
        qtbot.waitUntil(strip.isVisible)
        assert "profle" in strip.accessibleName()


def _newer(file: Path) -> None:
    database = sqlite3.connect(file)
    database.execute("PRAGMA user_version = 99")
    database.close()


def _garbage(file: Path) -> None:
    file.write_bytes(b"not a database at all " * 100)


def _damaged_inside(file: Path) -> None:
    Application.open(Paths(file.parent.parent / "config", file.parent)).close()
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_newer, "was written by a newer Hue Desktop"),
        (_garbage, "is damaged"),
        (_damaged_inside, "is damaged"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_and_left_alone(
    spoil: Callable[[Path], None], said: str, tmp_path: Path, qtbot: QtBot
) -> None:
    file = tmp_path / "data" / "hue.sqlite3"
    file.parent.mkdir()
    spoil(file)
    before = file.read_bytes()
    with (
        simulated_region("demo") as region,
        window_to(tmp_path, region.endpoint_url) as desk,
    ):
        strip = desk.window.problems
        qtbot.waitUntil(lambda: strip.isVisible() and said in strip.accessibleName())
        qtbot.waitUntil(lambda: len(desk.feed.snapshot.clusters) >= 3, timeout=WAIT_MS)
        ref = next(r for r, c in desk.feed.snapshot.clusters.items() if c.summary.state.active)
        qtbot.waitUntil(lambda: desk.feed.snapshot.clusters[ref].cluster is not None)
        plan = desk.app.launching.plan_protection(ref, True)
        with pytest.raises(StateError, match=said):
            desk.app.journal.submit(plan)
    assert file.read_bytes() == before


def test_a_state_directory_that_is_a_file(tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "data").write_text("in the way")
    with window_to(tmp_path, "http://127.0.0.1:9") as desk:
        strip = desk.window.problems
        qtbot.waitUntil(strip.isVisible)
        assert f"{tmp_path / 'data'} is a file." in strip.accessibleName()
        qtbot.waitUntil(is_(desk, ConnectionState.FAILED), timeout=WAIT_MS)
    assert (tmp_path / "data").read_text() == "in the way"
