"""The whole application without a window."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from hue_desktop.adapters.local.connections_toml import ConnectionsFile
from hue_desktop.core.changes import Plan, SetProtection
from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import StateError
from hue_desktop.core.format import count
from hue_desktop.services.fleet import ConnectionState, FleetChange
from hue_desktop.wiring import Application, Overrides, Paths
from tests.simulated import simulated_region
from tests.unit.services.house import connection_to

HEAVY = ("boto3", "botocore", "paramiko", "keyring", "PySide6", "pyqtgraph", "numpy", "sqlite3")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """Empty directories of a user who never started us."""
    return Paths(tmp_path / "config", tmp_path / "data")


def test_importing_and_opening_loads_nothing_heavy() -> None:
    code = (
        "import sys, hue_desktop.wiring\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_first_start_runs_a_region_and_ends_it(paths: Paths) -> None:
    application = Application.open(paths)
    heard = threading.Event()

    def hear(change: FleetChange) -> None:
        online = change.snapshot.connections[0].state is ConnectionState.ONLINE
        if online and len(change.snapshot.clusters) >= 3:
            heard.set()

    application.fleet.subscribe(hear)
    application.start()
    try:
        assert heard.wait(30), application.fleet.snapshot().connections
        status = application.fleet.snapshot().connections[0]
        assert status.connection.name == "simulator"
        doors = application._access.of("simulator", status.region)
        assert doors.identity.caller_arn().startswith("arn:aws")
    finally:
        began = time.monotonic()
        application.close()
    assert time.monotonic() - began < 6.0
    assert (paths.config_dir / "connections.toml").exists()
    assert not (paths.data_dir / "simulator" / "simulator" / "running.json").exists()


def test_closing_while_calls_hang_takes_two_seconds_at_most(tmp_path: Path, paths: Paths) -> None:
    with simulated_region("empty") as region:
        region.control("latency", {"ms": 20_000})
        ConnectionsFile(paths.config_dir / "connections.toml").save(connection_to(region, tmp_path))
        application = Application.open(paths)
        application.start()
        deadline = time.monotonic() + 10
        while application._access.peek("here", region.name) is None:
            assert time.monotonic() < deadline
            threading.Event().wait(0.01)
        began = time.monotonic()
        application.close()
        assert time.monotonic() - began < 2.5
        region.control("latency", {"ms": 0})


@pytest.mark.parametrize("spoil", ["a file in its place", "a newer version", "not a database"])
def test_state_that_cannot_be_used_costs_the_changes_only(paths: Paths, spoil: str) -> None:
    database = paths.data_dir / "hue.sqlite3"
    if spoil == "a file in its place":
        paths.data_dir.write_text("")
    else:
        paths.data_dir.mkdir()
    if spoil == "a newer version":
        import sqlite3

        newer = sqlite3.connect(database)
        newer.execute("pragma user_version = 999")
        newer.execute("create table later (x)")
        newer.close()
    elif spoil == "not a database":
        database.write_bytes(b"x" * 5000)
    before = database.read_bytes() if database.exists() else b""

    application = Application.open(paths)
    try:
        assert isinstance(application.state_problem, StateError)
        assert application.problems() == (application.state_problem,)
        assert application.state_problem.remedy
        plan = Plan("Protect", "simulator", "us-east-1", (SetProtection("j-1", True),))
        with pytest.raises(StateError):
            application.journal.submit(plan)
        assert application.journal.entries() == ()
    finally:
        application.close()
    assert not database.exists() or database.read_bytes() == before


def test_figures_follow_the_settings(paths: Paths) -> None:
    application = Application.open(paths)
    try:
        application.settings.set("appearance.digits", "comma")
        assert count(12_345) == "12,345"
        application.settings.set("appearance.digits", "point")
        assert count(12_345) == "12.345"
    finally:
        application.settings.reset("appearance.digits")
        application.close()


A, B = Connection("a", profile="pa"), Connection("b", profile="pb", regions=("eu-central-1",))


def test_options_pick_change_or_replace_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "ap-south-1")
    assert Overrides().adapt((A, B)) == (A, B)
    assert Overrides(connection="b").adapt((A, B)) == (B,)
    changed = Overrides(connection="b", region="us-west-2", profile="x").adapt((A, B))
    assert changed == (replace(B, regions=("us-west-2",), profile="x"),)
    [made] = Overrides(endpoint_url="http://127.0.0.1:1").adapt((A, B))
    assert made.endpoint_url == "http://127.0.0.1:1"
    assert made.regions == ("ap-south-1",)
    assert made.profile == ""
