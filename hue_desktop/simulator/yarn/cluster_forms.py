"""The ResourceManager's figures of a whole cluster: info, metrics, scheduler and MBeans."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hue_desktop.simulator.world.shapes import CONTAINER_MB
from hue_desktop.simulator.yarn.forms import cluster_id_of, queue_of, resource, user_of
from hue_desktop.simulator.yarn.state import YarnMoment

__all__ = ["beans", "info", "metrics", "scheduler"]

Json = dict[str, Any]

_BUILT = "2024-03-06T18:15Z"
_STORE = "org.apache.hadoop.yarn.server.resourcemanager.recovery.NullRMStateStore"


def info(moment: YarnMoment, version: str) -> Json:
    """``/cluster/info``."""
    build = f"{version} from Unknown by release source checksum {'0' * 32}"
    return {
        "clusterInfo": {
            "id": cluster_id_of(moment),
            "startedOn": cluster_id_of(moment),
            "state": "STARTED",
            "haState": "ACTIVE",
            "rmStateStoreName": _STORE,
            "resourceManagerVersion": version,
            "resourceManagerBuildVersion": build,
            "resourceManagerVersionBuiltOn": _BUILT,
            "hadoopVersion": version,
            "hadoopBuildVersion": build,
            "hadoopVersionBuiltOn": _BUILT,
            "haZooKeeperConnectionState": "ResourceManager HA is not enabled.",
        }
    }


def _node_counts(moment: YarnMoment) -> Json:
    counts = Counter(node.state for node in moment.nodes)
    return {
        "totalNodes": len(moment.nodes),
        "lostNodes": counts["LOST"],
        "unhealthyNodes": counts["UNHEALTHY"],
        "decommissioningNodes": counts["DECOMMISSIONING"],
        "decommissionedNodes": counts["DECOMMISSIONED"],
        "rebootedNodes": 0,
        "activeNodes": counts["RUNNING"],
        "shutdownNodes": 0,
    }


def metrics(moment: YarnMoment) -> Json:
    """``clusterMetrics``; with the default calculator vCores may be more in use than there are."""
    load = moment.load
    used = load.containers_allocated
    return {
        "appsSubmitted": load.apps_submitted,
        "appsCompleted": load.apps_completed,
        "appsPending": load.apps_pending,
        "appsRunning": load.apps_running,
        "appsFailed": load.apps_failed,
        "appsKilled": load.apps_killed,
        "reservedMB": 0,
        "availableMB": load.memory_available_mb,
        "allocatedMB": load.memory_allocated_mb,
        "pendingMB": load.containers_pending * CONTAINER_MB,
        "reservedVirtualCores": 0,
        "availableVirtualCores": load.vcores_total - used,
        "allocatedVirtualCores": used,
        "pendingVirtualCores": load.containers_pending,
        "containersAllocated": used,
        "containersReserved": 0,
        "containersPending": load.containers_pending,
        "totalMB": load.memory_total_mb,
        "totalVirtualCores": load.vcores_total,
        **_node_counts(moment),
        "totalUsedResourcesAcrossPartition": resource(load.memory_allocated_mb, used),
        "totalClusterResourcesAcrossPartition": resource(load.memory_total_mb, load.vcores_total),
        "totalReservedResourcesAcrossPartition": resource(0, 0),
        "totalAllocatedContainersAcrossPartition": used,
        "crossPartitionMetricsAvailable": True,
    }


def scheduler(moment: YarnMoment) -> Json:
    """``/cluster/scheduler``: EMR's CapacityScheduler with one queue, and what else is in use."""
    load = moment.load
    used = 100.0 * load.memory_allocated_mb / load.memory_total_mb if load.memory_total_mb else 0.0
    names = {
        "default": None,
        **dict.fromkeys(queue_of(share.application) for share in moment.shares),
    }
    return {
        "scheduler": {
            "schedulerInfo": {
                "type": "capacityScheduler",
                "capacity": 100.0,
                "usedCapacity": used,
                "maxCapacity": 100.0,
                "queueName": "root",
                "queues": {"queue": [_queue(moment, name, len(names)) for name in names]},
                "health": {"lastrun": int(moment.at * 1000)},
            }
        }
    }


def _queue(moment: YarnMoment, name: str, of: int) -> Json:
    shares = [share for share in moment.shares if queue_of(share.application) == name]
    held = sum(share.got for share in shares)
    total = max(1, moment.load.memory_total_mb)
    used = 100.0 * held * CONTAINER_MB / total
    capacity = 100.0 / of
    running = sum(share.got > 0 for share in shares)
    by_user = Counter({user_of(share.application): 0 for share in shares})
    for share in shares:
        by_user[user_of(share.application)] += share.got
    return {
        "type": "capacitySchedulerLeafQueueInfo",
        "capacity": capacity,
        "usedCapacity": used * 100.0 / capacity,
        "maxCapacity": 100.0,
        "absoluteCapacity": capacity,
        "absoluteMaxCapacity": 100.0,
        "absoluteUsedCapacity": used,
        "numApplications": len(shares),
        "queueName": name,
        "state": "RUNNING",
        "resourcesUsed": resource(held * CONTAINER_MB, held),
        "hideReservationQueues": False,
        "nodeLabels": ["*"],
        "allocatedContainers": held,
        "reservedContainers": 0,
        "pendingContainers": sum(share.wanted - share.got for share in shares),
        "numActiveApplications": running,
        "numPendingApplications": len(shares) - running,
        "numContainers": held,
        "maxApplications": 10000,
        "maxApplicationsPerUser": 10000,
        "userLimit": 100,
        "userLimitFactor": 1.0,
        "users": {
            "user": [
                {"username": user, "resourcesUsed": resource(count * CONTAINER_MB, count)}
                for user, count in by_user.items()
            ]
        },
    }


def beans(moment: YarnMoment, host: str) -> list[Json]:
    """ClusterMetrics and the root queue's QueueMetrics."""
    found = metrics(moment)
    name = "Hadoop:service=ResourceManager,name="
    return [
        {
            "name": f"{name}ClusterMetrics",
            "modelerType": "ClusterMetrics",
            "tag.ClusterMetrics": "ResourceManager",
            "tag.Context": "yarn",
            "tag.Hostname": host,
            "NumActiveNMs": found["activeNodes"],
            "NumDecommissioningNMs": found["decommissioningNodes"],
            "NumDecommissionedNMs": found["decommissionedNodes"],
            "NumLostNMs": found["lostNodes"],
            "NumUnhealthyNMs": found["unhealthyNodes"],
            "NumRebootedNMs": 0,
            "NumShutdownNMs": 0,
            "AMLaunchDelayNumOps": found["appsSubmitted"],
            "AMLaunchDelayAvgTime": 12.0,
        },
        {
            "name": f"{name}QueueMetrics,q0=root",
            "modelerType": "QueueMetrics,q0=root",
            "tag.Queue": "root",
            "tag.Context": "yarn",
            "tag.Hostname": host,
            **{
                f"{member[0].upper()}{member[1:]}": found[member]
                for member in (
                    *("appsSubmitted", "appsRunning", "appsPending", "appsCompleted"),
                    *("appsKilled", "appsFailed", "allocatedMB", "availableMB", "pendingMB"),
                    "reservedMB",
                )
            },
            "AllocatedVCores": found["allocatedVirtualCores"],
            "AvailableVCores": found["availableVirtualCores"],
            "PendingVCores": found["pendingVirtualCores"],
            "AllocatedContainers": found["containersAllocated"],
            "PendingContainers": found["containersPending"],
            "ReservedContainers": 0,
        },
    ]
