"""``fleet-1000``: a thousand nodes in one cluster, a dozen in trouble, and thirty small clusters.

For looking at tables and heat maps at their limits, and for benchmarks.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hue_desktop.simulator.scenarios.script import DAY, HOUR, MINUTE, Script, group, spark_step
from hue_desktop.simulator.world.collections import InstanceGroup

if TYPE_CHECKING:
    from hue_desktop.simulator.world.clusters import Cluster
    from hue_desktop.simulator.world.world import World

__all__ = ["build"]

_TEAMS = ("analytics", "ingest", "warehouse", "ml", "search", "finance")
_TYPES = ("m5.xlarge", "r5.xlarge", "c5.2xlarge", "m6g.xlarge", "r6i.2xlarge")
_SMALL = 30
#: Spot task nodes of the large cluster by type; sizes whose pools are deep enough for them.
_SPOT = {"m6i.xlarge": 250, "m5a.xlarge": 200, "c5.xlarge": 147}


def build(world: World) -> None:
    """Make the large cluster a day ago and the small ones since then."""
    script = Script(world, begins_ago=DAY)
    large = _large(script)
    for number in range(_SMALL):
        script.at(DAY - (number + 1) * 0.75 * HOUR)
        _small(script, number)
    script.at(12 * MINUTE)
    groups = list(large.groups.values())
    for task_group in groups[2:4]:
        for instance in task_group.running(world.at)[5:7]:
            world.fail_node(instance.id)
    script.at(100.0)
    _resize(script, groups[4], groups[4].target + 3)
    script.at(60.0)
    for instance in groups[3].alive()[40:43]:
        world.interrupt_spot(instance.id)
    script.at(10.0)
    _resize(script, groups[2], groups[2].target - 2)
    script.at(0.0)


def _roomiest_zone(world: World) -> str:
    """The zone whose Spot pools have the most to spare for the large cluster, the whole day."""
    begun = datetime.fromtimestamp(world.at, UTC)
    hours = [begun + timedelta(hours=hour) for hour in range(0, 25, 4)]

    def room(az: str) -> float:
        return min(
            world.market.available(name, az, at) / count
            for name, count in _SPOT.items()
            for at in hours
        )

    return max(world.types.azs(), key=room)


def _large(script: Script) -> Cluster:
    cluster = script.create(
        "fleet-1000",
        {
            "KeepJobFlowAliveWhenNoSteps": True,
            "TerminationProtected": True,
            "InstanceGroups": [
                group("MASTER", "m5.8xlarge", 1, "Primary"),
                group("CORE", "r5.2xlarge", 199, "Core"),
                group("TASK", "m5.4xlarge", 200, "Task on-demand"),
                *(
                    group("TASK", name, count, f"Task spot {name[:-7]}", Market="SPOT")
                    for name, count in _SPOT.items()
                ),
            ],
            "Placement": {"AvailabilityZone": _roomiest_zone(script.world)},
        },
        tags={"team": "platform", "env": "prod"},
        hdfs_fill=0.45,
        StepConcurrencyLevel=10,
    )
    for number, every_min in enumerate((9, 14, 25)):
        script.world.work.recur(
            cluster,
            {
                "name": f"Large join {number + 1}",
                "jar": "command-runner.jar",
                "args": ["spark-submit", f"s3://hue-simulator-code/jobs/join{number + 1}.py"],
                "every_s": every_min * MINUTE,
                "took_s": [8 * MINUTE, 22 * MINUTE],
                "share": [0.2, 0.45],
                "failure_rate": 0.02,
            },
        )
    return cluster


def _small(script: Script, number: int) -> None:
    team = _TEAMS[number % len(_TEAMS)]
    worker = _TYPES[number % len(_TYPES)]
    groups = [group("MASTER", "m5.xlarge", 1), group("CORE", worker, 2 + number % 4)]
    if number % 3 == 0:
        groups.append(group("TASK", worker, 1 + number % 5, Market="SPOT"))
    keep = number % 4 != 3
    cluster = script.create(
        f"{team}-{number + 1:02d}",
        {"KeepJobFlowAliveWhenNoSteps": keep, "InstanceGroups": groups},
        release=("emr-7.5.0", "emr-6.15.0", "emr-7.9.0")[number % 3],
        tags={"team": team, "env": "prod" if number % 2 else "dev"},
        Steps=[spark_step("First load", "s3://hue-simulator-code/jobs/load.py")],
    )
    if number % 2 and keep:
        script.world.work.recur(
            cluster,
            {
                "name": f"Job of {team}",
                "jar": "command-runner.jar",
                "args": ["spark-submit", "s3://hue-simulator-code/jobs/job.py"],
                "every_s": 30 * MINUTE,
                "took_s": [5 * MINUTE, 20 * MINUTE],
                "share": [0.2, 0.9],
                "failure_rate": 0.05,
            },
        )


def _resize(script: Script, task_group: InstanceGroup, count: int) -> None:
    script.call(
        "ModifyInstanceGroups",
        ClusterId=task_group.cluster_id,
        InstanceGroups=[{"InstanceGroupId": task_group.id, "InstanceCount": count}],
    )
