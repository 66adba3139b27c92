"""Rules about HDFS: too full, hardly used, uneven over its nodes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import median

from hue_desktop.core import format as fmt
from hue_desktop.core.advice.drafting import difference, nodes_text, price_note, resize
from hue_desktop.core.advice.facts import ClusterFacts, Part
from hue_desktop.core.advice.series import confidence, evidence
from hue_desktop.core.advice.values import (
    ActionKind,
    Advice,
    AdviceAction,
    Confidence,
    Evidence,
    Risk,
)
from hue_desktop.core.instances import Instance, Role
from hue_desktop.core.text import _

__all__ = ["full_hdfs", "spare_core", "uneven_hdfs"]

FULL = 80.0  #: percent of HDFS from which on it must grow
AIM = 60.0  #: percent that HDFS fills when nodes were added or given back
SPARE = 20.0  #: percent below which core nodes are kept for little
YARN_BUSY = 50.0  #: percent of YARN's memory from which on core nodes work for it
HOT_DISK = 85.0  #: YARN calls a node unhealthy from 90 % on
COOLER = 20.0  #: percent points that the middle node has more room
_LEAST_SPARE = 2


def full_hdfs(facts: ClusterFacts) -> Iterator[Advice]:
    """HDFS that is nearly full: more core nodes."""
    share, part = facts.measured("hdfs.share"), _core(facts)
    if share is None or part is None or share.p95 < FULL:
        return
    nodes = sum(each.count for each in facts.of_role(Role.CORE))
    more = max(1, math.ceil(nodes * share.p95 / AIM) - nodes)
    count = part.count + more
    yield Advice(
        "full-hdfs",
        _("Add {n} core nodes: HDFS is {share} full").format(
            n=fmt.count(more), share=fmt.percent(share.p95)
        ),
        _(
            "From 90 % on YARN stops using nodes, and a full HDFS stops every writer. What need "
            "not be in HDFS is cheaper in S3."
        ),
        (evidence(share),),
        difference(facts, part, count=count),
        _("None: blocks spread to the new nodes as they are written, or with the balancer"),
        confidence(share),
        resize(facts, part, count),
        Role.CORE,
        Risk.NONE,
        price_note(facts, part.type_name),
        attention=True,
    )


def spare_core(facts: ClusterFacts) -> Iterator[Advice]:
    """Core nodes that neither HDFS nor YARN needs: they may go, or task nodes take their place."""
    share, memory = facts.measured("hdfs.share"), facts.measured("yarn.memory.share")
    part, cluster = _core(facts), facts.snapshot.cluster
    if share is None or memory is None or part is None or not part.settled:
        return
    if cluster is not None and cluster.managed_scaling is not None:
        return
    if share.p95 >= SPARE or memory.p95 >= YARN_BUSY or facts.idle_since is not None:
        return
    needed = max(math.ceil(part.count * share.p95 / AIM), _copies(part.count))
    if part.count - needed < _LEAST_SPARE:
        return
    yield Advice(
        "spare-core",
        _("Scale the {nodes} to {n}").format(nodes=nodes_text(part), n=fmt.count(needed)),
        _(
            "HDFS is {hdfs} full and YARN uses {yarn} of its memory: {n} core nodes hold the data "
            "below {aim}."
        ).format(
            hdfs=fmt.percent(share.p95),
            yarn=fmt.percent(memory.p95),
            n=fmt.count(needed),
            aim=fmt.percent(AIM),
        ),
        (evidence(share), evidence(memory)),
        difference(facts, part, count=needed),
        _("Medium: blocks move first; the check before it says which files are at risk"),
        confidence(share, memory),
        resize(facts, part, needed),
        Role.CORE,
        Risk.MEDIUM,
    )


def uneven_hdfs(facts: ClusterFacts) -> Iterator[Advice]:
    """One core node's disks nearly full while the others have room: the balancer."""
    disks = {
        node: facts.nodes[node.private_dns].values["node.disk"]
        for node in facts.snapshot.nodes(Role.CORE)
        if node.private_dns in facts.nodes and "node.disk" in facts.nodes[node.private_dns].values
    }
    hot = {node: disk for node, disk in disks.items() if disk >= HOT_DISK}
    if not hot or len(disks) < 2 or median(disks.values()) > min(hot.values()) - COOLER:
        return
    fullest = max(hot.values())
    yield Advice(
        "uneven-hdfs",
        _("Rebalance HDFS: {n} of {all} core nodes are at {share} disk").format(
            n=fmt.count(len(hot)), all=fmt.count(len(disks)), share=fmt.percent(fullest)
        ),
        _(
            "The middle node is at {middle}. YARN stops using a node whose disks are 90 % full; "
            "`hdfs balancer` on the master spreads the blocks."
        ).format(middle=fmt.percent(median(disks.values()))),
        tuple(_disk(facts, node, disk) for node, disk in hot.items()),
        0.0,
        _("None: copies move before they are removed"),
        Confidence.HIGH,
        AdviceAction(ActionKind.NODES, _("Show the core nodes by disk")),
        Role.CORE,
        Risk.NONE,
        attention=True,
    )


def _core(facts: ClusterFacts) -> Part | None:
    """The core group; of a fleet its largest part."""
    return max(facts.of_role(Role.CORE), key=lambda part: part.count, default=None)


def _copies(core: int) -> int:
    """EMR's ``dfs.replication`` for so many core nodes: fewer nodes cannot hold all copies."""
    return 1 if core < 4 else 2 if core < 10 else 3


def _disk(facts: ClusterFacts, node: Instance, disk: float) -> Evidence:
    text = _("{id}: {share} of its disks").format(id=node.ec2_id, share=fmt.percent(disk))
    return Evidence("node.disk", text, facts.now, facts.now, disk)
