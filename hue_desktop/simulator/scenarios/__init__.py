"""What a new region holds: named scenarios, each a few calls of the world's own methods."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.seeds import Seed
    from hue_desktop.simulator.s3.seeds import S3Seed
    from hue_desktop.simulator.world.clusters import Cluster
    from hue_desktop.simulator.world.world import World

__all__ = ["NAMES", "apply", "hdfs_seeds", "s3_seeds"]

#: Scenario -> the module that has its ``build(world)``; imported when it is asked for.
_MODULES = {
    "demo": "demo",
    "empty": "empty",
    "fleet-1000": "fleet_1000",
    "month": "month",
    "storm": "storm",
}
NAMES = tuple(_MODULES)


def apply(name: str, world: World) -> None:
    """Furnish a new world; ``ValueError`` for an unknown name, with the names there are."""
    if name not in _MODULES:
        raise ValueError(f"unknown scenario {name!r}; there are {', '.join(NAMES)}")
    build: Callable[[World], None] = import_module(f"{__name__}.{_MODULES[name]}").build
    build(world)


def hdfs_seeds(name: str, world: World, cluster: Cluster) -> Iterable[Seed]:
    """What a scenario puts into the HDFS of a cluster when that is first opened."""
    if name == "demo":
        from hue_desktop.simulator.scenarios import demo_hdfs

        return demo_hdfs.seeds(world, cluster)
    if name in ("fleet-1000", "month", "storm"):
        from hue_desktop.simulator.scenarios.bulk import bulk

        return bulk(world, cluster, ())
    return ()


def s3_seeds(name: str, world: World) -> Iterable[S3Seed]:
    """What a scenario puts into S3 when that is first used."""
    if name != "demo":
        return ()
    from hue_desktop.simulator.scenarios import demo_s3

    return demo_s3.seeds(world)
