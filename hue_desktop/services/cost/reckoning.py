"""The cost of a cluster as it runs. Fast: a thousand nodes take well under five milliseconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.cost import PriceBook, node_rate, times
from hue_desktop.core.ebs import default_volumes, root_volume
from hue_desktop.core.instances import EbsVolume, Instance, InstanceState, Market, Role
from hue_desktop.core.pricing import CostRate
from hue_desktop.services.cost.lives import volumes_asked
from hue_desktop.services.cost.values import ClusterCost

__all__ = ["billed", "cluster_cost"]

_BILLED = (InstanceState.PROVISIONING, InstanceState.BOOTSTRAPPING, InstanceState.RUNNING)
_NOTHING = CostRate()


class _Kind(NamedTuple):
    """Nodes that cost the same. Values instead of enums: they are hashed a thousand times."""

    group_id: str
    role: str
    instance_type: str
    market: str
    az: str


def billed(instance: Instance) -> bool:
    """Whether EC2 bills the node: it was launched and has not ended."""
    return instance.state in _BILLED


def cluster_cost(snapshot: ClusterSnapshot, book: PriceBook) -> ClusterCost:
    """What the cluster's nodes cost now; before its nodes were read, what its groups say."""
    if not snapshot.summary.state.active:
        return ClusterCost(_NOTHING, sources=book.sources)
    kinds = _kinds(snapshot)
    volumes = volumes_asked(snapshot)
    single = {
        kind: _rate_of(kind, volumes.get((kind.group_id, kind.instance_type), ()), snapshot, book)
        for kind in kinds
    }
    by_role: dict[tuple[Role, Market], CostRate] = {}
    total = _NOTHING
    for kind, amount in kinds.items():
        rate = times(single[kind], amount)
        key = (Role(kind.role), Market(kind.market))
        by_role[key] = by_role.get(key, _NOTHING) + rate
        total += rate
    return ClusterCost(total, by_role, _by_node(snapshot, single), book.sources)


def _kinds(snapshot: ClusterSnapshot) -> dict[_Kind, int]:
    if snapshot.instances is None:
        az = snapshot.cluster.az if snapshot.cluster else ""
        return {
            _Kind(
                group.id, group.role.value, group.instance_type, group.market.value, az
            ): group.running
            for group in snapshot.groups or ()
            if group.running
        }
    return dict(Counter(_kind_of(node) for node in snapshot.instances if node.state in _BILLED))


def _kind_of(node: Instance) -> _Kind:
    role = "TASK" if node.role is None else node.role._value_
    return _Kind(node.group_id, role, node.instance_type, node.market._value_, node.az)


def _rate_of(
    kind: _Kind, asked: Sequence[EbsVolume], snapshot: ClusterSnapshot, book: PriceBook
) -> CostRate:
    cluster = snapshot.cluster
    release = cluster.release if cluster else ""
    data = asked or default_volumes(kind.instance_type, release)
    root = root_volume(release, cluster.root_volume_gib if cluster else None)
    return node_rate(book, kind.instance_type, Market(kind.market), (*data, root), kind.az)


def _by_node(snapshot: ClusterSnapshot, single: dict[_Kind, CostRate]) -> dict[str, float]:
    known = {kind: rate.total for kind, rate in single.items() if not rate.unknown}
    found: dict[str, float] = {}
    for node in snapshot.instances or ():
        if node.state in _BILLED:
            usd = known.get(_kind_of(node))
            if usd is not None:
                found[node.id] = usd
    return found
