"""A simulated region for tests: a real front on a real port, in a thread of this process.

    with simulated_region(scenario="empty", speed=1) as region:
        emr = region.client("emr")
        ...
        region.jump(minutes=10)

Leaving the block fails the test when the region answered something that the service models do not
allow, or met a bug of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hue_desktop.simulator.clock import Clock
from hue_desktop.simulator.region import Region, RegionOptions
from hue_desktop.simulator.servers import ACCESS_KEY, SECRET_KEY, SshAccess
from hue_desktop.simulator.wire.front import Front
from hue_desktop.simulator.world.world import World

__all__ = ["ACCESS_KEY", "SECRET_KEY", "SimulatedRegion", "simulated_region"]

_CLIENTS = threading.Lock()  # making clients of one session is not safe in threads


@dataclass
class SimulatedRegion:
    """A running region and the ways a test gets at it."""

    region: Region
    front: Front

    @property
    def endpoint_url(self) -> str:
        """What a client sets as its endpoint."""
        return self.front.endpoint_url

    @property
    def control_url(self) -> str:
        """Base of the control API, token included."""
        return self.front.control_url

    @property
    def clock(self) -> Clock:
        """The region's clock."""
        return self.region.clock

    @property
    def world(self) -> World:
        """The region's world; hold ``region.lock`` while changing it."""
        return self.region.world

    @property
    def name(self) -> str:
        """The AWS region's name."""
        return self.region.name

    @property
    def s3_endpoint(self) -> str:
        """The endpoint for S3 clients; the store behind it starts with the first request."""
        return self.front.servers.s3_endpoint_url

    @property
    def ssh(self) -> SshAccess:
        """How to log in to the bastion."""
        return self.front.servers.ssh_access()

    def session(self) -> Any:
        """A boto3 session with the region's credentials, without reading the user's files."""
        return _session(self.name)

    def client(self, service: str, *, retries: int = 0, **options: Any) -> Any:
        """A boto3 client for ``service``; without retries, so that errors are seen at once."""
        from botocore.config import Config

        config = Config(
            retries={"total_max_attempts": retries + 1, "mode": "standard"},
            connect_timeout=5,
            read_timeout=30,
        )
        with _CLIENTS:
            endpoint = self.s3_endpoint if service == "s3" else self.endpoint_url
            options.setdefault("endpoint_url", endpoint)
            return self.session().client(service, config=config, **options)

    def jump(self, **by: float) -> datetime:
        """Move the clock forward (``minutes=10``) and let everything due happen; the new time."""
        with self.region.lock:
            self.clock.jump(timedelta(**by))
            return self.world.advance()

    def control(self, name: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """A control request: GET without a body, else POST; raises ``HTTPError`` if refused."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.control_url}/{name}", data=data)
        with urllib.request.urlopen(request, timeout=30) as answer:
            result: dict[str, Any] = json.load(answer)
            return result


@cache
def _session(region: str) -> Any:
    """One session for all regions of a name: it keeps the service models that it has read."""
    import boto3
    import botocore.session

    bare = botocore.session.Session()
    bare.set_config_variable("config_file", os.devnull)
    bare.set_config_variable("credentials_file", os.devnull)
    bare.set_credentials(ACCESS_KEY, SECRET_KEY)
    return boto3.Session(botocore_session=bare, region_name=region)


@contextmanager
def simulated_region(
    scenario: str = "empty",
    *,
    speed: float = 1.0,
    paused: bool = False,
    throttled: bool | None = False,
    state: Path | None = None,
    files: Sequence[Path] = (),
    compat: str | None = None,
    region: str = "us-east-1",
    seed: int = 0,
    start: datetime | None = None,
    port: int = 0,
    s3_store: str = "",
) -> Iterator[SimulatedRegion]:
    """Run a region until the block ends. Throttling is off unless asked for.

    ``s3_store="moto"`` keeps objects in moto, which takes keys that SeaweedFS changes (``a//b``).
    """
    options = RegionOptions(
        state=state,
        scenario=scenario,
        files=tuple(files),
        compat=compat,
        region=region,
        seed=seed,
        speed=speed,
        throttled=throttled,
        start=start,
    )
    opened = Region.open(options)
    if paused:
        opened.clock.pause()
    front = Front(opened, s3_store=s3_store)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simulated-region", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(front.start(port), loop).result(30)
        yield SimulatedRegion(opened, front)
    finally:
        asyncio.run_coroutine_threadsafe(_stop(front), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()
        opened.close()
    bugs = sorted(set(front.bugs + opened.bugs + front.servers.bugs))
    assert not bugs, f"the simulated region met {len(bugs)} bugs: {bugs[:3]}"


async def _stop(front: Front) -> None:
    """Stop the front, and cut what a client that is being closed opened at the last moment."""
    await front.stop()
    await asyncio.sleep(0.05)
    for transport in tuple(getattr(asyncio.get_running_loop(), "_transports", {}).values()):
        transport.abort()
    pending = asyncio.all_tasks() - {asyncio.current_task()}
    for task in pending:  # answers that a test's latency still held back
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
