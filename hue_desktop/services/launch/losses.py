"""What is lost when a cluster ends or its core shrinks, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from hue_desktop.core.changes import Risk, RiskLevel
from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.format import count, duration, percent, size
from hue_desktop.core.instances import Role
from hue_desktop.core.steps import StepState
from hue_desktop.core.text import _, ngettext

__all__ = ["hdfs_used_bytes", "termination_risks"]


def termination_risks(
    snapshot: ClusterSnapshot, metrics: Mapping[str, float], region_now: datetime
) -> tuple[Risk, ...]:
    """HDFS, work under way, and how long the cluster has lived."""
    return tuple(
        risk
        for risk in (
            _hdfs(snapshot, metrics),
            _work(snapshot, metrics),
            _age(snapshot, region_now),
        )
        if risk is not None
    )


def hdfs_used_bytes(metrics: Mapping[str, float]) -> float | None:
    """What HDFS holds, from CloudWatch's share used and gigabytes remaining."""
    used = metrics.get("HDFSUtilization")
    remaining_gb = metrics.get("CapacityRemainingGB")
    if used is None or remaining_gb is None or not 0 <= used < 100:
        return None
    return remaining_gb * 1024**3 * used / (100 - used)


def _hdfs(snapshot: ClusterSnapshot, metrics: Mapping[str, float]) -> Risk | None:
    nodes = snapshot.count(Role.CORE)
    if not nodes:
        return None
    where = ngettext(
        "All of HDFS on {n} core node is lost", "All of HDFS on {n} core nodes is lost", nodes
    ).format(n=count(nodes))
    used, amount = metrics.get("HDFSUtilization"), hdfs_used_bytes(metrics)
    if used is None:
        text = _("{where}. How much it holds is not known here.").format(where=where)
    elif amount is None:
        text = _("{where}: {used} of it is in use.").format(where=where, used=percent(used))
    else:
        text = _("{where}: {used} of it is in use, about {size} with all copies.").format(
            where=where, used=percent(used), size=size(amount)
        )
    return Risk(RiskLevel.LOSS, text)


def _work(snapshot: ClusterSnapshot, metrics: Mapping[str, float]) -> Risk | None:
    running = snapshot.running_steps
    waiting = sum(step.state is StepState.PENDING for step in snapshot.steps or ())
    if running:
        text = ngettext("{n} running step is cut off.", "{n} running steps are cut off.", running)
        if waiting:
            text = _("{running} running and {waiting} waiting steps are cut off.")
        text = text.format(n=count(running), running=count(running), waiting=count(waiting))
        return Risk(RiskLevel.LOSS, text)
    if waiting:
        text = ngettext("{n} waiting step never runs.", "{n} waiting steps never run.", waiting)
        return Risk(RiskLevel.LOSS, text.format(n=count(waiting)))
    applications = int(metrics.get("AppsRunning", 0))
    if applications:
        text = ngettext(
            "{n} YARN application was running when CloudWatch last looked; it is cut off.",
            "{n} YARN applications were running when CloudWatch last looked; they are cut off.",
            applications,
        )
        return Risk(RiskLevel.LOSS, text.format(n=count(applications)))
    return None


def _age(snapshot: ClusterSnapshot, region_now: datetime) -> Risk | None:
    created = snapshot.summary.created
    if created is None:
        return None
    text = _("The cluster has run for {time}; logs that were not copied to S3 go with it.")
    if snapshot.cluster is not None and snapshot.cluster.log_uri:
        text = _("The cluster has run for {time}.")
    return Risk(RiskLevel.NOTE, text.format(time=duration(region_now - created)))
