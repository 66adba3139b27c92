"""The file systems of all stores, opened at their first use and shared by all services."""

from __future__ import annotations

import threading
from collections.abc import Callable

from hue_desktop.core.errors import Cancelled
from hue_desktop.core.file_systems import FileSystem
from hue_desktop.core.storage import StoreId
from hue_desktop.core.text import _

__all__ = ["FileSystems"]


class FileSystems:
    """One :class:`FileSystem` per store. ``opener`` may block and raise a ``HueError``."""

    def __init__(self, opener: Callable[[StoreId], FileSystem]) -> None:
        self._open = opener
        self._opened: dict[StoreId, FileSystem] = {}
        self._opening: dict[StoreId, threading.Lock] = {}
        self._lock = threading.Lock()
        self._closed = False

    def of(self, store: StoreId) -> FileSystem:
        """The store's file system; the first call opens it, and a failure is not remembered."""
        with self._lock:
            found = self._opened.get(store)
            if found is not None:
                return found
            opening = self._opening.setdefault(store, threading.Lock())
        with opening:
            with self._lock:
                found = self._opened.get(store)
                if found is not None:
                    return found
                self._refuse_when_closed()
            opened = self._open(store)
            with self._lock:
                if not self._closed:
                    self._opened[store] = opened
                    return opened
        opened.close()
        raise Cancelled(_("The application is closing."))

    def opened(self, store: StoreId) -> FileSystem | None:
        """The store's file system if it is open already; never blocks."""
        with self._lock:
            return self._opened.get(store)

    def drop(self, connection: str) -> None:
        """Close the stores of a connection, which was changed or removed; they open anew."""
        with self._lock:
            gone = [store for store in self._opened if store.connection == connection]
            closing = [self._opened.pop(store) for store in gone]
        for each in closing:
            each.close()

    def close(self) -> None:
        """Close all; calls under way fail soon, and nothing is opened any more."""
        with self._lock:
            self._closed = True
            closing = list(self._opened.values())
            self._opened.clear()
        for each in closing:
            each.close()

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise Cancelled(_("The application is closing."))
