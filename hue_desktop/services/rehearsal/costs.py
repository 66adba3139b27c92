"""What a copy cost, at the prices of the real cluster."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hue_desktop.core.billing import Life, PriceStep, SpotHistory
from hue_desktop.core.billing_sums import bill
from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.cost import PriceBook
from hue_desktop.services.cost.lives import lives_of

__all__ = ["Costs", "costs_of"]


@dataclass(frozen=True, slots=True)
class Costs:
    """USD over the rehearsed time; with ``unknown`` nodes both are "at least"."""

    copy: float
    before: float
    unknown: int


def costs_of(
    without: ClusterSnapshot, copy: ClusterSnapshot, book: PriceBook, begun: float, ended: float
) -> Costs:
    """Both are read at the end and have the nodes that ended, too; times are epoch seconds.

    ``without`` is the copy to which nothing happened. A Spot node costs what its price is now, all
    along: what it will be, nobody knows.
    """
    paid, unknown = _paid(copy, book, begun, ended)
    before, more_unknown = _paid(without, book, begun, ended)
    return Costs(paid, before, unknown + more_unknown)


def _paid(
    snapshot: ClusterSnapshot, book: PriceBook, begun: float, ended: float
) -> tuple[float, int]:
    """USD, and how many nodes have no price."""
    lives = tuple(_within(lives_of(snapshot), begun, ended))
    pools = {(life.instance_type, life.az) for life in lives}
    steps = {
        pool: [PriceStep(begun - 1.0, price)]
        for pool in pools
        if (price := book.spot(*pool)) is not None
    }
    made = bill(lives, book, SpotHistory(steps), begun, ended)
    return made.total, len(made.unknown)


def _within(lives: Iterable[Life], begun: float, ended: float) -> Iterable[Life]:
    """The lives that reach into the time; what came before it is no part of the rehearsal."""
    for life in lives:
        if life.started < ended and (life.ended is None or life.ended > begun):
            yield replace(life, started=max(life.started, begun))
