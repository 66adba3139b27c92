"""Gathering what the bench reckons with from what the other services know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hue_desktop.core.candidates.yarn_memory import Measured, measured, room, with_configured
from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.cost import PriceBook
from hue_desktop.core.instances import InstanceType, Role
from hue_desktop.core.metrics import YarnApplication
from hue_desktop.core.replication import replication_of
from hue_desktop.core.text import _
from hue_desktop.core.what_if.values import BenchFacts
from hue_desktop.services.health.values import HealthSnapshot
from hue_desktop.services.launch.values import PricedType

__all__ = ["facts_of", "types_named"]

_GIB, _MIB = 1024.0**3, 1024.0**2


def facts_of(
    snapshot: ClusterSnapshot,
    types: Iterable[PricedType],
    book: PriceBook,
    health: HealthSnapshot,
    metrics: Mapping[str, float],
    missing: Iterable[str] = (),
) -> BenchFacts:
    """The facts; ``metrics`` are CloudWatch's newest values, for what no live reading tells."""
    cluster = snapshot.cluster
    priced = tuple(types)
    by_name = {each.name: each.type for each in priced}
    known = with_configured(
        measured(snapshot, health.nodes),
        cluster.configurations_json if cluster else "[]",
        by_name.values(),
    )
    container = _container_bytes(health.applications, metrics)
    used, guessed = _hdfs_used(snapshot, health, metrics, by_name, known)
    said = [*missing, *_under_way(snapshot)]
    if container is None:
        said.append(_("No container runs that could be measured, so none are counted."))
    if used is None:
        said.append(_("What HDFS holds is not known: neither the NameNode nor CloudWatch told."))
    elif guessed:
        said.append(_("What HDFS holds is CloudWatch’s share of an estimated capacity."))
    return BenchFacts(
        ref=snapshot.ref,
        name=snapshot.summary.name,
        release=cluster.release if cluster else "",
        root_gib=cluster.root_volume_gib if cluster else None,
        az=cluster.az if cluster else "",
        uses_fleets=bool(snapshot.fleets) or bool(cluster and cluster.uses_fleets),
        book=book,
        types=by_name,
        measured=known,
        interruptions={each.name: each.interruption for each in priced if each.interruption},
        container_bytes=container,
        yarn_used_bytes=_yarn_used(health, metrics),
        hdfs_used_bytes=used,
        safe_mode=bool(health.safe_mode),
        replication=replication_of(snapshot),
        spare=tuple(
            group
            for group in snapshot.groups or ()
            if group.role is Role.TASK and not group.requested and not group.running
        ),
        archs=frozenset(by_name[name].arch for name in types_named(snapshot) if name in by_name),
        missing=tuple(said),
    )


def _under_way(snapshot: ClusterSnapshot) -> Iterable[str]:
    """While sizes change, what is asked for is not what runs (and is paid for) just now."""
    if any(group.running != group.requested for group in snapshot.groups or ()):
        yield _("A resize is under way: the bench counts the nodes that are asked for.")


def types_named(snapshot: ClusterSnapshot) -> frozenset[str]:
    """The types that the cluster's groups and fleets name."""
    groups = [group.instance_type for group in snapshot.groups or ()]
    fleets = [choice.instance_type for fleet in snapshot.fleets or () for choice in fleet.types]
    return frozenset((*groups, *fleets))


def _container_bytes(
    applications: Iterable[YarnApplication] | None, metrics: Mapping[str, float]
) -> float | None:
    """The mean of the containers that run, as YARN lists them or CloudWatch last counted."""
    running = [each for each in applications or () if each.containers > 0]
    containers = sum(each.containers for each in running)
    held = sum(each.memory_bytes for each in running)
    if containers and held:
        return held / containers
    allocated, megabytes = metrics.get("ContainerAllocated"), metrics.get("MemoryAllocatedMB")
    if applications is None and allocated and megabytes:
        return megabytes * _MIB / allocated
    return None


def _yarn_used(health: HealthSnapshot, metrics: Mapping[str, float]) -> float | None:
    used = health.values.get("yarn.memory.used")
    if used is not None:
        return used
    megabytes = metrics.get("MemoryAllocatedMB")
    return None if megabytes is None else megabytes * _MIB


def _hdfs_used(
    snapshot: ClusterSnapshot,
    health: HealthSnapshot,
    metrics: Mapping[str, float],
    types: Mapping[str, InstanceType],
    known: Measured,
) -> tuple[float | None, bool]:
    """Bytes on the DataNodes, and whether that is an estimate."""
    used = health.values.get("hdfs.used")
    if used is not None:
        return used, False
    share, now = metrics.get("HDFSUtilization"), room(snapshot, types, known).hdfs_gib
    if share is None or now is None:
        return None, False
    return share / 100 * now * _GIB, True
