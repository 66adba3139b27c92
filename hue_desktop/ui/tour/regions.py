"""Simulated regions for the tour, as child processes with a fixed seed, and how to reach them."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from typing import Any

from hue_desktop.core.errors import ConfigurationError
from hue_desktop.core.text import _

__all__ = ["TourRegion", "write_connections"]

_READY_S = 30.0
_STOP_S = 5.0


class TourRegion:
    """A running region that keeps nothing on disk; ``stop`` ends it."""

    def __init__(self, scenario: str, seed: int) -> None:
        """Begin to start it; ``wait_ready`` waits for the line that it prints."""
        command = [sys.executable, "-m", "hue_desktop", "simulate", "--ephemeral", "--json"]
        command += ["--scenario", scenario, "--seed", str(seed)]
        self._child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self._facts: dict[str, Any] = {}

    @property
    def endpoint_url(self) -> str:
        """Where it answers."""
        return str(self._facts["endpoint_url"])

    @property
    def aws_config_file(self) -> str:
        """The AWS config file with the profile that signs requests to it."""
        return str(self._facts["aws_config_file"])

    @property
    def ssh(self) -> dict[str, Any]:
        """Its bastion: host, port, user, key_file and host_key; empty when it has none."""
        found = self._facts.get("ssh")
        return found if isinstance(found, dict) else {}

    def wait_ready(self) -> None:
        """Until it answers. ConfigurationError when it does not start."""
        assert self._child.stdout is not None
        late = threading.Timer(_READY_S, self._child.kill)
        late.start()
        try:
            line = self._child.stdout.readline()
            self._facts = json.loads(line)
        except ValueError as error:
            self.stop()
            raise ConfigurationError(
                _("The simulated region of the tour did not start."),
                remedy=_("Run `hue-desktop simulate` and read what it says."),
            ) from error
        finally:
            late.cancel()

    def control(self, name: str, **body: object) -> None:
        """One request to the region's control API: ``clock``, ``nodes/fail`` …"""
        url = f"{self._facts['control_url']}/{name}"
        request = urllib.request.Request(url, data=json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=20) as answer:
            answer.read()

    def stop(self) -> None:
        """End the process."""
        self._child.terminate()
        try:
            self._child.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        for stream in (self._child.stdout, self._child.stderr):
            if stream is not None:
                stream.close()


def write_connections(config_dir: Path, regions: dict[str, tuple[str, TourRegion]]) -> None:
    """A ``connections.toml`` with one connection for each region: name to (class, region)."""
    lines = []
    for name, (kind, region) in regions.items():
        lines += [
            f"[connections.{name}]",
            f'class = "{kind}"',
            'profile = "hue-simulator"',
            'regions = ["us-east-1"]',
            f"endpoint_url = {json.dumps(region.endpoint_url)}",
            f"aws_config_file = {json.dumps(region.aws_config_file)}",
            f"hourly_budget_usd = {54 if kind == 'production' else 12}",
            "",
            *_bastion_lines(name, region.ssh),
        ]
    (config_dir / "connections.toml").write_text("\n".join(lines), encoding="utf-8")


def _bastion_lines(name: str, ssh: dict[str, Any]) -> list[str]:
    """How the nodes of a region are reached."""
    if not ssh.get("host"):
        return []
    bastion = f"{ssh['host']}:{ssh.get('port') or 22}"
    lines = [f"[connections.{name}.ssh]", f"bastion = {json.dumps(bastion)}"]
    lines += [
        f"{key} = {json.dumps(str(ssh[key]))}" for key in ("user", "key_file") if ssh.get(key)
    ]
    if ssh.get("host_key"):
        lines.append(f"host_keys = {json.dumps([str(ssh['host_key'])])}")
    return [*lines, ""]
