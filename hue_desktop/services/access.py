"""The doors to every connection and region, opened once and shared by all services."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from hue_desktop.core.connections import Connection

if TYPE_CHECKING:
    from hue_desktop.core.ports import RegionAccess

__all__ = ["AccessPool"]

Opener = Callable[[Connection, str], "RegionAccess"]


class AccessPool:
    """Keeps one :class:`RegionAccess` per connection and region.

    ``find`` names a connection's present configuration (it raises for an unknown name), ``open``
    opens doors; both may block and raise a ``HueError``.
    """

    def __init__(self, find: Callable[[str], Connection], opener: Opener) -> None:
        self._find = find
        self._open = opener
        self._doors: dict[tuple[str, str], RegionAccess] = {}
        self._locks: dict[tuple[str, str], threading.Lock] = {}
        self._guard = threading.Lock()
        self._closed = False

    def of(self, connection: str, region: str) -> RegionAccess:
        """The doors, opened at the first call."""
        key = (connection, region)
        with self._guard:
            doors = self._doors.get(key)
            lock = self._locks.setdefault(key, threading.Lock())
        if doors is not None:
            return doors
        with lock:
            with self._guard:
                doors = self._doors.get(key)
            return doors if doors is not None else self._opened(key)

    def peek(self, connection: str, region: str) -> RegionAccess | None:
        """The doors if they are open; never blocks."""
        with self._guard:
            return self._doors.get((connection, region))

    def drop(self, connection: str, region: str = "") -> None:
        """Close the doors of a connection, so that the next call opens them anew."""
        with self._guard:
            keys = [
                key
                for key in self._doors
                if key[0] == connection and (not region or key[1] == region)
            ]
            dropped = [self._doors.pop(key) for key in keys]
        for doors in dropped:
            doors.close()

    def close(self) -> None:
        """Close all doors; calls under way fail soon."""
        with self._guard:
            self._closed = True
            dropped = list(self._doors.values())
            self._doors.clear()
        for doors in dropped:
            doors.close()

    def _opened(self, key: tuple[str, str]) -> RegionAccess:
        doors = self._open(self._find(key[0]), key[1])
        with self._guard:
            if not self._closed:
                self._doors[key] = doors
                return doors
        doors.close()
        return doors
