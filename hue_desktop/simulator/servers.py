"""The region's servers beside the AWS front: S3 and SSH, and whatever they lead to.

They live in a thread with an event loop of its own, so that a large transfer never keeps an answer
of the AWS front waiting. Each has a listening socket from the start, on the port it had the last
time; what stands behind a socket is loaded or started when its first client comes, so that a region
that nobody asks for objects costs nothing.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from hue_desktop.simulator import scenarios
from hue_desktop.simulator.hadoop.control import HadoopControl
from hue_desktop.simulator.hadoop.loading import LoadControl
from hue_desktop.simulator.hadoop.servers import HadoopServers
from hue_desktop.simulator.loop_thread import LoopThread
from hue_desktop.simulator.s3.faults import fault_of
from hue_desktop.simulator.s3.service import S3Service
from hue_desktop.simulator.scratch import Scratch
from hue_desktop.simulator.ssh.service import SshService
from hue_desktop.simulator.yarn.control import YarnControl

if TYPE_CHECKING:
    from hue_desktop.simulator.region import Region

__all__ = ["ACCESS_KEY", "SECRET_KEY", "Servers", "SshAccess"]

# The keys that the object store knows; they open nothing anywhere else.
ACCESS_KEY = "AKIAHUESIMULATOR0000"
SECRET_KEY = "simulated"

_LOG = logging.getLogger(__name__)
_WAIT_S = 15.0
_FURNISHED = "s3"  #: key of the document that says that the scenario's objects are there
_Body = Mapping[str, Any]
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class SshAccess:
    """How to log in to the bastion."""

    host: str
    port: int
    user: str
    key_file: str  #: a private key in OpenSSH's format, readable by its owner only
    host_key: str  #: as a line of ``known_hosts`` has it behind the host

    def as_json(self) -> dict[str, Any]:
        """The ``ssh`` member of what ``simulate --json`` prints."""
        return {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "key_file": self.key_file,
            "host_key": self.host_key,
        }


class Servers:
    """Starts, stops and steers them; methods may be called from any other thread."""

    def __init__(self, region: Region, *, s3_store: str = "") -> None:
        self._region = region
        self._thread: LoopThread | None = None  #: from start to stop
        self._scratch: Scratch | None = None
        self._listeners: dict[str, socket.socket] = {}
        self._serving: list[asyncio.Task[None]] = []
        self._s3_furnished = False
        self.s3 = S3Service(
            lambda: self.directory / "s3",
            (ACCESS_KEY, SECRET_KEY),
            furnish=self._furnish_s3,
            expired=lambda: region.admission.credentials_expired,
            latency_s=lambda: region.admission.latency_s,
            kind=s3_store or region.compat or "",
        )
        self.hadoop = HadoopServers(
            region,
            lambda: self.directory / "hdfs",
            furnish=lambda cluster: scenarios.hdfs_seeds(region.scenario, region.world, cluster),
            s3=self._s3_client,
        )
        self.ssh = SshService(lambda: self.directory / "ssh", region, self.hadoop)

    @property
    def directory(self) -> Path:
        """Where the servers keep their things: the state directory, or one that ends with us."""
        kept = self._region.store.directory
        if kept is not None:
            return kept
        if self._scratch is None:
            self._scratch = Scratch()
        return self._scratch.path

    @property
    def bugs(self) -> list[str]:
        """Requests that failed in a way of their own, for tests to see."""
        return self.hadoop.bugs

    @property
    def s3_endpoint_url(self) -> str:
        """The endpoint for S3 clients."""
        return f"http://127.0.0.1:{self._port('s3')}"

    def ssh_access(self) -> SshAccess:
        """How to log in to the bastion; makes its keys the first time."""
        keys = self.ssh.keys()
        return SshAccess(
            "127.0.0.1", self._port("ssh"), self.ssh.user, str(keys.user_key), keys.host_public
        )

    def start(self) -> None:
        """Listen. Raises ``OSError`` when the system gives no ports."""
        ports = dict(self._region.store.load_kind("region")).get("servers", {})
        for name in ("s3", "ssh"):
            self._listeners[name] = _listening(int(ports.get(name, 0)))
        self._keep_ports()
        self._thread = LoopThread("region-servers")
        self._thread.submit(self._begin()).result(_WAIT_S)

    def stop(self) -> None:
        """Stop all servers and let go of their ports; a second call does nothing."""
        if self._thread is not None:
            with suppress(TimeoutError):
                self._thread.submit(self._end()).result(_WAIT_S)
            self._thread.stop()
            self._thread = None
        for listener in self._listeners.values():
            listener.close()
        if self._scratch is not None:
            self._scratch.remove()
            self._scratch = None

    async def run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Run something in the servers' thread, from another loop."""
        if self._thread is None:
            work.close()
            raise RuntimeError("the servers do not run")
        return await asyncio.wrap_future(self._thread.submit(work))

    async def reset(self) -> None:
        """Empty what the servers keep, as the region was."""
        self._keep_ports()
        self._s3_furnished = False
        await self.run(self.s3.erase())
        await self.run(self.hadoop.reset())

    def controls(self) -> Mapping[str, Callable[[_Body], Coroutine[Any, Any, object]]]:
        """Requests of the control API by name; a GET has an empty body."""
        return {
            "s3": self._s3_state,
            "s3/faults": self._s3_faults,
            "s3/cut": self._s3_cut,
            **HadoopControl(self.hadoop).controls(),
            **YarnControl(self.hadoop).controls(),
            **LoadControl(self._region, self.hadoop).controls(),
            "ssh": self._ssh_state,
            "ssh/cut": self._ssh_cut,
            "ssh/refuse": self._ssh_refuse,
            "ssh/host-key": self._ssh_host_key,
        }

    async def _begin(self) -> None:
        await self.hadoop.start()
        self._region.world.telemetry.opener = self._open_hdfs
        for name, serve in (("s3", self.s3.serve), ("ssh", self.ssh.serve)):
            task = asyncio.get_running_loop().create_task(serve(self._listeners[name]))
            task.add_done_callback(_report)
            self._serving.append(task)

    async def _end(self) -> None:
        self._region.world.telemetry.opener = None
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await self.ssh.stop()
        await self.hadoop.stop()
        self.s3.stop()

    def _port(self, name: str) -> int:
        port: int = self._listeners[name].getsockname()[1]
        return port

    def _keep_ports(self) -> None:
        self._region.keep("region", "servers", {name: self._port(name) for name in self._listeners})

    async def _furnish_s3(self, address: tuple[str, int]) -> None:
        """Put the scenario's objects into a store that has just been made."""
        region = self._region
        kept = dict(region.store.load_kind("region")).get(_FURNISHED)
        if kept is not None or (self._s3_furnished and region.store.directory is None):
            return
        with region.lock:
            region.world.advance()
            seeds = list(scenarios.s3_seeds(region.scenario, region.world))
        keys = (ACCESS_KEY, SECRET_KEY)
        if seeds:
            from hue_desktop.simulator.s3.seeds import load

            await asyncio.to_thread(load, address, keys, region.name, seeds)
        self._s3_furnished = True
        region.keep("region", _FURNISHED, {"objects": len(seeds)})

    def _s3_client(self) -> Any:
        """A client of the object store, for the steps that copy."""
        import botocore.session
        from botocore.config import Config

        # Nothing of the user's own configuration counts here, not even the name of a profile.
        bare = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
        bare.set_config_variable("config_file", os.devnull)
        bare.set_config_variable("credentials_file", os.devnull)
        return bare.create_client(
            "s3",
            endpoint_url=self.s3_endpoint_url,
            region_name=self._region.name,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 5}),
        )

    def _open_hdfs(self, cluster_id: str) -> None:
        """Open the HDFS of a cluster that was open in an earlier run, if it still runs."""
        with suppress(KeyError), self.hadoop.hdfs_of(cluster_id).session():
            pass

    async def _s3_state(self, body: _Body) -> object:
        return {"endpoint_url": self.s3_endpoint_url, **self.s3.described()}

    async def _s3_faults(self, body: _Body) -> object:
        if body.get("clear"):
            self.s3.faults.clear()
        elif body:
            self.s3.faults.add(fault_of(body))
        return await self._s3_state(body)

    async def _s3_cut(self, body: _Body) -> object:
        return {"cut": self.s3.cut()}

    async def _ssh_state(self, body: _Body) -> object:
        return {**self.ssh_access().as_json(), **self.ssh.described()}

    async def _ssh_cut(self, body: _Body) -> object:
        return {"cut": self.ssh.cut()}

    async def _ssh_refuse(self, body: _Body) -> object:
        for_s = body.get("for_s", 30)
        if isinstance(for_s, bool) or not isinstance(for_s, int | float) or not 0 <= for_s < 1e9:
            raise ValueError("for_s must be a number that is not negative.")
        self.ssh.refuse(float(for_s))
        return await self._ssh_state(body)

    async def _ssh_host_key(self, body: _Body) -> object:
        await self.ssh.change_host_key()
        return await self._ssh_state(body)


def _listening(wanted: int) -> socket.socket:
    """A listening socket on 127.0.0.1; on another port when the wanted one is taken."""
    for port in (wanted, 0):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows: else two could listen on one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen(512)
            listener.setblocking(False)
            return listener
        except OSError:
            listener.close()
    raise OSError("no port on 127.0.0.1 is free")


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        _LOG.error("a server of the region ended", exc_info=task.exception())
