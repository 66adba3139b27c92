"""Many types for one fleet: the more pools EC2 may take from, the fewer nodes are lost at once.

AWS's guide asks for ten types and more, of like proportions, with weights in proportion (2:4:8),
and without exotic types. A unit is what the smallest type counts; YARN then gets about the same
from each unit, whichever type it comes from. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from hue_desktop.core.candidates.building import class_text
from hue_desktop.core.candidates.ranking import exotic, rank
from hue_desktop.core.candidates.values import (
    Candidate,
    Diversification,
    DiversifySpec,
    Need,
    Pick,
    RankBy,
    WeighBy,
)
from hue_desktop.core.format import count, money, percent
from hue_desktop.core.instances import Market
from hue_desktop.core.text import _, ngettext

__all__ = ["FEW_TYPES", "MOST_TYPES", "diversify"]

MOST_TYPES = 30  #: with an allocation strategy; 5 without
FEW_TYPES = 10  #: AWS advises at least so many
_LEAST, _MOST = 0.5, 2.0  #: of the model's size: one node more or less must not matter much
_ODD = 1.6  #: memory per vCPU may differ by this factor from the model's
_DEAR = 1.75  #: price of a unit against the cheapest: more is not worth the pool
_MAX_WEIGHT = 999  #: as the API says


def diversify(
    candidates: Sequence[Candidate], spec: DiversifySpec, market: Market = Market.SPOT
) -> Diversification:
    """The types for the fleet; those that ``spec`` names come in whatever speaks against them."""
    model = next((each for each in candidates if each.name == spec.model), None)
    if model is None:
        text = _("The type {name} is not among those that this release supports here.")
        return Diversification((), notes=(text.format(name=spec.model),))
    named = [each for each in candidates if each.name in spec.names]
    refused: list[tuple[str, str]] = []
    fitting: list[Candidate] = []
    for each in candidates:
        if each in named or not _near(each, model, spec.weigh_by):
            continue
        why_not = _refusal(each, model, spec)
        if why_not:
            refused.append((each.name, why_not))
        else:
            fitting.append(each)
    picks, too_dear = _pick(fitting, named, model, spec, market)
    refused.extend(too_dear)
    return Diversification(
        picks,
        unit=_unit_text(picks, spec.weigh_by),
        pools=_pools(picks),
        left_out=tuple(refused),
        notes=tuple(_notes(picks, spec, model)),
    )


def _size(each: Candidate, by: WeighBy) -> float:
    return float(each.type.vcpu) if by is WeighBy.VCPU else each.type.memory_gib


def _near(each: Candidate, model: Candidate, by: WeighBy) -> bool:
    if not _size(model, by):
        return False
    return _LEAST <= _size(each, by) / _size(model, by) <= _MOST


def _refusal(each: Candidate, model: Candidate, spec: DiversifySpec) -> str:
    """Why a type of a fitting size is left out; empty when it is not."""
    if each.here is False:
        return _("not in the cluster's AZ")
    if exotic(each):
        return _("made for special work, few to spare")
    if each.type.arch != model.type.arch and not spec.mixed_archs:
        return _("{arch} processors").format(arch=each.type.arch)
    if not each.type.current_generation and model.type.current_generation:
        return _("an older generation")
    odd = _per_vcpu(each) / _per_vcpu(model) if _per_vcpu(model) else 1.0
    if not 1 / _ODD <= odd <= _ODD:
        return _("{gib} GiB of memory for a vCPU, {own} has {own_gib}").format(
            gib=round(_per_vcpu(each), 1), own=model.name, own_gib=round(_per_vcpu(model), 1)
        )
    limit = spec.max_interruption
    if limit is not None and (each.interruption is None or each.interruption.low >= limit):
        return _("taken back too often: {share} a month").format(
            share=class_text(each.interruption)
        )
    if each.usd_hour is None:
        return _("its price is unknown")
    return ""


def _pick(
    fitting: Sequence[Candidate],
    named: Sequence[Candidate],
    model: Candidate,
    spec: DiversifySpec,
    market: Market,
) -> tuple[tuple[Pick, ...], list[tuple[str, str]]]:
    most = max(1, min(spec.most, MOST_TYPES))
    ranked = rank(fitting, RankBy.PRICE_AND_RISK, market, Need(spec.model))
    first = [model] if model in fitting or model in named else []
    first += [each for each in named if each not in first]
    pool = [*first, *(each for each in ranked if each not in first)]
    cheapest = min(
        (each.usd_hour / _size(each, spec.weigh_by) for each in pool if each.usd_hour is not None),
        default=math.inf,
    )
    kept: list[Candidate] = []
    refused: list[tuple[str, str]] = []
    for each in pool:
        price = None if each.usd_hour is None else each.usd_hour / _size(each, spec.weigh_by)
        if each not in first and price is not None and price > _DEAR * cheapest:
            share = percent(100 * (price / cheapest - 1))
            refused.append((each.name, _("{share} dearer a unit").format(share=share)))
        elif len(kept) < (MOST_TYPES if each in first else most):
            kept.append(each)
    weights = _weights([_size(each, spec.weigh_by) for each in kept])
    picks = tuple(
        Pick(
            each,
            weight,
            _why(each, model, each in named),
            None if each.usd_hour is None else each.usd_hour / weight,
        )
        for each, weight in zip(kept, weights, strict=True)
    )
    return picks, refused


def _weights(sizes: Sequence[float]) -> list[int]:
    """Whole numbers in proportion, as small as they can be with an error of 5 % at most."""
    if not sizes:
        return []
    smallest = min(sizes)
    for scale in range(1, 9):
        weights = [max(1, round(scale * size / smallest)) for size in sizes]
        pairs = zip(weights, sizes, strict=True)
        if all(abs(weight * smallest / (scale * size) - 1) <= 0.05 for weight, size in pairs):
            return [min(_MAX_WEIGHT, weight) for weight in weights]
    return [max(1, min(_MAX_WEIGHT, round(size))) for size in sizes]


def _per_vcpu(each: Candidate) -> float:
    return each.type.memory_gib / each.type.vcpu if each.type.vcpu else 0.0


def _why(each: Candidate, model: Candidate, asked: bool) -> str:
    if each.name == model.name:
        return _("the type that the fleet grows from")
    found = [_("you asked for it")] if asked else []
    if each.interruption is not None:
        found.append(_("{share} taken back a month").format(share=class_text(each.interruption)))
    if each.usd_100gib is not None:
        found.append(
            _("{usd} an hour for 100 GiB of YARN memory").format(usd=money(each.usd_100gib))
        )
    if each.arch_differs:
        found.append(_("{arch} processors").format(arch=each.type.arch))
    return ", ".join(found)


def _unit_text(picks: Sequence[Pick], by: WeighBy) -> str:
    if not picks:
        return ""
    one = picks[0]
    size = _size(one.candidate, by) / one.weight
    if by is WeighBy.VCPU:
        return _("a unit is {n} vCPU").format(n=f"{size:g}")
    return _("a unit is about {n} GiB of memory").format(n=f"{size:.3g}")


def _pools(picks: Sequence[Pick]) -> int | None:
    known = [pick.candidate.pools for pick in picks if pick.candidate.pools is not None]
    return sum(known) if known else None


def _notes(picks: Sequence[Pick], spec: DiversifySpec, model: Candidate) -> Sequence[str]:
    notes: list[str] = []
    if len(picks) < FEW_TYPES:
        text = ngettext(
            "Only {n} type fits; AWS advises {m} or more, so that EC2 can choose.",
            "Only {n} types fit; AWS advises {m} or more, so that EC2 can choose.",
            len(picks),
        )
        notes.append(text.format(n=count(len(picks)), m=FEW_TYPES))
    archs = sorted({pick.candidate.type.arch for pick in picks})
    if len(archs) > 1:
        text = _("{archs} are mixed: native libraries and a custom image must exist for each.")
        notes.append(text.format(archs=" + ".join(archs)))
    if any(pick.weight > 1 for pick in picks):
        notes.append(
            _("Nodes count by their weight; EMR may overshoot the target by part of a node.")
        )
    if model.arch_differs:
        notes.append(_("{name} has other processors than the cluster.").format(name=model.name))
    if spec.most > MOST_TYPES:
        notes.append(_("EMR takes {n} types at most.").format(n=MOST_TYPES))
    return notes
