"""Making candidates of a region's types: prices of one node, room, risk and reasons. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hue_desktop.core.candidates.ranking import exotic, rank, risk_factor, with_suggestion
from hue_desktop.core.candidates.values import Candidate, Need, RankBy
from hue_desktop.core.candidates.yarn_memory import yarn_gib_of
from hue_desktop.core.cost import PriceBook, ebs_rate
from hue_desktop.core.ebs import default_volumes, root_volume
from hue_desktop.core.format import node_rate, percent
from hue_desktop.core.instances import EbsVolume, InstanceType, Market
from hue_desktop.core.pricing import Interruption, PriceSource, TypePrice
from hue_desktop.core.text import _

__all__ = ["Surroundings", "candidates_of", "class_text"]

_UNPRICED = PriceSource("unknown")


@dataclass(frozen=True)
class Surroundings:
    """What candidates are judged in.

    ``az`` is the cluster's (empty: not known), ``azs`` those that the account's subnets allow
    (``None``: not known), ``offered`` the types that EC2 has in ``az`` (``None``: not known).
    ``volumes`` are the data volumes of the group's own type, where it was given some.
    ``yarn_gib`` was measured or is set by the cluster's configuration, by type.
    """

    az: str = ""
    azs: Collection[str] | None = None
    offered: Collection[str] | None = None
    volumes: tuple[EbsVolume, ...] = ()
    yarn_gib: Mapping[str, float] = field(default_factory=dict)


def candidates_of(
    types: Iterable[InstanceType],
    book: PriceBook,
    interruption: Callable[[str], Interruption | None],
    market: Market,
    need: Need,
    around: Surroundings,
) -> tuple[Candidate, ...]:
    """All types as candidates, ranked by price and risk, the one to take marked, with reasons."""
    spot: dict[str, dict[str, float]] = {}
    for (name, az), usd in book.spot_by_az.items():
        spot.setdefault(name, {})[az] = usd
    ebs: dict[tuple[EbsVolume, ...], float | None] = {}
    made = [
        _candidate(kind, book, spot.get(kind.name, {}), interruption, market, need, around, ebs)
        for kind in types
    ]
    ranked = with_suggestion(rank(made, RankBy.PRICE_AND_RISK, market, need), market, need)
    own = next((each for each in ranked if each.own), None)
    return tuple(replace(each, reasons=_reasons(each, own, market, around)) for each in ranked)


def class_text(interruption: Interruption | None) -> str:
    """The Spot Advisor's class as people read it: ``< 5 %``, ``5–10 %``, ``> 20 %``."""
    if interruption is None:
        return _("unknown")
    low, high = 100 * interruption.low, interruption.high
    if high is None:
        return _("> {low}").format(low=percent(low))
    if low == 0:
        return _("< {high}").format(high=percent(100 * high))
    return _("{low}–{high}").format(low=round(low), high=percent(100 * high))


def _candidate(
    kind: InstanceType,
    book: PriceBook,
    spot: Mapping[str, float],
    interruption: Callable[[str], Interruption | None],
    market: Market,
    need: Need,
    around: Surroundings,
    ebs_known: dict[tuple[EbsVolume, ...], float | None],
) -> Candidate:
    own = kind.name == need.model
    price = book.types.get(kind.name) or TypePrice(kind.name, None, None, _UNPRICED)
    allowed = spot if around.azs is None else {az: spot[az] for az in spot if az in around.azs}
    now = spot.get(around.az)
    if now is None:
        now = min((allowed or spot).values(), default=None)
    volumes = (around.volumes if own else ()) or default_volumes(kind.name, need.release)
    volumes = (*volumes, root_volume(need.release, need.root_gib))
    if volumes not in ebs_known:
        usd, whole = ebs_rate(book, volumes)
        ebs_known[volumes] = usd if whole else None
    ebs = ebs_known[volumes]
    yarn, sure = yarn_gib_of(kind, around.yarn_gib)
    paid = now if market is Market.SPOT else price.on_demand_usd_hour
    hour = None
    if paid is not None and price.emr_usd_hour is not None and ebs is not None:
        hour = paid + price.emr_usd_hour + ebs
    return Candidate(
        type=kind,
        price=price,
        spot_now=now,
        interruption=interruption(kind.name),
        pools=len(allowed) if spot else None,
        yarn_gib=yarn,
        yarn_sure=sure,
        ebs_usd_hour=ebs,
        usd_hour=hour,
        usd_100gib=100 * hour / yarn if hour is not None and yarn > 0 else None,
        usd_vcpu=hour / kind.vcpu if hour is not None and kind.vcpu else None,
        own=own,
        arch_differs=bool(need.archs) and kind.arch not in need.archs,
        here=_here(kind.name, spot, around),
    )


def _here(name: str, spot: Mapping[str, float], around: Surroundings) -> bool | None:
    """Whether the cluster's AZ has the type: as EC2 says, else as its Spot prices let guess."""
    if not around.az:
        return None
    if around.offered is not None:
        return name in around.offered
    return (around.az in spot) if spot else None


def _reasons(
    each: Candidate, own: Candidate | None, market: Market, around: Surroundings
) -> tuple[str, ...]:
    found: list[str] = []
    if each.here is False:
        found.append(_("EC2 has none of it in {az}, where the cluster is.").format(az=around.az))
    if each.usd_hour is None:
        found.append(_("A price of it is unknown, so it cannot be ranked."))
    if own is not None and each is not own:
        found.extend(_against(each, own))
    if market is Market.SPOT:
        found.extend(_spot_reasons(each, own))
    if each.arch_differs:
        text = _(
            "It has {arch} processors, the cluster has others: what was built for one may fail."
        )
        found.append(text.format(arch=each.type.arch))
    if exotic(each):
        found.append(_("It is made for special work; EC2 has few of them to spare."))
    if not each.type.current_generation:
        found.append(_("It is of an older generation."))
    return tuple(found)


def _against(each: Candidate, own: Candidate) -> Sequence[str]:
    if each.usd_100gib is None or not own.usd_100gib:
        return ()
    share = 100 * (each.usd_100gib / own.usd_100gib - 1)
    if abs(share) < 1:
        return (_("YARN memory costs about the same as with {own}.").format(own=own.name),)
    less, more = (
        _("YARN memory costs {share} less than with {own}."),
        _("YARN memory costs {share} more than with {own}."),
    )
    return ((less if share < 0 else more).format(share=percent(abs(share)), own=own.name),)


def _spot_reasons(each: Candidate, own: Candidate | None) -> Sequence[str]:
    found: list[str] = []
    if each.interruption is None:
        found.append(_("How often EC2 takes it back is not published; it counts as often."))
    elif own is not None and own.interruption is not None and each is not own:
        mine, theirs = (
            risk_factor(each.interruption, Market.SPOT),
            risk_factor(own.interruption, Market.SPOT),
        )
        classes = {"a": class_text(each.interruption), "b": class_text(own.interruption)}
        if mine < theirs:
            text = _("EC2 takes it back more rarely: {a} a month against {b}.")
            found.append(text.format(**classes))
        elif mine > theirs:
            text = _("EC2 takes it back more often: {a} a month against {b}.")
            found.append(text.format(**classes))
    on_demand = each.price.on_demand_usd_hour
    if each.spot_now is not None and on_demand is not None and each.spot_now >= on_demand:
        text = _("Spot costs {spot}, not less than on demand: EC2 is short of it.")
        found.append(text.format(spot=node_rate(each.spot_now)))
    return found
