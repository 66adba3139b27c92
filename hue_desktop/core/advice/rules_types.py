"""Rules about which generation of types and of volumes a cluster is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from hue_desktop.core import format as fmt
from hue_desktop.core.advice.drafting import arch_of, clone, difference, replace_part, role_word
from hue_desktop.core.advice.facts import ClusterFacts, Part
from hue_desktop.core.advice.generations import Equivalent, best_graviton, best_same_arch
from hue_desktop.core.advice.values import (
    Advice,
    AdviceAction,
    Confidence,
    Evidence,
    Risk,
    TypeChange,
)
from hue_desktop.core.ebs import default_volumes
from hue_desktop.core.instances import InstanceType, Market, Role
from hue_desktop.core.text import _

__all__ = ["generation", "gp3", "graviton"]

Pick = Callable[[str, Mapping[str, InstanceType], Mapping[str, float]], Equivalent | None]
_Found = list[tuple[Part, Equivalent]]


def generation(facts: ClusterFacts) -> Iterator[Advice]:
    """Types of an older generation: what the release and the region offer of today."""
    found = _each_part(facts, best_same_arch)
    if not found:
        return
    old = [each for each in facts.types.values() if not each.current_generation]
    previous = [part.type_name for part, _new in found if part.type_name in {o.name for o in old}]
    why = _("Newer generations do more for about the same money.")
    if previous:
        why += " " + _("AWS calls {types} a previous generation.").format(
            types=", ".join(dict.fromkeys(previous))
        )
    yield Advice(
        "generation",
        _title(_("Move to {types}"), found),
        why,
        _reasons(found),
        _sum_of(facts, found),
        _("Low: the same architecture and size"),
        Confidence.MEDIUM,
        _replace_all(facts, found),
        None,
        Risk.LOW,
    )


def graviton(facts: ClusterFacts) -> Iterator[Advice]:
    """The same cluster on AWS's arm64 processors, compared by price and by what AWS states."""
    found = _each_part(facts, best_graviton)
    on_x86 = [part for part in facts.parts if arch_of(facts, part) == "x86_64"]
    if not found or len(found) < len(on_x86) or not on_x86:
        return  # a cluster has one architecture
    yield Advice(
        "graviton",
        _title(_("Move to Graviton: {types}"), found),
        _(
            "Spark, Hive and the other applications of EMR run on arm64 as they are; libraries in "
            "machine code, custom AMIs and bootstrap actions must be built for it."
        ),
        _reasons(found),
        _sum_of(facts, found),
        _("Medium: native libraries and bootstrap actions need arm64 builds"),
        Confidence.MEDIUM,
        clone(*(TypeChange(p.role, p.type_name, new.name) for p, new in found)),
        None,
        Risk.MEDIUM,
    )


def gp3(facts: ClusterFacts) -> Iterator[Advice]:
    """Volumes of gp2: gp3 costs less a GiB, and its speed does not depend on its size."""
    gib = 0
    for part in facts.parts:
        volumes = part.volumes or default_volumes(part.type_name, facts.release)
        gib += part.count * sum(v.size_gib for v in volumes if v.volume_type == "gp2")
    if not gib:
        return
    old, new = (facts.book.ebs_gib_month.get(kind) for kind in ("gp2", "gp3"))
    usd = gib * (new - old) if old is not None and new is not None else None
    yield Advice(
        "gp3",
        _("Use gp3 in place of gp2 volumes"),
        _("gp3 brings 3 000 IOPS and 125 MiB/s whatever its size, and costs less a GiB."),
        (Evidence("", _("{size} of gp2").format(size=fmt.size(gib * 1024.0**3)), value=gib),),
        usd,
        _("Low: volumes are chosen at launch, so it takes a new cluster"),
        Confidence.HIGH,
        clone(volume_type="gp3"),
        None,
        Risk.LOW,
        "" if usd is not None else _("a price of EBS is not known"),
    )


def _each_part(facts: ClusterFacts, pick: Pick) -> _Found:
    found = []
    for part in facts.parts:
        best = pick(part.type_name, facts.types, facts.usd_hours(part))
        if best is not None:
            found.append((part, best))
    return found


def _reasons(found: _Found) -> tuple[Evidence, ...]:
    texts = dict.fromkeys(
        _("In place of {old}: {reason}").format(
            old=_in_words(part),
            reason=new.reason,
        )
        for part, new in found
    )
    return tuple(Evidence("", text) for text in texts)


def _in_words(part: Part) -> str:
    spot = part.market is Market.SPOT
    pattern = _("{type} on Spot ({role})") if spot else _("{type} ({role})")
    return pattern.format(type=part.type_name, role=role_word(part.role))


def _title(pattern: str, found: _Found) -> str:
    """The families are enough for a title; the types stand below."""
    names = dict.fromkeys(new.name.partition(".")[0] for _part, new in found)
    return pattern.format(types=", ".join(names))


def _sum_of(facts: ClusterFacts, found: _Found) -> float | None:
    each = [difference(facts, part, type_name=new.name) for part, new in found]
    known = [usd for usd in each if usd is not None]
    return sum(known) if len(known) == len(each) else None


def _replace_all(facts: ClusterFacts, found: _Found) -> AdviceAction:
    """Task nodes alone can be replaced where they are; all else takes a new cluster."""
    if len(found) == 1 and found[0][0].role is Role.TASK:
        part, new = found[0]
        return replace_part(facts, part, new.name)
    return clone(*(TypeChange(part.role, part.type_name, new.name) for part, new in found))
