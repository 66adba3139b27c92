"""``storm``: a cluster that lives on Spot, while EC2 takes nodes back in three waves.

The first comes three minutes after the region begins, then a quarter of an hour and forty minutes
after it. What runs on the cluster feels it: it has work to do instead of a time to take.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hue_desktop.simulator.scenarios.script import HOUR, MINUTE, Script, group

if TYPE_CHECKING:
    from hue_desktop.simulator.world.clusters import Cluster
    from hue_desktop.simulator.world.world import World

__all__ = ["WAVES", "build"]

#: Seconds after the beginning, and the share of the Spot nodes that gets its notice then.
WAVES = ((3 * MINUTE, 0.25), (15 * MINUTE, 0.35), (40 * MINUTE, 0.6))
_SPOT = {"m5.2xlarge": 14, "m5a.2xlarge": 10}
#: (name, user, kind, containers, hours left or None for a stream, minutes that it has run)
_WORK = (
    ("clickstream ingest", "ingest", "SPARK", 24, None, 115.0),
    ("ranking features", "mira", "SPARK", 90, 2.0, 70.0),
    ("hourly sessions", "hive", "TEZ", 40, 0.5, 20.0),
    ("ad-hoc notebook", "ana", "SPARK", 12, 1.0, 10.0),
)


def build(world: World) -> None:
    """Make the cluster two hours ago, and plan the waves."""
    script = Script(world, begins_ago=2 * HOUR)
    cluster = script.create(
        "storm",
        {
            "KeepJobFlowAliveWhenNoSteps": True,
            "InstanceGroups": [
                group("MASTER", "m5.xlarge", 1, "Primary"),
                group("CORE", "r5.xlarge", 4, "Core"),
                *(
                    group("TASK", name, count, f"Task spot {name[:-8]}", Market="SPOT")
                    for name, count in _SPOT.items()
                ),
            ],
            "Placement": {"AvailabilityZone": _roomiest_zone(world)},
        },
        tags={"team": "platform", "env": "test"},
        hdfs_fill=0.3,
    )
    script.at(0.0)
    for name, user, kind, containers, hours, minutes in _WORK:
        left_s = None if hours is None else hours * HOUR
        item = world.applications.submit(
            cluster, name, user, kind=kind, containers=containers, for_s=left_s or HOUR
        )
        world.pace.give(cluster, item, containers, left_s, minutes * MINUTE)
    _plan_waves(world, cluster)


def _plan_waves(world: World, cluster: Cluster) -> None:
    spot = [node for node in cluster.alive_instances("TASK") if node.market == "SPOT"]
    for number, (after, share) in enumerate(WAVES):
        for node in spot:
            if world.chance.unit("storm", number, node.id) < share:
                due = world.due("interrupt", node.id)
                if due is None or due > world.at + after:
                    world.schedule(world.at + after, "interrupt", cluster.id, node.id)


def _roomiest_zone(world: World) -> str:
    """The zone whose Spot pools have the most to spare now."""
    begun = datetime.fromtimestamp(world.at, UTC)

    def room(az: str) -> float:
        return min(
            world.market.available(name, az, begun + timedelta(hours=hour)) / count
            for name, count in _SPOT.items()
            for hour in (0, 1, 2)
        )

    return max(world.types.azs(), key=room)
