"""Which instance types are of a size like what a cluster has, and which of them is better. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.instances import InstanceGroup, Market, Role
from hue_desktop.services.launch.values import PricedType

__all__ = ["model_group", "of_similar_size", "per_100_gib", "suggested"]

_LEAST, _MOST = 0.5, 2.0  #: shares of the model's vCPU that count as similar


def model_group(snapshot: ClusterSnapshot, market: Market) -> InstanceGroup | None:
    """The group that more task nodes would be like: the largest task group, else the core group.

    A task group of the same market comes first. ``None`` for a cluster without either.
    """
    groups = [each for each in snapshot.groups or () if each.role is not Role.MASTER]

    def likeness(group: InstanceGroup) -> tuple[bool, bool, int]:
        task = group.role is Role.TASK
        return (task, task and group.market is market, group.requested)

    return max(groups, key=likeness, default=None)


def of_similar_size(types: Iterable[PricedType], model: str) -> tuple[PricedType, ...]:
    """Those with half to twice the vCPU of the model; all of them when the model is not known."""
    types = tuple(types)
    vcpu = next((each.type.vcpu for each in types if each.name == model), None)
    if vcpu is None:
        return types
    return tuple(each for each in types if _LEAST <= each.type.vcpu / vcpu <= _MOST)


def per_100_gib(one: PricedType, market: Market) -> float | None:
    """EC2 and EMR fee for 100 GiB of memory, USD per hour."""
    price = one.spot_usd_hour if market is Market.SPOT else one.on_demand_usd_hour
    if price is None or not one.type.memory_gib:
        return None
    return 100 * price / one.type.memory_gib


def suggested(types: Sequence[PricedType], model: str, market: Market) -> PricedType | None:
    """The type of similar size with the cheapest memory, if that is cheaper than the model's.

    On Spot it is taken back no oftener than the model, as far as that is published.
    """
    own = next((each for each in types if each.name == model), None)
    now = per_100_gib(own, market) if own is not None else None
    if own is None or now is None:
        return None
    found = [
        (price, each.name, each)
        for each in of_similar_size(types, model)
        if (price := per_100_gib(each, market)) is not None
        and price < now
        and (market is Market.ON_DEMAND or _as_lasting(each, own))
    ]
    return min(found)[2] if found else None


def _as_lasting(one: PricedType, own: PricedType) -> bool:
    if own.interruption is None:
        return True
    return one.interruption is not None and one.interruption.low <= own.interruption.low
