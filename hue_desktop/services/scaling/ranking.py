"""Which instance types are good value for task nodes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Set

from hue_desktop.core.instances import Market
from hue_desktop.services.launch.values import PricedType

__all__ = ["ranked"]

_LEAST_GIB = 4.0  #: below this YARN has no room for a container beside the system


def ranked(
    types: Iterable[PricedType], market: Market, in_use: Set[str] = frozenset()
) -> tuple[PricedType, ...]:
    """The cheapest first: price per vCPU and per GiB, each against the best, added up.

    EC2 price and EMR fee count. Types without a price come last. With types ``in_use``, only types
    of their processor architectures are kept: a cluster's image fits one.
    """
    known = [each for each in types if each.type.memory_gib >= _LEAST_GIB]
    archs = {each.type.arch for each in known if each.name in in_use}
    known = [each for each in known if not archs or each.type.arch in archs]
    priced = [(each, usd) for each in known if (usd := _usd(each, market)) is not None]
    if not priced:
        return tuple(sorted(known, key=lambda each: each.name))
    best_cpu = min(usd / each.type.vcpu for each, usd in priced)
    best_gib = min(usd / each.type.memory_gib for each, usd in priced)

    def score(pair: tuple[PricedType, float]) -> tuple[float, str]:
        each, usd = pair
        cpu = usd / each.type.vcpu / best_cpu if best_cpu else 1.0
        gib = usd / each.type.memory_gib / best_gib if best_gib else 1.0
        return (cpu + gib, each.name)

    first = [each for each, _usd_hour in sorted(priced, key=score)]
    names = {each.name for each in first}
    last = sorted((each for each in known if each.name not in names), key=lambda each: each.name)
    return (*first, *last)


def _usd(each: PricedType, market: Market) -> float | None:
    return each.spot_usd_hour if market is Market.SPOT else each.on_demand_usd_hour
