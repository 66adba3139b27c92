"""The one clock of a simulated region: it can run fast, pause, and jump forward.

Simulated time is ``base + (wall - mark) * speed``; nothing sleeps. Everything that moves in the
region is a function of stored facts and this clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

__all__ = ["Clock"]


class Clock:
    """Simulated time in UTC.

    ``wall`` returns seconds that never go back (``time.monotonic`` in production; tests pass their
    own). ``speed`` is simulated seconds per wall second.
    """

    def __init__(
        self,
        start: datetime | None = None,
        *,
        speed: float = 1.0,
        paused: bool = False,
        wall: Callable[[], float] = time.monotonic,
    ) -> None:
        if speed <= 0:
            raise ValueError("speed must be above 0; use pause() to stop the clock")
        self._wall = wall
        self._base = start if start is not None else datetime.now(UTC)
        self._mark = wall()
        self._speed = float(speed)
        self._paused = paused

    @property
    def speed(self) -> float:
        """Simulated seconds per wall second while the clock runs."""
        return self._speed

    @property
    def paused(self) -> bool:
        """Whether time stands still."""
        return self._paused

    def now(self) -> datetime:
        """The simulated instant, timezone-aware UTC."""
        if self._paused:
            return self._base
        return self._base + timedelta(seconds=(self._wall() - self._mark) * self._speed)

    def set_speed(self, speed: float) -> None:
        """Change the speed from this instant on; simulated time does not jump."""
        if speed <= 0:
            raise ValueError("speed must be above 0; use pause() to stop the clock")
        self._rebase()
        self._speed = float(speed)

    def pause(self) -> None:
        """Stop time."""
        self._rebase()
        self._paused = True

    def resume(self) -> None:
        """Let time run again at the speed it had."""
        self._rebase()
        self._paused = False

    def jump(self, by: timedelta) -> None:
        """Move time forward at once; what was due in between happens in order.

        Raises ``ValueError`` for a negative step: time in a region never goes back.
        """
        if by < timedelta(0):
            raise ValueError("the clock of a region cannot go back")
        self._rebase()
        self._base += by

    def begin_at(self, start: datetime) -> None:
        """Stand at another instant, an earlier one too: for a region that has been emptied."""
        self._base = start
        self._mark = self._wall()

    def _rebase(self) -> None:
        self._base = self.now()
        self._mark = self._wall()
