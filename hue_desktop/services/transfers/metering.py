"""Counting bytes on their way, holding them to a limit, and stopping them."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from hue_desktop.core.errors import Cancelled
from hue_desktop.core.file_systems import Source
from hue_desktop.core.storage import Checksum
from hue_desktop.core.text import _

__all__ = ["Meter", "MeteredSource", "Stop", "Throughput", "TokenBucket"]

_SLICE_S = 0.1  #: a limit that is changed takes effect after so long at most


class Stop:
    """Why the work on a transfer ends early; raised as ``Cancelled`` where bytes move."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.set = self._event.set
        self.wait = self._event.wait

    @property
    def is_set(self) -> bool:
        """Whether it was asked for."""
        return self._event.is_set()

    def check(self) -> None:
        """``Cancelled`` if it was asked for."""
        if self._event.is_set():
            raise Cancelled(_("The transfer was stopped."))


class TokenBucket:
    """Lets through so many bytes a second on average, from all threads together.

    ``rate`` (bytes per second, 0: no limit) may be changed at any time.
    """

    def __init__(self, rate: int = 0, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self._clock = clock
        self._lock = threading.Lock()
        self._free_at = 0.0

    def take(self, count: int, stop: Stop) -> None:
        """Wait until ``count`` bytes may pass, or raise ``Cancelled``."""
        while (rate := self.rate) > 0:
            with self._lock:
                now = self._clock()
                ahead = self._free_at - now
                if ahead <= 0:
                    self._free_at = max(self._free_at, now - _SLICE_S) + count / rate
                    return
            if stop.wait(min(ahead, _SLICE_S)):
                stop.check()


class Meter:
    """What one worker moves. Only its own thread writes, anybody may read."""

    __slots__ = ("_buckets", "_stop", "done", "live", "moved", "now", "source")

    def __init__(self, stop: Stop, buckets: tuple[TokenBucket, ...]) -> None:
        self._stop = stop
        self._buckets = buckets
        self.moved = 0  #: bytes that ever passed
        self.live = 0  #: bytes of the piece under way
        self.done = 0  #: bytes of finished pieces
        self.now = ""  #: what is being copied
        self.source: Source | None = None

    def count(self, count: int) -> None:
        """Bytes that have passed; waits when a limit asks for it."""
        self.live += count
        self.moved += count
        if self._stop.is_set:
            self._stop.check()
        for bucket in self._buckets:
            if bucket.rate:
                bucket.take(count, self._stop)

    def finish(self, length: int) -> None:
        """The piece under way is done; ``length`` of it may not have been counted yet."""
        if self.live < length:
            self.moved += length - self.live
        self.live = 0
        self.done += length

    def give_up(self) -> None:
        """The piece under way has to be done again."""
        self.live = 0


class MeteredSource:
    """A source whose bytes are counted; the fast way through ``fileno`` stays open."""

    __slots__ = ("_inner", "_meter", "length", "offset")

    def __init__(self, inner: Source, meter: Meter) -> None:
        self._inner = inner
        self._meter = meter
        self.length = inner.length
        self.offset = inner.offset
        meter.source = inner

    @property
    def checksum(self) -> Checksum | None:
        """As the source says."""
        return getattr(self._inner, "checksum", None)

    @property
    def modified(self) -> float | None:
        """As the source says."""
        return getattr(self._inner, "modified", None)

    def readinto(self, buffer: memoryview, /) -> int:
        """Read and count."""
        count = self._inner.readinto(buffer)
        if count:
            self._meter.count(count)
        return count

    def fileno(self) -> int:
        """As the source says."""
        return self._inner.fileno()

    def advance(self, count: int, /) -> None:
        """Count what the kernel sent."""
        self._meter.count(count)

    def check(self) -> None:
        """``Refused`` with SourceChanged when the source can tell and is another than expected."""
        check = getattr(self._inner, "check", None)
        if check is not None:
            check()

    def close(self) -> None:
        """Close the source."""
        self._meter.source = None
        self._inner.close()


class Throughput:
    """Bytes per second over the last minutes, from a counter that only grows."""

    def __init__(self, seconds: float = 120.0, every_s: float = 0.5) -> None:
        self._samples: deque[tuple[float, float]] = deque(maxlen=int(seconds / every_s))
        self._every_s = every_s
        self._last: tuple[float, int] | None = None

    def sample(self, now: float, moved: int) -> None:
        """Note the counter; nothing happens until ``every_s`` have passed."""
        if self._last is None:
            self._last = (now, moved)
            return
        then, before = self._last
        if now - then >= self._every_s:
            self._samples.append((now, max(0, moved - before) / (now - then)))
            self._last = (now, moved)

    def samples(self) -> tuple[tuple[float, float], ...]:
        """(time, bytes per second), oldest first."""
        return tuple(self._samples)

    def recent(self, seconds: float = 3.0) -> float:
        """The mean over the last seconds; 0 when nothing is known."""
        count = max(1, int(seconds / self._every_s))
        newest = list(self._samples)[-count:]
        return sum(speed for _at, speed in newest) / len(newest) if newest else 0.0
