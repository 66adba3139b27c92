"""A cluster that exists as a new one would be asked for."""

from __future__ import annotations

from hue_desktop.core.changes import ClusterSpec, FleetSpec, GroupSpec
from hue_desktop.core.clusters import Cluster, ClusterSnapshot
from hue_desktop.core.instances import InstanceFleet, InstanceGroup, Role
from hue_desktop.core.text import _

__all__ = ["clone_of"]

_CLUSTER = ClusterSpec(name="", release="")  #: for its defaults
_FLEET = FleetSpec(Role.CORE, ())


def clone_of(snapshot: ClusterSnapshot) -> ClusterSpec:
    """What is known of the cluster as a specification; empty task groups are left out.

    Targets are those asked for, not what runs just now. Tags of AWS's own are not copied.
    """
    name = _("{name} copy").format(name=snapshot.summary.name)
    groups = tuple(_group(group) for group in snapshot.groups or () if _kept(group))
    fleets = tuple(_fleet(fleet) for fleet in snapshot.fleets or () if _wanted(fleet))
    if snapshot.cluster is None:
        return ClusterSpec(name=name, release="", groups=groups, fleets=fleets)
    return _of_cluster(snapshot.cluster, name, groups, fleets)


def _of_cluster(
    cluster: Cluster, name: str, groups: tuple[GroupSpec, ...], fleets: tuple[FleetSpec, ...]
) -> ClusterSpec:
    return ClusterSpec(
        name=name,
        release=cluster.release,
        applications=tuple(application.name for application in cluster.applications),
        groups=groups,
        fleets=fleets,
        keep_alive=cluster.keep_alive,
        termination_protected=cluster.termination_protected,
        idle_timeout_s=cluster.idle_timeout_s,
        managed_scaling=cluster.managed_scaling,
        bootstrap_actions=cluster.bootstrap_actions,
        step_concurrency=cluster.step_concurrency,
        tags=tuple(tag for tag in cluster.tags if not tag[0].lower().startswith("aws:")),
        subnet_ids=(cluster.subnet_id,) if cluster.subnet_id else (),
        key_name=cluster.key_name,
        service_role=_last(cluster.service_role) or _CLUSTER.service_role,
        instance_profile=_last(cluster.instance_profile) or _CLUSTER.instance_profile,
        security_configuration=cluster.security_configuration,
        log_uri=cluster.log_uri,
        configurations_json=cluster.configurations_json,
        root_volume_gib=cluster.root_volume_gib,
        unhealthy_node_replacement=cluster.unhealthy_node_replacement,
    )


def _kept(group: InstanceGroup) -> bool:
    return group.role is not Role.TASK or group.requested > 0


def _wanted(fleet: InstanceFleet) -> bool:
    return fleet.role is not Role.TASK or fleet.target_on_demand + fleet.target_spot > 0


def _group(group: InstanceGroup) -> GroupSpec:
    return GroupSpec(
        role=group.role,
        instance_type=group.instance_type,
        count=max(1, group.requested),
        market=group.market,
        name=group.name,
        bid_usd_hour=group.bid_usd_hour,
        ebs_volumes=group.ebs_volumes,
    )


def _fleet(fleet: InstanceFleet) -> FleetSpec:
    return FleetSpec(
        role=fleet.role,
        types=fleet.types,
        target_on_demand=fleet.target_on_demand,
        target_spot=fleet.target_spot,
        name=fleet.name,
        spot_strategy=fleet.spot_strategy or _FLEET.spot_strategy,
        timeout_minutes=fleet.timeout_minutes or _FLEET.timeout_minutes,
        timeout_action=fleet.timeout_action or _FLEET.timeout_action,
    )


def _last(role: str) -> str:
    """EMR tells some roles as ARN; RunJobFlow takes the name."""
    return role.rpartition("/")[2]
