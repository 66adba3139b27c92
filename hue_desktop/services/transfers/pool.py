"""The workers of one transfer: threads that take pieces of work, as many as are wanted now.

Pieces are light (a small file) or heavy (a large file or a part of one). Heavy ones are held back
so that only some of the workers move large bodies at once; parts of files that were begun go before
new files.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable

from hue_desktop.services.transfers.metering import Meter

__all__ = ["Pool"]

Piece = Callable[[Meter], None]


class Pool:
    """Threads that work off pieces. A piece must not raise."""

    def __init__(self, name: str, meter: Callable[[], Meter], idle: Callable[[], None]) -> None:
        self._name = name
        self._new_meter = meter
        self._idle = idle  #: called when little work is left
        self._pieces: deque[tuple[Piece, bool]] = deque()
        self._signals: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._held: deque[Piece] = deque()  #: heavy ones that wait for room
        self._heavy = 0  #: heavy ones that were let go and are not finished
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._width = 0
        self._heavy_width = 1
        self._closing = False
        self.meters: list[Meter] = []
        self._spare: list[Meter] = []

    def set_width(self, width: int, heavy: int) -> None:
        """How many workers, and how many of them with heavy pieces, from now on."""
        with self._lock:
            fewer = len(self._threads) - width
            self._width, self._heavy_width = width, max(1, min(heavy, width))
        for _each in range(fewer):
            self._signals.put(None)  # wakes a worker, which finds itself to be one too many
        self._release()
        for _each in range(min(-fewer, len(self._pieces))):
            self._start_thread()

    def add(self, piece: Piece, *, heavy: bool = False, first: bool = False) -> None:
        """Work to be done; ``first``: before what waits already."""
        if heavy:
            with self._lock:
                (self._held.appendleft if first else self._held.append)(piece)
            self._release()
            return
        (self._pieces.appendleft if first else self._pieces.append)((piece, False))
        self._signal()

    @property
    def waiting(self) -> int:
        """Pieces that nobody has taken yet."""
        return len(self._pieces) + len(self._held)

    def drop_waiting(self) -> None:
        """Forget what nobody has taken."""
        with self._lock:
            self._held.clear()
        while self._pieces:
            try:
                _piece, heavy = self._pieces.popleft()
            except IndexError:
                break
            if heavy:
                with self._lock:
                    self._heavy -= 1

    def close(self) -> None:
        """Let the workers end once they have finished what they do."""
        self.drop_waiting()
        with self._lock:
            self._closing = True
            count = len(self._threads)
        for _each in range(count):
            self._signals.put(None)

    def join(self, timeout_s: float) -> bool:
        """Wait for the workers; whether all have ended."""
        with self._lock:
            threads = list(self._threads)
        deadline = time.monotonic() + timeout_s
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        with self._lock:
            return not self._threads

    def _release(self) -> None:
        """Let heavy pieces go as far as there is room."""
        while True:
            with self._lock:
                if not self._held or self._heavy >= self._heavy_width or self._closing:
                    return
                self._heavy += 1
                piece = self._held.popleft()
            self._pieces.appendleft((piece, True))
            self._signal()

    def _signal(self) -> None:
        if len(self._threads) < self._width:
            self._start_thread()
        self._signals.put(None)

    def _start_thread(self) -> None:
        with self._lock:
            if len(self._threads) >= self._width or self._closing:
                return
            if self._spare:
                meter = self._spare.pop()
            else:
                meter = self._new_meter()
                self.meters.append(meter)
            thread = threading.Thread(
                target=self._work, args=(meter,), name=self._name, daemon=True
            )
            self._threads.add(thread)
        thread.start()

    def _work(self, meter: Meter) -> None:
        thread = threading.current_thread()
        pieces, signals = self._pieces, self._signals
        while True:
            signals.get()
            if self._one_too_many(thread, meter):
                return
            try:
                piece, heavy = pieces.popleft()
            except IndexError:
                continue
            piece(meter)
            if heavy:
                with self._lock:
                    self._heavy -= 1
                self._release()
            if not pieces:
                self._idle()

    def _one_too_many(self, thread: threading.Thread, meter: Meter) -> bool:
        """Whether this worker is not wanted any more; its signal is handed on."""
        if not self._closing and len(self._threads) <= self._width:
            return False
        with self._lock:
            if not self._closing and len(self._threads) <= self._width:
                return False
            self._threads.discard(thread)
            self._spare.append(meter)
        if self._pieces:
            self._signals.put(None)
        return True
