"""A NodeManager's web services on port 8042 of a core or task node, and its ``/jmx``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hue_desktop.simulator.hadoop.mbeans import jvm_metrics
from hue_desktop.simulator.hadoop.pages import Asked, Page, Pages, WebError
from hue_desktop.simulator.world.load import Share
from hue_desktop.simulator.world.shapes import CONTAINER_MB
from hue_desktop.simulator.yarn.forms import HEALTH_REPORT, user_of, yarn_id
from hue_desktop.simulator.yarn.state import YarnMoment, YarnNode
from hue_desktop.simulator.yarn.usage import disk_bytes

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.doors import Door, Handler

__all__ = ["node_manager"]

Json = dict[str, Any]

_BUILT = "2024-03-06T18:15Z"
_ID = r"([^/]+)"


def node_manager(door: Door) -> Handler:
    """What answers at a NodeManager's door."""
    return _NodeManager(door).pages.handle


class _NodeManager:
    def __init__(self, door: Door) -> None:
        self._door = door
        root = "/ws/v1/node"
        self.pages = Pages(
            door,
            (
                Page(f"{root}/?", self._info),
                Page(f"{root}/info", self._info),
                Page(f"{root}/apps", self._apps),
                Page(f"{root}/apps/{_ID}", self._app),
                Page(f"{root}/containers", self._containers),
                Page(f"{root}/containers/{_ID}", self._container),
            ),
            self._beans,
        )

    def _now(self) -> tuple[YarnMoment, YarnNode]:
        moment = self._door.cluster.yarn.now()
        node = moment.node_at(self._door.key.ec2_id)
        if node is None or not node.instance.runs_at(moment.at):
            raise ConnectionResetError  # the machine is gone, and nobody answers
        return moment, node

    def _info(self, asked: Asked) -> Json:
        moment, node = self._now()
        version = self._door.cluster.hadoop_version
        build = f"{version} from Unknown by release source checksum {'0' * 32}"
        healthy = node.state != "UNHEALTHY" and node.instance.unhealthy > moment.at
        return {
            "nodeInfo": {
                "healthReport": "" if healthy else HEALTH_REPORT,
                "totalVmemAllocatedContainersMB": 5 * node.shape.yarn_mb,
                "totalPmemAllocatedContainersMB": node.shape.yarn_mb,
                "totalVCoresAllocatedContainers": node.shape.vcpu,
                "vmemCheckEnabled": False,
                "pmemCheckEnabled": True,
                "lastNodeUpdateTime": int(moment.at * 1000) - node.instance.number % 1000,
                "nodeHealthy": healthy,
                "nodeManagerVersion": version,
                "nodeManagerBuildVersion": build,
                "nodeManagerVersionBuiltOn": _BUILT,
                "hadoopVersion": version,
                "hadoopBuildVersion": build,
                "hadoopVersionBuiltOn": _BUILT,
                "id": f"{node.host}:8041",
                "nodeHostName": node.host,
                "nmStartupTime": int(node.instance.ready * 1000),
            }
        }

    def _apps(self, asked: Asked) -> Json:
        moment, node = self._now()
        user = asked.query.get("user")
        state = asked.query.get("state", "RUNNING").upper()
        found = [
            self._app_form(moment, node, share)
            for share, _ in node.held
            if user in (None, user_of(share.application)) and state == "RUNNING"
        ]
        return {"apps": {"app": found} if found else {}}

    def _app(self, asked: Asked) -> Json:
        moment, node = self._now()
        for share, _ in node.held:
            if yarn_id(moment, share.application) == asked.parts[0]:
                return {"app": self._app_form(moment, node, share)}
        raise WebError(404, "NotFoundException", f"app with id {asked.parts[0]} not found")

    def _app_form(self, moment: YarnMoment, node: YarnNode, share: Share) -> Json:
        return {
            "id": yarn_id(moment, share.application),
            "state": "RUNNING",
            "user": user_of(share.application),
            "containerids": [
                _container_id(moment, other, number)
                for other, number in moment.containers_of(node)
                if other is share
            ],
        }

    def _containers(self, asked: Asked) -> Json:
        moment, node = self._now()
        found = [
            _container(moment, node, share, number) for share, number in moment.containers_of(node)
        ]
        return {"containers": {"container": found} if found else {}}

    def _container(self, asked: Asked) -> Json:
        moment, node = self._now()
        for share, number in moment.containers_of(node):
            if _container_id(moment, share, number) == asked.parts[0]:
                return {"container": _container(moment, node, share, number)}
        text = f"container with id, {asked.parts[0]}, not found"
        raise WebError(404, "NotFoundException", text)

    def _beans(self) -> list[Json]:
        moment, node = self._now()
        busy = node.containers / max(1, node.shape.containers)
        up_s = moment.at - node.instance.ready
        chance = moment.world.chance
        jvm = jvm_metrics("NodeManager", node.host, 2048.0, busy, up_s, chance)
        return [jvm, self._metrics(moment, node)]

    def _metrics(self, moment: YarnMoment, node: YarnNode) -> Json:
        usage = moment.usage(node)
        total = max(1, disk_bytes(node.instance, node.shape))
        dfs = self._door.cluster.dfs_bytes_on(node.instance.ec2_id)
        full = 100.0 * (dfs + moment.non_dfs_bytes(node, dfs)) / total
        sick = node.instance.unhealthy <= moment.at
        held = node.containers
        return {
            "name": "Hadoop:service=NodeManager,name=NodeManagerMetrics",
            "modelerType": "NodeManagerMetrics",
            "tag.Context": "yarn",
            "tag.Hostname": node.host,
            "ContainersIniting": 0,
            "ContainersRunning": held,
            "AllocatedGB": held * CONTAINER_MB // 1024,
            "AllocatedContainers": held,
            "AvailableGB": max(0, node.shape.yarn_mb - held * CONTAINER_MB) // 1024,
            "AllocatedVCores": held,
            "AvailableVCores": node.shape.vcpu - held,
            "BadLocalDirs": int(sick),
            "BadLogDirs": int(sick),
            "GoodLocalDirsDiskUtilizationPerc": 0 if sick else int(full),
            "GoodLogDirsDiskUtilizationPerc": 0 if sick else int(full),
            "NodeUsedMemGB": usage.memory_mb // 1024,
            "NodeUsedVMemGB": usage.memory_mb // 1024,
            "NodeCpuUtilization": usage.cpu,
        }


def _container_id(moment: YarnMoment, share: Share, number: int) -> str:
    application = yarn_id(moment, share.application).partition("_")[2]
    return f"container_{application}_01_{number:06d}"


def _container(moment: YarnMoment, node: YarnNode, share: Share, number: int) -> Json:
    name, user = _container_id(moment, share, number), user_of(share.application)
    return {
        "id": name,
        "state": "RUNNING",
        "exitCode": -1000,
        "diagnostics": "",
        "user": user,
        "totalMemoryNeededMB": CONTAINER_MB,
        "totalVCoresNeeded": 1,
        "executionType": "GUARANTEED",
        "containerLogsLink": f"http://{node.host}:8042/node/containerlogs/{name}/{user}",
        "nodeId": f"{node.host}:8041",
        "containerLogFiles": ["stderr", "stdout", "syslog"],
    }
