"""CloudWatch's series of EMR clusters.

EMR reports every five minutes, and every minute only where managed scaling or auto-termination is
on. GetMetricData costs by the metric, so what is asked for together is asked in one call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.adapters.aws.values import items, text
from hue_desktop.core.ports import Series

__all__ = ["AwsMetrics"]

NAMESPACE = "AWS/ElasticMapReduce"
DIMENSION = "JobFlowId"
QUERIES_PER_CALL = 500
NEWEST_S = 900  #: an older value is none
Points = dict[datetime, float]


class AwsMetrics:
    """The ``Metrics`` port over GetMetricData."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session

    def cluster_series(
        self,
        cluster_id: str,
        names: Sequence[str],
        start: datetime,
        end: datetime,
        *,
        period_s: int = 300,
    ) -> Mapping[str, Series]:
        """The series that have a value between ``start`` and ``end``, by name."""
        wanted = [(cluster_id, name) for name in dict.fromkeys(names)]
        found = self._read(wanted, start, end, period_s)
        return {
            name: Series(name, tuple(sorted(points.items())), _unit(name))
            for (_cluster, name), points in found.items()
        }

    def newest(
        self, cluster_ids: Sequence[str], names: Sequence[str]
    ) -> Mapping[str, Mapping[str, float]]:
        """The newest value (at most 15 minutes old) by cluster and name."""
        wanted = [
            (cluster_id, name)
            for cluster_id in dict.fromkeys(cluster_ids)
            for name in dict.fromkeys(names)
        ]
        # the region's own time: a simulated region lives in another
        now = self._session.region_now()
        start = now - timedelta(seconds=NEWEST_S)
        values: dict[str, dict[str, float]] = {cluster_id: {} for cluster_id in cluster_ids}
        # a period of one minute gives five-minute series, too, at the minutes they have
        found = self._read(wanted, start, now + timedelta(seconds=60), 60)
        for (cluster_id, name), points in found.items():
            values[cluster_id][name] = points[max(points)]
        return values

    def _read(
        self, wanted: Iterable[tuple[str, str]], start: datetime, end: datetime, period_s: int
    ) -> dict[tuple[str, str], Points]:
        found: dict[tuple[str, str], Points] = {}
        for part in _chunks(list(wanted), QUERIES_PER_CALL):
            asked = {
                "MetricDataQueries": [
                    _query(number, cluster_id, name, period_s)
                    for number, (cluster_id, name) in enumerate(part)
                ],
                "StartTime": start.astimezone(UTC),
                "EndTime": end.astimezone(UTC),
            }
            pages = self._session.pages("cloudwatch", "GetMetricData", asked, marker="NextToken")
            for page in pages:
                for result in items(page, "MetricDataResults"):
                    number = text(result, "Id").removeprefix("m")
                    points = _points(result)
                    if points and number.isdigit() and int(number) < len(part):
                        found.setdefault(part[int(number)], {}).update(points)
        return found


def _query(number: int, cluster_id: str, name: str, period_s: int) -> dict[str, Any]:
    return {
        "Id": f"m{number}",
        "MetricStat": {
            "Metric": {
                "Namespace": NAMESPACE,
                "MetricName": name,
                "Dimensions": [{"Name": DIMENSION, "Value": cluster_id}],
            },
            "Period": period_s,
            # bytes were moved since the last sample and add up; everything else is a level
            "Stat": "Sum" if "Bytes" in name else "Average",
        },
    }


def _points(result: Mapping[str, Any]) -> Points:
    times = result.get("Timestamps") or []
    values = result.get("Values") or []
    return {time.astimezone(UTC): float(value) for time, value in zip(times, values, strict=False)}


def _unit(name: str) -> str:
    """What EMR's guide says that a metric counts, told by its name."""
    if "Bytes" in name:
        return "B"
    if name.endswith("MB"):
        return "MiB"
    if name.endswith("GB"):
        return "GiB"
    if name in ("HDFSUtilization", "LiveDataNodes") or "Percent" in name:
        return "%"
    return ""


def _chunks(values: list[tuple[str, str]], size: int) -> Iterable[list[tuple[str, str]]]:
    return (values[place : place + size] for place in range(0, len(values), size))
