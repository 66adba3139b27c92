"""The spot market: prices, capacity and interruptions as pure functions of chance and time.

Nothing is stored. Each pool (an instance type in an availability zone) has a *pressure* between
-1 and 1 that wanders with time; it moves the price, shrinks the capacity, and EC2 takes instances
back at the moments it changes. Time is cut into slots of four hours, and in each slot the pool
changes once, at a moment of its own; so a price at any instant costs the same to compute, however
far away that instant is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from hue_desktop.simulator.chance import Chance
from hue_desktop.simulator.instance_types import InstanceType, TypeCatalog

__all__ = ["NOTICE", "SpotMarket"]

#: How long before it takes an instance back EC2 says so.
NOTICE = timedelta(minutes=2)

_SLOT_S = 4 * 3600
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MASK = (1 << 64) - 1

#: (length in slots, weight) of the waves that add up to a pool's pressure: a week, a day, a slot.
_WAVES = ((42, 0.55), (6, 0.30), (1, 0.15))
_STRETCH = 1.35  #: the sum of waves crowds around 0; this lets it reach its bounds now and then

#: Median of spot / on-demand in the snapshot, for types without a spot figure.
_USUAL_SHARE = 0.37
_PRICE_SWING = 0.40  #: price = average x exp(swing x pressure)
_MONTH_S = 30 * 86400

#: Share of instances taken back in a month, by interruption class.
_MONTHLY = (0.025, 0.075, 0.125, 0.175, 0.25)
#: Depth of a pool in vCPU by class: what is taken back often is scarce.
_POOL_VCPU = (16000, 11000, 8000, 5000, 3000)
#: Above this pressure a pool has nothing left, by class.
_EMPTY_ABOVE = (0.97, 0.95, 0.92, 0.88, 0.82)


@dataclass(frozen=True, slots=True)
class _Pool:
    """What stays the same about a type in a zone."""

    seed: int
    average: float  #: USD an hour, the zone's own
    cap: float  #: on-demand, the highest price
    depth: int  #: instances at pressure 0
    empty_above: float

    def pressure(self, slot: int) -> float:
        """How wanted the pool is from the change in ``slot`` on, -1 to 1."""
        total = 0.0
        for number, (length, weight) in enumerate(_WAVES):
            whole, part = divmod(slot, length)
            left = _draw(self.seed, number, whole)
            right = _draw(self.seed, number, whole + 1) if part else left
            share = part / length
            share = share * share * (3 - 2 * share)
            total += weight * (left + (right - left) * share)
        return max(-1.0, min(1.0, total * _STRETCH))

    def change_s(self, slot: int) -> int:
        """When the pool changes in ``slot``, in whole seconds since 1970."""
        return slot * _SLOT_S + int((_draw(self.seed, 9, slot) + 1) / 2 * _SLOT_S)

    def slot_at(self, at: datetime) -> int:
        """The slot whose change is in force at ``at``."""
        seconds = (at - _EPOCH).total_seconds()
        slot = int(seconds // _SLOT_S)
        return slot if seconds >= self.change_s(slot) else slot - 1

    def price(self, slot: int) -> float:
        """USD an hour from the change in ``slot`` on; four decimals, as EC2 gives them."""
        wanted = self.average * math.exp(_PRICE_SWING * self.pressure(slot))
        return max(0.0001, min(self.cap, round(wanted, 4)))


class SpotMarket:
    """Spot prices, capacity and interruptions of one region.

    ``interruption_factor`` multiplies how often instances are taken back. Methods that take an
    instance type raise ``LookupError`` when the catalog does not have it.
    """

    def __init__(
        self, chance: Chance, types: TypeCatalog, *, interruption_factor: float = 1.0
    ) -> None:
        self._chance = chance
        self._types = types
        self._factor = interruption_factor
        self._pools: dict[tuple[str, str], _Pool] = {}

    def price(self, instance_type: str, az: str, at: datetime) -> float:
        """The spot price in USD an hour at ``at``; never above on-demand."""
        pool = self._pool(instance_type, az)
        return pool.price(pool.slot_at(at))

    def history(
        self, instance_type: str, az: str, start: datetime, end: datetime
    ) -> list[tuple[datetime, float]]:
        """The changes of the price up to ``end``, oldest first.

        It begins with the price in force at ``start`` under the moment it was set, so a caller
        knows the price over all of the window. Empty if ``end`` is before ``start``.
        """
        if end < start:
            return []
        pool = self._pool(instance_type, az)
        slots = range(pool.slot_at(start), pool.slot_at(end) + 1)
        return [(_EPOCH + timedelta(seconds=pool.change_s(k)), pool.price(k)) for k in slots]

    def changed_at(self, instance_type: str, az: str, at: datetime) -> datetime:
        """When the price in force at ``at`` was set."""
        pool = self._pool(instance_type, az)
        return _EPOCH + timedelta(seconds=pool.change_s(pool.slot_at(at)))

    def newest_first(
        self, instance_type: str, az: str, until: datetime
    ) -> Iterator[tuple[datetime, float]]:
        """The changes of the price from the one in force at ``until`` back, without end."""
        pool = self._pool(instance_type, az)
        for slot in count(pool.slot_at(until), -1):
            yield _EPOCH + timedelta(seconds=pool.change_s(slot)), pool.price(slot)

    def interruption_after(
        self, instance_id: str, instance_type: str, az: str, launched: datetime
    ) -> datetime | None:
        """When EC2 takes the instance back (the notice comes :data:`NOTICE` earlier).

        ``None`` when that is more than a year away. Instances of one pool go together: the
        moments are the pool's own changes, give or take three minutes.
        """
        monthly = min(0.95, self._monthly(instance_type) * self._factor)
        if monthly <= 0:
            return None
        pool = self._pool(instance_type, az)
        rate = -math.log1p(-monthly) / _MONTH_S
        wait = -math.log1p(-self._chance.unit("interruption", instance_id)) / rate
        if wait > 365 * 86400:
            return None
        jitter = 180 * self._chance.unit("interruption-jitter", instance_id)
        earliest = launched + NOTICE + timedelta(minutes=1)
        slot = int(((launched - _EPOCH).total_seconds() + wait) // _SLOT_S)
        moment = _EPOCH + timedelta(seconds=pool.change_s(slot) + jitter)
        if moment < earliest:
            moment = _EPOCH + timedelta(seconds=pool.change_s(slot + 1) + jitter)
        return max(moment, earliest)

    def available(self, instance_type: str, az: str, at: datetime, held: int = 0) -> int:
        """How many more spot instances of the type the zone has at ``at``.

        ``held`` are those that the account has in the pool already.
        """
        pool = self._pool(instance_type, az)
        pressure = pool.pressure(pool.slot_at(at))
        room = (pool.empty_above - pressure) / pool.empty_above
        return max(0, math.ceil(pool.depth * room) - held) if room > 0 else 0

    def placement_score(
        self,
        types: Sequence[str],
        target: int,
        az: str | None,
        at: datetime,
        *,
        unit: str = "units",
    ) -> int:
        """How likely a request for ``target`` is to be filled, 1 (unlikely) to 10.

        ``az`` ``None`` scores the region. ``unit`` is what the target counts: ``units``
        (instances), ``vcpu`` or ``memory-mib``. Fewer than three types score low, as EC2 says.
        """
        zones = (az,) if az is not None else self._types.azs()
        room = 0.0
        for name in types:
            found = self._type(name)
            size = {"vcpu": found.vcpu, "memory-mib": found.memory_mib}.get(unit, 1)
            room += size * sum(self.available(name, zone, at) for zone in zones)
        if not types or room <= 0:
            return 1
        risk = sum(self._type(name).interruption_class for name in types) / len(types)
        score = round(5 + 1.6 * math.log2(room / max(1, target)) - 0.6 * risk)
        return max(1, min(3 if len(types) < 3 else 10, score))

    def _type(self, instance_type: str) -> InstanceType:
        found = self._types.get(instance_type)
        if found is None:
            raise LookupError(f"no spot market for {instance_type} in {self._types.region}")
        return found

    def _monthly(self, instance_type: str) -> float:
        return _MONTHLY[self._type(instance_type).interruption_class]

    def _pool(self, instance_type: str, az: str) -> _Pool:
        pool = self._pools.get((instance_type, az))
        if pool is None:
            pool = self._pools[instance_type, az] = self._make_pool(self._type(instance_type), az)
        return pool

    def _make_pool(self, found: InstanceType, az: str) -> _Pool:
        usual = found.spot_usd_hour_avg or found.on_demand_usd_hour * _USUAL_SHARE
        offered = az in found.azs
        vcpu = _POOL_VCPU[found.interruption_class] * self._chance.of(
            "pool", found.name, az
        ).uniform(0.6, 1.6)
        if not found.current_generation:
            vcpu *= 0.5
        if found.on_demand_usd_hour / found.vcpu > 0.12:  # accelerators and other rare hardware
            vcpu *= 0.1
        return _Pool(
            seed=int(self._chance.unit("walk", found.name, az) * 2**53),
            average=usual * (self._zone_factor(found, az) if offered else 1.0),
            cap=found.on_demand_usd_hour,
            depth=max(1, int(vcpu / found.vcpu)) if offered else 0,
            empty_above=_EMPTY_ABOVE[found.interruption_class],
        )

    def _zone_factor(self, found: InstanceType, az: str) -> float:
        """The zone's place between the cheapest and the dearest; their ratio is 1.3 to 1.6."""
        if found.az_count == 1:
            return 1.0
        order = list(found.azs)
        self._chance.of("zones", found.name).shuffle(order)
        spread = math.log(1.3 + 0.3 * self._chance.unit("spread", found.name))
        return math.exp(spread * (order.index(az) / (len(order) - 1) - 0.5))


def _draw(seed: int, wave: int, place: int) -> float:
    """A number in [-1, 1) for a place of a wave (splitmix64: a walk draws too many for a hash)."""
    value = (seed ^ (wave * 0x9E3779B97F4A7C15) ^ (place * 0xD1B54A32D192ED03)) & _MASK
    value = (value + 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return (value ^ (value >> 31)) / 2**63 - 1.0
