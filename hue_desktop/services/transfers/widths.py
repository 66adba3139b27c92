"""How many files and parts go at once between two stores, and how that yields to throttling."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hue_desktop.core.file_systems import Capabilities
from hue_desktop.core.storage import StoreId, StoreKind
from hue_desktop.core.transfers.values import Route

__all__ = ["HEAVY_BYTES", "PART_BYTES", "StoreLimits", "Widths", "part_size_for", "widths_for"]

MIB = 1 << 20
HEAVY_BYTES = 1 * MIB  #: files from this size on are bodies, not requests
PART_BYTES = 16 * MIB
_MOST_PARTS = 9_000  #: S3 takes 10,000


@dataclass(frozen=True, slots=True)
class Widths:
    """Workers, and how many of them may move heavy bodies."""

    light: int
    heavy: int


def widths_for(source: StoreKind, target: StoreKind, route: Route) -> Widths:
    """What measurements on loopback found best; a far store gains from the same numbers."""
    kinds = {source, target}
    if route is Route.SERVER_SIDE:
        return Widths(32, 16)
    if kinds == {StoreKind.LOCAL}:
        cores = os.cpu_count() or 2
        return Widths(2 * cores, cores)
    if StoreKind.HDFS in kinds:
        return Widths(24, 8)
    return Widths(64, 16)


def part_size_for(size: int, able: Capabilities) -> int | None:
    """Bytes of each part; ``None`` when the file is put as a whole."""
    part = max(PART_BYTES, -(-size // _MOST_PARTS // MIB) * MIB)
    if size < 2 * part:
        return None
    return part if able.parallel_parts else 4 * part


class StoreLimits:
    """How much each store takes now: halved when it asks for less, then slowly given back.

    Shared by all transfers, because they share the store's patience.
    """

    MOST = 256
    _RECOVERY_S = 1.0  #: one more worker after so long without another complaint
    _QUIET_S = 1.0  #: complaints within this are one

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._limits: dict[StoreId, tuple[float, float]] = {}  # limit, when it was set

    def throttled(self, store: StoreId, busy: int) -> None:
        """The store asked for fewer requests while ``busy`` were under way."""
        with self._lock:
            now = self._clock()
            limit, since = self._current(store, now)
            if store in self._limits and now - since < self._QUIET_S:
                return
            self._limits[store] = (max(1.0, min(limit, busy) / 2), now)

    def allowed(self, stores: Iterable[StoreId]) -> int:
        """Workers that all of these stores take now."""
        with self._lock:
            now = self._clock()
            return min((int(self._current(each, now)[0]) for each in stores), default=self.MOST)

    def _current(self, store: StoreId, now: float) -> tuple[float, float]:
        found = self._limits.get(store)
        if found is None:
            return float(self.MOST), now
        limit, since = found
        limit += (now - since) / self._RECOVERY_S
        if limit >= self.MOST:
            del self._limits[store]
        return min(limit, float(self.MOST)), since
