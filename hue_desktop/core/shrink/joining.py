"""Core nodes from what EMR, the NameNode and YARN say of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from hue_desktop.core.instances import Instance, InstanceState
from hue_desktop.core.shrink.ports import DataNodeFacts, HdfsFacts, WorkFacts
from hue_desktop.core.shrink.values import AdminState, CoreNode

__all__ = ["OTHER_GROUP", "SILENT_S", "joined_nodes"]

SILENT_S = 60.0  #: without a heartbeat a DataNode may be gone; the NameNode waits 10.5 min
OTHER_GROUP = "-"  #: of a DataNode that is no node of the group
_UP = (InstanceState.RUNNING, InstanceState.BOOTSTRAPPING)


def joined_nodes(
    facts: HdfsFacts,
    instances: Sequence[Instance],
    core_groups: Collection[str],
    work: WorkFacts | None,
    usd_hour: Mapping[str, float],
) -> tuple[CoreNode, ...]:
    """All DataNodes, and core nodes without one. ``usd_hour`` is by EMR's instance id."""
    core = [each for each in instances if each.group_id in core_groups and each.active]
    by_name: dict[str, Instance] = {}
    for each in core:
        for name in (each.private_dns.lower(), each.private_ip):
            if name:
                by_name[name] = each
    return tuple(_nodes(facts, core, by_name, work, usd_hour))


def _nodes(
    facts: HdfsFacts,
    core: Sequence[Instance],
    by_name: Mapping[str, Instance],
    work: WorkFacts | None,
    usd_hour: Mapping[str, float],
) -> Iterator[CoreNode]:
    met: set[str] = set()
    for node in sorted(facts.nodes, key=lambda each: each.state is AdminState.DEAD):
        instance = by_name.get(node.host) or by_name.get(node.ip)
        state = _state(node)
        if instance is None and state is AdminState.DEAD:
            continue  # a machine that ended; its replicas are gone already
        if instance is not None:
            if instance.ec2_id in met:
                continue  # an earlier life of the same machine
            met.add(instance.ec2_id)
        found = CoreNode(
            host=node.name,
            ec2_id=instance.ec2_id if instance else "",
            group_id=instance.group_id if instance else OTHER_GROUP,
            capacity=node.capacity,
            used=node.used,
            remaining=node.remaining,
            other=node.other,
            state=state,
            last_contact_s=node.last_contact_s,
            usd_hour=usd_hour.get(instance.id) if instance else None,
        )
        yield _working(found, work, node.host)
    for instance in core:
        if instance.ec2_id not in met and instance.state in _UP:
            found = CoreNode(
                host=instance.private_dns.lower() or instance.private_ip,
                ec2_id=instance.ec2_id,
                group_id=instance.group_id,
                state=AdminState.DEAD,
                usd_hour=usd_hour.get(instance.id),
            )
            yield _working(found, work, found.host)


def _state(node: DataNodeFacts) -> AdminState:
    silent = node.last_contact_s is not None and node.last_contact_s > SILENT_S
    return AdminState.DEAD if silent else node.state


def _working(node: CoreNode, work: WorkFacts | None, host: str) -> CoreNode:
    if work is None:
        return node
    return replace(
        node,
        containers=work.containers.get(host, 0),
        longest_s=work.longest_s.get(host),
        application_masters=work.application_masters.get(host, 0),
    )
