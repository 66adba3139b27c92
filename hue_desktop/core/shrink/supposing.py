"""A situation as it will be once fixes are applied: a supposition, to be checked again then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hue_desktop.core.shrink.drain import fill
from hue_desktop.core.shrink.situation import Situation, situation_of
from hue_desktop.core.shrink.values import CoreNode, Fix

__all__ = ["suppose"]


def suppose(it: Situation, fixes: Sequence[Fix]) -> Situation:
    """Apply the fixes, in the order in which they are done."""
    by_key = {fix.key: fix for fix in fixes}
    request = it.request
    others, timeout = by_key.get("choose_others"), by_key.get("raise_timeout")
    if others is not None:
        request = replace(request, leaving=others.leaving)
    if timeout is not None and timeout.timeout_s is not None:
        request = replace(request, timeout_s=timeout.timeout_s)
    nodes = it.field.nodes
    if "rebalance" in by_key:
        nodes = balanced(nodes)
    if request is not it.request or nodes is not it.field.nodes:
        it = replace(situation_of(it.table, nodes, request, it.limits), supposed=True)
    if "set_replication" in by_key:
        it = _replicated(it, by_key["set_replication"])
    if "snapshot_to_s3" in by_key:
        it = replace(it, saved=True, supposed=True)
    return it


def balanced(nodes: Sequence[CoreNode]) -> tuple[CoreNode, ...]:
    """All nodes that serve equally full, as ``hdfs balancer`` leaves them."""
    able = [node for node in nodes if node.serves and node.capacity and node.used is not None]
    capacity = sum(node.capacity or 0 for node in able)
    if not capacity:
        return tuple(nodes)
    share = sum(node.used or 0 for node in able) / capacity
    found = []
    for node in nodes:
        if node not in able:
            found.append(node)
            continue
        used = int(share * (node.capacity or 0))
        remaining = node.remaining
        if remaining is not None:
            remaining = max(0, remaining + (node.used or 0) - used)
        found.append(replace(node, used=used, remaining=remaining))
    return tuple(found)


def _replicated(it: Situation, fix: Fix) -> Situation:
    """Each block at stake has one replica on a node that stays, if there is room for it."""
    factor = fix.replication or 1
    if factor <= len(it.leaving):
        # HDFS may choose other nodes that leave for all of the new replicas: seen when they are
        # there, so nothing can be promised before
        return replace(it, supposed=True)
    added = fix.size
    hosts = frozenset(node.host for node in it.leaving)
    moved = it.tally.move_bytes + it.tally.backlog_bytes + added
    filling = fill(it.field.nodes, hosts, moved, it.limits.full_share)
    found = replace(it.tally, only_rows=np.zeros(0, np.int64), only_bytes=0, lone_files=0)
    return replace(it, tally=found, filling=filling, only_seconds=0.0, supposed=True)
