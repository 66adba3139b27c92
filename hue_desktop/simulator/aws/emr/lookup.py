"""Finding what a request names, and cutting long answers into pages."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from hue_desktop.simulator.aws.emr.errors import invalid_request, validation
from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.collections import InstanceFleet, InstanceGroup

if TYPE_CHECKING:
    from hue_desktop.simulator.world.world import World

__all__ = [
    "find_cluster",
    "find_fleet",
    "find_group",
    "job_flow",
    "live_cluster",
    "live_job_flow",
    "page",
]

T = TypeVar("T")

_ENDED = "A job flow that is shutting down, terminated, or finished may not be modified."


def find_cluster(world: World, cluster_id: str) -> Cluster:
    """The cluster, in any state; InvalidRequestException without one."""
    cluster = world.cluster(cluster_id)
    if cluster is None:
        raise invalid_request(f"Cluster id '{cluster_id}' is not valid.", "NoSuchCluster")
    return cluster


def live_cluster(world: World, cluster_id: str) -> Cluster:
    """The cluster if it may still be changed; InvalidRequestException otherwise."""
    cluster = find_cluster(world, cluster_id)
    if not cluster.live and world.compat != "moto":
        raise invalid_request(_ENDED)
    return cluster


def job_flow(world: World, cluster_id: str) -> Cluster:
    """The cluster for an operation of the first API; ValidationException without one."""
    cluster = world.cluster(cluster_id)
    if cluster is None:
        raise validation("Specified job flow ID not valid")
    return cluster


def live_job_flow(world: World, cluster_id: str) -> Cluster:
    """The cluster for a change by the first API; ValidationException if it may not change."""
    cluster = job_flow(world, cluster_id)
    if not cluster.live and world.compat != "moto":
        raise validation(_ENDED)
    return cluster


def find_group(cluster: Cluster, group_id: str) -> InstanceGroup:
    """A group of the cluster; ValidationException without one."""
    group = cluster.groups.get(group_id)
    if group is None:
        raise validation(f"Instance group id '{group_id}' is not valid.")
    return group


def find_fleet(cluster: Cluster, fleet_id: str) -> InstanceFleet:
    """A fleet of the cluster; InvalidRequestException without one."""
    if cluster.collection_type != "INSTANCE_FLEET":
        raise invalid_request("Instance fleets and instance groups are mutually exclusive.")
    fleet = cluster.fleets.get(fleet_id)
    if fleet is None:
        raise invalid_request(f"Instance fleet id '{fleet_id}' is not valid.")
    return fleet


def page(
    items: Sequence[T], marker: str | None, size: int, *, name: str = "Marker"
) -> tuple[Sequence[T], dict[str, Any]]:
    """One page of ``items`` and the members that lead to the next one.

    Raises InvalidRequestException for a marker that this region did not give out.
    """
    start = _position(marker, name) if marker else 0
    end = start + size
    if end >= len(items):
        return items[start:], {}
    return items[start:end], {name: base64.b64encode(f"page:{end}".encode()).decode()}


def _position(marker: str, name: str) -> int:
    try:
        word, _, position = base64.b64decode(marker, validate=True).decode().partition(":")
        if word == "page":
            return int(position)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise invalid_request(f"{name} '{marker}' is not valid.")
