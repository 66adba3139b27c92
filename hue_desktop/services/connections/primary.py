"""A cluster's primary nodes by their names: where its NameNode and its SSH server are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hue_desktop.core.errors import Unreachable
from hue_desktop.core.instances import InstanceState, Role
from hue_desktop.core.text import _

if TYPE_CHECKING:
    from hue_desktop.core.ports import Emr

__all__ = ["Primary", "primary_of"]

_UP = (InstanceState.RUNNING, InstanceState.BOOTSTRAPPING)


@dataclass(frozen=True, slots=True)
class Primary:
    """The primary nodes: one, or three for a cluster with high availability.

    ``private`` are their names within the VPC; ``public`` is how the first can be reached from
    outside, which in a private subnet is its private name again.
    """

    private: tuple[str, ...]
    public: str


def primary_of(emr: Emr, cluster_id: str) -> Primary:
    """Asks EMR. ``Unreachable`` while the cluster has no primary node that is up."""
    cluster = emr.describe_cluster(cluster_id)
    members = emr.list_fleets(cluster_id) if cluster.uses_fleets else emr.list_groups(cluster_id)
    masters = {each.id for each in members if each.role is Role.MASTER}
    nodes = [
        node
        for node in emr.list_instances(cluster_id)
        if node.group_id in masters and node.state in _UP and node.private_dns
    ]
    if not nodes:
        raise Unreachable(
            _("Cluster {name} has no primary node that is up.").format(name=cluster.name),
            remedy=_("Wait until the cluster runs."),
        )
    public = next((node.public_dns for node in nodes if node.public_dns), cluster.master_dns)
    return Primary(tuple(node.private_dns for node in nodes), public or nodes[0].private_dns)
