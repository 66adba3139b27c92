"""Rates from counters that only grow, until their server is started again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

__all__ = ["CounterRates"]

LONGEST_S = 180.0  #: over a longer time a mean says nothing of now
Pair = tuple[float, float]


class CounterRates:
    """Remembers two counters of each host. A counter that went back has no rate: it was reset."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[float, float, float]] = {}

    def rates(
        self, told: Mapping[str, tuple[float, float, float]], known: Iterable[str]
    ) -> dict[str, Pair]:
        """Per second since the reading before, by host; ``told`` is (seconds, one, other).

        ``known`` are all hosts there are now; the others are forgotten.
        """
        found: dict[str, Pair] = {}
        for host, (at, one, other) in told.items():
            before = self._last.get(host)
            self._last[host] = (at, one, other)
            if before is None:
                continue
            passed, grown = at - before[0], (one - before[1], other - before[2])
            if 0 < passed <= LONGEST_S and min(grown) >= 0:
                found[host] = (grown[0] / passed, grown[1] / passed)
        stay = set(known)
        self._last = {host: each for host, each in self._last.items() if host in stay}
        return found
