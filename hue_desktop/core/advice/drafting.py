"""What rules share: which types fit, what they would cost, and the words for nodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hue_desktop.core import format as fmt
from hue_desktop.core.advice.facts import ClusterFacts, Part, month_usd
from hue_desktop.core.advice.families import parse, size_rank
from hue_desktop.core.advice.values import ActionKind, AdviceAction, TypeChange
from hue_desktop.core.changes import AddTaskGroup, GroupSpec, ResizeGroup
from hue_desktop.core.instances import InstanceType, Market, Role
from hue_desktop.core.pricing import Interruption
from hue_desktop.core.text import _, ngettext

__all__ = [
    "WORKERS",
    "alike",
    "arch_of",
    "cheapest",
    "clone",
    "difference",
    "interruption_text",
    "newest_of_cheapest",
    "nodes_text",
    "price_note",
    "replace_part",
    "resize",
    "role_word",
    "smallest_of_today",
    "todays",
]

WORKERS = (Role.CORE, Role.TASK)
_NEAR = 1.08  #: among types that cost so little more than the cheapest, the newest is taken
_ALIKE = 2.1  #: times as much memory, or as little, that a node in another's place may have
_TODAY = 5  #: generations before are AWS's previous ones


def role_word(role: Role) -> str:
    """The role in the middle of a sentence."""
    return {Role.MASTER: _("master"), Role.CORE: _("core"), Role.TASK: _("task")}[role]


def nodes_text(part: Part) -> str:
    """``6 task nodes (m5.2xlarge, Spot)``."""
    spot = _(", Spot") if part.market is Market.SPOT else ""
    pattern = ngettext(
        "{n} {role} node ({type}{spot})", "{n} {role} nodes ({type}{spot})", part.count
    )
    return pattern.format(
        n=fmt.count(part.count), role=role_word(part.role), type=part.type_name, spot=spot
    )


def arch_of(facts: ClusterFacts, part: Part) -> str:
    """The processor architecture of a part's nodes."""
    kind = facts.types.get(part.type_name)
    if kind is not None:
        return kind.arch
    name = parse(part.type_name)
    return "arm64" if name is not None and name.family.line == "graviton" else "x86_64"


def todays(
    facts: ClusterFacts, letters: str, *, arch: str, extras: str = ""
) -> Iterator[InstanceType]:
    """Types of a class that the release supports, of a generation that AWS still calls current."""
    for kind in facts.types.values():
        name = parse(kind.name)
        if name is None or kind.arch != arch or not kind.current_generation:
            continue
        family = name.family
        if family.letters == letters and family.extras == extras and family.generation >= _TODAY:
            yield kind


def cheapest(facts: ClusterFacts, part: Part, kinds: Iterable[InstanceType]) -> InstanceType | None:
    """The one that costs least in the part's place; of those that cost about that, the newest."""
    priced = [(month_usd(facts, part, type_name=kind.name, count=1), kind) for kind in kinds]
    known = [(usd, kind) for usd, kind in priced if usd is not None]
    if not known:
        return None
    least = min(usd for usd, _kind in known)
    near = [(usd, kind) for usd, kind in known if usd <= least * _NEAR]
    return max(near, key=lambda each: (_generation(each[1]), -each[0]))[1]


def newest_of_cheapest(
    found: Iterable[tuple[float, InstanceType, int]],
) -> tuple[InstanceType, int] | None:
    """Of dollars, types and counts: the newest of those that cost about the least."""
    known = list(found)
    if not known:
        return None
    least = min(usd for usd, _kind, _count in known)
    near = [each for each in known if each[0] <= least * _NEAR]
    _usd, kind, count = max(near, key=lambda each: (_generation(each[1]), -each[0]))
    return kind, count


def alike(kind: InstanceType, now: InstanceType) -> bool:
    """Whether nodes are about as large: a few huge nodes in place of many are another cluster."""
    return now.memory_gib / _ALIKE <= kind.memory_gib <= now.memory_gib * _ALIKE


def smallest_of_today(facts: ClusterFacts, part: Part, size: str) -> InstanceType | None:
    """The general-purpose type of that size, or of the next one up that EMR offers today."""
    wanted = size_rank(f".{size}") or 1.0
    kinds = [
        kind
        for kind in todays(facts, "m", arch=arch_of(facts, part))
        if (size_rank(kind.name) or 0.0) >= wanted
    ]
    least = min((size_rank(kind.name) or 0.0 for kind in kinds), default=0.0)
    return cheapest(facts, part, [k for k in kinds if size_rank(k.name) == least])


def difference(
    facts: ClusterFacts,
    part: Part,
    *,
    type_name: str = "",
    market: Market | None = None,
    count: int | None = None,
) -> float | None:
    """Dollars a month that another type, market or count adds; ``None`` without a price."""
    before = month_usd(facts, part)
    after = month_usd(facts, part, type_name=type_name, market=market, count=count)
    return None if before is None or after is None else after - before


def price_note(facts: ClusterFacts, *names: str, spot: bool = False) -> str:
    """Which price is missing, in words; empty when all are known."""
    book = facts.book
    for name in names:
        if spot and book.spot(name, facts.az) is None:
            return _("no Spot price of {type} is known").format(type=name)
        if book.on_demand(name) is None and not spot:
            return _("no on-demand price of {type} is known").format(type=name)
        if book.emr_fee(name) is None:
            return _("no EMR fee of {type} is known").format(type=name)
    return ""


def interruption_text(facts: ClusterFacts, type_name: str) -> str:
    """How many Spot nodes of a type EC2 takes back in a month, as it publishes."""
    known: Interruption | None = facts.interruptions.get(type_name)
    if known is None:
        return _("how often EC2 takes {type} back is not published").format(type=type_name)
    low, high = 100 * known.low, known.high
    if high is None:
        words = _("more than {low}").format(low=fmt.percent(low))
    elif low == 0:
        words = _("less than {high}").format(high=fmt.percent(100 * high))
    else:
        words = f"{fmt.decimal(low, 0)}–{fmt.percent(100 * high)}"
    return _("EC2 takes {share} of {type} back in a month").format(share=words, type=type_name)


def resize(facts: ClusterFacts, part: Part, count: int) -> AdviceAction:
    """Another size of a part's group; a fleet's targets are units, which its sheet works out."""
    text = _("Set {nodes} to {n}").format(nodes=nodes_text(part), n=fmt.count(count))
    changes = () if part.in_fleet else (ResizeGroup(_id(facts), part.owner_id, count),)
    return AdviceAction(ActionKind.RESIZE, text, part.owner_id, changes)


def replace_part(
    facts: ClusterFacts,
    part: Part,
    type_name: str,
    *,
    count: int | None = None,
    market: Market | None = None,
) -> AdviceAction:
    """Task nodes get a new group, and the old one is set to 0; others need a new cluster.

    A fleet's types are its own: its sheet is where they change.
    """
    wanted = part.count if count is None else count
    bought = market or part.market
    if part.role is not Role.TASK:
        return clone(TypeChange(part.role, part.type_name, type_name, market))
    if part.in_fleet:
        text = _("Give the task fleet {type}").format(type=type_name)
        return AdviceAction(ActionKind.RESIZE, text, part.owner_id)
    spot = _(" on Spot") if bought is Market.SPOT else ""
    text = _("Add {n} × {type}{spot}, then set {old} to 0").format(
        n=fmt.count(wanted), type=type_name, spot=spot, old=nodes_text(part)
    )
    spec = GroupSpec(Role.TASK, type_name, wanted, bought)
    cluster = facts.snapshot.cluster
    if cluster is not None and cluster.managed_scaling is not None:
        text += _("; managed scaling goes on choosing the sizes of both")
    changes = (AddTaskGroup(_id(facts), spec), ResizeGroup(_id(facts), part.owner_id, 0))
    return AdviceAction(ActionKind.ADD_TASK, text, part.owner_id, changes)


def clone(*types: TypeChange, volume_type: str = "") -> AdviceAction:
    """A new cluster like this one but for these."""
    parts = [
        _("{before} → {after}").format(before=each.before, after=each.after)
        for each in types
        if each.before != each.after
    ]
    for market, words in (
        (Market.ON_DEMAND, _("{role} on-demand")),
        (Market.SPOT, _("{role} on Spot")),
    ):
        parts += [words.format(role=role_word(e.role)) for e in types if e.market is market]
    if volume_type:
        parts.append(_("{type} volumes").format(type=volume_type))
    text = _("Clone the cluster with {what}").format(what=", ".join(dict.fromkeys(parts)))
    return AdviceAction(ActionKind.CLONE, text, types=types, volume_type=volume_type)


def _generation(kind: InstanceType) -> int:
    name = parse(kind.name)
    return name.family.generation if name is not None else 0


def _id(facts: ClusterFacts) -> str:
    return facts.snapshot.ref.cluster_id
