"""Nodes that EMR no longer tells of but that were paid for: the bill remembers them longer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.documents import NEVER, Stored
from hue_desktop.simulator.world.instances import Instance, Volume

__all__ = ["Outlived", "outlived"]


@dataclass(slots=True, eq=False)
class Outlived(Stored):
    """What a bill needs to know of a node that is forgotten; ``id`` is EMR's."""

    KIND: ClassVar[str] = "outlived"

    id: str
    cluster_id: str
    role: str
    instance_type: str
    market: str
    az: str
    fulfilled: float
    ended: float
    notice: float = NEVER
    tags: dict[str, str] = field(default_factory=dict)  #: of its cluster, at the end
    root: list[int | None] = field(default_factory=list)  #: GiB, IOPS, MiB/s as asked for
    volumes: list[Volume] = field(default_factory=list)


def outlived(cluster: Cluster, instances: Iterable[Instance]) -> Iterator[Outlived]:
    """The memory of nodes that EMR forgets now; of those that never ran there is none."""
    names = ("EbsRootVolumeSize", "EbsRootVolumeIops", "EbsRootVolumeThroughput")
    for item in instances:
        if item.fulfilled < item.ended:
            yield Outlived(
                item.id,
                cluster.id,
                item.role,
                item.instance_type,
                item.market,
                item.az,
                item.fulfilled,
                item.ended,
                item.notice,
                dict(cluster.tags),
                [cluster.request.get(name) for name in names],
                list(item.volumes),
            )
