"""What nodes, groups, clusters and wishes cost per hour, reckoned from a book of prices.

On-demand price, EMR fee and EBS are list prices; a Spot node costs what the newest Spot price of
its type and AZ says. A price that nobody knows stays unknown and is counted, never taken as
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from hue_desktop.core.ebs import default_volumes, root_volume
from hue_desktop.core.instances import EbsVolume, FleetType, Market
from hue_desktop.core.pricing import HOURS_PER_MONTH, CostRate, PriceSource, TypePrice

if TYPE_CHECKING:
    from hue_desktop.core.changes import ClusterSpec, FleetSpec, GroupSpec
    from hue_desktop.core.ports import SpotPrice

__all__ = [
    "PriceBook",
    "ebs_rate",
    "fleet_rate",
    "group_rate",
    "node_rate",
    "price_book",
    "spec_rate",
    "times",
]

_GP3_IOPS, _GP3_MIB_S = 3000, 125  #: what a gp3 volume brings without a charge


@dataclass(frozen=True)
class PriceBook:
    """The prices of one region that are known now, USD per hour and per GiB-month."""

    types: Mapping[str, TypePrice] = field(default_factory=dict)
    spot_by_az: Mapping[tuple[str, str], float] = field(default_factory=dict)
    spot_mean: Mapping[str, float] = field(default_factory=dict)
    spot_lowest: Mapping[str, float] = field(default_factory=dict)
    ebs_gib_month: Mapping[str, float | None] = field(default_factory=dict)
    sources: tuple[PriceSource, ...] = ()
    spot_at: datetime | None = None  #: when the newest of the Spot prices was made

    def on_demand(self, instance_type: str) -> float | None:
        """EC2's list price of an hour."""
        price = self.types.get(instance_type)
        return price.on_demand_usd_hour if price else None

    def emr_fee(self, instance_type: str) -> float | None:
        """What EMR adds to an hour."""
        price = self.types.get(instance_type)
        return price.emr_usd_hour if price else None

    def spot(self, instance_type: str, az: str = "") -> float | None:
        """The Spot price now: of the AZ, or the mean of all AZs where the AZ is not known."""
        exact = self.spot_by_az.get((instance_type, az))
        return exact if exact is not None else self.spot_mean.get(instance_type)


def price_book(
    types: Mapping[str, TypePrice],
    spot: Iterable[SpotPrice],
    ebs: Mapping[str, tuple[float | None, PriceSource]],
) -> PriceBook:
    """Order what the price sources said."""
    by_az: dict[tuple[str, str], float] = {}
    newest: dict[tuple[str, str], SpotPrice] = {}
    for price in spot:
        key = (price.instance_type, price.az)
        if key not in newest or price.at > newest[key].at:
            newest[key], by_az[key] = price, price.usd_hour
    per_type: dict[str, list[float]] = {}
    for (name, _az), usd in by_az.items():
        per_type.setdefault(name, []).append(usd)
    sources = {price.source: None for price in types.values()}
    sources.update({source: None for _usd, source in ebs.values()})
    last = max((price.at for price in newest.values()), default=None)
    if last is not None:
        sources[PriceSource("Spot history", last)] = None
    return PriceBook(
        types=dict(types),
        spot_by_az=by_az,
        spot_mean={name: sum(values) / len(values) for name, values in per_type.items()},
        spot_lowest={name: min(values) for name, values in per_type.items()},
        ebs_gib_month={name: usd for name, (usd, _source) in ebs.items()},
        sources=tuple(sources),
        spot_at=last,
    )


def node_rate(
    book: PriceBook,
    instance_type: str,
    market: Market,
    volumes: Sequence[EbsVolume],
    az: str = "",
) -> CostRate:
    """One node; ``volumes`` are all its volumes, the root volume included."""
    listed = book.on_demand(instance_type)
    paid = listed if market is Market.ON_DEMAND else book.spot(instance_type, az)
    fee = book.emr_fee(instance_type)
    ebs, whole = ebs_rate(book, volumes)
    unknown = paid is None or fee is None or not whole
    saved = listed - paid if market is Market.SPOT and listed and paid is not None else 0.0
    return CostRate(
        ec2=paid or 0.0,
        emr=fee or 0.0,
        ebs=ebs,
        saved_by_spot=max(0.0, saved),
        unknown=int(unknown),
    )


def ebs_rate(book: PriceBook, volumes: Sequence[EbsVolume]) -> tuple[float, bool]:
    """USD per hour of volumes as far as it is known, and whether that is all of it."""
    disks = [_volume_rate(book, volume) for volume in volumes]
    whole = None not in disks and not any(map(_buys_speed, volumes))
    return sum(disk for disk in disks if disk is not None), whole


def times(rate: CostRate, count: float) -> CostRate:
    """``count`` nodes of the same rate, or a share of it."""
    return CostRate(
        rate.ec2 * count,
        rate.emr * count,
        rate.ebs * count,
        rate.saved_by_spot * count,
        round(rate.unknown * count),
    )


def group_rate(
    book: PriceBook, group: GroupSpec, *, release: str, root_gib: int | None, az: str = ""
) -> CostRate:
    """All nodes of a group that is asked for."""
    volumes = _volumes(group.instance_type, group.ebs_volumes, release, root_gib)
    return times(node_rate(book, group.instance_type, group.market, volumes, az), group.count)


def fleet_rate(
    book: PriceBook, fleet: FleetSpec, *, release: str, root_gib: int | None, az: str = ""
) -> CostRate:
    """A fleet that is asked for, as if EMR took the type that is cheapest per unit."""
    return _units_rate(
        book, fleet.types, Market.ON_DEMAND, fleet.target_on_demand, release, root_gib, az
    ) + _units_rate(book, fleet.types, Market.SPOT, fleet.target_spot, release, root_gib, az)


def spec_rate(book: PriceBook, spec: ClusterSpec, az: str = "") -> CostRate:
    """A cluster that is asked for, once all its nodes run."""
    total = CostRate()
    for group in spec.groups:
        total += group_rate(book, group, release=spec.release, root_gib=spec.root_volume_gib, az=az)
    for fleet in spec.fleets:
        total += fleet_rate(book, fleet, release=spec.release, root_gib=spec.root_volume_gib, az=az)
    return total


def _units_rate(
    book: PriceBook,
    types: Sequence[FleetType],
    market: Market,
    units: int,
    release: str,
    root_gib: int | None,
    az: str,
) -> CostRate:
    if units <= 0 or not types:
        return CostRate()
    rated = [
        (
            node_rate(
                book,
                choice.instance_type,
                market,
                _volumes(choice.instance_type, choice.ebs_volumes, release, root_gib),
                az,
            ),
            max(1, choice.weight),
        )
        for choice in types
    ]
    rate, weight = min(rated, key=lambda pair: (pair[0].unknown, pair[0].total / pair[1]))
    return times(rate, -(-units // weight))


def _volumes(
    instance_type: str, asked: Sequence[EbsVolume], release: str, root_gib: int | None
) -> tuple[EbsVolume, ...]:
    data = tuple(asked) or default_volumes(instance_type, release)
    return (*data, root_volume(release, root_gib))


def _buys_speed(volume: EbsVolume) -> bool:
    """Whether IOPS or throughput are billed beside the size; their price is not in the book."""
    if volume.volume_type in ("io1", "io2"):
        return True
    return volume.volume_type == "gp3" and (
        (volume.iops or 0) > _GP3_IOPS or (volume.throughput_mib_s or 0) > _GP3_MIB_S
    )


def _volume_rate(book: PriceBook, volume: EbsVolume) -> float | None:
    usd = book.ebs_gib_month.get(volume.volume_type)
    return None if usd is None else usd * volume.size_gib / HOURS_PER_MONTH
