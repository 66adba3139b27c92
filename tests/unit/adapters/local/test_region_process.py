"""Simulated regions as child processes: started once, found again, stopped by whoever started."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hue_desktop.adapters.local.region_process import LOG_FILE, RUN_FILE, LocalRegions
from hue_desktop.core.connections import RunningRegion
from hue_desktop.core.errors import Cancelled, ConfigurationError, StateError


def alive(pid: int) -> bool:
    """Whether a process runs (one that only waits to be reaped does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for(condition: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        threading.Event().wait(0.02)


@pytest.fixture
def regions() -> Iterator[LocalRegions]:
    found = LocalRegions()
    yield found
    found.stop()


def test_a_region_is_started_found_again_and_stopped(regions: LocalRegions, tmp_path: Path) -> None:
    state = tmp_path / "state"
    started = regions.ensure(state, "empty", 10.0)
    assert started.started_here
    assert alive(started.pid)
    assert Path(started.aws_config_file).is_file()
    assert started.ssh is not None
    assert started.ssh.bastion.startswith("127.0.0.1:")
    assert Path(started.ssh.key_file).is_file()
    assert started.ssh.host_keys
    assert regions.ensure(state, "empty", 10.0) == started
    other = LocalRegions()
    found = other.ensure(state, "demo", 1.0)
    assert found.pid == started.pid
    assert not found.started_here
    other.stop()
    assert alive(started.pid)
    regions.stop()
    assert not alive(started.pid)
    regions.stop()
    with pytest.raises(Cancelled):  # a straggler starts nothing behind the window's back
        regions.ensure(state, "empty", 10.0)
    later = LocalRegions()
    again = later.ensure(state, "empty", 10.0)
    later.stop()
    assert again.pid != started.pid
    # the address that scripts were given stays good
    assert again.endpoint_url == started.endpoint_url


def test_a_region_outlives_a_killed_window_and_is_found(
    regions: LocalRegions, tmp_path: Path
) -> None:
    code = (
        "import sys, time; from pathlib import Path;"
        "from hue_desktop.adapters.local.region_process import LocalRegions;"
        "print(LocalRegions().ensure(Path(sys.argv[1]), 'empty', 1.0).pid, flush=True);"
        "time.sleep(600)"
    )
    window = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert window.stdout is not None
    pid = int(window.stdout.readline())
    try:
        window.send_signal(signal.SIGKILL)
        window.wait(10)
        window.stdout.close()
        assert alive(pid)
        found = regions.ensure(tmp_path, "empty", 1.0)
        assert (found.pid, found.started_here) == (pid, False)
        regions.stop()
        assert alive(pid)
    finally:
        os.kill(pid, signal.SIGTERM)
        wait_for(lambda: not alive(pid))


def test_a_killed_region_is_started_anew(regions: LocalRegions, tmp_path: Path) -> None:
    first = regions.ensure(tmp_path, "empty", 1.0)
    os.kill(first.pid, signal.SIGKILL)
    wait_for(lambda: not alive(first.pid))
    assert (tmp_path / RUN_FILE).exists()
    second = regions.ensure(tmp_path, "empty", 1.0)
    assert second.pid != first.pid
    assert second.started_here


def test_a_run_file_that_tells_of_somebody_else_is_not_believed(
    regions: LocalRegions, tmp_path: Path
) -> None:
    elsewhere = {
        "endpoint_url": "http://127.0.0.1:1",
        "control_url": "http://127.0.0.1:1/_control/x",
        "pid": os.getpid(),
    }
    for content in (json.dumps(elsewhere), "{half", "[]", json.dumps({"endpoint_url": 5})):
        (tmp_path / RUN_FILE).write_text(content)
        assert regions._found(tmp_path) is None
    assert regions.ensure(tmp_path, "empty", 1.0).endpoint_url != elsewhere["endpoint_url"]


def test_two_windows_start_one_region(tmp_path: Path) -> None:
    windows = [LocalRegions(), LocalRegions()]
    found: list[RunningRegion] = []

    def open_window(window: LocalRegions) -> None:
        found.append(window.ensure(tmp_path, "empty", 1.0))

    threads = [threading.Thread(target=open_window, args=(window,)) for window in windows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for window in windows:
        window.stop()
    assert len(found) == 2
    assert found[0].pid == found[1].pid
    assert sorted(region.started_here for region in found) == [False, True]


def test_a_region_that_cannot_start_says_why(regions: LocalRegions, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="did not start") as raised:
        regions.ensure(tmp_path, "no-such-scenario", 1.0)
    assert "no-such-scenario" in raised.value.message
    assert "Traceback" not in str(raised.value)
    assert (tmp_path / LOG_FILE).exists()
    assert regions.ensure(tmp_path, "empty", 1.0).started_here


def test_a_state_directory_that_is_none(regions: LocalRegions, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError):
        regions.ensure(tmp_path / "file" / "state", "empty", 1.0)


def test_closing_does_not_wait_for_a_start(regions: LocalRegions, tmp_path: Path) -> None:
    ended: list[BaseException | RunningRegion] = []

    def start() -> None:
        try:
            ended.append(regions.ensure(tmp_path, "empty", 1.0))
        except Cancelled as error:
            ended.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    wait_for(lambda: (tmp_path / LOG_FILE).exists())
    began = time.monotonic()
    regions.stop()
    assert time.monotonic() - began < 2
    thread.join(20)
    assert len(ended) == 1
    if isinstance(ended[0], RunningRegion):
        assert not alive(ended[0].pid)


def test_a_state_directory_that_somebody_uses_unseen(regions: LocalRegions, tmp_path: Path) -> None:
    first = regions.ensure(tmp_path, "empty", 1.0)
    (tmp_path / RUN_FILE).unlink()
    other = LocalRegions()
    with pytest.raises(ConfigurationError, match="did not start") as raised:
        other.ensure(tmp_path, "empty", 1.0)
    assert "Traceback" not in str(raised.value)
    assert alive(first.pid)
    other.stop()


def test_without_the_simulator_it_is_said_how_to_get_it(
    regions: LocalRegions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    with pytest.raises(ConfigurationError, match="aiohttp is missing") as raised:
        regions.ensure(tmp_path, "empty", 1.0)
    assert "hue-desktop[simulator]" in raised.value.remedy
