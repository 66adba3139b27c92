"""The window as a process of its own: first start, orderly end, kill -9, and no screen."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

START_S = 40.0


def environment(folder: Path, **more: str) -> dict[str, str]:
    """A home of its own, and no screen but the one of the tests."""
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    kept.pop("QT_QPA_PLATFORM", None)
    return {
        **kept,
        "HOME": str(folder),
        "HUE_CONFIG_DIR": str(folder / "config"),
        "HUE_DATA_DIR": str(folder / "data"),
        **more,
    }


def wait(condition: Callable[[], bool], seconds: float = START_S) -> bool:
    """Look until it holds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def running_file(folder: Path) -> Path | None:
    """The file that a running region leaves in its state directory."""
    return next(iter((folder / "data").rglob("running.json")), None)


def region_pid(folder: Path) -> int:
    import json

    file = running_file(folder)
    assert file is not None
    return int(json.loads(file.read_text(encoding="utf-8"))["pid"])


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text(encoding="ascii").split()[2] != "Z"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    if running_file(tmp_path) is not None and alive(region_pid(tmp_path)):
        os.kill(region_pid(tmp_path), signal.SIGTERM)


def start(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "hue_desktop"],
        env=environment(folder, QT_QPA_PLATFORM="offscreen"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="signals work otherwise there")
def test_the_first_start_makes_a_region_and_sigterm_ends_both(home: Path) -> None:
    window = start(home)
    assert wait(lambda: running_file(home) is not None), "no region was started"
    pid = region_pid(home)
    assert alive(pid)
    began = time.monotonic()
    window.send_signal(signal.SIGTERM)
    _out, errors = window.communicate(timeout=15)
    assert window.returncode == 0, errors.decode()
    assert b"Traceback" not in errors
    assert time.monotonic() - began < 5
    assert wait(lambda: not alive(pid), 10), "the region was left behind"
    assert (home / "data" / "window.ini").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals work otherwise there")
def test_after_kill_9_the_next_start_finds_the_region_again(home: Path) -> None:
    window = start(home)
    assert wait(lambda: running_file(home) is not None)
    pid = region_pid(home)
    window.kill()
    window.communicate(timeout=15)
    assert alive(pid)
    session = home / "data" / "window.ini"
    session.unlink(missing_ok=True)
    again = start(home)
    assert wait(session.exists)
    again.send_signal(signal.SIGTERM)
    _out, errors = again.communicate(timeout=15)
    assert again.returncode == 0, errors.decode()
    assert b"Traceback" not in errors
    assert region_pid(home) == pid


def test_without_a_screen_it_says_what_to_do_instead(home: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("other systems always have a screen")
    done = subprocess.run(
        [sys.executable, "-m", "hue_desktop"],
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "tour" in done.stderr
    assert "xvfb" in done.stderr.lower()
