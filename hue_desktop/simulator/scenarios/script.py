"""How a scenario is told: requests at instants of the past, answered by the region itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hue_desktop.simulator.aws.cloudwatch import CloudWatchService
from hue_desktop.simulator.aws.emr import EmrService
from hue_desktop.simulator.service import Call

if TYPE_CHECKING:
    from hue_desktop.simulator.world.clusters import Cluster
    from hue_desktop.simulator.world.world import World

__all__ = ["DAY", "HOUR", "MINUTE", "Script", "group", "spark_step"]

Json = dict[str, Any]

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


class Script:
    """Calls EMR as a user of the region would, at chosen instants before ``end``."""

    def __init__(self, world: World, begins_ago: float) -> None:
        self.world = world
        self.end = world.at
        world.begin_at(self.end - begins_ago)
        self._operations = EmrService(world).operations()
        self._cloudwatch = CloudWatchService(world).operations()

    def at(self, ago: float) -> None:
        """Let time pass until ``ago`` seconds before the end."""
        self.world.run_until(self.end - ago)

    def call(self, operation: str, **params: Any) -> Json:
        """One request; what is refused raises ``ApiError``."""
        call = Call("emr", operation, params, self.world.now, region=self.world.region)
        return self._operations[operation](call) or {}

    def alarm(self, cluster: Cluster, name: str, metric: str, above: float, **params: Any) -> None:
        """A CloudWatch alarm on the five-minute average of one metric of a cluster."""
        asked = {
            "AlarmName": name,
            "Namespace": "AWS/ElasticMapReduce",
            "MetricName": metric,
            "Dimensions": [{"Name": "JobFlowId", "Value": cluster.id}],
            "Statistic": "Average",
            "Period": 300,
            "EvaluationPeriods": 3,
            "Threshold": above,
            "ComparisonOperator": "GreaterThanThreshold",
            **params,
        }
        call = Call("cloudwatch", "PutMetricAlarm", asked, self.world.now, self.world.region)
        self._cloudwatch["PutMetricAlarm"](call)

    def create(
        self,
        name: str,
        instances: Json,
        *,
        release: str = "emr-7.5.0",
        applications: Sequence[str] = ("Hadoop", "Spark", "Hive"),
        tags: Json | None = None,
        hdfs_fill: float | None = None,
        **params: Any,
    ) -> Cluster:
        """A cluster with the roles, key and log folder that all of them share."""
        answer = self.call(
            "RunJobFlow",
            Name=name,
            ReleaseLabel=release,
            LogUri="s3://hue-simulator-logs/elasticmapreduce/",
            JobFlowRole="EMR_EC2_DefaultRole",
            ServiceRole="EMR_DefaultRole",
            Applications=[{"Name": item} for item in applications],
            Tags=[{"Key": key, "Value": value} for key, value in (tags or {}).items()],
            Instances={"Ec2KeyName": "hue", **instances},
            **params,
        )
        cluster = self.world.clusters[answer["JobFlowId"]]
        if hdfs_fill is not None:
            cluster.hdfs_fill = hdfs_fill
            self.world.touch(cluster)
        return cluster


def group(role: str, instance_type: str, count: int, name: str = "", **more: Any) -> Json:
    """An instance group; ``Market`` and the like in ``more``."""
    title = name or f"{role.title()} nodes"
    return {
        "Name": title,
        "InstanceRole": role,
        "InstanceType": instance_type,
        "InstanceCount": count,
        "Market": "ON_DEMAND",
        **more,
    }


def spark_step(name: str, script: str, *args: str, action: str = "CONTINUE") -> Json:
    """A step that submits a Spark script."""
    command = ["spark-submit", "--deploy-mode", "cluster", script, *args]
    return {
        "Name": name,
        "ActionOnFailure": action,
        "HadoopJarStep": {"Jar": "command-runner.jar", "Args": command},
    }
