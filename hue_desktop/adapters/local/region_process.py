"""Simulated regions as processes of this machine: finding, starting and stopping them.

A region leaves ``running.json`` in its state directory while it runs, so the next start finds it
again, whoever started it and however that one ended.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import hue_desktop
from hue_desktop.adapters.local.paths import make_dir
from hue_desktop.core.connections import RunningRegion, SshSettings
from hue_desktop.core.errors import Cancelled, ConfigurationError, StateError
from hue_desktop.core.text import _

__all__ = [
    "LocalRegions",
    "check_installed",
    "reap",
    "region_of",
    "simulator_command",
    "simulator_environment",
]

RUN_FILE = "running.json"  #: the region's own, while it runs
LOG_FILE = "simulator.log"
READY_S = 30.0
PROBE_S = 2.0
STOP_S = 5.0
#: how the region begins what it says to a person
_SAID = re.compile(r"^hue-desktop simulate: (error: argument --[\w/-]+: )?")


class LocalRegions:
    """The ``RegionProcess`` port. Stops what it started, and nothing else."""

    def __init__(self, *, ready_s: float = READY_S) -> None:
        self._ready_s = ready_s
        self._lock = threading.Lock()
        self._children: dict[Path, subprocess.Popen[str]] = {}
        self._stopping = False

    def ensure(self, state_dir: Path, scenario: str, speed: float) -> RunningRegion:
        """Find the region that runs on ``state_dir``, or start one; blocks until it answers.

        ``ConfigurationError`` when it cannot run, with the reason it gave.
        """
        state_dir = make_dir(state_dir).resolve()
        with self._lock:
            if self._stopping:
                raise Cancelled(_("Hue Desktop is closing."))
            return self._found(state_dir) or self._started(state_dir, scenario, speed)

    def stop(self) -> None:
        """Stop those that were started here, and start none any more; they keep their state."""
        self._stopping = True  # whoever waits in ``ensure`` gives up and lets go of the lock
        with self._lock:
            children = list(self._children.values())
            self._children.clear()
        for child in children:
            child.terminate()
        for child in children:
            reap(child)

    def _found(self, state_dir: Path) -> RunningRegion | None:
        facts = _read_facts(state_dir / RUN_FILE)
        if facts is None or not _answers(facts):
            return None
        child = self._children.get(state_dir)
        return region_of(facts, started_here=child is not None and child.pid == facts.get("pid"))

    def _started(self, state_dir: Path, scenario: str, speed: float) -> RunningRegion:
        check_installed()
        former = self._children.pop(state_dir, None)
        if former is not None:  # it has died, or does not answer any more
            former.terminate()
            reap(former)
        child = _spawn(state_dir, scenario, speed)
        facts: dict[str, Any] | None = None
        try:
            facts = self._wait_until_ready(child, state_dir)
        finally:
            if facts is None:
                child.terminate()
                reap(child)
        if facts is None:
            # somebody else may have started it at the same moment
            other = self._found(state_dir)
            if other is None:
                raise _did_not_start(state_dir, child)
            return other
        self._children[state_dir] = child
        return region_of(facts, started_here=True)

    def _wait_until_ready(
        self, child: subprocess.Popen[str], state_dir: Path
    ) -> dict[str, Any] | None:
        """The line that the region prints once it is ready; ``None`` when none comes."""
        lines: list[str] = []
        reader = threading.Thread(
            target=_read_lines, args=(child, lines), name="simulated-region-output", daemon=True
        )
        reader.start()
        deadline = time.monotonic() + self._ready_s
        while time.monotonic() < deadline:
            if lines:
                return _parsed(lines[0])
            if child.poll() is not None:
                return None
            if self._stopping:
                raise Cancelled(_("Hue Desktop is closing."))
            reader.join(0.02)
        return None


def simulator_command() -> list[str]:
    """The simulator as a program of its own."""
    if getattr(sys, "frozen", False):  # a packaged application is its own interpreter
        return [sys.executable, "simulate"]
    return [sys.executable, "-m", "hue_desktop.simulator"]


def simulator_environment() -> dict[str, str]:
    """Our own environment, in which the package is found however we were started."""
    package = str(Path(hue_desktop.__file__).resolve().parent.parent)
    inherited = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([package, inherited] if inherited else [package])
    return {**os.environ, "PYTHONPATH": path}


def _spawn(state_dir: Path, scenario: str, speed: float) -> subprocess.Popen[str]:
    command = [
        *simulator_command(),
        "--json",
        "--state",
        str(state_dir),
        "--scenario",
        scenario,
        "--speed",
        f"{speed:g}",
    ]
    try:
        with open(state_dir / LOG_FILE, "w", encoding="utf-8") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=simulator_environment(),
                start_new_session=True,  # Ctrl-C in our terminal is for us
            )
    except OSError as error:
        raise StateError(
            _("A simulated region cannot run in {path}: {error}.").format(
                path=state_dir, error=error.strerror
            ),
            remedy=_("Make the directory writable, or name another state directory."),
        ) from error


def _read_lines(child: subprocess.Popen[str], lines: list[str]) -> None:
    """Collect the child's output to its end, so that it never blocks on a full pipe."""
    if child.stdout is not None:
        with child.stdout, contextlib.suppress(ValueError, OSError):
            for line in child.stdout:
                if len(lines) < 10 and line.strip():
                    lines.append(line)


def check_installed() -> None:
    """``ConfigurationError`` when what the simulator needs is not installed."""
    missing = [name for name in ("aiohttp", "moto") if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigurationError(
            _("The simulated region is not installed ({missing} is missing).").format(
                missing=", ".join(missing)
            ),
            remedy=_("Install it with “pip install 'hue-desktop[simulator]'”."),
        )


def _did_not_start(state_dir: Path, child: subprocess.Popen[str]) -> ConfigurationError:
    line = _last_line(state_dir / LOG_FILE)
    reason = _SAID.sub("", line)
    if reason != line:  # its own words, which say what to do
        remedy = ""
        if "--state" in reason:
            remedy = _("For a connection, “state_dir” names the directory.")
        return ConfigurationError(
            _("The simulated region did not start. {reason}").format(reason=reason), remedy=remedy
        )
    if not reason and child.returncode is None:
        reason = _("it was not ready in time")
    return ConfigurationError(
        _("The simulated region in {path} did not start: {reason}.").format(
            path=state_dir, reason=reason or _("it gave no reason")
        ),
        remedy=_("Run “hue-desktop simulate --state {path}” to see more.").format(path=state_dir),
    )


def _last_line(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""


def reap(child: subprocess.Popen[str]) -> None:
    """Wait for a child that was asked to end; kill it when it does not."""
    try:
        child.wait(STOP_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _read_facts(path: Path) -> dict[str, Any] | None:
    try:
        return _parsed(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return None


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        facts = json.loads(line)
    except ValueError:
        return None
    return facts if isinstance(facts, dict) and facts.get("endpoint_url") else None


def _answers(facts: Mapping[str, Any]) -> bool:
    """Whether a region listens there, and is this one: its control API knows its own token."""
    import urllib.request

    url = str(facts.get("control_url") or "")
    if not url.startswith("http://127.0.0.1:"):
        return False
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url.rstrip('/')}/state", timeout=PROBE_S) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError):
        return False


def region_of(facts: Mapping[str, Any], *, started_here: bool) -> RunningRegion:
    """The region that told these facts when it was ready."""
    pid = facts.get("pid")
    return RunningRegion(
        endpoint_url=str(facts["endpoint_url"]),
        region=str(facts.get("region") or "us-east-1"),
        aws_config_file=str(facts.get("aws_config_file") or ""),
        control_url=str(facts.get("control_url") or ""),
        pid=pid if isinstance(pid, int) else 0,
        started_here=started_here,
        ssh=_bastion(facts.get("ssh")),
    )


def _bastion(told: object) -> SshSettings | None:
    """How to log in to the region's bastion, whose host key it tells with the rest."""
    if not isinstance(told, dict) or not told.get("host"):
        return None
    key = str(told.get("host_key") or "")
    return SshSettings(
        user=str(told.get("user") or "hadoop"),
        key_file=str(told.get("key_file") or ""),
        bastion=f"{told['host']}:{told.get('port') or 22}",
        host_keys=(key,) if key else (),
    )
