"""``month``: one cluster that has run for thirty days, for charts and bills of a whole month.

Spot task nodes come and go with the work of each day, EC2 has taken some back, the weekends are
quiet, and the team has added core nodes half-way through. A second cluster has ended in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hue_desktop.simulator.scenarios.script import DAY, HOUR, MINUTE, Script, group, spark_step

if TYPE_CHECKING:
    from hue_desktop.simulator.world.clusters import Cluster
    from hue_desktop.simulator.world.world import World

__all__ = ["build"]

_CODE = "s3://hue-simulator-code/jobs"
_DAYS = 30
_TASK_NODES = 6


def build(world: World) -> None:
    """Live through the month, at most a few hundred steps of it."""
    script = Script(world, begins_ago=_DAYS * DAY)
    cluster = _warehouse(script)
    for days_ago in range(_DAYS - 1, 0, -1):
        script.at(days_ago * DAY)
        _resize_tasks(script, cluster, 0 if days_ago % 7 in (0, 1) else _TASK_NODES)
        if days_ago == 21:
            _backfill(script)
        if days_ago == 14:
            _grow_core(script, cluster)
        if days_ago in (25, 17, 5):
            _interrupt(script, cluster)
    script.alarm(cluster, "warehouse-month unhealthy nodes", "MRUnhealthyNodes", 0.0)
    script.at(0.0)


def _warehouse(script: Script) -> Cluster:
    cluster = script.create(
        "warehouse-month",
        {
            "KeepJobFlowAliveWhenNoSteps": True,
            "TerminationProtected": True,
            "InstanceGroups": [
                group("MASTER", "m5.xlarge", 1, "Primary"),
                group("CORE", "r5.xlarge", 4, "Core"),
                group("TASK", "m5.2xlarge", _TASK_NODES, "Task spot", Market="SPOT"),
            ],
        },
        tags={"team": "warehouse", "env": "prod", "cost-center": "4713"},
        hdfs_fill=0.3,
    )
    # The region remembers 150 recurring steps and 200 applications: what is older has no load.
    for name, every_h, low, high, user in (
        ("Load facts", 6, 40, 150, ""),
        ("Build marts", 36, 60, 150, ""),
        ("Look into sales", 5, 10, 50, "mira"),
    ):
        script.world.work.recur(
            cluster,
            {
                "name": name,
                "jar": "command-runner.jar",
                "args": ["spark-submit", f"{_CODE}/{name.lower().replace(' ', '_')}.py"],
                "every_s": every_h * HOUR,
                "took_s": [low * MINUTE, high * MINUTE],
                "share": [0.4, 0.9],
                "failure_rate": 0.03,
                **({"user": user} if user else {}),
            },
        )
    return cluster


def _resize_tasks(script: Script, cluster: Cluster, count: int) -> None:
    tasks = list(cluster.groups.values())[2]
    if tasks.target != count:
        _resize(script, cluster, tasks.id, count)


def _grow_core(script: Script, cluster: Cluster) -> None:
    _resize(script, cluster, list(cluster.groups.values())[1].id, 6)


def _resize(script: Script, cluster: Cluster, group_id: str, count: int) -> None:
    script.call(
        "ModifyInstanceGroups",
        ClusterId=cluster.id,
        InstanceGroups=[{"InstanceGroupId": group_id, "InstanceCount": count}],
    )


def _interrupt(script: Script, cluster: Cluster) -> None:
    """EC2 takes two Spot nodes back in the middle of the day."""
    script.at(script.end - script.world.at - 5 * HOUR)
    tasks = list(cluster.groups.values())[2]
    for instance in tasks.running(script.world.at)[:2]:
        if instance.alive:
            script.world.interrupt_spot(instance.id)


def _backfill(script: Script) -> None:
    """A cluster that ended with its steps three weeks ago."""
    script.create(
        "backfill-2026",
        {
            "InstanceGroups": [
                group("MASTER", "m5.xlarge", 1),
                group("CORE", "r5.xlarge", 2),
                group("TASK", "c5.2xlarge", 4, Market="SPOT"),
            ],
        },
        tags={"team": "warehouse", "env": "prod", "cost-center": "4713"},
        Steps=[
            spark_step(f"Year {year}", f"{_CODE}/backfill.py", year) for year in ("2024", "2025")
        ],
    )
