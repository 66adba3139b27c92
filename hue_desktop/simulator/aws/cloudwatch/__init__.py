"""CloudWatch, as far as EMR clusters go: their metrics, and alarms on them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hue_desktop.simulator.aws.cloudwatch.alarms import AlarmOperations
from hue_desktop.simulator.aws.cloudwatch.metrics import METRICS, NAMESPACE
from hue_desktop.simulator.aws.cloudwatch.samples import Samples, sending
from hue_desktop.simulator.aws.cloudwatch.series import DIMENSION, SeriesReader
from hue_desktop.simulator.aws.cloudwatch.statistics import (
    BASIC,
    buckets,
    first_second,
    known_statistic,
    statistic,
)
from hue_desktop.simulator.aws.paging import InvalidToken, decode_token, encode_token, page
from hue_desktop.simulator.service import ApiError, Call, Operation
from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.world import World

__all__ = ["CloudWatchService"]

Json = dict[str, Any]

_QUERY_ID = re.compile(r"[a-z][A-Za-z0-9_]*")
_MAX_QUERIES = 500
_MAX_DATA_POINTS = 100_800
_MAX_STATISTICS = 1440
_LISTED = 500
_LISTED_FOR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class _Query:
    """One query of GetMetricData."""

    id: str
    label: str
    metric: Mapping[str, Any]
    period: int
    stat: str
    shown: bool


class CloudWatchService:
    """The CloudWatch operations of the region."""

    name = "cloudwatch"

    def __init__(self, world: World) -> None:
        self._world = world
        self._series = SeriesReader(world)
        self._alarms = AlarmOperations(world, self._series)

    def operations(self) -> Mapping[str, Operation]:
        """By model name."""
        return {
            **self._alarms.operations(),
            "GetMetricData": self.get_metric_data,
            "GetMetricStatistics": self.get_metric_statistics,
            "ListMetrics": self.list_metrics,
        }

    def list_metrics(self, call: Call) -> Json:
        """What clusters sent in the last two weeks, or three hours with ``RecentlyActive``."""
        params = call.params
        active = timedelta(hours=3) if params.get("RecentlyActive") else _LISTED_FOR
        oldest = (call.now - active).timestamp()
        found: list[tuple[str, str]] = []
        if params.get("Namespace") in (None, NAMESPACE):
            for cluster in self._listed_clusters(params.get("Dimensions") or (), oldest):
                found += [(name, cluster.id) for name in _names(cluster, params.get("MetricName"))]
        try:
            shown, token = page(found, params.get("NextToken"), _LISTED, call.operation)
        except InvalidToken:
            raise ApiError("InvalidParameterValue", "The NextToken is not valid.") from None
        metrics = [
            {
                "Namespace": NAMESPACE,
                "MetricName": name,
                "Dimensions": [{"Name": DIMENSION, "Value": cluster_id}],
            }
            for name, cluster_id in shown
        ]
        return {"Metrics": metrics, "NextToken": token}

    def get_metric_statistics(self, call: Call) -> Json:
        """Data points of one metric, unsorted as far as the contract goes (here: by time)."""
        params = call.params
        statistics = params.get("Statistics") or ()
        extended = params.get("ExtendedStatistics") or ()
        if not statistics and not extended:
            raise ApiError(
                "MissingParameter",
                "The request must contain the parameter Statistics or ExtendedStatistics",
            )
        for name in extended:
            if name in BASIC or not known_statistic(name):
                raise ApiError(
                    "InvalidParameterValue",
                    f"The value {name} for parameter ExtendedStatistics is not supported.",
                )
        period = _checked_period(params["Period"], "InvalidParameterValue")
        start, end = _checked_window(call, "InvalidParameterValue")
        asked = int((end - start).total_seconds()) // period
        if asked > _MAX_STATISTICS:
            raise ApiError(
                "InvalidParameterCombination",
                f"You have requested up to {asked:,} datapoints, which exceeds the limit of"
                f" {_MAX_STATISTICS:,}. You may reduce the datapoints requested by increasing"
                " Period, or decreasing the time range.",
            )
        first = first_second(start, call.now)
        metric = METRICS.get(params["MetricName"])
        points = self._series.points(params, first, end.timestamp(), call.now, {})
        unit = metric.unit if metric is not None else "None"
        if params.get("Unit") not in (None, unit):
            points = iter(())
        found = sorted(buckets(points, first, period).items())
        data = [_data_point(second, values, unit, statistics, extended) for second, values in found]
        return {"Label": params["MetricName"], "Datapoints": data}

    def get_metric_data(self, call: Call) -> Json:
        """Many metrics at once; a page holds a share of the data points of each."""
        queries = _checked_queries(call)
        start, end = _checked_window(call, "ValidationError")
        first = first_second(start, call.now)
        asked = int(call.params.get("MaxDatapoints") or _MAX_DATA_POINTS)
        share = max(1, min(asked, _MAX_DATA_POINTS) // max(1, len(queries)))
        offset = _offset(call)
        newest_first = call.params.get("ScanBy", "TimestampDescending") == "TimestampDescending"
        samples: dict[str, Samples] = {}
        results, more = [], False
        for query in queries:
            points = self._series.points(query.metric, first, end.timestamp(), call.now, samples)
            found = sorted(buckets(points, first, query.period).items(), reverse=newest_first)
            shown = found[offset : offset + share]
            partial = len(found) > offset + share
            more = more or partial
            results.append(
                {
                    "Id": query.id,
                    "Label": query.label,
                    "Timestamps": [datetime.fromtimestamp(second, UTC) for second, _ in shown],
                    "Values": [statistic(query.stat, values) for _, values in shown],
                    "StatusCode": "PartialData" if partial else "Complete",
                }
            )
        return {
            "MetricDataResults": results,
            "Messages": [],
            "NextToken": encode_token(call.operation, offset + share) if more else None,
        }

    def _listed_clusters(
        self, dimensions: Sequence[Mapping[str, str]], oldest: float
    ) -> Iterator[Cluster]:
        for cluster in self._world.clusters.values():
            wanted = all(
                item["Name"] == DIMENSION and item.get("Value") in (None, cluster.id)
                for item in dimensions
            )
            ready, end = sending(cluster)
            if wanted and ready <= self._world.at and end >= oldest:
                yield cluster


def _names(cluster: Cluster, wanted: str | None) -> list[str]:
    return [
        name
        for name, metric in METRICS.items()
        if wanted in (None, name) and metric.exists(cluster)
    ]


def _checked_window(call: Call, code: str) -> tuple[datetime, datetime]:
    start, end = call.params["StartTime"], call.params["EndTime"]
    if start >= end:
        raise ApiError(code, "The parameter StartTime must be less than the parameter EndTime.")
    return start, end


def _checked_period(period: int, code: str) -> int:
    if period not in (1, 5, 10, 30) and (period < 60 or period % 60):
        raise ApiError(
            code,
            f"The value {period} for parameter Period is not a valid period:"
            " it must be 1, 5, 10, 30 or a multiple of 60.",
        )
    return period


def _checked_queries(call: Call) -> list[_Query]:
    """The queries of GetMetricData; raises ``ValidationError`` as CloudWatch does."""
    asked = call.params["MetricDataQueries"]
    if len(asked) > _MAX_QUERIES:
        raise _wrong(f"The collection MetricDataQueries must not have a size > {_MAX_QUERIES}.")
    ids = [item["Id"] for item in asked]
    for name in ids:
        if not _QUERY_ID.fullmatch(name):
            raise _wrong(f"Invalid query id: {name}. It must start with a lowercase letter.")
    if len(set(ids)) != len(ids):
        raise _wrong("The values for parameter Id in MetricDataQueries are not unique.")
    queries = [_checked_query(item) for item in asked]
    return [query for query in queries if query.shown]


def _checked_query(item: Mapping[str, Any]) -> _Query:
    stat = item.get("MetricStat")
    if item.get("Expression"):
        raise _wrong(f"Error in expression '{item['Id']}': metric math is not simulated.")
    if not stat:
        raise _wrong(f"The query {item['Id']} must have a MetricStat or an Expression.")
    if not known_statistic(stat["Stat"]):
        raise _wrong(f"The value {stat['Stat']} for parameter Stat is not supported.")
    return _Query(
        id=item["Id"],
        label=item.get("Label") or stat["Metric"]["MetricName"],
        metric=stat["Metric"],
        period=_checked_period(stat["Period"], "ValidationError"),
        stat=stat["Stat"],
        shown=item.get("ReturnData") is not False,
    )


def _wrong(message: str) -> ApiError:
    return ApiError("ValidationError", message)


def _offset(call: Call) -> int:
    token = call.params.get("NextToken")
    if not token:
        return 0
    try:
        offset = int(str(decode_token(call.operation, token)[0]))
    except (InvalidToken, ValueError, IndexError):
        raise ApiError("InvalidNextToken", "The NextToken is not valid.") from None
    return max(0, offset)


def _data_point(
    second: int,
    values: Sequence[float],
    unit: str,
    statistics: Sequence[str],
    extended: Sequence[str],
) -> Json:
    point: Json = {"Timestamp": datetime.fromtimestamp(second, UTC), "Unit": unit}
    point.update({name: statistic(name, values) for name in statistics})
    if extended:
        point["ExtendedStatistics"] = {name: statistic(name, values) for name in extended}
    return point
