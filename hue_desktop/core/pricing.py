"""What nodes cost: EC2, the EMR fee and EBS, each with the source and age of its price.

On-demand price, EMR fee and EBS are list prices; Spot costs what the price history says, never the
maximum that was bid. An unknown price stays unknown: a sum with one in it is "at least".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

__all__ = ["CostChange", "CostRate", "Interruption", "PriceSource", "TypePrice"]

HOURS_PER_MONTH = 730  #: AWS's own month for EBS GiB-months and estimates


@dataclass(frozen=True, slots=True)
class PriceSource:
    """Where a figure comes from (``Pricing API``, ``snapshot``, ``Spot history``) and its date."""

    name: str
    as_of: date | datetime | None = None


@dataclass(frozen=True, slots=True)
class TypePrice:
    """Prices of one type in one region, in USD per hour; ``None`` is unknown, never free."""

    instance_type: str
    on_demand_usd_hour: float | None
    emr_usd_hour: float | None
    source: PriceSource


@dataclass(frozen=True, slots=True)
class Interruption:
    """How many Spot nodes of a type EC2 takes back in a month: shares from ``low`` to ``high``.

    ``high`` is ``None`` for the class without an upper end.
    """

    low: float
    high: float | None
    source: PriceSource


@dataclass(frozen=True, slots=True)
class CostRate:
    """Dollars per hour by part. ``unknown`` counts the nodes whose price could not be found."""

    ec2: float = 0.0
    emr: float = 0.0
    ebs: float = 0.0
    saved_by_spot: float = 0.0  #: on-demand price less what Spot costs now
    unknown: int = 0

    @property
    def total(self) -> float:
        """EC2 + EMR fee + EBS; "at least" when ``unknown`` is above zero."""
        return self.ec2 + self.emr + self.ebs

    def __add__(self, other: CostRate) -> CostRate:
        return CostRate(
            self.ec2 + other.ec2,
            self.emr + other.emr,
            self.ebs + other.ebs,
            self.saved_by_spot + other.saved_by_spot,
            self.unknown + other.unknown,
        )


@dataclass(frozen=True, slots=True)
class CostChange:
    """$/h before and after a change."""

    before: CostRate
    after: CostRate

    @property
    def delta(self) -> float:
        """Dollars per hour that the change adds (negative: saves)."""
        return self.after.total - self.before.total
