"""What a copy cost, at the prices of the real cluster."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hue_desktop.core.billing import Life, PriceStep, SpotHistory
from hue_desktop.core.billing_sums import bill
from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.cost import PriceBook
from hue_desktop.services.cost.lives import lives_of
from hue_desktop.services.cost.reckoning import cluster_cost

__all__ = ["Costs", "costs_of"]

_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Costs:
    """USD over the rehearsed time; with ``unknown`` nodes both are "at least"."""

    copy: float
    before: float
    unknown: int


def costs_of(
    original: ClusterSnapshot, copy: ClusterSnapshot, book: PriceBook, begun: float, ended: float
) -> Costs:
    """``copy`` is read at the end and has the nodes that ended, too; times are epoch seconds.

    A Spot node costs what its price is now, all along: what it will be, nobody knows.
    """
    lives = tuple(_within(lives_of(copy), begun, ended))
    pools = {(life.instance_type, life.az) for life in lives}
    steps = {
        pool: [PriceStep(begun - 1.0, price)]
        for pool in pools
        if (price := book.spot(*pool)) is not None
    }
    paid = bill(lives, book, SpotHistory(steps), begun, ended)
    rate = cluster_cost(original, book).rate
    hours = (ended - begun) / _HOUR_S
    return Costs(paid.total, rate.total * hours, len(paid.unknown) + rate.unknown)


def _within(lives: Iterable[Life], begun: float, ended: float) -> Iterable[Life]:
    """The lives that reach into the time; what came before it is no part of the rehearsal."""
    for life in lives:
        if life.started < ended and (life.ended is None or life.ended > begun):
            yield replace(life, started=max(life.started, begun))
