"""Adding up what lives cost, exactly and fast: 10,000 lives with Spot histories in well under 1 s.

What AWS bills, from its documentation:

- EC2 bills an instance per second with a minimum of 60 s, from *running* on; *pending* and
  *shutting-down* are not billed (EC2 User Guide, "Instance lifecycle"; API reference,
  StartInstances: a one-minute minimum, per second thereafter).
- A Spot instance pays the Spot price of its type and AZ; what was bid only ends it
  (EC2 User Guide, "Spot Instances": the current Spot price is what is charged).
- A Spot instance that EC2 itself interrupts in its first hour is not charged; one that somebody
  terminates is, for its seconds (EC2 User Guide, "Billing for interrupted Spot Instances").
- The EMR fee is per second with a minimum of one minute for each instance, until the cluster ends
  (EMR FAQ, "Billing"); it is the same for Spot.
- EBS bills provisioned size per second with a minimum of 60 s, used or not (EBS pricing;
  re:Post "How are charges for EBS volumes calculated"). AWS divides a GB-month by the hours of
  the calendar month (672 to 744); we take AWS's own mean of 730, as its price examples do.

Each life is billed in whole seconds; the minimum falls into its first minute. Within a stretch
without price changes the cost is linear, so that a life costs two look-ups in prefix sums.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol

from hue_desktop.core.billing import (
    FREE_S,
    MINIMUM_S,
    Bill,
    BillSlice,
    CostPart,
    Life,
    PriceStep,
    SpotHistory,
    Who,
)
from hue_desktop.core.cost import PriceBook, ebs_rate
from hue_desktop.core.instances import EbsVolume, Market
from hue_desktop.core.pricing import PriceSource

__all__ = ["bill", "bill_between", "billed_until"]

_HOUR_S = 3600.0
_CLOCK_S = 1e-6  #: what doubles of epoch seconds lose; less than this is no second begun
#: The name of the Spot prices' source in a price book; a bill names its own history instead.
_SPOT_SOURCE = "Spot history"
_Key = tuple[CostPart, Who]


def bill(
    lives: Iterable[Life],
    book: PriceBook,
    spot: SpotHistory,
    start: float,
    end: float,
    slices: int = 0,
) -> Bill:
    """What ``lives`` cost between two instants; ``slices`` stretches of equal length beside it."""
    if end <= start:
        return Bill(start, start)
    if slices <= 0:
        return _Tally(book, spot, (start, end)).add_all(lives).bill(with_slices=False)
    width = (end - start) / slices
    edges = [*(start + number * width for number in range(slices)), end]
    return _Tally(book, spot, edges).add_all(lives).bill()


def bill_between(
    lives: Iterable[Life], book: PriceBook, spot: SpotHistory, edges: Sequence[float]
) -> Bill:
    """As ``bill``, with one slice between each two neighbours of rising ``edges`` (two or more)."""
    return _Tally(book, spot, edges).add_all(lives).bill()


def billed_until(life: Life) -> float:
    """When the meter of a life stops: whole seconds, at least a minute; infinite while it runs."""
    if life.ended is None:
        return math.inf
    lived_s = math.ceil(life.ended - life.started - _CLOCK_S)
    return life.started + max(MINIMUM_S, lived_s)


def _is_free(life: Life) -> bool:
    """Whether EC2 charges nothing, as it took the node back in its first hour."""
    return life.reclaimed and life.ended is not None and life.ended - life.started < FREE_S


class _Meter(Protocol):
    """What something costs over time."""

    def usd(self, start: float, end: float) -> float:
        """Between two instants; what is not known costs nothing."""


class _Flat:
    """The same price at all times."""

    def __init__(self, usd_hour: float) -> None:
        self.usd_hour = usd_hour

    def usd(self, start: float, end: float) -> float:
        return self.usd_hour * (end - start) / _HOUR_S


class _Pool:
    """The price history of one type in one AZ, as prefix sums of dollars and of known seconds.

    Before its first step, and from a step of NaN on, the price is not known.
    """

    def __init__(self, steps: Sequence[PriceStep]) -> None:
        self._times = [step.at for step in steps]
        self._known = [not math.isnan(step.usd_hour) for step in steps]
        self._prices = [
            step.usd_hour if ok else 0.0 for step, ok in zip(steps, self._known, strict=True)
        ]
        self._usd_sums = [0.0]
        self._known_sums = [0.0]
        for place, (at, until) in enumerate(pairwise(self._times)):
            lasted = until - at
            self._usd_sums.append(self._usd_sums[-1] + self._prices[place] * lasted)
            self._known_sums.append(self._known_sums[-1] + lasted * self._known[place])

    def usd(self, start: float, end: float) -> float:
        return self._sum(self._prices, self._usd_sums, start, end) / _HOUR_S

    def known_s(self, start: float, end: float) -> float:
        """For how many seconds between two instants the price is known."""
        return self._sum(self._known, self._known_sums, start, end)

    def _sum(
        self, heights: Sequence[float], sums: Sequence[float], start: float, end: float
    ) -> float:
        """The area between two instants: two partial steps and what lies between them."""
        times = self._times
        first, last = bisect_right(times, start) - 1, bisect_right(times, end) - 1
        if last < 0:
            return 0.0
        if first == last:
            return heights[last] * (end - start)
        before = heights[first] * (times[first + 1] - start) if first >= 0 else 0.0
        return before + (sums[last] - sums[first + 1]) + heights[last] * (end - times[last])


class _Rate(NamedTuple):
    """Prices of a node by the hour; ``None`` is unknown. ``whole`` is whether all EBS is in it."""

    listed: _Flat | None
    fee: _Flat | None
    ebs: _Flat
    whole: bool


class _Strip:
    """One meter running for several nodes, by slice: how many ran all of it, and the rest."""

    def __init__(self, meter: _Meter, edges: Sequence[float]) -> None:
        self.meter = meter
        self._edges = edges
        self._change = [0] * (len(edges) + 1)
        self._partial: dict[int, float] = defaultdict(float)

    def add(self, start: float, end: float) -> None:
        """One more node, from ``start`` to ``end`` within the edges."""
        edges, usd = self._edges, self.meter.usd
        first = bisect_right(edges, start) - 1
        last = bisect_right(edges, end) - 1
        if first == last:
            self._partial[first] += usd(start, end)
            return
        if start > edges[first]:
            self._partial[first] += usd(start, edges[first + 1])
            first += 1
        self._change[first] += 1
        self._change[last] -= 1
        if end > edges[last]:
            self._partial[last] += usd(edges[last], end)

    def pour(self, into: list[dict[_Key, float]], key: _Key) -> None:
        """Add what each slice cost."""
        running = 0
        for place, (start, end) in enumerate(pairwise(self._edges)):
            running += self._change[place]
            usd = self._partial.get(place, 0.0)
            if running:
                usd += running * self.meter.usd(start, end)
            if usd:
                into[place][key] = into[place].get(key, 0.0) + usd


class _Tally:
    """Takes lives in, one after the other."""

    def __init__(self, book: PriceBook, spot: SpotHistory, edges: Sequence[float]) -> None:
        self._book = book
        self._spot = spot
        self._edges = edges
        self._sliced = len(edges) > 2
        self._flats: dict[float, _Flat] = {}
        self._rates: dict[tuple[str, tuple[EbsVolume, ...]], _Rate] = {}
        self._pools: dict[tuple[str, str], _Pool] = {}
        self._strips: dict[tuple[CostPart, Who, _Meter], _Strip] = {}
        self._sums: dict[_Key, list[float]] = defaultdict(list)
        self._nodes: dict[str, float] = defaultdict(float)
        self._on_demand: list[float] = []
        self._unknown: set[str] = set()
        self._has_spot = False

    def add_all(self, lives: Iterable[Life]) -> _Tally:
        for life in lives:
            start = max(life.started, self._edges[0])
            end = min(billed_until(life), self._edges[-1])
            if start < end:
                self._add(life, start, end)
        return self

    def bill(self, *, with_slices: bool = True) -> Bill:
        return Bill(
            start=self._edges[0],
            end=self._edges[-1],
            usd={key: math.fsum(amounts) for key, amounts in self._sums.items()},
            by_node=dict(self._nodes),
            on_demand_usd=math.fsum(self._on_demand),
            unknown=frozenset(self._unknown),
            slices=self._slices() if with_slices else (),
            sources=self._sources(),
        )

    def _add(self, life: Life, start: float, end: float) -> None:
        rate = self._rate(life)
        who = Who(life.role, life.market)
        if life.market is Market.SPOT:
            usd = self._add_spot(life, who, rate, start, end)
        else:
            usd = self._run(CostPart.EC2, who, rate.listed, start, end)
            self._on_demand.append(usd)
            if rate.listed is None:
                self._unknown.add(life.node)
        usd += self._run(CostPart.EMR, who, rate.fee, start, end)
        usd += self._run(CostPart.EBS, who, rate.ebs, start, end)
        if rate.fee is None or not rate.whole:
            self._unknown.add(life.node)
        self._nodes[life.node] += usd

    def _add_spot(self, life: Life, who: Who, rate: _Rate, start: float, end: float) -> float:
        """EC2 of a Spot node. On-demand is counted for as long as the Spot price is known."""
        if _is_free(life):
            return 0.0
        self._has_spot = True
        pool = self._pool(life.instance_type, life.az)
        usd = self._run(CostPart.EC2, who, pool, start, end)
        known_s = pool.known_s(start, end)
        if known_s < end - start - _CLOCK_S:
            self._unknown.add(life.node)
        listed = rate.listed
        # without a list price nothing is claimed to be saved
        self._on_demand.append(usd if listed is None else listed.usd_hour * known_s / _HOUR_S)
        return usd

    def _run(
        self, part: CostPart, who: Who, meter: _Meter | None, start: float, end: float
    ) -> float:
        if meter is None:
            return 0.0
        usd = meter.usd(start, end)
        self._sums[part, who].append(usd)
        if self._sliced:
            key = (part, who, meter)
            strip = self._strips.get(key)
            if strip is None:
                strip = self._strips[key] = _Strip(meter, self._edges)
            strip.add(start, end)
        return usd

    def _slices(self) -> tuple[BillSlice, ...]:
        if not self._sliced:
            return (BillSlice(self._edges[0], self._edges[-1], _summed(self._sums)),)
        found: list[dict[_Key, float]] = [{} for _edge in self._edges[1:]]
        for (part, who, _meter), strip in self._strips.items():
            strip.pour(found, (part, who))
        return tuple(
            BillSlice(start, end, usd)
            for (start, end), usd in zip(pairwise(self._edges), found, strict=True)
        )

    def _rate(self, life: Life) -> _Rate:
        key = (life.instance_type, life.volumes)
        rate = self._rates.get(key)
        if rate is None:
            usd, whole = ebs_rate(self._book, life.volumes)
            rate = self._rates[key] = _Rate(
                self._flat(self._book.on_demand(life.instance_type)),
                self._flat(self._book.emr_fee(life.instance_type)),
                self._flat(usd) or _Flat(0.0),
                whole,
            )
        return rate

    def _flat(self, usd_hour: float | None) -> _Flat | None:
        if usd_hour is None:
            return None
        return self._flats.setdefault(usd_hour, _Flat(usd_hour))

    def _pool(self, instance_type: str, az: str) -> _Pool:
        key = (instance_type, az)
        pool = self._pools.get(key)
        if pool is None:
            pool = self._pools[key] = _Pool(self._spot.steps.get(key, ()))
        return pool

    def _sources(self) -> tuple[PriceSource, ...]:
        """Of list prices, and of the Spot history where a Spot node was billed."""
        listed = [each for each in self._book.sources if each.name != _SPOT_SOURCE]
        own = self._spot.source
        return (*listed, own) if self._has_spot and own is not None else tuple(listed)


def _summed(sums: dict[_Key, list[float]]) -> dict[_Key, float]:
    return {key: math.fsum(amounts) for key, amounts in sums.items()}
