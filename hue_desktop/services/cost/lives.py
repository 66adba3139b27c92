"""The lives of a cluster's nodes, as they are billed.

A life begins when EC2 launched the node (LaunchTime). Where EC2 does not tell, because it may not
be asked or has forgotten the instance, it begins when EMR created the node (CreationDateTime),
which is some seconds earlier, for Spot sometimes minutes. EC2 bills from *running* on, seconds
after the launch; nobody tells that moment. A node that still waits for EC2 (AWAITING_FULFILLMENT),
or never got an instance, is not billed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from hue_desktop.core.billing import Life
from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.ebs import default_volumes, root_volume
from hue_desktop.core.instances import EbsVolume, Instance, InstanceState, Market, Role

__all__ = ["completed", "lives_of", "merged_nodes", "volumes_asked"]

_RECLAIMED = "Server.SpotInstanceTermination"  #: EC2's code, which EMR's reason quotes
_Asked = dict[tuple[str, str], tuple[EbsVolume, ...]]


def lives_of(
    snapshot: ClusterSnapshot, launched: Mapping[str, float] | None = None
) -> tuple[Life, ...]:
    """The lives of all nodes that are known, ended ones too.

    ``launched`` is when EC2 launched them, by EC2 id; NaN where EC2 does not tell.
    """
    launched = launched or {}
    asked = volumes_asked(snapshot)
    roles = _roles(snapshot)
    cluster = snapshot.cluster
    release = cluster.release if cluster else ""
    root = root_volume(release, cluster.root_volume_gib if cluster else None)
    az = cluster.az if cluster else ""
    known: _Asked = {}
    found = []
    for node in snapshot.instances or ():
        started = _begin(node, snapshot, launched)
        if started is None:
            continue
        kind = (node.group_id, node.instance_type)
        volumes = known.get(kind)
        if volumes is None:
            data = asked.get(kind) or default_volumes(node.instance_type, release)
            volumes = known[kind] = (*data, root)
        found.append(
            Life(
                node=node.id,
                role=node.role or roles.get(node.group_id, Role.TASK),
                market=node.market,
                instance_type=node.instance_type,
                az=node.az or az,
                started=started,
                ended=_end(node, snapshot),
                volumes=volumes,
                reclaimed=node.market is Market.SPOT and _RECLAIMED in node.state_reason,
            )
        )
    return tuple(found)


def volumes_asked(snapshot: ClusterSnapshot) -> _Asked:
    """The data volumes asked for, by group or fleet and type: a fleet's types differ in them."""
    asked = {(group.id, group.instance_type): group.ebs_volumes for group in snapshot.groups or ()}
    for fleet in snapshot.fleets or ():
        asked.update({(fleet.id, each.instance_type): each.ebs_volumes for each in fleet.types})
    return asked


def completed(snapshot: ClusterSnapshot) -> ClusterSnapshot:
    """``snapshot`` with each node's role and AZ, which ListInstances does not tell."""
    roles = _roles(snapshot)
    az = snapshot.cluster.az if snapshot.cluster else ""
    nodes = tuple(
        replace(node, role=node.role or roles.get(node.group_id), az=node.az or az)
        for node in snapshot.instances or ()
    )
    return replace(snapshot, instances=nodes)


def merged_nodes(
    newer: Iterable[Instance] | None, older: Iterable[Instance] | None
) -> tuple[Instance, ...]:
    """All nodes of two readings, each as the newer one has it."""
    nodes = {node.id: node for node in older or ()}
    nodes.update({node.id: node for node in newer or ()})
    return tuple(nodes.values())


def _roles(snapshot: ClusterSnapshot) -> dict[str, Role]:
    """Roles by group or fleet."""
    roles = {group.id: group.role for group in snapshot.groups or ()}
    roles.update({fleet.id: fleet.role for fleet in snapshot.fleets or ()})
    return roles


def _begin(
    node: Instance, snapshot: ClusterSnapshot, launched: Mapping[str, float]
) -> float | None:
    if not node.ec2_id or node.state is InstanceState.AWAITING_FULFILLMENT:
        return None
    known = launched.get(node.ec2_id)
    if known is not None and not math.isnan(known):
        return known
    created = node.created or snapshot.summary.created
    return created.timestamp() if created is not None else None


def _end(node: Instance, snapshot: ClusterSnapshot) -> float | None:
    """When it ended; a node that was not seen ending did not outlive its cluster."""
    ended = node.ended or snapshot.summary.ended
    return ended.timestamp() if ended is not None else None
