"""The peers of the storage benchmarks (s5cmd, rclone, aws-cli), and how a run of one is measured.

They stand in a virtual environment of their own beside ours (``.venv/peers``), made at first use
from ``peers.txt``. A run is a process of its own: wall time, processor time of it and its children,
and the peak of its resident memory as Linux keeps it (``VmHWM``).
"""

from __future__ import annotations

import compileall
import contextlib
import hashlib
import os
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import hue_desktop

__all__ = ["Figures", "Run", "Tool", "compare", "measured", "ours", "peer", "rclone_flags", "show"]

_WANTED = Path(__file__).with_name("peers.txt")
_HOME = Path(sys.prefix) / "peers"
_LOOK_S = 0.01
ROUNDS = 5


def peer(name: str) -> str:
    """The program of a peer; the environment is made when it is missing or out of date."""
    stamp = _HOME / "stamp"
    wanted = hashlib.sha256(_WANTED.read_bytes()).hexdigest()
    if not stamp.is_file() or stamp.read_text() != wanted:
        venv.create(_HOME, with_pip=True, clear=True)
        pip = [str(_HOME / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "--disable-pip-version-check", "-r", str(_WANTED)], check=True)
        stamp.write_text(wanted)
    return str(_HOME / "bin" / name)


@cache
def _compiled() -> None:
    """Bytecode for our modules, as every installation has it, also where none may be written."""
    compileall.compile_dir(str(Path(hue_desktop.__file__).parent), quiet=1)


def ours(*words: str) -> list[str]:
    """Our command line, as a person starts it."""
    _compiled()
    return [str(Path(sys.executable).with_name("hue-desktop")), *words]


def rclone_flags() -> list[str]:
    """The settings that suited rclone best on a loopback store."""
    return [
        "--transfers=16", "--checkers=16", "--s3-upload-concurrency=8", "--s3-chunk-size=16M",
        "--multi-thread-streams=8", "--s3-no-check-bucket",
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """What one process took."""

    wall_s: float
    cpu_s: float
    rss_mib: float


def measured(command: Sequence[str], env: Mapping[str, str], log: Path) -> Run:
    """Run it to its end; RuntimeError with the end of what it wrote when it fails."""
    with log.open("wb") as out:
        began = time.monotonic()
        child = subprocess.Popen(command, env=dict(env), stdout=out, stderr=subprocess.STDOUT)
        peak = 0
        status, usage = 0, None
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            peak = max(peak, _high_water_kib(child.pid))
            _wait_a_little(child.pid)
        wall_s = time.monotonic() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        said = log.read_text(errors="replace")[-2000:]
        raise RuntimeError(f"{command[0]} ended with {child.returncode}: {said}")
    return Run(wall_s, usage.ru_utime + usage.ru_stime, peak / 1024)


def _wait_a_little(pid: int) -> None:
    """Until the process ends, or for a moment."""
    try:
        descriptor = os.pidfd_open(pid)
    except (OSError, AttributeError):
        return
    import select

    try:
        select.select([descriptor], [], [], _LOOK_S)
    finally:
        os.close(descriptor)


def _high_water_kib(pid: int) -> int:
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool in one workload: what to clear before, the command, and what must be true after."""

    name: str
    command: Callable[[], Sequence[str]]
    prepare: Callable[[], None]
    check: Callable[[], None]
    env: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians of a tool over all rounds."""

    name: str
    wall_s: float
    cpu_s: float
    rss_mib: float
    spread_s: tuple[float, float]


def compare(tools: Sequence[Tool], folder: Path, rounds: int = ROUNDS) -> list[Figures]:
    """All tools in turns, ``rounds`` times, each round beginning with another one."""
    runs: dict[str, list[Run]] = {tool.name: [] for tool in tools}
    for number in range(rounds):
        for place in range(len(tools)):
            tool = tools[(number + place) % len(tools)]
            tool.prepare()
            run = measured(tool.command(), tool.env, folder / f"{tool.name}.log")
            tool.check()
            runs[tool.name].append(run)
    return [_figures(name, of_tool) for name, of_tool in runs.items()]


def _figures(name: str, runs: Sequence[Run]) -> Figures:
    walls = [run.wall_s for run in runs]
    return Figures(
        name,
        statistics.median(walls),
        statistics.median(run.cpu_s for run in runs),
        statistics.median(run.rss_mib for run in runs),
        (min(walls), max(walls)),
    )


def show(title: str, figures: Sequence[Figures], goal: float) -> float:
    """Print a table (ours first) and return the best peer's time over ours."""
    own, *others = figures
    print(f"{title}\n  {'':14} {'wall s':>8} {'(min–max)':>15} {'CPU s':>7} {'RSS MiB':>8}")
    for each in figures:
        low, high = each.spread_s
        spread = f"({low:.2f}–{high:.2f})"
        print(
            f"  {each.name:14} {each.wall_s:8.2f} {spread:>15} {each.cpu_s:7.2f}"
            f" {each.rss_mib:8.0f}"
        )
    best = min(others, key=lambda each: each.wall_s)
    ratio = best.wall_s / own.wall_s
    word = "met" if ratio >= goal else "missed"
    print(f"  best peer ({best.name}) / ours: {ratio:.2f} (goal {goal}: {word})\n", flush=True)
    return ratio
