"""Rules about how nodes are bought: Spot, on-demand, reserved."""

from __future__ import annotations

import math
from collections.abc import Iterator

from hue_desktop.core import format as fmt
from hue_desktop.core.advice.drafting import (
    alike,
    clone,
    difference,
    interruption_text,
    newest_of_cheapest,
    nodes_text,
    price_note,
    replace_part,
    resize,
)
from hue_desktop.core.advice.facts import ClusterFacts, Part, month_usd
from hue_desktop.core.advice.families import parse
from hue_desktop.core.advice.values import (
    ActionKind,
    Advice,
    AdviceAction,
    Confidence,
    Evidence,
    Risk,
    TypeChange,
)
from hue_desktop.core.advice.workload import WorkloadKind
from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.instances import InstanceType, Market, Role
from hue_desktop.core.pricing import HOURS_PER_MONTH
from hue_desktop.core.text import _, ngettext

__all__ = [
    "calmer_spot",
    "reserved",
    "spot_core_master",
    "spot_task",
    "spot_test",
]

OFTEN = 0.10  #: a Spot type that loses so much of its nodes in a month is worth replacing
LONG_S = 7 * 86_400.0  #: a cluster that has run so long is a long-running one
VERY_LONG_S = 30 * 86_400.0
_LEAST_VCPU = 0.7  #: of the processors, when a Spot type is replaced for its memory
_FEWEST = 3  #: nodes that a Spot group keeps, if it has as many
_USUAL = ("m", "c", "r")  #: classes with deep Spot pools


def spot_task(facts: ClusterFacts) -> Iterator[Advice]:
    """Spot for task nodes: they hold no HDFS, and YARN runs lost containers again."""
    for part in facts.of_role(Role.TASK):
        if part.market is Market.SPOT:
            continue
        usd = difference(facts, part, market=Market.SPOT)
        if usd is not None and usd >= 0:
            continue
        known = facts.interruptions.get(part.type_name)
        queries = facts.workload.of(WorkloadKind.QUERIES, WorkloadKind.DATABASE)
        level = Risk.MEDIUM if queries or known is None or known.low >= OFTEN else Risk.LOW
        words = _("Medium: {text}") if level is Risk.MEDIUM else _("Low: {text}")
        text = interruption_text(facts, part.type_name)
        if queries:
            text += "; " + _("queries that run there start anew")
        why = _("Task nodes hold no HDFS blocks; what runs on one that is lost runs again.")
        yield Advice(
            "spot-task",
            ngettext(
                "Run the on-demand task node on Spot",
                "Run the {n} on-demand task nodes on Spot",
                part.count,
            ).format(n=fmt.count(part.count)),
            why + _masters_may_land(facts),
            (Evidence("", nodes_text(part)), *_spot_price(facts, part)),
            usd,
            words.format(text=text),
            Confidence.MEDIUM if known is not None and usd is not None else Confidence.LOW,
            _to_spot(facts, part),
            Role.TASK,
            level,
            price_note(facts, part.type_name) or price_note(facts, part.type_name, spot=True),
        )


def spot_core_master(facts: ClusterFacts) -> Iterator[Advice]:
    """Spot on core or master: only for tests, or where losing data and work is accepted."""
    if _for_tests(facts):
        return
    for part in facts.parts:
        if part.market is not Market.SPOT or part.role is Role.TASK:
            continue
        core = part.role is Role.CORE
        yield Advice(
            "spot-core-master",
            ngettext(
                "Buy the Spot core node on-demand",
                "Buy the {n} Spot core nodes on-demand",
                part.count,
            ).format(n=fmt.count(part.count))
            if core
            else _("Buy the master on-demand"),
            _(
                "Core nodes hold HDFS blocks: when EC2 takes several back at once, blocks with "
                "all copies on them are gone. Spot is for clusters whose data may be lost."
            )
            if core
            else _(
                "When EC2 takes the master back the whole cluster ends, with what HDFS holds. Spot "
                "is for clusters that may end at any time."
            ),
            (Evidence("", nodes_text(part)), _published(facts, part.type_name)),
            difference(facts, part, market=Market.ON_DEMAND),
            _("None: it removes one"),
            Confidence.HIGH,
            AdviceAction(
                ActionKind.RESIZE,
                _("Move the core fleet's Spot target to on-demand"),
                part.owner_id,
            )
            if part.in_fleet and core
            else clone(TypeChange(part.role, part.type_name, part.type_name, Market.ON_DEMAND)),
            part.role,
            Risk.NONE,
            price_note(facts, part.type_name) or price_note(facts, part.type_name, spot=True),
            attention=True,
        )


def spot_test(facts: ClusterFacts) -> Iterator[Advice]:
    """A cluster for tests may run on Spot as a whole."""
    parts = [
        part
        for part in facts.parts
        if part.role is not Role.TASK and part.market is Market.ON_DEMAND
    ]
    if not parts or not _for_tests(facts):
        return
    each = [difference(facts, part, market=Market.SPOT) for part in parts]
    known = [usd for usd in each if usd is not None]
    usd = sum(known) if len(known) == len(each) else None
    if usd is not None and usd >= 0:
        return
    sign = facts.workload.of(WorkloadKind.TEST)
    text = sign.text if sign is not None else _("the connection is one for tests")
    yield Advice(
        "spot-test",
        _("Run master and core on Spot, too"),
        _("Spot is fit for master and core nodes of clusters whose data and work may be lost."),
        (Evidence("", text[:1].upper() + text[1:]),),
        usd,
        _("High: the cluster may end, and HDFS with it, at two minutes' notice"),
        Confidence.LOW,
        clone(*(TypeChange(p.role, p.type_name, p.type_name, Market.SPOT) for p in parts)),
        None,
        Risk.HIGH,
        next(filter(None, (price_note(facts, p.type_name, spot=True) for p in parts)), ""),
    )


def reserved(facts: ClusterFacts) -> Iterator[Advice]:
    """Long-running on-demand nodes: reserved instances or a Savings Plan."""
    cluster, summary = facts.snapshot.cluster, facts.snapshot.summary
    began = summary.ready or summary.created
    if cluster is None or not cluster.keep_alive or began is None or facts.idle_since is not None:
        return
    ran_s = facts.now - began.timestamp()
    parts = [part for part in facts.parts if part.market is Market.ON_DEMAND]
    if ran_s < LONG_S or not parts:
        return
    ec2 = [facts.book.on_demand(part.type_name) for part in parts]
    known = [usd * p.count for usd, p in zip(ec2, parts, strict=True) if usd is not None]
    month = sum(known) * HOURS_PER_MONTH
    seen = [Evidence("", _("It has run for {time}").format(time=fmt.duration(ran_s)))]
    if known:
        text = _("On-demand EC2: {usd} a month").format(
            usd=fmt.money(month, 0, at_least=len(known) < len(ec2))
        )
        seen.append(Evidence("", text, value=month))
    nodes = sum(part.count for part in parts)
    yield Advice(
        "reserved",
        _("Cover the {n} on-demand nodes with a Savings Plan").format(n=fmt.count(nodes)),
        _(
            "Nodes that run for months cost less with a Savings Plan or as reserved instances. "
            "They lower EC2's part, not the EMR fee. What they would save is in the Billing "
            "console's recommendations; it depends on term and payment."
        ),
        tuple(seen),
        None,
        _("Medium: it is paid for one or three years, whether nodes run or not"),
        Confidence.HIGH if ran_s >= VERY_LONG_S else Confidence.MEDIUM,
        None,
        None,
        Risk.MEDIUM,
        _("prices of Savings Plans are not read"),
    )


def calmer_spot(facts: ClusterFacts) -> Iterator[Advice]:
    """Spot nodes of a type that EC2 often takes back: one with as much memory that stays longer."""
    for part in facts.of_role(Role.TASK):
        known = facts.interruptions.get(part.type_name)
        if part.market is not Market.SPOT or known is None or known.low < OFTEN:
            continue
        best = _calmest(facts, part)
        if best is None:
            continue
        kind, count = best
        usd = difference(facts, part, type_name=kind.name, count=count)
        vcpu = count * kind.vcpu - part.count * facts.types[part.type_name].vcpu
        yield Advice(
            "calmer-spot",
            _("Replace the Spot nodes by {n} × {type}").format(n=fmt.count(count), type=kind.name),
            _("It brings YARN as much memory, costs no more, and EC2 takes it back less often."),
            (_published(facts, part.type_name), _published(facts, kind.name)),
            usd,
            _("Lower than now: nodes stay longer, and there are as many vCPU")
            if vcpu == 0
            else _("Lower than now: nodes stay longer; {vcpu} vCPU in all").format(
                vcpu=f"+{fmt.count(vcpu)}" if vcpu > 0 else fmt.count(vcpu)
            ),
            Confidence.MEDIUM,
            replace_part(facts, part, kind.name, count=count),
            Role.TASK,
            Risk.LOW,
        )


def _to_spot(facts: ClusterFacts, part: Part) -> AdviceAction:
    if part.in_fleet:
        return resize(facts, part, part.count)
    return replace_part(facts, part, part.type_name, market=Market.SPOT)


def _for_tests(facts: ClusterFacts) -> bool:
    if facts.asked_class is ConnectionClass.PRODUCTION:
        return False
    test = facts.asked_class is ConnectionClass.TEST
    return test or facts.workload.of(WorkloadKind.TEST) is not None


def _masters_may_land(facts: ClusterFacts) -> str:
    """On EMR 6 application masters may land on task nodes: losing one restarts the application."""
    if facts.release.startswith("emr-6."):
        return " " + _(
            "On EMR 6 application masters may run on them, too, unless node labels are on."
        )
    return ""


def _published(facts: ClusterFacts, type_name: str) -> Evidence:
    text = interruption_text(facts, type_name)
    return Evidence("", text[:1].upper() + text[1:])


def _spot_price(facts: ClusterFacts, part: Part) -> tuple[Evidence, ...]:
    spot = facts.book.spot(part.type_name, facts.az)
    listed = facts.book.on_demand(part.type_name)
    if spot is None or listed is None:
        return ()
    text = _("{type}: {spot} on Spot now, {listed} on-demand").format(
        type=part.type_name, spot=fmt.money_rate(spot, 3), listed=fmt.money_rate(listed, 3)
    )
    return (Evidence("", text, value=spot),)


def _calmest(facts: ClusterFacts, part: Part) -> tuple[InstanceType, int] | None:
    """The type that EC2 takes back least often, then the cheapest, with as much YARN memory."""
    now, room = facts.types.get(part.type_name), facts.yarn_gib(part.type_name)
    worst = facts.interruptions[part.type_name].low
    before = month_usd(facts, part)
    if now is None or room is None or before is None:
        return None
    found: dict[float, list[tuple[float, InstanceType, int]]] = {}
    for kind in facts.types.values():
        known, name = facts.interruptions.get(kind.name), parse(kind.name)
        if known is None or known.high is None or known.high > worst or name is None:
            continue
        if kind.arch != now.arch or not kind.current_generation or not alike(kind, now):
            continue
        gives = facts.yarn_gib(kind.name)
        if name.family.letters not in _USUAL or gives is None or gives[0] <= 0:
            continue
        count = math.ceil(room[0] * part.count / gives[0])
        usd = month_usd(facts, part, type_name=kind.name, count=count)
        if usd is None or usd > before or count * kind.vcpu < _LEAST_VCPU * part.count * now.vcpu:
            continue
        if count < min(part.count, _FEWEST):
            continue  # one large node is a risk of its own
        found.setdefault(known.low, []).append((usd, kind, count))
    return newest_of_cheapest(found[min(found)]) if found else None
