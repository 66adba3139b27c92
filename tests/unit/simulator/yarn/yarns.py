"""A region with a cluster, and its status pages asked over real HTTP."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from hue_desktop.simulator.world.clusters import Cluster
from tests.simulated import SimulatedRegion, simulated_region

__all__ = ["Answer", "YarnRegion", "ask", "run_cluster", "yarn_region"]


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def ask(url: str, method: str = "GET", body: object = None, host: str = "") -> Answer:
    """One request; raises what ``urllib`` raises when the connection breaks."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method)
    request.add_header("Content-Type", "application/json")
    if host:
        request.add_header("Host", host)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answer(answer.status, dict(answer.headers), answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, dict(error.headers), error.read())


@dataclass
class YarnRegion:
    """A region with one cluster."""

    region: SimulatedRegion
    cluster_id: str

    @property
    def cluster(self) -> Cluster:
        """The cluster as the world has it."""
        return self.region.world.clusters[self.cluster_id]

    def ids(self, role: str) -> list[str]:
        """EC2's ids of the nodes of a role that run."""
        at = self.region.world.at
        return [
            item.ec2_id
            for item in self.cluster.instances.values()
            if item.role == role and item.runs_at(at)
        ]

    def rm(self, path: str, method: str = "GET", body: object = None) -> Answer:
        """Ask the ResourceManager; ``path`` below ``/ws/v1/cluster`` or ``/jmx…``."""
        base = self.region.front.servers.hadoop.resource_manager_url(self.cluster_id)
        below = path if path.startswith("/jmx") else f"/ws/v1/cluster{path}"
        return ask(base + below, method, body)

    def node(self, ec2_id: str, path: str, port: int = 8042) -> Answer:
        """Ask a NodeManager or DataNode."""
        return ask(self.region.front.servers.hadoop.node_url(ec2_id, port) + path)

    def namenode(self, query: str) -> dict[str, Any]:
        """A bean of the NameNode by its name, or by a part of its ObjectName."""
        base = self.region.front.servers.hadoop.webhdfs_url(self.cluster_id)
        name = urllib.parse.quote(f"Hadoop:service=NameNode,name={query}")
        (bean,) = ask(f"{base}/jmx?qry={name}").json["beans"]
        found: dict[str, Any] = bean
        return found

    def metrics(self) -> dict[str, Any]:
        """``clusterMetrics``."""
        found: dict[str, Any] = self.rm("/metrics").json["clusterMetrics"]
        return found

    def nodes(self) -> list[dict[str, Any]]:
        """``/nodes``, empty when there are none."""
        found: list[dict[str, Any]] = (self.rm("/nodes").json["nodes"] or {}).get("node", [])
        return found

    def apps(self, query: str = "") -> list[dict[str, Any]]:
        """``/apps``, empty when there are none."""
        found: list[dict[str, Any]] = (self.rm(f"/apps{query}").json["apps"] or {}).get("app", [])
        return found

    def step(self, name: str, *args: str, on_failure: str = "CONTINUE") -> str:
        """Submit a step; its id."""
        config = {
            "Name": name,
            "ActionOnFailure": on_failure,
            "HadoopJarStep": {"Jar": "command-runner.jar", "Args": list(args)},
        }
        emr = self.region.client("emr")
        answer = emr.add_job_flow_steps(JobFlowId=self.cluster_id, Steps=[config])
        found: str = answer["StepIds"][0]
        return found


def run_cluster(region: SimulatedRegion, core: int = 3, task: int = 2, **options: Any) -> str:
    """A cluster that runs; its id."""
    counts = (("MASTER", 1), ("CORE", core), ("TASK", task))
    groups = [
        {"InstanceRole": role, "InstanceType": "m5.xlarge", "InstanceCount": count}
        for role, count in counts
        if count
    ]
    answer = region.client("emr").run_job_flow(
        **{
            "Name": "yarn",
            "ReleaseLabel": "emr-7.1.0",
            "Applications": [{"Name": "Hadoop"}, {"Name": "Spark"}],
            "JobFlowRole": "EMR_EC2_DefaultRole",
            "ServiceRole": "EMR_DefaultRole",
            "Instances": {"InstanceGroups": groups, "KeepJobFlowAliveWhenNoSteps": True},
            "StepConcurrencyLevel": 5,
            **options,
        }
    )
    region.jump(minutes=30)
    cluster_id: str = answer["JobFlowId"]
    return cluster_id


@contextmanager
def yarn_region(core: int = 3, task: int = 2, **options: Any) -> Iterator[YarnRegion]:
    """A region whose clock stands still, with a cluster that runs."""
    with simulated_region(paused=True, **options) as region:
        yield YarnRegion(region, run_cluster(region, core, task))
