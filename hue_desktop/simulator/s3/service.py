"""S3 of one region: the store behind the gate, started when the first client comes."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol

from hue_desktop.simulator.s3.faults import S3Faults
from hue_desktop.simulator.s3.gate import S3Gate
from hue_desktop.simulator.s3.moto_store import MotoStore
from hue_desktop.simulator.s3.weed import Weed, find_weed

__all__ = ["ObjectStore", "S3Service"]

_LOG = logging.getLogger(__name__)


class ObjectStore(Protocol):
    """A server that speaks S3."""

    @property
    def pid(self) -> int | None:
        """Its process id; ``None`` when it has none of its own, or does not run."""

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""

    async def start(self) -> None:
        """Start it unless it runs; raises ``OSError`` when it does not come up."""

    def stop(self) -> None:
        """End it."""

    def erase(self) -> None:
        """End it and remove what it keeps."""


class S3Service:
    """The gate and its store; all methods run in the thread of the region's servers."""

    def __init__(
        self,
        directory: Callable[[], Path],
        keys: tuple[str, str],
        *,
        furnish: Callable[[tuple[str, int]], Awaitable[None]],
        expired: Callable[[], bool],
        latency_s: Callable[[], float],
        kind: str = "",
    ) -> None:
        """``kind``: ``moto``, or whatever fits this system; ``furnish`` fills a new store."""
        self.faults = S3Faults()
        self._directory = directory
        self._keys = keys
        self._furnish = furnish
        self._kind = kind
        self._store: ObjectStore | None = None
        self._ready_pid: int | None = None  #: the process that answered and was furnished
        self._starting = asyncio.Lock()
        self._gate = S3Gate(self.ready, self.faults, expired=expired, latency_s=latency_s)

    async def serve(self, listener: socket.socket) -> None:
        """Answer clients until cancelled."""
        await self._gate.serve(listener)

    async def ready(self) -> tuple[str, int]:
        """The store's own address, once it answers and holds what the scenario puts there.

        Raises ``OSError`` when it does not start.
        """
        store = self._store
        if store is not None and store.pid is not None and store.pid == self._ready_pid:
            return store.address
        async with self._starting:
            store = self._store = self._store or self._made()
            if store.pid is None or store.pid != self._ready_pid:
                await store.start()
                await self._furnish(store.address)
                self._ready_pid = store.pid
            return store.address

    def cut(self) -> int:
        """Cut the connections of all clients; how many there were."""
        return self._gate.cut()

    def described(self) -> dict[str, Any]:
        """The state for the control API."""
        store = self._store
        pid = store.pid if store is not None else None
        running = store is not None and pid is not None and pid == self._ready_pid
        return {
            "running": running,
            "store": type(store).__name__.lower() if store is not None else None,
            "store_url": "http://{}:{}".format(*store.address) if store and running else None,
            "pid": pid,
            "connections": self._gate.connections,
            "faults": self.faults.described(),
            "met": self.faults.met,
        }

    def stop(self) -> None:
        """End the store; what it answered stays."""
        if self._store is not None:
            self._store.stop()

    async def erase(self) -> None:
        """Empty the store; it starts anew with the next client. Faults end."""
        async with self._starting:
            self.faults.clear()
            self._gate.cut()
            store = self._store or self._made()
            self._store = self._ready_pid = None
            store.erase()

    def _made(self) -> ObjectStore:
        program = None if self._kind == "moto" else find_weed()
        if program is not None:
            return Weed(self._directory(), program, *self._keys)
        if self._kind != "moto":
            _LOG.warning("there is no weed program here: objects are kept in memory only")
        return MotoStore()
