"""CloudTrail: who called what, and when, for the calls that the region itself answered.

Calls that change something are kept with the state of the region; reads are remembered in memory
only, in a ring of their own, so that a client that polls does not push the changes out. Events show
up at once, where AWS takes some minutes.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from heapq import merge
from itertools import islice
from typing import Any

from hue_desktop.simulator.service import ApiError, Call, Operation

__all__ = ["CloudTrailService", "TrailEvent", "TrailLog", "is_read_only"]

_KEPT = 10_000
_MAX_PAGE = 50
_READ_PREFIXES = ("Describe", "List", "Get", "Lookup", "Search", "Simulate", "Decode", "Test")
_SOURCES = {
    "emr": "elasticmapreduce",
    "cloudwatch": "monitoring",
    "service-quotas": "servicequotas",
}
#: Members of requests and answers that name a resource, and the resource's CloudFormation type.
_RESOURCE_MEMBERS = {
    "ClusterId": "AWS::EMR::Cluster",
    "JobFlowId": "AWS::EMR::Cluster",
    "JobFlowIds": "AWS::EMR::Cluster",
    "ResourceId": "AWS::EMR::Cluster",
    "InstanceGroupId": "AWS::EMR::InstanceGroupConfig",
    "InstanceGroupIds": "AWS::EMR::InstanceGroupConfig",
    "InstanceFleetId": "AWS::EMR::InstanceFleetConfig",
    "StepIds": "AWS::EMR::Step",
    "InstanceIds": "AWS::EC2::Instance",
}


def is_read_only(operation: str) -> bool:
    """Whether an operation only looks, judged by its name as CloudTrail's users do."""
    return operation.startswith(_READ_PREFIXES)


@dataclass(frozen=True, slots=True)
class TrailEvent:
    """One recorded call."""

    number: int  #: counts up within a region; newer is larger
    event_id: str
    at: float  #: epoch seconds of simulated time
    service: str
    operation: str
    access_key: str
    user_agent: str
    source_ip: str
    request_id: str
    request: str  #: JSON of the request's members
    response: str  #: JSON of the answer's members, for calls that change something
    error_code: str
    error_message: str
    resources: tuple[tuple[str, str], ...]  #: (type, name)

    @property
    def read_only(self) -> bool:
        """Whether the call only looked."""
        return is_read_only(self.operation)

    @property
    def source(self) -> str:
        """The event source, as ``elasticmapreduce.amazonaws.com``."""
        return f"{_SOURCES.get(self.service, self.service)}.amazonaws.com"


class TrailLog:
    """The recorded calls, newest last, and which of them are still to be written to disk."""

    def __init__(self) -> None:
        self._writes: deque[TrailEvent] = deque()
        self._reads: deque[TrailEvent] = deque(maxlen=_KEPT)
        self._number = 0
        self._changes: dict[tuple[str, str], dict[str, Any] | None] = {}

    def record(self, call: Call, answer: Mapping[str, Any] | None, error: ApiError | None) -> None:
        """Remember a call that was answered with ``answer`` or ``error``."""
        self._number += 1
        read_only = is_read_only(call.operation)
        event = TrailEvent(
            number=self._number,
            event_id=str(uuid.uuid4()),
            at=call.now.timestamp(),
            service=call.service,
            operation=call.operation,
            access_key=call.access_key,
            user_agent=call.user_agent,
            source_ip=call.source_ip,
            request_id=call.request_id,
            request=_members(call.params),
            response="null" if read_only else _members(answer or {}),
            error_code=error.code if error else "",
            error_message=error.message if error else "",
            resources=_resources(call.params, answer or {}),
        )
        if read_only:
            self._reads.append(event)
        else:
            self._keep(event)

    def newest_first(self) -> Iterator[TrailEvent]:
        """All remembered events."""
        return merge(
            reversed(self._writes), reversed(self._reads), key=lambda e: e.number, reverse=True
        )

    def changes(self) -> dict[tuple[str, str], dict[str, Any] | None]:
        """Documents changed since the last call."""
        changed, self._changes = self._changes, {}
        return changed

    def restore(self, documents: Iterable[Mapping[str, Any]]) -> None:
        """Take back events that were kept on disk."""
        for document in documents:
            resources = tuple((kind, name) for kind, name in document["resources"])
            event = TrailEvent(**{**document, "resources": resources})
            self._writes.append(event)
            self._number = max(self._number, event.number)

    def reset(self) -> None:
        """Forget everything."""
        self._writes.clear()
        self._reads.clear()
        self._changes.clear()

    def _keep(self, event: TrailEvent) -> None:
        self._writes.append(event)
        self._changes[("trail", f"{event.number:012d}")] = asdict(event)
        if len(self._writes) > _KEPT:
            dropped = self._writes.popleft()
            self._changes[("trail", f"{dropped.number:012d}")] = None


class CloudTrailService:
    """``LookupEvents`` over the calls of this region."""

    name = "cloudtrail"

    def __init__(self, log: TrailLog, account_id: str) -> None:
        self._log = log
        self._account_id = account_id

    def operations(self) -> Mapping[str, Operation]:
        """The operations that this service answers."""
        return {"LookupEvents": self._lookup_events}

    def _lookup_events(self, call: Call) -> dict[str, Any]:
        params = call.params
        size = params.get("MaxResults", _MAX_PAGE)
        if not 1 <= size <= _MAX_PAGE:
            raise ApiError("InvalidMaxResultsException", "MaxResults must be between 1 and 50.")
        before = _token_number(params.get("NextToken"))
        found = list(islice(self._matching(params, before), size + 1))
        page = found[:size]
        answer: dict[str, Any] = {
            "Events": [_described(event, self._account_id, call.region) for event in page]
        }
        if len(found) > size:
            answer["NextToken"] = _token(page[-1].number)
        return answer

    def _matching(self, params: Mapping[str, Any], before: int | None) -> Iterator[TrailEvent]:
        start, end = params.get("StartTime"), params.get("EndTime")
        if start is not None and end is not None and start > end:
            raise ApiError(
                "InvalidTimeRangeException", "The start time must be before the end time."
            )
        attributes = params.get("LookupAttributes", ())
        for event in self._log.newest_first():
            if before is not None and event.number >= before:
                continue
            if start is not None and event.at < start.timestamp():
                continue
            if end is not None and event.at > end.timestamp():
                continue
            if all(_has(event, item) for item in attributes):
                yield event


def _has(event: TrailEvent, attribute: Mapping[str, str]) -> bool:
    key, value = attribute["AttributeKey"], attribute["AttributeValue"]
    if key == "ResourceType":
        return any(kind == value for kind, _ in event.resources)
    if key == "ResourceName":
        return any(name == value for _, name in event.resources)
    known = {
        "EventId": event.event_id,
        "EventName": event.operation,
        "ReadOnly": "true" if event.read_only else "false",
        "Username": _username(event),
        "EventSource": event.source,
        "AccessKeyId": event.access_key,
    }
    return known.get(key) == value


def _described(event: TrailEvent, account_id: str, region: str) -> dict[str, Any]:
    moment = datetime.fromtimestamp(int(event.at), UTC)
    record: dict[str, Any] = {
        "eventVersion": "1.09",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDASIMULATEDUSER0000",
            "arn": f"arn:aws:iam::{account_id}:user/{_username(event)}",
            "accountId": account_id,
            "accessKeyId": event.access_key,
            "userName": _username(event),
        },
        "eventTime": moment.isoformat().replace("+00:00", "Z"),
        "eventSource": event.source,
        "eventName": event.operation,
        "awsRegion": region,
        "sourceIPAddress": event.source_ip,
        "userAgent": event.user_agent,
        "requestParameters": _camel(json.loads(event.request)),
        "responseElements": _camel(json.loads(event.response)),
        "requestID": event.request_id,
        "eventID": event.event_id,
        "readOnly": event.read_only,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account_id,
        "eventCategory": "Management",
    }
    if event.error_code:
        record["errorCode"] = event.error_code
        record["errorMessage"] = event.error_message
    return {
        "EventId": event.event_id,
        "EventName": event.operation,
        "ReadOnly": "true" if event.read_only else "false",
        "AccessKeyId": event.access_key,
        "EventTime": moment,
        "EventSource": event.source,
        "Username": _username(event),
        "Resources": [
            {"ResourceType": kind, "ResourceName": name} for kind, name in event.resources
        ],
        "CloudTrailEvent": json.dumps(record),
    }


def _username(event: TrailEvent) -> str:
    """The user behind an access key: the simulated profile has one, others keep their key."""
    return "hue" if "HUESIMULATOR" in event.access_key else event.access_key or "anonymous"


def _members(values: Mapping[str, Any]) -> str:
    return json.dumps(values, default=_as_json, separators=(",", ":"))


def _as_json(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else "(binary)"


def _camel(value: object) -> object:
    """Member names as CloudTrail writes them, with a small first letter."""
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: _camel(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_camel(item) for item in value]
    return value


def _resources(*members: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    found: dict[tuple[str, str], None] = {}
    for values in _with_parts(members):
        for member, kind in _RESOURCE_MEMBERS.items():
            value = values.get(member)
            for name in value if isinstance(value, list) else [value]:
                if isinstance(name, str) and name:
                    found[(kind, name)] = None
    return tuple(found)


def _with_parts(members: tuple[Mapping[str, Any], ...]) -> Iterator[Mapping[str, Any]]:
    """The members and the parts that name a resource of their own."""
    for values in members:
        yield values
        yield from values.get("InstanceGroups") or ()
        yield values.get("InstanceFleet") or {}


def _token(number: int) -> str:
    return base64.urlsafe_b64encode(f"before:{number}".encode()).decode("ascii")


def _token_number(token: str | None) -> int | None:
    if token is None:
        return None
    try:
        label, _, number = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
        if label == "before":
            return int(number)
    except ValueError:
        pass
    raise ApiError("InvalidNextTokenException", "The next token is not valid.")
