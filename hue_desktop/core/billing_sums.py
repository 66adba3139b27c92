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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

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


class _Run:
    """A meter with all that it counted for one part and one kind of nodes."""

    def __init__(self, meter: _Meter, edges: Sequence[float]) -> None:
        self.meter = meter
        self.amounts: list[float] = []
        self.strip = _Strip(meter, edges) if len(edges) > 2 else None

    def add(self, start: float, end: float) -> float:
        """One more node; what it costs."""
        usd = self.meter.usd(start, end)
        self.amounts.append(usd)
        if self.strip is not None:
            self.strip.add(start, end)
        return usd


@dataclass(slots=True)
class _Kind:
    """Nodes with the same prices; ``None`` is unknown. ``whole``: nothing but Spot may be."""

    ec2: _Run | None
    fee: _Run | None
    ebs: _Run
    whole: bool
    listed: float | None  #: USD per hour on-demand
    pool: _Pool | None  #: of Spot nodes


class _Tally:
    """Takes lives in, one after the other."""

    def __init__(self, book: PriceBook, spot: SpotHistory, edges: Sequence[float]) -> None:
        self._book = book
        self._spot = spot
        self._edges = edges
        self._kinds: dict[tuple[str, str, str, str, tuple[EbsVolume, ...]], _Kind] = {}
        self._pools: dict[tuple[str, str], _Pool] = {}
        self._runs: dict[tuple[CostPart, Who, _Pool | float], _Run] = {}
        self._nodes: dict[str, float] = defaultdict(float)
        self._on_demand: list[float] = []
        self._unknown: set[str] = set()

    def add_all(self, lives: Iterable[Life]) -> _Tally:
        for life in lives:
            start = max(life.started, self._edges[0])
            end = min(billed_until(life), self._edges[-1])
            if start < end:
                self._add(life, start, end)
        return self

    def bill(self, *, with_slices: bool = True) -> Bill:
        amounts: dict[_Key, list[float]] = defaultdict(list)
        for (part, who, _meter), run in self._runs.items():
            amounts[part, who] += run.amounts
        usd = {key: math.fsum(each) for key, each in amounts.items() if each}
        return Bill(
            start=self._edges[0],
            end=self._edges[-1],
            usd=usd,
            by_node=dict(self._nodes),
            on_demand_usd=math.fsum(self._on_demand),
            unknown=frozenset(self._unknown),
            slices=self._slices(usd) if with_slices else (),
            sources=self._sources(),
        )

    def _add(self, life: Life, start: float, end: float) -> None:
        kind = self._kind(life)
        usd = self._add_ec2(life, kind, start, end)
        if kind.fee is not None:
            usd += kind.fee.add(start, end)
        usd += kind.ebs.add(start, end)
        if not kind.whole:
            self._unknown.add(life.node)
        self._nodes[life.node] += usd

    def _add_ec2(self, life: Life, kind: _Kind, start: float, end: float) -> float:
        """EC2 of a node. On-demand is counted for as long as its price is known."""
        if kind.ec2 is None or (kind.pool is not None and _is_free(life)):
            return 0.0
        usd = kind.ec2.add(start, end)
        if kind.pool is None:
            self._on_demand.append(usd)
            return usd
        known_s = kind.pool.known_s(start, end)
        if known_s < end - start - _CLOCK_S:
            self._unknown.add(life.node)
        # without a list price nothing is claimed to be saved
        self._on_demand.append(usd if kind.listed is None else kind.listed * known_s / _HOUR_S)
        return usd

    def _kind(self, life: Life) -> _Kind:
        """What the life's nodes cost. Values instead of enums: they are hashed for each life."""
        key = (
            life.role._value_,
            life.market._value_,
            life.instance_type,
            life.az,
            life.volumes,
        )
        kind = self._kinds.get(key)
        if kind is None:
            kind = self._kinds[key] = self._new_kind(life)
        return kind

    def _new_kind(self, life: Life) -> _Kind:
        who = Who(life.role, life.market)
        listed = self._book.on_demand(life.instance_type)
        fee = self._book.emr_fee(life.instance_type)
        ebs, whole = ebs_rate(self._book, life.volumes)
        pool = self._pool(life.instance_type, life.az) if life.market is Market.SPOT else None
        return _Kind(
            ec2=self._run(CostPart.EC2, who, listed if pool is None else pool),
            fee=self._run(CostPart.EMR, who, fee),
            ebs=self._run(CostPart.EBS, who, ebs) or _Run(_Flat(0.0), self._edges),
            whole=whole and fee is not None and (pool is not None or listed is not None),
            listed=listed,
            pool=pool,
        )

    def _run(self, part: CostPart, who: Who, price: _Pool | float | None) -> _Run | None:
        if price is None:
            return None
        key = (part, who, price)
        run = self._runs.get(key)
        if run is None:
            meter = price if isinstance(price, _Pool) else _Flat(price)
            run = self._runs[key] = _Run(meter, self._edges)
        return run

    def _slices(self, usd: Mapping[_Key, float]) -> tuple[BillSlice, ...]:
        if len(self._edges) == 2:
            return (BillSlice(self._edges[0], self._edges[1], usd),)
        found: list[dict[_Key, float]] = [{} for _edge in self._edges[1:]]
        for (part, who, _meter), run in self._runs.items():
            if run.strip is not None:
                run.strip.pour(found, (part, who))
        return tuple(
            BillSlice(start, end, amounts)
            for (start, end), amounts in zip(pairwise(self._edges), found, strict=True)
        )

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
        return (*listed, own) if self._pools and own is not None else tuple(listed)
