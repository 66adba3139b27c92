"""Regions for rehearsals: a child process each, which ends with us however we end.

The child keeps nothing, and stops by itself when the pipe to its standard input closes.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from hue_desktop.adapters.local.region_process import (
    check_installed,
    reap,
    region_of,
    simulator_command,
    simulator_environment,
)
from hue_desktop.adapters.local.region_shape import load_request
from hue_desktop.core.connections import Connection, ConnectionClass, RunningRegion, SshSettings
from hue_desktop.core.errors import Cancelled, ConfigurationError, ProtocolError, Unreachable
from hue_desktop.core.rehearsal_ports import (
    ClusterShape,
    HdfsState,
    RehearsedWork,
    Story,
    StoryEvent,
)
from hue_desktop.core.text import _

if TYPE_CHECKING:
    import urllib.error

__all__ = ["LocalRehearsalRegion", "LocalRehearsalRegions"]

_READY_S = 30.0
_ANSWER_S = 120.0  #: a day of a thousand nodes takes seconds
_Json = Mapping[str, Any]


class LocalRehearsalRegions:
    """The ``RehearsalRegions`` port."""

    def open(
        self, region: str, on_cancel: Callable[[Callable[[], None]], None] | None = None
    ) -> LocalRehearsalRegion:
        """Start a region and wait until it answers."""
        check_installed()
        log = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the region runs
        child = _spawn(region, log)
        if on_cancel is not None:
            on_cancel(child.terminate)
        facts = _first_line(child)
        if facts is None:
            cancelled = child.poll() is not None and child.returncode < 0
            child.terminate()
            reap(child)
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            said = _said(log)
            log.close()
            if cancelled or not said:
                raise Cancelled(_("The rehearsal was cancelled."))
            raise ConfigurationError(
                _("A region for the rehearsal could not be started. {reason}").format(reason=said),
                remedy=_("“hue-desktop simulate --ephemeral --region {region}” shows more.").format(
                    region=region
                ),
            )
        return LocalRehearsalRegion(child, region_of(facts, started_here=True), log)


class LocalRehearsalRegion:
    """A child process that is a region; the ``RehearsalRegion`` port."""

    def __init__(
        self, child: subprocess.Popen[str], running: RunningRegion, log: IO[bytes]
    ) -> None:
        self._child = child
        self._log = log
        self._running = running
        self._lock = threading.Lock()
        import urllib.request

        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    @property
    def pid(self) -> int:
        """Its process."""
        return self._child.pid

    @property
    def directory(self) -> Path:
        """Where it keeps its things while it lives."""
        return Path(self._running.aws_config_file).parent

    def connection(self, name: str) -> Connection:
        """A connection to it, as any other."""
        running = self._running
        return Connection(
            name=name,
            connection_class=ConnectionClass.SIMULATED,
            profile="hue-simulator",
            regions=(running.region,),
            endpoint_url=running.endpoint_url,
            aws_config_file=running.aws_config_file,
            ssh=running.ssh or SshSettings(),
        )

    def load(self, shape: ClusterShape) -> None:
        """Stand the cluster up; the clock stands from then on."""
        self._control("throttle", {"enabled": False})
        self._control("load", load_request(shape))

    def empty(self, at: float) -> None:
        """Begin anew."""
        self._control("clock", {"pause": True})
        self._control("reset", {"at": at})

    def pass_time(self, seconds: float) -> None:
        """Jump."""
        self._control("clock", {"jump_s": seconds})

    def run_clock(self, speed: float) -> None:
        """Let time go by itself."""
        self._control("clock", {"speed": speed, "resume": True})

    def lose_spot(self, cluster_id: str, share: float) -> tuple[str, ...]:
        """Spot loss."""
        answer = self._control("spot-loss", {"cluster_id": cluster_id, "share": share})
        return tuple(answer["interrupted"])

    def story(self, cluster_id: str, since: float) -> Story:
        """What happened."""
        told = self._control("story", {"cluster_id": cluster_id, "since": since})
        hdfs = told["hdfs"]
        return Story(
            now=told["now"],
            state=told["state"],
            events=tuple(map(_event_of, told["events"])),
            work=tuple(map(_work_of, told["applications"])),
            hdfs=None if hdfs is None else _hdfs_of(hdfs),
        )

    def close(self) -> None:
        """End the process; it takes its directory with it."""
        with self._lock:
            _end(self._child)
            if not self._log.closed:
                self._log.close()

    def _control(self, name: str, body: _Json | None = None) -> Any:
        import urllib.error
        import urllib.request

        url = f"{self._running.control_url.rstrip('/')}/{name}"
        data = None if body is None else json.dumps(body, separators=(",", ":")).encode()
        try:
            with self._opener.open(urllib.request.Request(url, data), timeout=_ANSWER_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise ProtocolError(
                _("The rehearsal's region refused the cluster's copy: {reason}").format(
                    reason=_reason(error)
                )
            ) from error
        except (OSError, ValueError) as error:
            raise Unreachable(_("The rehearsal's region has ended."), retryable=False) from error


def _spawn(region: str, log: IO[bytes]) -> subprocess.Popen[str]:
    command = [*simulator_command(), "--json", "--ephemeral", "--scenario", "empty"]
    command += ["--region", region, "--until-stdin-closes"]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env=simulator_environment(),
        start_new_session=True,
    )


def _first_line(child: subprocess.Popen[str]) -> _Json | None:
    """What the region prints once it is ready; ``None`` when it ends instead, or takes too long."""
    lines: list[str] = []

    def read() -> None:
        if child.stdout is not None:
            with child.stdout, contextlib.suppress(ValueError, OSError):
                lines.extend(line for line in child.stdout if line.strip())

    reader = threading.Thread(target=read, name="rehearsal-region-output", daemon=True)
    reader.start()
    deadline = time.monotonic() + _READY_S
    while not lines and child.poll() is None and time.monotonic() < deadline:
        reader.join(0.02)
    try:
        facts = json.loads(lines[0]) if lines else None
    except ValueError:
        return None
    return facts if isinstance(facts, dict) else None


def _end(child: subprocess.Popen[str]) -> None:
    """Ask the region to stop, and wait until it has."""
    if child.stdin is not None:
        with contextlib.suppress(OSError):
            child.stdin.close()
    child.terminate()
    reap(child)


def _said(log: IO[bytes]) -> str:
    log.seek(0)
    lines = log.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1].removeprefix("hue-desktop simulate: ") if lines else ""


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error).get("message", ""))
    except (ValueError, OSError, AttributeError):
        return str(error.reason)


def _event_of(told: _Json) -> StoryEvent:
    return StoryEvent(
        at=float(told["at"]),
        what=str(told["what"]),
        text=str(told.get("text", "")),
        instance=str(told.get("instance", "")),
        role=str(told.get("role", "")),
        market=str(told.get("market", "")),
        instance_type=str(told.get("type", "")),
        name=str(told.get("name", "")),
        count=int(told.get("count", 0)),
    )


def _work_of(told: _Json) -> RehearsedWork:
    return RehearsedWork(
        id=str(told["id"]),
        name=str(told["name"]),
        state=str(told["state"]),
        began=float(told["began"]),
        ended=told["ended"],
        expected=told["expected"],
        restarts=len(told["restarts"]),
        lost_containers=int(told["lost_containers"]),
    )


def _hdfs_of(told: _Json) -> HdfsState:
    return HdfsState(
        files=told["files"],
        blocks=told["blocks"],
        used=float(told["used"]),
        capacity=float(told["capacity"]),
        lacking=told["lacking"],
        lost_blocks=told["lost_blocks"],
        lost_count=told["lost_count"],
        lost_bytes=float(told["lost_bytes"]),
        lost_files=tuple(told["lost_files"]),
    )
