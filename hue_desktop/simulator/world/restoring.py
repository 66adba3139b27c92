"""How a world is put together again from its documents."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from hue_desktop.simulator.world.applications import Application
from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.collections import InstanceFleet, InstanceGroup
from hue_desktop.simulator.world.instances import Instance
from hue_desktop.simulator.world.settings import Settings
from hue_desktop.simulator.world.steps import Step
from hue_desktop.simulator.world.timeline import Event

if TYPE_CHECKING:
    from hue_desktop.simulator.world.world import World

__all__ = ["rebuild"]

Json = dict[str, Any]


def rebuild(world: World, documents: Iterable[tuple[str, str, Json]]) -> None:
    """Fill an empty world with the entities of the documents; unknown kinds are left alone.

    Nothing made here is garbage, so the collector, which would look through a hundred thousand
    instances again and again while they come, rests meanwhile.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        _rebuild(world, documents)
    finally:
        if collecting:
            gc.enable()


def _rebuild(world: World, documents: Iterable[tuple[str, str, Json]]) -> None:
    by_kind: dict[str, list[Json]] = defaultdict(list)
    instances: list[Instance] = []
    for kind, _, document in documents:
        if kind == Instance.KIND:
            # There may be a hundred thousand: their documents are not kept meanwhile.
            instances.append(Instance.from_document(document))
        elif kind == Event.KIND:
            world.timeline.put(Event.from_document(document))
        else:
            by_kind[kind].append(document)
    for document in by_kind[Settings.KIND]:
        world.settings = Settings.from_document(document)
        world.moment.at = world.settings.at
    found = (Cluster.from_document(document) for document in by_kind[Cluster.KIND])
    for cluster in sorted(found, key=lambda item: item.number):
        world.clusters[cluster.id] = cluster
    _add_collections(world, by_kind)
    _add_instances(world, instances)
    for step in sorted(map(Step.from_document, by_kind[Step.KIND]), key=lambda item: item.ordinal):
        cluster = world.clusters[step.cluster_id]
        cluster.steps[step.id] = step
        if step.active:
            cluster.active_steps[step.id] = step
    world.telemetry.restore(by_kind)
    others = map(Application.from_document, by_kind[Application.KIND])
    for other in sorted(others, key=lambda item: item.ordinal):
        world.clusters[other.cluster_id].yarn_applications[other.id] = other


def _add_collections(world: World, by_kind: dict[str, list[Json]]) -> None:
    groups = [InstanceGroup.from_document(document) for document in by_kind[InstanceGroup.KIND]]
    for group in sorted(groups, key=lambda item: item.ordinal):
        world.clusters[group.cluster_id].groups[group.id] = group
    fleets = [InstanceFleet.from_document(document) for document in by_kind[InstanceFleet.KIND]]
    for fleet in sorted(fleets, key=lambda item: item.ordinal):
        world.clusters[fleet.cluster_id].fleets[fleet.id] = fleet


def _add_instances(world: World, instances: list[Instance]) -> None:
    for instance in sorted(instances, key=lambda item: item.number):
        cluster = world.clusters[instance.cluster_id]
        collection = world.collection(cluster, instance.collection_id)
        world.provisioning.adopt(cluster, collection, instance)
