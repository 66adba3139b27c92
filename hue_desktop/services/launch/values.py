"""What the create form needs to know, and what it is told is wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hue_desktop.core.errors import HueError
from hue_desktop.core.instances import InstanceType
from hue_desktop.core.ports import KeyPair, Subnet
from hue_desktop.core.pricing import Interruption, TypePrice

__all__ = ["OPTION_LISTS", "LaunchOptions", "PricedType", "SpecProblem"]


#: the lists of ``LaunchOptions``, what the form needs first at the front
OPTION_LISTS = (
    "releases",
    "subnets",
    "key_pairs",
    "service_roles",
    "instance_profiles",
    "security_configurations",
)


@dataclass(frozen=True, slots=True)
class LaunchOptions:
    """What a region offers for a new cluster.

    A list that could not be read is empty and has its error in ``errors`` under its name, so that
    a missing permission on one API does not close the form.
    """

    releases: tuple[str, ...] = ()
    subnets: tuple[Subnet, ...] = ()
    key_pairs: tuple[KeyPair, ...] = ()
    service_roles: tuple[str, ...] = ()
    instance_profiles: tuple[str, ...] = ()
    security_configurations: tuple[str, ...] = ()
    errors: tuple[tuple[str, HueError], ...] = ()

    def with_list(self, name: str, other: LaunchOptions) -> LaunchOptions:
        """These with the list ``name``, or its error, taken from ``other``."""
        kept = tuple(pair for pair in self.errors if pair[0] != name)
        more = tuple(pair for pair in other.errors if pair[0] == name)
        found: dict[str, Any] = {name: getattr(other, name), "errors": (*kept, *more)}
        return replace(self, **found)


@dataclass(frozen=True, slots=True)
class PricedType:
    """An instance type with its prices; ``spot_now`` is the lowest of the AZs, USD per hour.

    ``spot_at`` is when the newest Spot price known in the region was made; ``interruption`` is
    ``None`` where nothing is published.
    """

    type: InstanceType
    price: TypePrice
    spot_now: float | None = None
    spot_at: datetime | None = None
    interruption: Interruption | None = None

    @property
    def name(self) -> str:
        """The type's name, for example ``m5.xlarge``."""
        return self.type.name

    @property
    def on_demand_usd_hour(self) -> float | None:
        """EC2 on-demand and EMR fee together; ``None`` when one of them is unknown."""
        return _sum(self.price.on_demand_usd_hour, self.price.emr_usd_hour)

    @property
    def spot_usd_hour(self) -> float | None:
        """Spot now and EMR fee together; ``None`` when one of them is unknown."""
        return _sum(self.spot_now, self.price.emr_usd_hour)


@dataclass(frozen=True, slots=True)
class SpecProblem:
    """A field of ``ClusterSpec`` (``name``, ``groups[1].count``) and what EMR would refuse."""

    field: str
    sentence: str


def _sum(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first + second
