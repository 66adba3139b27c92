"""What PutMetricAlarm accepts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hue_desktop.simulator.aws.cloudwatch.judging import COMPARISONS, MISSING, Rule
from hue_desktop.simulator.aws.cloudwatch.statistics import BASIC, known_statistic
from hue_desktop.simulator.service import ApiError

__all__ = ["checked_alarm", "rule_of"]

Json = dict[str, Any]

_KEPT = (
    "AlarmName",
    "AlarmDescription",
    "OKActions",
    "AlarmActions",
    "InsufficientDataActions",
    "MetricName",
    "Namespace",
    "Statistic",
    "ExtendedStatistic",
    "Dimensions",
    "Period",
    "Unit",
    "EvaluationPeriods",
    "DatapointsToAlarm",
    "Threshold",
    "ComparisonOperator",
    "TreatMissingData",
    "EvaluateLowSampleCountPercentile",
)
_SHORT = (10, 20, 30)
_DAY_S, _WEEK_S = 86_400, 604_800


def checked_alarm(params: Mapping[str, Any]) -> Json:
    """The members of a request that an alarm echoes; raises ``ValidationError``."""
    for name in ("Metrics", "ThresholdMetricId", "EvaluationCriteria"):
        if params.get(name):
            raise _wrong(f"{name} is not simulated; name one metric.")
    for name in ("MetricName", "Namespace", "Period", "EvaluationPeriods", "ComparisonOperator"):
        if params.get(name) is None:
            raise _wrong(f"The parameter {name} must be given.")
    if params.get("Threshold") is None:
        raise _wrong("The parameter Threshold must be given.")
    plain, extended = params.get("Statistic"), params.get("ExtendedStatistic")
    if (plain is None) == (extended is None):
        raise _wrong("Exactly one of Statistic and ExtendedStatistic must be given.")
    if extended is not None and (extended in BASIC or not known_statistic(extended)):
        raise _wrong(f"ExtendedStatistic {extended} is not supported.")
    if params["ComparisonOperator"] not in COMPARISONS:
        raise _wrong("Anomaly detection is not simulated.")
    _check_periods(params)
    treat = params.get("TreatMissingData")
    if treat is not None and treat not in MISSING:
        raise _wrong(f"TreatMissingData must be one of {', '.join(MISSING)}.")
    return {name: params[name] for name in _KEPT if params.get(name) is not None}


def rule_of(request: Mapping[str, Any]) -> Rule:
    """What of an alarm's request is judged."""
    periods = int(request["EvaluationPeriods"])
    return Rule(
        statistic=request.get("Statistic") or request["ExtendedStatistic"],
        period=int(request["Period"]),
        comparison=request["ComparisonOperator"],
        threshold=float(request["Threshold"]),
        periods=periods,
        needed=int(request.get("DatapointsToAlarm") or periods),
        missing=request.get("TreatMissingData") or "missing",
    )


def _check_periods(params: Mapping[str, Any]) -> None:
    period, periods = params["Period"], params["EvaluationPeriods"]
    if period not in _SHORT and (period < 60 or period % 60):
        raise _wrong("Period must be 10, 20, 30 or a multiple of 60.")
    longest = _WEEK_S if period >= 3600 else _DAY_S
    if period * periods > longest:
        raise _wrong(
            f"Metrics cannot be checked across more than {longest} seconds"
            " (EvaluationPeriods * Period)."
        )
    if (params.get("DatapointsToAlarm") or 1) > periods:
        raise _wrong("DatapointsToAlarm must not be greater than EvaluationPeriods.")


def _wrong(message: str) -> ApiError:
    return ApiError("ValidationError", message)
