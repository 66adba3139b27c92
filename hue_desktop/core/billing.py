"""What nodes have cost over their lives, as AWS bills them.

EC2 and EMR bill each second that a node runs, with a minimum of 60 s for each; EBS bills each
second that a volume is provisioned. A Spot node pays what the price history of its type and AZ
says at each instant, never the maximum that was bid. Sums are exact to the double; an unknown price
is counted, never taken as nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from hue_desktop.core.instances import EbsVolume, Market, Role
from hue_desktop.core.pricing import PriceSource

__all__ = ["Bill", "BillSlice", "CostPart", "Life", "PriceStep", "SpotHistory", "Who"]

MINIMUM_S = 60.0  #: EC2 and EMR bill at least this much of a node's life
FREE_S = 3600.0  #: EC2 charges nothing for a Spot node that it takes back sooner


class CostPart(Enum):
    """What a dollar is for."""

    EC2 = "ec2"
    EMR = "emr"
    EBS = "ebs"


class Who(NamedTuple):
    """Which nodes a dollar is for."""

    role: Role
    market: Market


@dataclass(frozen=True, slots=True)
class Life:
    """A node's life: region epoch seconds; ``ended`` is ``None`` while it runs.

    ``volumes`` are all of its volumes, the root volume included. ``reclaimed`` is a Spot node that
    EC2 itself took back: what it does within the first hour, it does not charge.
    """

    node: str
    role: Role
    market: Market
    instance_type: str
    az: str
    started: float
    ended: float | None
    volumes: tuple[EbsVolume, ...] = ()
    reclaimed: bool = False


class PriceStep(NamedTuple):
    """From ``at`` on, an hour costs ``usd_hour``; NaN where nobody knows."""

    at: float
    usd_hour: float


@dataclass(frozen=True)
class SpotHistory:
    """Spot prices over time by (type, AZ), each in time order.

    Before the first step of a pair its price is unknown.
    """

    steps: Mapping[tuple[str, str], Sequence[PriceStep]] = field(default_factory=dict)
    source: PriceSource | None = None


@dataclass(frozen=True, slots=True)
class BillSlice:
    """What a stretch of time cost: USD by part and by who."""

    start: float
    end: float
    usd: Mapping[tuple[CostPart, Who], float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """All parts and nodes, USD."""
        return sum(self.usd.values())


@dataclass(frozen=True)
class Bill:
    """What lives cost between two instants, in USD. ``unknown`` names nodes without a price.

    ``on_demand_usd`` is what EC2 alone would have been at list price; with ``unknown`` nodes every
    figure is "at least".
    """

    start: float
    end: float
    usd: Mapping[tuple[CostPart, Who], float] = field(default_factory=dict)
    by_node: Mapping[str, float] = field(default_factory=dict)
    on_demand_usd: float = 0.0
    unknown: frozenset[str] = frozenset()
    slices: tuple[BillSlice, ...] = ()
    sources: tuple[PriceSource, ...] = ()

    @property
    def total(self) -> float:
        """EC2 + EMR fee + EBS."""
        return sum(self.usd.values())

    @property
    def saved_by_spot(self) -> float:
        """What EC2 would have cost more on-demand."""
        ec2 = sum(usd for (part, _who), usd in self.usd.items() if part is CostPart.EC2)
        return max(0.0, self.on_demand_usd - ec2)

    def of_part(self, part: CostPart) -> float:
        """USD for one part."""
        return sum(usd for (each, _who), usd in self.usd.items() if each is part)
