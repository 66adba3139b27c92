"""CloudWatch's own alarms on EMR clusters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.adapters.aws.values import items, text
from hue_desktop.core.alerts import CloudWatchAlarm

__all__ = ["AwsAlarms"]

DIMENSION = "JobFlowId"


class AwsAlarms:
    """The ``AlarmDoor`` port over DescribeAlarms.

    AWS cannot filter alarms by dimension, so all metric alarms are read, a hundred a page.
    """

    def __init__(self, session: AwsSession) -> None:
        self._session = session

    def alarms(self, cluster_id: str) -> tuple[CloudWatchAlarm, ...]:
        """Those with the cluster among their dimensions, the ones that ring first."""
        asked = {"AlarmTypes": ["MetricAlarm"], "MaxRecords": 100}
        pages = self._session.pages("cloudwatch", "DescribeAlarms", asked, marker="NextToken")
        found = [
            _alarm(each)
            for page in pages
            for each in items(page, "MetricAlarms")
            if cluster_id in _clusters(each)
        ]
        order = {"ALARM": 0, "INSUFFICIENT_DATA": 1}
        return tuple(sorted(found, key=lambda alarm: (order.get(alarm.state, 2), alarm.name)))


def _clusters(alarm: Mapping[str, Any]) -> set[str]:
    """The clusters that an alarm looks at: its own dimension, or those of its expression."""
    metrics = [alarm, *(_metric_of(query) for query in items(alarm, "Metrics"))]
    return {
        text(dimension, "Value")
        for metric in metrics
        for dimension in items(metric, "Dimensions")
        if text(dimension, "Name") in (DIMENSION, "ClusterId")
    }


def _metric_of(query: Mapping[str, Any]) -> Mapping[str, Any]:
    stat = query.get("MetricStat") or {}
    metric = stat.get("Metric") or {}
    return metric if isinstance(metric, Mapping) else {}


def _alarm(alarm: Mapping[str, Any]) -> CloudWatchAlarm:
    changed = alarm.get("StateUpdatedTimestamp")
    threshold = alarm.get("Threshold")
    names = [text(_metric_of(query), "MetricName") for query in items(alarm, "Metrics")]
    return CloudWatchAlarm(
        name=text(alarm, "AlarmName"),
        metric=text(alarm, "MetricName") or ", ".join(filter(None, names)),
        state=text(alarm, "StateValue"),
        reason=text(alarm, "StateReason"),
        changed=changed.timestamp() if isinstance(changed, datetime) else None,
        threshold=float(threshold) if threshold is not None else None,
        comparison=text(alarm, "ComparisonOperator"),
    )
