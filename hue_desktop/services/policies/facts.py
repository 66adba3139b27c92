"""From what the fleet and live health know of a cluster to what policies are judged by."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.format import age
from hue_desktop.core.instances import InstanceFleet, InstanceGroup, InstanceType, Market, Role
from hue_desktop.core.policies.values import Measured, PolicyFacts, Pool
from hue_desktop.core.replication import replication_of
from hue_desktop.core.text import _
from hue_desktop.services.health.values import Collecting, HealthSnapshot

__all__ = ["configurations_of", "facts_of", "pools_of"]

_LIVE = (Collecting.LIVE, Collecting.PARTLY)


def facts_of(
    snapshot: ClusterSnapshot,
    metrics: Mapping[str, float],
    health: HealthSnapshot,
    types: Mapping[str, InstanceType],
    now: datetime,
    *,
    kernels: Measured | None = None,
    idle_told: bool | None = None,
) -> PolicyFacts:
    """``metrics`` are CloudWatch's newest values by AWS's names; ``now`` is the region's time."""
    cluster = snapshot.cluster
    steps = snapshot.steps
    return PolicyFacts(
        release=cluster.release if cluster else "",
        applications=tuple(each.name for each in cluster.applications) if cluster else (),
        uses_fleets=cluster.uses_fleets if cluster else bool(snapshot.fleets),
        keep_alive=cluster.keep_alive if cluster else True,
        pools=pools_of(snapshot, types),
        idle_timeout_s=cluster.idle_timeout_s if cluster else None,
        scaling=cluster.managed_scaling if cluster else None,
        hdfs_share=_hdfs_share(metrics, health, now),
        fullest_disk=_fullest_disk(health, now),
        replication=replication_of(snapshot).factor if _has_core(snapshot) else None,
        steps_active=None if steps is None else sum(step.state.active for step in steps),
        running_applications=health.applications,
        now=now.timestamp(),
        notebook_kernels=kernels,
        idle_told=idle_told,
        configurations=configurations_of(cluster.configurations_json if cluster else "[]"),
    )


def pools_of(snapshot: ClusterSnapshot, types: Mapping[str, InstanceType]) -> tuple[Pool, ...]:
    """Core and task groups, and each market of core and task fleets."""
    found = [_of_group(group, types) for group in snapshot.groups or ()]
    for fleet in snapshot.fleets or ():
        found.extend(_of_fleet(snapshot, fleet))
    return tuple(pool for pool in found if pool.role is not Role.MASTER)


def configurations_of(text: str) -> dict[tuple[str, str], str]:
    """The properties of a configurations document, nested classifications included."""
    try:
        read = json.loads(text or "[]")
    except ValueError:
        return {}
    return dict(_properties(read))


def _properties(read: object) -> Iterator[tuple[tuple[str, str], str]]:
    for each in read if isinstance(read, list) else ():
        if not isinstance(each, dict):
            continue
        kind, properties = str(each.get("Classification", "")), each.get("Properties")
        for name, value in (properties if isinstance(properties, dict) else {}).items():
            yield (kind, str(name)), str(value)
        yield from _properties(each.get("Configurations"))


def _of_group(group: InstanceGroup, types: Mapping[str, InstanceType]) -> Pool:
    kind = types.get(group.instance_type)
    return Pool(
        id=group.id,
        name=group.name or group.role.value.capitalize(),
        role=group.role,
        market=group.market,
        nodes=group.requested,
        vcpu=kind.vcpu if kind is not None else None,
        state=group.state,
        state_reason=group.state_reason,
        custom_scaling=group.auto_scaling,
    )


def _of_fleet(snapshot: ClusterSnapshot, fleet: InstanceFleet) -> Iterator[Pool]:
    """A fleet can buy on demand and on Spot whatever its targets are now."""
    markets = ((Market.ON_DEMAND, fleet.target_on_demand), (Market.SPOT, fleet.target_spot))
    for market, units in markets:
        nodes = [node for node in snapshot.nodes(market=market) if node.group_id == fleet.id]
        yield Pool(
            id=fleet.id,
            name=fleet.name or fleet.role.value.capitalize(),
            role=fleet.role,
            market=market,
            nodes=len(nodes),
            fleet_units=units,
            state=fleet.state,
            state_reason=fleet.state_reason,
        )


def _has_core(snapshot: ClusterSnapshot) -> bool:
    groups = any(group.role is Role.CORE for group in snapshot.groups or ())
    return groups or any(fleet.role is Role.CORE for fleet in snapshot.fleets or ())


def _hdfs_share(
    metrics: Mapping[str, float], health: HealthSnapshot, now: datetime
) -> Measured | None:
    """The NameNode's word while it is asked, else CloudWatch's."""
    live = health.values.get("hdfs.share")
    if live is not None and health.collecting in _LIVE:
        return Measured(live, _source(_("NameNode"), health, now))
    told = metrics.get("HDFSUtilization")
    return None if told is None else Measured(told, "CloudWatch")


def _fullest_disk(health: HealthSnapshot, now: datetime) -> Measured | None:
    if health.collecting not in _LIVE:
        return None
    disks = [
        (node.values["node.disk"], node.host)
        for node in health.nodes.values()
        if "node.disk" in node.values
    ]
    if not disks:
        return None
    value, host = max(disks)
    return Measured(value, _source(host.partition(".")[0], health, now))


def _source(name: str, health: HealthSnapshot, now: datetime) -> str:
    if health.read_at is None:
        return name
    seconds = max(0.0, now.timestamp() - health.read_at)
    return _("{name}, {age} ago").format(name=name, age=age(seconds))
