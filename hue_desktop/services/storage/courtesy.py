"""Letting the window go first: whoever reads pages waits a moment while the window draws.

Python runs one thread at a time. A window that draws while pages are parsed beside it gets half of
the interpreter and is late for whoever scrolls; the reader is not late for anybody.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Courtesy"]

_LONGEST_S = 0.05  #: a window that draws longer than that is not waited for


class Courtesy:
    """Shared by one window and its readers."""

    def __init__(self) -> None:
        self._free = threading.Event()
        self._free.set()

    @contextmanager
    def first(self) -> Iterator[None]:
        """The window's part: within, readers wait at their next page."""
        self._free.clear()
        try:
            yield
        finally:
            self._free.set()

    def give_way(self) -> None:
        """The reader's part, between two pages; hardly costs anything while nobody draws."""
        if not self._free.is_set():
            self._free.wait(_LONGEST_S)
