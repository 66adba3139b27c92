"""Container-seconds: what applications have held over their lives, added up minute by minute.

What an application holds follows from the facts at each instant; a sum over a life would have to
look at all of them for each question. So sums are kept up to the last whole minute, in memory only:
whoever needs them after a restart has them added up anew.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING

from hue_desktop.simulator.world.history import step_history
from hue_desktop.simulator.world.load import Share, shares_of

if TYPE_CHECKING:
    from hue_desktop.simulator.world.clusters import Cluster
    from hue_desktop.simulator.world.world import World

__all__ = ["Ledger"]

_MINUTE = 60.0


class Ledger:
    """The container-seconds of one cluster."""

    def __init__(self, world: World, cluster: Cluster) -> None:
        self._world = world
        self._cluster = cluster
        self._until = cluster.ready  #: everything before is added up
        self._held: defaultdict[str, float] = defaultdict(float)
        self._times: list[float] = [cluster.ready]
        self._totals: list[float] = [0.0]

    def held_by(self, application_id: str, at: float) -> float:
        """Container-seconds of an application (a step's id for a step) up to an instant."""
        self._advance(at)
        held = self._held.get(application_id, 0.0)
        for share in self._now(at):
            if share.application.id == application_id:
                held += self._seconds(share, self._until, at)
        return held

    def total(self, at: float) -> float:
        """Container-seconds of the whole cluster up to an instant."""
        self._advance(at)
        if at < self._until:
            return self._looked_up(at)
        return self._totals[-1] + sum(
            self._seconds(share, self._until, at) for share in self._now(at)
        )

    def _looked_up(self, at: float) -> float:
        """The total of an instant of the past, by the stretches that were added up."""
        place = bisect_right(self._times, at) - 1
        if place < 0:
            return 0.0
        begin, end = self._times[place], self._times[place + 1]
        before, after = self._totals[place], self._totals[place + 1]
        return before + (after - before) * (at - begin) / (end - begin)

    def _now(self, at: float) -> tuple[Share, ...]:
        """The shares in the stretch that is not over."""
        return self._shares(self._stretch_end()) if at > self._until else ()

    def _shares(self, end: float) -> tuple[Share, ...]:
        return shares_of(self._world, self._cluster, (self._until + end) / 2)

    @staticmethod
    def _seconds(share: Share, begin: float, end: float) -> float:
        return share.got * max(0.0, end - begin)

    def _stretch_end(self) -> float:
        """Up to there the same applications run, a minute at most."""
        change = step_history(self._cluster).next_change(self._until)
        return min(change, (self._until // _MINUTE + 1) * _MINUTE)

    def _advance(self, at: float) -> None:
        """Add up the stretches that are over; those in which nothing runs are skipped."""
        history = step_history(self._cluster)
        while self._until < at:
            if not history.running(self._until):
                self._end_stretch(min(history.next_change(self._until), at), self._totals[-1])
                continue
            end = self._stretch_end()
            if end > at:
                return
            total = self._totals[-1]
            for share in self._shares(end):
                seconds = self._seconds(share, self._until, end)
                self._held[share.application.id] += seconds
                total += seconds
            self._end_stretch(end, total)

    def _end_stretch(self, end: float, total: float) -> None:
        if len(self._totals) > 1 and self._totals[-2] == self._totals[-1] == total:
            self._times[-1] = end  # nothing ran before either: one stretch
        else:
            self._times.append(end)
            self._totals.append(total)
        self._until = end
