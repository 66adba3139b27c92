"""All rules in one table, what they say in the order of importance, and what was not known."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hue_desktop.core import format as fmt
from hue_desktop.core.advice import (
    rules_classic,
    rules_hdfs,
    rules_life,
    rules_market,
    rules_measured,
    rules_sizes,
    rules_types,
)
from hue_desktop.core.advice.drafting import nodes_text, price_note
from hue_desktop.core.advice.facts import ClusterFacts
from hue_desktop.core.advice.series import LEAST_S
from hue_desktop.core.advice.values import Advice
from hue_desktop.core.clusters import ClusterState
from hue_desktop.core.instances import GroupState, Market
from hue_desktop.core.text import _

__all__ = ["RULES", "advise", "missing"]

Rule = Callable[[ClusterFacts], Iterator[Advice]]

#: Every rule by the stable name that its advice carries.
RULES: dict[str, Rule] = {
    "stuck-group": rules_life.stuck,
    "missing-capacity": rules_life.missing_capacity,
    "full-hdfs": rules_hdfs.full_hdfs,
    "uneven-hdfs": rules_hdfs.uneven_hdfs,
    "spot-core-master": rules_market.spot_core_master,
    "idle": rules_life.idle,
    "idle-processors": rules_measured.idle_processors,
    "busy-processors": rules_measured.busy_processors,
    "stranded-memory": rules_measured.stranded_memory,
    "spare-nodes": rules_sizes.spare_nodes,
    "uneven-load": rules_sizes.uneven_load,
    "waiting-containers": rules_sizes.waiting_containers,
    "network-full": rules_measured.network_full,
    "spare-core": rules_hdfs.spare_core,
    "spot-task": rules_market.spot_task,
    "calmer-spot": rules_market.calmer_spot,
    "spot-test": rules_market.spot_test,
    "reserved": rules_market.reserved,
    "master-size": rules_classic.master_size,
    "default-type": rules_classic.default_type,
    "burstable": rules_classic.burstable,
    "more-performance": rules_classic.more_performance,
    "computation": rules_classic.computation,
    "databases-and-caches": rules_classic.databases_and_caches,
    "network-and-learning": rules_classic.network_and_learning,
    "generation": rules_types.generation,
    "graviton": rules_types.graviton,
    "gp3": rules_types.gp3,
}

#: Of rules that give the same nodes another type, the one that knows most speaks.
_ONE_OF = (
    "idle-processors", "busy-processors", "network-full", "burstable", "databases-and-caches",
    "computation", "network-and-learning", "more-performance", "default-type",
)  # fmt: skip
_ENDING = (
    ClusterState.TERMINATING,
    ClusterState.TERMINATED,
    ClusterState.TERMINATED_WITH_ERRORS,
)


def advise(facts: ClusterFacts) -> tuple[Advice, ...]:
    """What every rule says: first what endangers data or work, then by the dollars it saves.

    A cluster that ends or has ended gets no advice.
    """
    if facts.snapshot.summary.state in _ENDING:
        return ()
    found = [advice for rule in RULES.values() for advice in rule(facts)]
    return tuple(sorted(_without_rivals(found), key=_importance))


def missing(facts: ClusterFacts) -> tuple[str, ...]:
    """What is not known that advice rests on, each with what to do about it."""
    return tuple(dict.fromkeys(_missing(facts)))


def _missing(facts: ClusterFacts) -> Iterator[str]:
    if facts.snapshot.summary.state in _ENDING:
        yield _("The cluster has ended: there is nothing to change.")
        return
    if not facts.parts:
        yield _("The cluster's nodes have not been read yet.")
    if facts.parts and not facts.types:
        yield _("The types that EMR supports could not be read: no other type is suggested.")
    for part in facts.parts:
        spot = part.market is Market.SPOT
        note = price_note(facts, part.type_name, spot=spot)
        if note:
            yield _("What {nodes} cost is not known: {note}. Their advice has no dollars.").format(
                nodes=nodes_text(part), note=note
            )
        if part.state is GroupState.RESIZING:
            yield _("{nodes} are being resized: ask again when that is done.").format(
                nodes=nodes_text(part)
            )
    if facts.measured("yarn.memory.share") is None:
        yield _("YARN's memory was measured for less than {least}: no advice on sizes yet.").format(
            least=fmt.duration(LEAST_S)
        )
    if not any(facts.measured(part.cpu_metric) for part in facts.parts if part.cpu_metric):
        yield _(
            "CPU was measured for less than {least}: keep the cluster's pages open, or the window "
            "running, and advice on processors follows."
        ).format(least=fmt.duration(LEAST_S))


def _without_rivals(found: list[Advice]) -> list[Advice]:
    best: dict[str, int] = {}
    for advice in found:
        if advice.rule in _ONE_OF:
            rank = _ONE_OF.index(advice.rule)
            key = _subject(advice)
            best[key] = min(rank, best.get(key, rank))
    return [
        advice
        for advice in found
        if advice.rule not in _ONE_OF or _ONE_OF.index(advice.rule) == best[_subject(advice)]
    ]


def _subject(advice: Advice) -> str:
    """The nodes that it is about: a group, or those of a role."""
    group = advice.apply.group_id if advice.apply is not None else ""
    return group or (advice.role.value if advice.role is not None else "")


def _importance(advice: Advice) -> tuple[bool, bool, float]:
    usd = advice.usd_month
    return (not advice.attention, usd is None or usd > 0, usd if usd is not None else 0.0)
