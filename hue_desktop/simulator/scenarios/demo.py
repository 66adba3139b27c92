"""``demo``: three clusters that live, and the traces of those that have gone.

``analytics-prod`` has groups, Spot task nodes, managed scaling and recurring work,
``etl-streaming`` has fleets and always something to do, ``dev-sandbox`` waits and costs money. Two
more are what an idle finder is for: ``bi-presto``, whose auto-termination can never fire and whose
primary node is far too large, and ``graph-poc``, protected and forgotten, with core nodes that keep
next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hue_desktop.simulator.scenarios.script import DAY, HOUR, MINUTE, Script, group, spark_step

if TYPE_CHECKING:
    from hue_desktop.simulator.world.clusters import Cluster
    from hue_desktop.simulator.world.instances import Instance
    from hue_desktop.simulator.world.world import World

__all__ = ["build"]

Json = dict[str, Any]
_CODE = "s3://hue-simulator-code/jobs"


def build(world: World) -> None:
    """Make the demo's clusters; some three days of their past are lived through."""
    script = Script(world, begins_ago=3.0 * DAY)
    _nightly(script, "2")
    script.at(2.2 * DAY)
    analytics = _analytics(script)
    etl = _etl(script)
    script.at(2.0 * DAY)
    _nightly(script, "3")
    script.at(1.9 * DAY)
    _presto(script)
    _forgotten(script)
    script.at(1.4 * DAY)
    _failed_bootstrap(script)
    script.at(1.0 * DAY)
    _nightly(script, "4")
    script.at(20 * HOUR)
    sandbox = _sandbox(script)
    _alarms(script, analytics, etl, sandbox)
    script.at(6 * HOUR)
    _failed_training(script)
    script.at(40 * MINUTE)
    world.interrupt_spot(_running(script, analytics, "SPOT").id)
    script.at(12 * MINUTE)
    world.fail_node(_running(script, etl, "SPOT").id)
    script.at(0.0)


def _running(script: Script, cluster: Cluster, market: str) -> Instance:
    """The youngest task node of a market that serves now."""
    at = script.world.at
    return [
        instance
        for item in cluster.of_role("TASK")
        for instance in item.running(at)
        if instance.market == market and instance.alive
    ][-1]


def _analytics(script: Script) -> Cluster:
    cluster = script.create(
        "analytics-prod",
        {
            "KeepJobFlowAliveWhenNoSteps": True,
            "TerminationProtected": True,
            "InstanceGroups": [
                group("MASTER", "m5.2xlarge", 1, "Primary"),
                group("CORE", "r5.2xlarge", 6, "Core"),
                group("TASK", "m5.2xlarge", 3, "Task on-demand"),
                group("TASK", "m5.4xlarge", 6, "Task spot", Market="SPOT"),
            ],
        },
        applications=("Hadoop", "Spark", "Hive", "Tez", "Livy", "Hue", "ZooKeeper"),
        tags={"team": "analytics", "env": "prod", "cost-center": "4711", "owner": "mira"},
        hdfs_fill=0.38,
        StepConcurrencyLevel=3,
        BootstrapActions=[
            {
                "Name": "Install Python packages",
                "ScriptBootstrapAction": {
                    "Path": "s3://hue-simulator-code/bootstrap/python-packages.sh",
                    "Args": ["pandas", "pyarrow"],
                },
            }
        ],
        Configurations=[
            {"Classification": "spark", "Properties": {"maximizeResourceAllocation": "false"}},
            {
                "Classification": "spark-hive-site",
                "Properties": {
                    "hive.metastore.client.factory.class": (
                        "com.amazonaws.glue.catalog.metastore.AWSGlueDataCatalogHiveClientFactory"
                    )
                },
            },
        ],
        ManagedScalingPolicy={
            "ComputeLimits": {
                "UnitType": "Instances",
                "MinimumCapacityUnits": 13,
                "MaximumCapacityUnits": 19,
                "MaximumOnDemandCapacityUnits": 10,
                "MaximumCoreCapacityUnits": 6,
            }
        },
    )
    _recur(script, cluster, "Sessionize clicks", "sessionize.py", 20, (9, 18), (0.5, 1.1))
    _recur(script, cluster, "Refresh product_dim", "product_dim.py", 45, (4, 9), (0.2, 0.5), 0.02)
    _recur(script, cluster, "Hourly revenue report", "revenue.py", 60, (10, 25), (0.4, 0.9), 0.05)
    _by_hand(script, cluster, "mira", "livy-session-17", "SPARK", 50, (15, 40), (0.08, 0.2))
    _by_hand(script, cluster, "hive", "HIVE-7c1e: top customers", "TEZ", 35, (3, 9), (0.1, 0.25))
    return cluster


def _etl(script: Script) -> Cluster:
    cluster = script.create(
        "etl-streaming",
        {
            "KeepJobFlowAliveWhenNoSteps": True,
            "InstanceFleets": [
                _fleet("MASTER", 1, 0, {"m5.xlarge": 1, "m6i.xlarge": 1}),
                _fleet("CORE", 12, 4, {"r5.xlarge": 4, "r5.2xlarge": 8, "r6i.xlarge": 4}),
                _fleet("TASK", 0, 32, {"m5.xlarge": 4, "m5.2xlarge": 8, "m6i.2xlarge": 8}),
            ],
        },
        release="emr-6.15.0",
        applications=("Hadoop", "Spark", "Hive", "Flink"),
        tags={"team": "ingest", "env": "prod", "cost-center": "4712"},
        hdfs_fill=0.22,
        StepConcurrencyLevel=2,
    )
    _recur(script, cluster, "Ingest raw events", "ingest_events.py", 12, (6, 14), (0.4, 0.8))
    _recur(script, cluster, "Deduplicate and partition", "dedup.py", 18, (8, 15), (0.5, 1.2), 0.03)
    return cluster


def _sandbox(script: Script) -> Cluster:
    cluster = script.create(
        "dev-sandbox",
        {
            "KeepJobFlowAliveWhenNoSteps": True,
            "InstanceGroups": [
                group("MASTER", "m5.xlarge", 1, "Primary"),
                group("CORE", "m5.xlarge", 2, "Core"),
            ],
        },
        applications=("Hadoop", "Spark", "Hive", "JupyterEnterpriseGateway", "Livy"),
        tags={"team": "analytics", "env": "dev", "owner": "jonas"},
    )
    script.at(19.7 * HOUR)
    steps = [
        spark_step("Try new parser", f"{_CODE}/parser.py"),
        spark_step("Try new parser again", f"{_CODE}/parser.py", "--simulate-failure"),
        spark_step("Sample of clicks", f"{_CODE}/sample.py", "0.01"),
    ]
    script.call("AddJobFlowSteps", JobFlowId=cluster.id, Steps=steps)
    return cluster


def _alarms(script: Script, analytics: Cluster, etl: Cluster, sandbox: Cluster) -> None:
    """What a careful team has CloudWatch watch."""
    script.alarm(
        analytics,
        "analytics-prod HDFS filling up",
        "HDFSUtilization",
        75.0,
        AlarmDescription="Ask #data-platform before you delete anything.",
    )
    script.alarm(analytics, "analytics-prod missing blocks", "MissingBlocks", 0.0)
    script.alarm(
        etl,
        "etl-streaming waits for memory",
        "YARNMemoryAvailablePercentage",
        15.0,
        ComparisonOperator="LessThanThreshold",
        EvaluationPeriods=12,
        DatapointsToAlarm=11,
    )
    script.alarm(
        sandbox,
        "dev-sandbox idle",
        "IsIdle",
        1.0,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        EvaluationPeriods=24,
        AlarmDescription="Idle for two hours: end it or tell jonas.",
    )


def _presto(script: Script) -> None:
    script.create(
        "bi-presto",
        {
            "KeepJobFlowAliveWhenNoSteps": True,
            "InstanceGroups": [
                group("MASTER", "m5.4xlarge", 1, "Primary"),
                group("CORE", "m5.xlarge", 2, "Core"),
            ],
        },
        applications=("Hadoop", "Hive", "Presto"),
        tags={"team": "bi", "env": "prod", "cost-center": "4720"},
        AutoTerminationPolicy={"IdleTimeout": 7200},
    )


def _forgotten(script: Script) -> None:
    """A trial that has ended; whoever protected it has moved on."""
    script.create(
        "graph-poc",
        {
            "KeepJobFlowAliveWhenNoSteps": True,
            "TerminationProtected": True,
            "InstanceGroups": [
                group("MASTER", "m5.xlarge", 1, "Primary"),
                group("CORE", "r5.xlarge", 4, "Core"),
            ],
        },
        release="emr-6.15.0",
        tags={"team": "ml", "env": "test", "owner": "lena"},
        hdfs_fill=0.015,
        Steps=[spark_step("Load the graph", f"{_CODE}/graph.py")],
    )


def _nightly(script: Script, night: str) -> None:
    steps = [
        spark_step(f"Load partition {part}", f"{_CODE}/load.py", part, action="TERMINATE_CLUSTER")
        for part in ("orders", "customers", "shipments")
    ]
    script.create(
        f"nightly-warehouse-{night}",
        {
            "InstanceGroups": [
                group("MASTER", "m5.xlarge", 1),
                group("CORE", "r5.xlarge", 4),
                group("TASK", "c5.2xlarge", 4, Market="SPOT"),
            ],
        },
        release="emr-6.15.0",
        tags={"team": "warehouse", "env": "prod", "cost-center": "4713"},
        Steps=steps,
    )


def _failed_bootstrap(script: Script) -> None:
    script.create(
        "feature-store-test",
        {
            "KeepJobFlowAliveWhenNoSteps": True,
            "InstanceGroups": [group("MASTER", "m6g.xlarge", 1), group("CORE", "m6g.xlarge", 3)],
        },
        tags={"team": "ml", "env": "test"},
        BootstrapActions=[
            {
                "Name": "Install drivers",
                "ScriptBootstrapAction": {
                    "Path": "s3://hue-simulator-code/bootstrap/install-or-fail.sh",
                    "Args": [],
                },
            }
        ],
    )


def _failed_training(script: Script) -> None:
    script.create(
        "churn-model-training",
        {
            "InstanceGroups": [
                group("MASTER", "m5.xlarge", 1),
                group("CORE", "r5.2xlarge", 3),
                group("TASK", "r5.2xlarge", 5, Market="SPOT"),
            ],
        },
        tags={"team": "ml", "env": "prod", "owner": "aiko"},
        Steps=[
            spark_step("Prepare features", f"{_CODE}/features.py", action="TERMINATE_CLUSTER"),
            spark_step(
                "Train", f"{_CODE}/train.py", "--simulate-failure", action="TERMINATE_CLUSTER"
            ),
            spark_step("Publish model", f"{_CODE}/publish.py", action="TERMINATE_CLUSTER"),
        ],
    )


def _fleet(role: str, on_demand: int, spot: int, weights: dict[str, int]) -> Json:
    return {
        "Name": f"{role.title()} fleet",
        "InstanceFleetType": role,
        "TargetOnDemandCapacity": on_demand,
        "TargetSpotCapacity": spot,
        "InstanceTypeConfigs": [
            {"InstanceType": name, "WeightedCapacity": weight} for name, weight in weights.items()
        ],
        "LaunchSpecifications": {
            "OnDemandSpecification": {"AllocationStrategy": "lowest-price"},
            "SpotSpecification": {
                "TimeoutDurationMinutes": 15,
                "TimeoutAction": "SWITCH_TO_ON_DEMAND",
                "AllocationStrategy": "price-capacity-optimized",
            },
        },
    }


def _by_hand(
    script: Script,
    cluster: Cluster,
    user: str,
    name: str,
    kind: str,
    every_min: int,
    took_min: tuple[int, int],
    share: tuple[float, float],
) -> None:
    """Applications that somebody runs on the cluster itself, and that are no steps."""
    script.world.work.recur(
        cluster,
        {
            "name": name,
            "jar": "",
            "args": [],
            "user": user,
            "kind": kind,
            "every_s": every_min * MINUTE,
            "took_s": [minutes * MINUTE for minutes in took_min],
            "share": list(share),
        },
    )


def _recur(
    script: Script,
    cluster: Cluster,
    name: str,
    job: str,
    every_min: int,
    took_min: tuple[int, int],
    share: tuple[float, float],
    failure_rate: float = 0.0,
) -> None:
    """Work that comes again, for as long as the region lives."""
    args = ["spark-submit", "--deploy-mode", "cluster", f"{_CODE}/{job}"]
    script.world.work.recur(
        cluster,
        {
            "name": name,
            "jar": "command-runner.jar",
            "args": args,
            "every_s": every_min * MINUTE,
            "took_s": [minutes * MINUTE for minutes in took_min],
            "share": list(share),
            "failure_rate": failure_rate,
        },
    )
