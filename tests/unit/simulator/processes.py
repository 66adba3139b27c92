"""The simulated region as a process of its own, for tests that stop, kill or measure it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

__all__ = ["SimulatorProcess", "simulator_process"]


@dataclass
class SimulatorProcess:
    """A running ``simulate --json`` and what it said when it was ready."""

    process: subprocess.Popen[str]
    facts: dict[str, Any]

    @property
    def endpoint_url(self) -> str:
        """What a client sets as its endpoint."""
        url: str = self.facts["endpoint_url"]
        return url

    def control(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """A POST to the control API."""
        request = urllib.request.Request(
            f"{self.facts['control_url']}/{name}", data=json.dumps(body).encode()
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            result: dict[str, Any] = json.load(answer)
            return result

    def client(self, service: str) -> Any:
        """A boto3 client without retries."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            service,
            endpoint_url=self.endpoint_url,
            region_name=self.facts["region"],
            aws_access_key_id="AKIAHUESIMULATOR0000",
            aws_secret_access_key="simulated",
            config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20),
        )


@contextmanager
def simulator_process(*arguments: str, **environment: str) -> Iterator[SimulatorProcess]:
    """Start the region with ``arguments`` and wait until it is ready; killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "hue_desktop.simulator", "--json", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            assert process.stderr is not None
            raise AssertionError(f"the region did not start: {process.stderr.read()}")
        yield SimulatorProcess(process, json.loads(line))
    finally:
        process.kill()
        process.communicate(timeout=20)
