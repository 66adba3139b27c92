"""Ordering candidates, and the one to suggest. Pure; 700 types take a few milliseconds.

Price and risk: what 100 GiB of YARN memory cost, times what being taken back costs on top. A Spot
node that goes takes the containers and the shuffle data with it, and its successor needs minutes.
How much that is, nobody measured for this cluster: the factors are ours, one a class of the Spot
Advisor, and a type of which nothing is published counts as the worst.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from hue_desktop.core.candidates.values import Candidate, Need, RankBy
from hue_desktop.core.instances import Market
from hue_desktop.core.pricing import Interruption

__all__ = ["exotic", "of_similar_size", "rank", "risk_factor", "suggestion", "with_suggestion"]

#: (a month's share of nodes taken back from which it holds, factor on the price)
_FACTORS = ((0.20, 1.75), (0.15, 1.40), (0.10, 1.15), (0.05, 1.05), (0.0, 1.0))
_UNKNOWN_FACTOR = 1.75
_LEAST_GIB = 4.0  #: below this YARN has no room for a container beside the system
_LEAST, _MOST = 0.5, 2.0  #: shares of the model's vCPU that count as similar
_LEAN, _RICH = 0.4, 2.5  #: and of its memory for a vCPU: beyond, the containers fit badly
_EXOTIC = frozenset(("p", "g", "gr", "f", "inf", "trn", "dl", "vt", "hpc", "mac", "u", "x", "z"))


def risk_factor(interruption: Interruption | None, market: Market) -> float:
    """What the price is multiplied with; 1 on demand, where nothing is taken back."""
    if market is Market.ON_DEMAND:
        return 1.0
    if interruption is None:
        return _UNKNOWN_FACTOR
    return next(factor for low, factor in _FACTORS if interruption.low >= low)


def rank(
    candidates: Iterable[Candidate], by: RankBy, market: Market, need: Need
) -> tuple[Candidate, ...]:
    """The best first; of equals, the type that the group has.

    Those without a price, too small for YARN, or not to be had come last. The order is the same
    for every size: ``of_similar_size`` says which are of one.
    """
    return tuple(sorted(candidates, key=lambda each: _place(each, by, market, need.model)))


def of_similar_size(candidates: Sequence[Candidate], model: str) -> tuple[Candidate, ...]:
    """Those with about the vCPU and the proportions of the model, which is among them.

    Half to twice the vCPU, and 0.4 to 2.5 times the memory for each; all candidates when the model
    is not known.
    """
    one = next((each for each in candidates if each.name == model), None)
    if one is None or not one.type.vcpu or not one.type.memory_gib:
        return tuple(candidates)
    vcpu, lean = one.type.vcpu, one.type.memory_gib / one.type.vcpu
    return tuple(
        each
        for each in candidates
        if _LEAST <= each.type.vcpu / vcpu <= _MOST
        and _LEAN <= each.type.memory_gib / each.type.vcpu / lean <= _RICH
    )


def suggestion(candidates: Sequence[Candidate], market: Market, need: Need) -> Candidate | None:
    """The best of a similar size and the cluster's architecture that beats the group's own type.

    It costs less for the same memory and is not taken back oftener, as far as that is published;
    without a type to compare with, it is the best of all with a known price.
    """
    own = next((each for each in candidates if each.name == need.model), None)
    fits = [
        each
        for each in of_similar_size(candidates, need.model)
        if _can_be_had(each) and not each.arch_differs and not exotic(each) and _fits(each, own)
    ]
    ranked = rank(fits, RankBy.PRICE_AND_RISK, market, need)
    first = next((each for each in ranked if each.usd_100gib is not None), None)
    if own is None or first is None:
        return first
    if own.usd_100gib is None:
        return None
    better = (
        each
        for each in ranked
        if each.usd_100gib is not None
        and own.usd_100gib is not None
        and each.usd_100gib < own.usd_100gib
        and (market is Market.ON_DEMAND or _as_lasting(each, own))
    )
    return next(better, None)


def with_suggestion(
    candidates: Sequence[Candidate], market: Market, need: Need
) -> tuple[Candidate, ...]:
    """The same candidates with the one to take marked."""
    chosen = suggestion(candidates, market, need)
    name = chosen.name if chosen else ""
    return tuple(
        each
        if each.suggested == (each.name == name)
        else replace(each, suggested=not each.suggested)
        for each in candidates
    )


def exotic(candidate: Candidate) -> bool:
    """Types made for something else (GPUs, FPGAs, very large memory): few of them are spare."""
    family, _dot, size = candidate.name.partition(".")
    return size.startswith("metal") or _letters(family) in _EXOTIC


def _letters(family: str) -> str:
    end = next((place for place, sign in enumerate(family) if sign.isdigit()), len(family))
    return family[:end].partition("-")[0]


def _place(
    each: Candidate, by: RankBy, market: Market, model: str
) -> tuple[bool, float, bool, str]:
    usable = _can_be_had(each) and each.type.memory_gib >= _LEAST_GIB
    if by is RankBy.PER_VCPU:
        figure = each.usd_vcpu
    else:
        figure = each.usd_100gib
        if by is RankBy.PRICE_AND_RISK and figure is not None:
            figure *= risk_factor(each.interruption, market)
    last = not usable or figure is None
    return (last, math.inf if figure is None else figure, each.name != model, each.name)


def _can_be_had(each: Candidate) -> bool:
    return each.here is not False


def _fits(each: Candidate, own: Candidate | None) -> bool:
    """Enough memory for the containers that run on the type that the group has."""
    if each.type.memory_gib < _LEAST_GIB:
        return False
    return own is None or each.yarn_gib >= own.yarn_gib


def _as_lasting(one: Candidate, own: Candidate) -> bool:
    if own.interruption is None:
        return True
    return one.interruption is not None and one.interruption.low <= own.interruption.low
