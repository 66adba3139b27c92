"""A growing series in two arrays, so that a refresh of a chart makes no object for each point."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["Column", "SeriesBuffer"]

Column = NDArray[np.float64]

_FIRST = 256  #: room for so many points at the beginning


class SeriesBuffer:
    """Times (epoch seconds, ascending) and values; what is appended must be newer.

    ``step_s`` is how far apart values are meant to be. The arrays that ``times`` and ``values``
    give are windows into the buffer: they hold until the next change.
    """

    def __init__(self, step_s: float = 5.0) -> None:
        self.step_s = step_s
        self._times = np.empty(_FIRST, dtype=np.float64)
        self._values = np.empty(_FIRST, dtype=np.float64)
        self._low = 0
        self._high = 0

    def __len__(self) -> int:
        return self._high - self._low

    @property
    def times(self) -> Column:
        """When each value was measured."""
        return self._times[self._low : self._high]

    @property
    def values(self) -> Column:
        """What was measured."""
        return self._values[self._low : self._high]

    @property
    def last(self) -> float | None:
        """The newest instant."""
        return float(self._times[self._high - 1]) if self._high > self._low else None

    def replace(
        self, times: Sequence[float] | Column, values: Sequence[float] | Column, step_s: float
    ) -> None:
        """Forget everything and hold these."""
        self._low = self._high = 0
        self.step_s = step_s
        self.append(times, values)

    def append(self, times: Sequence[float] | Column, values: Sequence[float] | Column) -> int:
        """Add those points that are newer than what is there; how many that were.

        Values that are not finite are left out: they stay gaps.
        """
        new_times = np.asarray(times, dtype=np.float64)
        new_values = np.asarray(values, dtype=np.float64)
        keep = np.isfinite(new_values) & np.isfinite(new_times)
        if self.last is not None:
            keep &= new_times > self.last
        if not keep.all():
            new_times, new_values = new_times[keep], new_values[keep]
        count = len(new_times)
        if not count:
            return 0
        self._make_room(count)
        self._times[self._high : self._high + count] = new_times
        self._values[self._high : self._high + count] = new_values
        self._high += count
        return count

    def trim(self, before: float) -> None:
        """Forget what is older than ``before``, but for one point that leads into the picture."""
        first = int(np.searchsorted(self.times, before))
        self._low += max(0, first - 1)

    def _make_room(self, count: int) -> None:
        if self._high + count <= len(self._times):
            return
        held = len(self)
        size = len(self._times)
        while held + count > size // 2:
            size *= 2
        for name in ("_times", "_values"):
            fresh = np.empty(size, dtype=np.float64)
            fresh[:held] = getattr(self, name)[self._low : self._high]
            setattr(self, name, fresh)
        self._low, self._high = 0, held
