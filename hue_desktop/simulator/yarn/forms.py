"""JSON objects of the ResourceManager, member by member as Hadoop 3.3 writes them.

Members that are null in Java are missing here: the ResourceManager leaves them out. What it does
not know of an application that has ended is -1.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from hue_desktop.simulator.world.applications import (
    Application,
    application_id,
    outcome_of,
)
from hue_desktop.simulator.world.documents import NEVER
from hue_desktop.simulator.world.load import Share
from hue_desktop.simulator.world.shapes import CONTAINER_MB
from hue_desktop.simulator.world.steps import Step
from hue_desktop.simulator.yarn.state import YarnMoment, YarnNode

__all__ = [
    "HEALTH_REPORT",
    "app_form",
    "cluster_id_of",
    "final_status_of",
    "kind_of",
    "node_form",
    "progress_of",
    "queue_of",
    "resource",
    "state_of",
    "tags_of",
    "user_of",
    "yarn_id",
]

Json = dict[str, Any]

_LONG_MAX = 2**63 - 1
_MAP_REDUCE = ("s3-dist-cp", "hadoop-streaming", "hadoop jar")
#: What the health checker says of a node whose disks are full.
HEALTH_REPORT = (
    "1/1 local-dirs usable space is below configured utilization percentage/no more usable space "
    "[ /mnt/yarn : used space above threshold of 90.0% ] ; 1/1 log-dirs usable space is below "
    "configured utilization percentage/no more usable space "
    "[ /var/log/hadoop-yarn/containers : used space above threshold of 90.0% ] "
)


@lru_cache(maxsize=4096)
def resource(memory_mb: int, vcores: int) -> Json:
    """A ResourceInfo; nobody changes it, so that many nodes share one."""
    parts = (("memory-mb", "Mi", memory_mb), ("vcores", "", vcores))
    return {
        "memory": memory_mb,
        "vCores": vcores,
        "resourceInformations": {
            "resourceInformation": [
                {
                    "attributes": {},
                    "maximumAllocation": _LONG_MAX,
                    "minimumAllocation": 0,
                    "name": name,
                    "resourceType": "COUNTABLE",
                    "units": units,
                    "value": value,
                }
                for name, units, value in parts
            ]
        },
    }


def node_form(moment: YarnMoment, node: YarnNode, version: str) -> Json:
    """A node of ``/cluster/nodes``; of one that the scheduler does not know, little is told."""
    usage = moment.usage(node) if node.state not in ("LOST", "DECOMMISSIONED") else None
    count = node.containers
    used_mb = count * CONTAINER_MB
    running = node.state == "RUNNING"
    total_mb = node.shape.yarn_mb if running or not node.schedulable else used_mb
    total_vcores = node.shape.vcpu if running or not node.schedulable else count
    gone = usage is None
    form: Json = {
        "rack": "/default-rack",
        "state": node.state,
        "id": f"{node.host}:8041",
        "nodeHostName": node.host,
        "nodeHTTPAddress": "" if gone else f"{node.host}:8042",
        "lastHealthUpdate": _last_seen_ms(moment, node),
        "version": version,
        "healthReport": HEALTH_REPORT if node.state == "UNHEALTHY" else "",
        "numContainers": count,
        "usedMemoryMB": used_mb if node.schedulable else 0,
        "availMemoryMB": total_mb - used_mb if node.schedulable else 0,
        "usedVirtualCores": count if node.schedulable else 0,
        "availableVirtualCores": total_vcores - count if node.schedulable else 0,
        "memUtilization": 0.0,
        "cpuUtilization": 0.0,
        "numRunningOpportContainers": 0,
        "usedMemoryOpportGB": 0,
        "usedVirtualCoresOpport": 0,
        "numQueuedContainers": 0,
        "nodeLabels": [],
        "allocationTags": {},
    }
    if usage is not None:
        form["resourceUtilization"] = {
            "nodePhysicalMemoryMB": usage.memory_mb,
            "nodeVirtualMemoryMB": usage.memory_mb,
            "nodeCPUUsage": usage.cpu,
            "aggregatedContainersPhysicalMemoryMB": usage.containers_mb,
            "aggregatedContainersVirtualMemoryMB": int(2.1 * usage.containers_mb),
            "containersCPUUsage": usage.containers_cpu,
        }
    else:
        form["resourceUtilization"] = {}
    if usage is not None and node.schedulable:
        form["memUtilization"] = 100.0 * usage.memory_mb / (node.shape.memory_gib * 1024)
        form["cpuUtilization"] = 100.0 * usage.cpu / node.shape.vcpu
        form["usedResource"] = resource(used_mb, count)
        form["availableResource"] = resource(total_mb - used_mb, total_vcores - count)
    form["nodeAttributesInfo"] = {}
    form["totalResource"] = resource(total_mb, total_vcores)
    return form


def _last_seen_ms(moment: YarnMoment, node: YarnNode) -> int:
    """The last health report; a NodeManager reports with its heartbeats."""
    at = min(moment.at, node.instance.ended)
    return int(at * 1000) - node.instance.number % 1000


# Applications


def cluster_id_of(moment: YarnMoment) -> int:
    """The ResourceManager's start, which all ids carry."""
    return int(moment.cluster.ready * 1000)


def yarn_id(moment: YarnMoment, application: Step | Application) -> str:
    """YARN's id."""
    if isinstance(application, Application):
        return application.id
    return application.application_id or application_id(moment.cluster, application.ordinal)


def user_of(application: Step | Application) -> str:
    """Who runs it; steps run as ``hadoop``."""
    return application.user if isinstance(application, Application) else "hadoop"


def queue_of(application: Step | Application) -> str:
    """Its queue; steps go to ``default``."""
    return application.queue if isinstance(application, Application) else "default"


def kind_of(application: Step | Application) -> str:
    """YARN's applicationType, as a step's jar and arguments tell it."""
    if isinstance(application, Application):
        return application.kind
    words = {argument.rpartition("/")[2] for argument in application.args[:3]}
    if words & {"spark-submit", "spark-sql", "spark-shell", "pyspark"}:
        return "SPARK"
    if words & {"hive", "hive-script", "pig-script", "tez"}:
        return "TEZ"
    if words & set(_MAP_REDUCE) or application.jar != "command-runner.jar":
        return "MAPREDUCE"
    return "SPARK"


def state_of(share: Share | None, application: Step | Application) -> str:
    """YARN's state: one that runs has a share."""
    if share is not None:
        return "RUNNING" if share.got else "ACCEPTED"
    return outcome_of(application)


_FINAL = {"FINISHED": "SUCCEEDED", "FAILED": "FAILED", "KILLED": "KILLED"}


def final_status_of(state: str) -> str:
    """YARN's FinalApplicationStatus."""
    return _FINAL.get(state, "UNDEFINED")


def app_form(moment: YarnMoment, application: Step | Application, share: Share | None) -> Json:
    """An application of ``/cluster/apps``."""
    state = state_of(share, application)
    found = yarn_id(moment, application)
    user = user_of(application)
    primary = _primary(moment)
    started, now = int(application.started * 1000), int(moment.at * 1000)
    ended = 0 if share is not None else int(application.ended * 1000)
    held = moment.ledger.held_by(application.id, moment.at)
    form: Json = {
        "id": found,
        "user": user,
        "name": application.name,
        "queue": queue_of(application),
        "state": state,
        "finalStatus": final_status_of(state),
        "progress": progress_of(moment, application, state),
        "trackingUI": _tracking(state),
    }
    if state != "ACCEPTED":
        form["trackingUrl"] = f"http://{primary}:20888/proxy/{found}/"
    form |= {
        "diagnostics": _diagnostics(application, state),
        "clusterId": cluster_id_of(moment),
        "applicationType": kind_of(application),
        "applicationTags": ",".join(tags_of(application)),
        "priority": 0,
        "startedTime": started,
        "launchTime": started + 900 if state != "ACCEPTED" else 0,
        "finishedTime": ended,
        "elapsedTime": (ended or now) - started,
    }
    form |= _master(moment, share, found, user)
    form |= _held(moment, share, held)
    form |= {
        "preemptedResourceMB": 0,
        "preemptedResourceVCores": 0,
        "numNonAMContainerPreempted": 0,
        "numAMContainerPreempted": 0,
        "preemptedMemorySeconds": 0,
        "preemptedVcoreSeconds": 0,
        "preemptedResourceSecondsMap": {},
        "logAggregationStatus": "NOT_START" if share is not None else "SUCCEEDED",
        "unmanagedApplication": False,
        "amNodeLabelExpression": "",
        "timeouts": {
            "timeout": [
                {"type": "LIFETIME", "expiryTime": "UNLIMITED", "remainingTimeInSeconds": -1}
            ]
        },
    }
    return form


def _held(moment: YarnMoment, share: Share | None, held: float) -> Json:
    """What it holds now, and has held over its life."""
    got = share.got if share is not None else -1
    total_mb = max(1, moment.load.memory_total_mb)
    percent = 100.0 * got * CONTAINER_MB / total_mb if got > 0 else 0.0
    nothing = share is None
    return {
        "allocatedMB": -1 if nothing else got * CONTAINER_MB,
        "allocatedVCores": got,
        "reservedMB": -1 if nothing else 0,
        "reservedVCores": -1 if nothing else 0,
        "runningContainers": got,
        "memorySeconds": int(held * CONTAINER_MB),
        "vcoreSeconds": int(held),
        "queueUsagePercentage": percent,
        "clusterUsagePercentage": percent,
        "resourceSecondsMap": {"entry": {"key": "vcores", "value": str(int(held))}},
    }


def _master(moment: YarnMoment, share: Share | None, found: str, user: str) -> Json:
    """Where its ApplicationMaster is; nothing while it has none."""
    node = moment.master_of(share) if share is not None and share.got else None
    if node is None:
        return {}
    container = f"container_{found.partition('_')[2]}_01_000001"
    return {
        "amContainerLogs": f"http://{node.host}:8042/node/containerlogs/{container}/{user}",
        "amHostHttpAddress": f"{node.host}:8042",
        "amRPCAddress": f"{node.host}:{32768 + sum(map(ord, found)) % 20000}",
        "masterNodeId": f"{node.host}:8041",
    }


def _primary(moment: YarnMoment) -> str:
    for instance in moment.cluster.instances.values():
        if instance.role == "MASTER" and instance.runs_at(moment.at):
            return moment.world.private_dns(instance)
    return "localhost"


def progress_of(moment: YarnMoment, application: Step | Application, state: str) -> float:
    """How much is done, in percent, if it takes as long as planned."""
    if state == "ACCEPTED":
        return 0.0
    if state != "RUNNING":
        return 100.0
    if application.ended == NEVER:
        return 10.0
    done = (moment.at - application.started) / max(1.0, application.ended - application.started)
    return round(100.0 * min(1.0, max(0.0, done)), 4)


def _tracking(state: str) -> str:
    return {"ACCEPTED": "UNASSIGNED", "RUNNING": "ApplicationMaster"}.get(state, "History")


def tags_of(application: Step | Application) -> list[str]:
    """EMR puts the step's id into the tags; YARN makes tags lower case."""
    if isinstance(application, Application):
        return application.tags
    return [application.id.lower()]


def _diagnostics(application: Step | Application, state: str) -> str:
    if state == "ACCEPTED":
        return "Application is added to the scheduler and is not yet activated. "
    if state == "FAILED":
        said = application.failure_message if isinstance(application, Step) else ""
        return f"User application exited with status 1{'. ' + said if said else ''}"
    return "Application killed by user." if state == "KILLED" else ""
