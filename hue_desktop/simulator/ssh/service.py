"""The bastion: key login, forwarding to simulated machines, and a small shell.

A connection to port 22 of a machine reaches the same server, which then is that machine, so jumping
from host to host works. asyncssh is loaded when the first client comes.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hue_desktop.simulator.ssh.hosts import Hosts
from hue_desktop.simulator.ssh.keys import Keys, keys_in, new_host_key

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.servers import HadoopServers
    from hue_desktop.simulator.region import Region
    from hue_desktop.simulator.ssh.server import Bastion

__all__ = ["SshService"]

_LOG = logging.getLogger(__name__)


class SshService:
    """Accepts clients and keeps the keys."""

    user = "hadoop"  #: as on EMR

    def __init__(
        self, directory: Callable[[], Path], region: Region, hadoop: HadoopServers
    ) -> None:
        self.hosts = Hosts(region)
        self.hosts.add(hadoop)
        self._hadoop = hadoop
        self._directory = directory
        self._region = region
        self._keys: Keys | None = None
        self._bastion: Bastion | None = None
        self._refused_until = 0.0
        self._logins: set[asyncio.Task[None]] = set()

    def keys(self) -> Keys:
        """The keys; made the first time."""
        if self._keys is None:
            self._keys = keys_in(self._directory())
        return self._keys

    async def serve(self, listener: socket.socket) -> None:
        """Accept clients until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            client, _ = await loop.sock_accept(listener)
            if time.monotonic() < self._refused_until:
                client.close()
                continue
            task = loop.create_task(self._login(client))
            self._logins.add(task)
            task.add_done_callback(self._logins.discard)

    async def stop(self) -> None:
        """End all connections."""
        for task in self._logins:
            task.cancel()
        self.cut()
        await asyncio.sleep(0)

    def cut(self) -> int:
        """Cut all connections at once, without a word; how many there were."""
        return self._bastion.cut() if self._bastion is not None else 0

    def refuse(self, for_s: float) -> None:
        """Take no new connections for some seconds; those that are there stay."""
        self._refused_until = time.monotonic() + for_s

    async def change_host_key(self) -> None:
        """Show another host key from the next connection on."""
        self._keys = new_host_key(self._directory())
        if self._bastion is not None:
            self._bastion = self._bastion.with_keys(self._keys)

    def described(self) -> dict[str, Any]:
        """The state for the control API."""
        return {
            "connections": self._bastion.connections if self._bastion is not None else 0,
            "refused_for_s": max(0.0, self._refused_until - time.monotonic()),
        }

    async def _login(self, client: socket.socket) -> None:
        try:
            if self._bastion is None:
                # Some 300 ms: other clients of these servers need not wait for it.
                bastion_class = await asyncio.to_thread(_load)
                if self._bastion is None:
                    self._bastion = bastion_class(
                        self.keys(), self.hosts, self._hadoop, self._region
                    )
            await self._bastion.welcome(client)
        except OSError as problem:
            _LOG.debug("an SSH client went away: %s", problem)
            client.close()
        except asyncio.CancelledError:
            client.close()
            raise
        except Exception:
            _LOG.exception("the SSH server failed")
            client.close()


def _load() -> type[Bastion]:
    from hue_desktop.simulator.ssh.server import Bastion

    return Bastion
