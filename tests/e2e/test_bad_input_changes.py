"""Ends that come at the worst moment: while a change is being sent, while a region is needed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hue_desktop.adapters.local.region_process import RUN_FILE
from hue_desktop.core.changes import ChangeState, JournalEntry
from hue_desktop.services.fleet import ConnectionState
from hue_desktop.wiring import Application, Paths
from tests.e2e.bad_input import user_environment, wait_for, write_connection
from tests.simulated import SimulatedRegion, simulated_region

pytestmark = pytest.mark.slow

#: A process that sends one change, as the window does; it says how far it is.
_SENDER = """
import sys
from hue_desktop.core.changes import ChangeState
from hue_desktop.wiring import Application, Paths

application = Application.open(Paths.of_user())
application.start()
application.settings.set("changes.hold_s", 0.0)

def fleet():
    return application.fleet.snapshot()

def active():
    return [r for r, c in fleet().clusters.items() if c.summary.state.active and c.cluster]

import threading
tick = threading.Event()
while not active():
    tick.wait(0.02)
ref = active()[0]
protected = fleet().clusters[ref].cluster.termination_protected
plan = application.launching.plan_protection(ref, not protected)
print("ready", flush=True)
sys.stdin.readline()
entry = application.journal.submit(plan)
while application.journal.entries()[0].state is not ChangeState.SENDING:
    tick.wait(0.02)
print("sending", flush=True)
sys.stdin.readline()
application.close()
print("closed", flush=True)
"""


@pytest.fixture
def region() -> Iterator[SimulatedRegion]:
    with simulated_region("demo") as running:
        yield running
        running.control("latency", {"ms": 0})


@pytest.fixture
def sender(region: SimulatedRegion, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The process in the middle of a call that takes long."""
    write_connection(tmp_path, region.endpoint_url)
    process = subprocess.Popen(
        [sys.executable, "-c", _SENDER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=user_environment(tmp_path),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n"
        region.control("latency", {"ms": 15_000})
        process.stdin.write("send\n")
        process.stdin.flush()
        assert process.stdout.readline() == "sending\n"
        yield process
    finally:
        process.kill()
        process.communicate(timeout=20)


def newest_entry(folder: Path) -> JournalEntry:
    """What the next start finds in the journal."""
    application = Application.open(Paths(folder / "config", folder / "data"))
    try:
        assert application.state_problem is None
        assert application.check_state() is None
        application.journal.start()
        wait_for(application.journal.entries)
        return application.journal.entries()[0]
    finally:
        application.close()


def test_a_kill_while_a_change_is_sent_leaves_it_told_as_unknown(
    sender: subprocess.Popen[str], tmp_path: Path
) -> None:
    sender.send_signal(signal.SIGKILL)
    sender.wait(20)
    entry = newest_entry(tmp_path)
    assert entry.state is ChangeState.UNKNOWN
    assert "compare the cluster with the plan" in entry.error


def test_closing_while_a_change_is_sent_is_quick_and_honest(
    sender: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert sender.stdin is not None
    assert sender.stdout is not None
    sender.stdin.write("close\n")
    sender.stdin.flush()
    assert sender.stdout.readline() == "closed\n"
    assert sender.wait(5) == 0
    entry = newest_entry(tmp_path)
    assert entry.state is ChangeState.UNKNOWN
    assert "not known" in entry.error


def test_a_killed_region_is_started_again_with_what_was_in_it(tmp_path: Path) -> None:
    state = tmp_path / "state"
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "connections.toml").write_text(
        '[connections.sim]\nclass = "simulated"\n[connections.sim.simulation]\n'
        f'scenario = "demo"\nstate_dir = {json.dumps(str(state))}\n'
    )
    application = Application.open(Paths(tmp_path / "config", tmp_path / "data"))
    try:
        application.start()
        fleet = application.fleet
        wait_for(lambda: len(fleet.snapshot().clusters) >= 3)
        seen = set(fleet.snapshot().clusters)
        first = json.loads((state / RUN_FILE).read_text())
        os.kill(first["pid"], signal.SIGKILL)
        fleet.refresh()
        wait_for(lambda: _pid(state) not in (0, first["pid"]), 60)
        wait_for(lambda: fleet.snapshot().connections[0].state is ConnectionState.ONLINE, 60)
        assert seen <= set(fleet.snapshot().clusters)
        second = _pid(state)
    finally:
        application.close()
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)


def _pid(state: Path) -> int:
    try:
        pid: int = json.loads((state / RUN_FILE).read_text())["pid"]
    except (OSError, ValueError):
        return 0
    return pid
