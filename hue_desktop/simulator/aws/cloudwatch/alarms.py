"""CloudWatch's alarms: made, shown, judged by the simulated clock, and their history.

An alarm is judged when somebody looks: first for all the instants since it was last judged, in
order. A minute after each period begins the data point of EMR is there; that is when. The course
of an alarm therefore does not depend on who looked when.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from hue_desktop.simulator.aws.cloudwatch.alarm_requests import checked_alarm, rule_of
from hue_desktop.simulator.aws.cloudwatch.judging import SPARE, Rule, Verdict, judge
from hue_desktop.simulator.aws.cloudwatch.samples import Samples
from hue_desktop.simulator.aws.cloudwatch.series import SeriesReader
from hue_desktop.simulator.aws.cloudwatch.statistics import buckets, statistic
from hue_desktop.simulator.aws.paging import InvalidToken, page
from hue_desktop.simulator.service import ApiError, Call, Operation
from hue_desktop.simulator.world.alarms import Alarm
from hue_desktop.simulator.world.world import World

__all__ = ["AlarmOperations"]

Json = dict[str, Any]

_EVERY_S = 300  #: EMR's own rhythm; alarms of shorter periods are judged more often
_DELAY_S = 60  #: a data point is there so long after its period began
_MADE_UP_S = 14 * 86400.0  #: what is older is not judged any more
_PAGE, _HISTORY_PAGE = 50, 100
_HISTORY_S = 30 * 86400.0


class AlarmOperations:
    """The operations on metric alarms; there are no composite ones."""

    def __init__(self, world: World, series: SeriesReader) -> None:
        self._world = world
        self._series = series

    def operations(self) -> Mapping[str, Operation]:
        """By model name."""
        return {
            "DeleteAlarms": self.delete_alarms,
            "DescribeAlarmHistory": self.describe_alarm_history,
            "DescribeAlarms": self.describe_alarms,
            "DescribeAlarmsForMetric": self.describe_alarms_for_metric,
            "DisableAlarmActions": self.disable_alarm_actions,
            "EnableAlarmActions": self.enable_alarm_actions,
            "ListTagsForResource": self.list_tags_for_resource,
            "PutMetricAlarm": self.put_metric_alarm,
            "SetAlarmState": self.set_alarm_state,
            "TagResource": self.tag_resource,
            "UntagResource": self.untag_resource,
        }

    # Making and changing

    def put_metric_alarm(self, call: Call) -> None:
        """Make an alarm, or change one; it is judged at the next full minute."""
        request = checked_alarm(call.params)
        name, at = request["AlarmName"], self._world.at
        tags = {tag["Key"]: tag["Value"] for tag in call.params.get("Tags") or ()}
        alarm = self._alarms.get(name)
        made = alarm is None
        if alarm is None:
            alarm = self._alarms[name] = Alarm(name, at, at, tags=tags, state_since=at)
        else:
            self._catch_up(alarm, at)
        alarm.configured = alarm.evaluated = at
        alarm.request = request
        alarm.unchecked = True
        alarm.actions_enabled = call.params.get("ActionsEnabled") is not False
        done = "created" if made else "updated"
        data = {"version": "1.0", "type": "Create" if made else "Update", f"{done}Alarm": request}
        self._note(alarm, at, "ConfigurationUpdate", f'Alarm "{name}" {done}', data)

    def delete_alarms(self, call: Call) -> None:
        """Delete alarms; nothing happens if one of them does not exist."""
        names = call.params["AlarmNames"]
        for name in names:
            self._alarm(name)
        for name in dict.fromkeys(names):
            alarm = self._alarms.pop(name)
            data = {"version": "1.0", "type": "Delete", "deletedAlarm": alarm.request}
            self._note(alarm, call.now.timestamp(), "ConfigurationUpdate", "Alarm deleted", data)
            self._world.forget(alarm)

    def set_alarm_state(self, call: Call) -> None:
        """Set the state by hand; the next judgement changes it again."""
        params = call.params
        alarm = self._alarm(params["AlarmName"])
        at = self._world.at
        self._catch_up(alarm, at)
        alarm.evaluated, alarm.unchecked = at, False
        data = params.get("StateReasonData") or ""
        self._change(alarm, Verdict(params["StateValue"], params["StateReason"], data), at)

    def enable_alarm_actions(self, call: Call) -> None:
        """Let alarms act; here that is only remembered."""
        self._enable(call, True)

    def disable_alarm_actions(self, call: Call) -> None:
        """Let alarms not act."""
        self._enable(call, False)

    def _enable(self, call: Call, enabled: bool) -> None:
        for name in call.params["AlarmNames"]:
            alarm = self._alarms.get(name)
            if alarm is not None:
                alarm.actions_enabled = enabled
                self._world.touch(alarm)

    # Looking

    def describe_alarms(self, call: Call) -> Json:
        """Alarms in the order of their names."""
        params = call.params
        types = params.get("AlarmTypes") or ["MetricAlarm"]
        names, prefix = params.get("AlarmNames"), params.get("AlarmNamePrefix") or ""
        action = params.get("ActionPrefix") or ""
        if names and prefix:
            raise ApiError("ValidationError", "AlarmNames and AlarmNamePrefix exclude each other.")
        self._catch_up_all()
        found = [
            alarm
            for name, alarm in sorted(self._alarms.items())
            if (not names or name in names)
            and name.startswith(prefix)
            and params.get("StateValue") in (None, alarm.state)
            and (not action or any(each.startswith(action) for each in _actions(alarm)))
        ]
        shown, token = _paged(call, found if "MetricAlarm" in types else [], _PAGE)
        return {
            "MetricAlarms": [self._described(alarm) for alarm in shown],
            "CompositeAlarms": [],
            "NextToken": token,
        }

    def describe_alarms_for_metric(self, call: Call) -> Json:
        """The alarms on one metric."""
        params = call.params
        self._catch_up_all()
        members = ("Statistic", "ExtendedStatistic", "Period", "Unit")
        wanted = _dimensions(params)
        found = [
            alarm
            for _, alarm in sorted(self._alarms.items())
            if all(alarm.request.get(name) == params[name] for name in ("MetricName", "Namespace"))
            and all(params.get(name) in (None, alarm.request.get(name)) for name in members)
            and _dimensions(alarm.request) == wanted
        ]
        return {"MetricAlarms": [self._described(alarm) for alarm in found]}

    def describe_alarm_history(self, call: Call) -> Json:
        """What happened to alarms in the last 30 days, newest first; also to deleted ones."""
        params = call.params
        self._catch_up_all()
        oldest = call.now.timestamp() - _HISTORY_S
        start = max(oldest, _seconds(params.get("StartDate"), 0.0))
        end = _seconds(params.get("EndDate"), math.inf)
        found = [
            event
            for event in self._world.telemetry.alarm_events
            if params.get("AlarmName") in (None, event.alarm)
            and params.get("HistoryItemType") in (None, event.kind)
            and start <= event.at <= end
        ]
        found.sort(key=lambda event: event.at)
        if params.get("ScanBy", "TimestampDescending") == "TimestampDescending":
            found.reverse()
        shown, token = _paged(call, found, _HISTORY_PAGE)
        items = [
            {
                "AlarmName": event.alarm,
                "AlarmType": "MetricAlarm",
                "Timestamp": _moment(event.at),
                "HistoryItemType": event.kind,
                "HistorySummary": event.summary,
                "HistoryData": event.data,
            }
            for event in shown
        ]
        return {"AlarmHistoryItems": items, "NextToken": token}

    # Tags

    def list_tags_for_resource(self, call: Call) -> Json:
        """The tags of an alarm."""
        alarm = self._by_arn(call.params["ResourceARN"])
        return {"Tags": [{"Key": key, "Value": value} for key, value in alarm.tags.items()]}

    def tag_resource(self, call: Call) -> None:
        """Add tags to an alarm."""
        alarm = self._by_arn(call.params["ResourceARN"])
        added = {tag["Key"]: tag["Value"] for tag in call.params["Tags"]}
        alarm.tags = {**alarm.tags, **added}
        self._world.touch(alarm)

    def untag_resource(self, call: Call) -> None:
        """Take tags away from an alarm."""
        alarm = self._by_arn(call.params["ResourceARN"])
        gone = call.params["TagKeys"]
        alarm.tags = {key: value for key, value in alarm.tags.items() if key not in gone}
        self._world.touch(alarm)

    # Judging

    def _catch_up_all(self) -> None:
        at = self._world.at
        known: dict[str, Samples] = {}
        for alarm in self._alarms.values():
            self._catch_up(alarm, at, known)

    def _catch_up(self, alarm: Alarm, at: float, known: dict[str, Samples] | None = None) -> None:
        """Judge an alarm at each instant that it was not judged at yet."""
        rule = rule_of(alarm.request)
        instants = list(_instants(alarm, rule, at))
        if not instants:
            return
        values = self._values(alarm, rule, instants[0], at, {} if known is None else known)
        for instant in instants:
            verdict = judge(rule, list(_slots(rule, values, instant)), alarm.state, instant)
            alarm.evaluated, alarm.unchecked = instant, False
            if verdict.state != alarm.state:
                self._change(alarm, verdict, instant)

    def _values(
        self, alarm: Alarm, rule: Rule, first: float, at: float, known: dict[str, Samples]
    ) -> dict[int, float]:
        """The value of each period that has one, by the second at which it begins."""
        start = int(first) // rule.period * rule.period - (rule.looked_at + 1) * rule.period
        now = datetime.fromtimestamp(at, UTC)
        points = self._series.points(alarm.request, start, at + 1, now, known)
        found = buckets(points, start, rule.period)
        return {second: statistic(rule.statistic, values) for second, values in found.items()}

    def _change(self, alarm: Alarm, verdict: Verdict, at: float) -> None:
        before: Json = {"stateValue": alarm.state, "stateReason": alarm.reason}
        if alarm.reason_data:
            before["stateReasonData"] = _loaded(alarm.reason_data)
        after: Json = {"stateValue": verdict.state, "stateReason": verdict.reason}
        if verdict.data:
            after["stateReasonData"] = _loaded(verdict.data)
        summary = f"Alarm updated from {alarm.state} to {verdict.state}"
        changed = verdict.state != alarm.state
        alarm.state, alarm.reason, alarm.reason_data = verdict.state, verdict.reason, verdict.data
        alarm.state_since = at
        if changed:
            data = {"version": "1.0", "oldState": before, "newState": after}
            self._note(alarm, at, "StateUpdate", summary, data)
        else:
            self._world.touch(alarm)

    def _note(self, alarm: Alarm, at: float, kind: str, summary: str, data: Json) -> None:
        telemetry = self._world.telemetry
        text = json.dumps(data, separators=(",", ":"))
        self._world.touch(alarm, telemetry.note(at, alarm.id, kind, summary, text))
        self._world.forget(*telemetry.overflow())

    # Finding and showing

    @property
    def _alarms(self) -> dict[str, Alarm]:
        return self._world.telemetry.alarms

    def _alarm(self, name: str) -> Alarm:
        alarm = self._alarms.get(name)
        if alarm is None:
            raise ApiError("ResourceNotFound", f"Alarm with name {name} does not exist", status=404)
        return alarm

    def _by_arn(self, arn: str) -> Alarm:
        name = arn.partition(":alarm:")[2]
        if name not in self._alarms:
            raise ApiError("ResourceNotFoundException", f"There is no {arn}.", status=404)
        return self._alarms[name]

    def _described(self, alarm: Alarm) -> Json:
        world, since = self._world, _moment(alarm.state_since)
        return {
            "AlarmArn": f"arn:aws:cloudwatch:{world.region}:{world.account_id}:alarm:{alarm.id}",
            "AlarmConfigurationUpdatedTimestamp": _moment(alarm.configured),
            "ActionsEnabled": alarm.actions_enabled,
            "OKActions": [],
            "AlarmActions": [],
            "InsufficientDataActions": [],
            "Dimensions": [],
            **alarm.request,
            "StateValue": alarm.state,
            "StateReason": alarm.reason,
            "StateReasonData": alarm.reason_data or None,
            "StateUpdatedTimestamp": since,
            "StateTransitionedTimestamp": since,
        }


def _instants(alarm: Alarm, rule: Rule, at: float) -> Iterator[float]:
    """When the alarm is to be judged, after the last time and up to ``at``."""
    after = max(alarm.evaluated, at - _MADE_UP_S)
    if alarm.unchecked:
        first = (int(after) // 60 + 1) * 60.0
        if first <= at:
            yield first
        after = first
    step = min(rule.period, _EVERY_S)
    delay = min(_DELAY_S, step)
    instant = (int(after - delay) // step + 1) * step + delay
    while instant <= at:
        yield float(instant)
        instant += step


def _slots(
    rule: Rule, values: Mapping[int, float], at: float
) -> Iterator[tuple[int, float | None]]:
    """The periods that are looked at, oldest first.

    The period that has begun counts as soon as it has its data point; a long one when it is over.
    """
    current = int(at) // rule.period * rule.period
    if current not in values or rule.period > _EVERY_S or current == int(at):
        current -= rule.period
    for back in range(rule.periods + SPARE - 1, -1, -1):
        second = current - back * rule.period
        yield second, values.get(second)


def _actions(alarm: Alarm) -> list[str]:
    members = ("OKActions", "AlarmActions", "InsufficientDataActions")
    return [each for name in members for each in alarm.request.get(name) or ()]


def _dimensions(request: Mapping[str, Any]) -> list[tuple[str, str]]:
    return sorted((item["Name"], item["Value"]) for item in request.get("Dimensions") or ())


def _paged(call: Call, found: list[Any], size: int) -> tuple[list[Any], str | None]:
    size = int(call.params.get("MaxRecords") or size)
    try:
        shown, token = page(found, call.params.get("NextToken"), size, call.operation)
    except InvalidToken:
        raise ApiError("InvalidNextToken", "The NextToken is not valid.") from None
    return list(shown), token


def _loaded(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _seconds(at: datetime | None, default: float) -> float:
    return default if at is None else at.timestamp()


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
