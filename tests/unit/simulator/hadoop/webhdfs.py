"""A WebHDFS client of the standard library alone, and a region with a cluster that it talks to."""

from __future__ import annotations

import http.client
import json
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from hue_desktop.simulator.hadoop.cluster import HdfsOfCluster
from tests.simulated import SimulatedRegion, simulated_region

__all__ = ["Answer", "HdfsRegion", "WebHdfs", "hdfs_region", "run_cluster"]

PREFIX = "/webhdfs/v1"


@dataclass(frozen=True)
class Answer:
    """What came back, and where a redirect led."""

    status: int
    headers: dict[str, str]
    body: bytes
    location: str = ""

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def exception(self) -> str:
        """The name of the Java exception."""
        return str(self.json["RemoteException"]["exception"])

    @property
    def message(self) -> str:
        """What the exception says."""
        return str(self.json["RemoteException"]["message"])


class WebHdfs:
    """Asks one server; follows one redirect, and sends the body there."""

    def __init__(self, url: str, user: str = "hadoop") -> None:
        self.netloc = urllib.parse.urlsplit(url).netloc
        self.user = user

    def ask(
        self, method: str, path: str, op: str, body: bytes | None = None, **params: object
    ) -> Answer:
        """One operation; raises what ``http.client`` raises when the connection breaks."""
        target = self.target(path, op, **params)
        first = self._send(self.netloc, method, target, None)
        if first.status != 307:
            return first
        location = first.headers["location"]
        parts = urllib.parse.urlsplit(location)
        second = self._send(parts.netloc, method, f"{parts.path}?{parts.query}", body or b"")
        return Answer(second.status, second.headers, second.body, location)

    def target(self, path: str, op: str, **params: object) -> str:
        """The request's target."""
        query = {"op": op, **{name: str(value) for name, value in params.items()}}
        if self.user and "user.name" not in query:
            query["user.name"] = self.user
        return f"{PREFIX}{urllib.parse.quote(path)}?{urllib.parse.urlencode(query)}"

    def location(self, method: str, path: str, op: str, **params: object) -> str:
        """Where the NameNode sends the client for an operation."""
        answer = self.ask(method, path, op, noredirect="true", **params)
        return str(answer.json["Location"])

    def put(self, path: str, data: bytes, **params: object) -> None:
        """Write a file."""
        answer = self.ask("PUT", path, "CREATE", data, **params)
        assert answer.status == 201, answer

    def get(self, path: str, **params: object) -> bytes:
        """Read a file."""
        answer = self.ask("GET", path, "OPEN", **params)
        assert answer.status == 200, answer
        return answer.body

    def names(self, path: str) -> list[str]:
        """What is in a directory."""
        found = self.ask("GET", path, "LISTSTATUS").json["FileStatuses"]["FileStatus"]
        return [item["pathSuffix"] for item in found]

    def status(self, path: str) -> dict[str, Any]:
        """``FileStatus`` of a path."""
        answer = self.ask("GET", path, "GETFILESTATUS")
        assert answer.status == 200, answer
        status: dict[str, Any] = answer.json["FileStatus"]
        return status

    @staticmethod
    def _send(netloc: str, method: str, target: str, body: bytes | None) -> Answer:
        connection = http.client.HTTPConnection(netloc, timeout=30)
        try:
            connection.request(
                method, target, body, {"Content-Type": "application/octet-stream"} if body else {}
            )
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(answer.status, headers, answer.read())
        finally:
            connection.close()


@dataclass
class HdfsRegion:
    """A region with one cluster that runs HDFS."""

    region: SimulatedRegion
    cluster_id: str

    @property
    def urls(self) -> dict[str, str]:
        """Where its servers are on this machine."""
        urls: dict[str, str] = self.region.control("hdfs")[self.cluster_id]
        return urls

    def web(self, user: str = "hadoop") -> WebHdfs:
        """A client of the NameNode."""
        return WebHdfs(self.urls["webhdfs"], user)

    def httpfs(self, user: str = "hadoop") -> WebHdfs:
        """A client of HttpFS."""
        return WebHdfs(self.urls["httpfs"], user)

    @property
    def hdfs(self) -> HdfsOfCluster:
        """The HDFS itself."""
        return self.region.front.servers.hadoop.hdfs_of(self.cluster_id)

    def state(self) -> dict[str, Any]:
        """What the control API says of it."""
        state: dict[str, Any] = self.region.control("hdfs/state")[self.cluster_id]
        return state

    def control(self, name: str, **body: object) -> dict[str, Any]:
        """A control request about this cluster."""
        return self.region.control(name, {"cluster_id": self.cluster_id, **body})


def run_cluster(region: SimulatedRegion, core: int = 3, **more: Any) -> str:
    """Start a cluster and let time pass until it waits for work; its id."""
    groups = [{"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1}]
    if core:
        groups.append({"InstanceRole": "CORE", "InstanceType": "m5.xlarge", "InstanceCount": core})
    answer = region.client("emr").run_job_flow(
        Name="storage",
        ReleaseLabel="emr-7.1.0",
        Applications=[{"Name": "Hadoop"}],
        Instances={"InstanceGroups": groups, "KeepJobFlowAliveWhenNoSteps": True},
        JobFlowRole="EMR_EC2_DefaultRole",
        ServiceRole="EMR_DefaultRole",
        **more,
    )
    region.jump(minutes=20)
    return str(answer["JobFlowId"])


@contextmanager
def hdfs_region(
    core: int = 3,
    replication: int = 2,
    properties: dict[str, str] | None = None,
    **options: Any,
) -> Iterator[HdfsRegion]:
    """A region with a cluster of ``core`` core nodes; its clock stands still."""
    properties = {"dfs.replication": str(replication), **(properties or {})}
    with simulated_region(paused=True, **options) as region:
        cluster_id = run_cluster(
            region,
            core,
            Configurations=[{"Classification": "hdfs-site", "Properties": properties}],
        )
        yield HdfsRegion(region, cluster_id)
        bugs = region.front.servers.hadoop.bugs
        assert not bugs, f"the Hadoop servers met bugs: {bugs[:3]}"
