"""CloudTrail's event history: who changed the size of a cluster."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.adapters.aws.values import Wire, items, text, when
from hue_desktop.core.trail import TrailCall

__all__ = ["AwsTrail"]

#: What changes a cluster's size or how it is scaled.
OPERATIONS = (
    "ModifyInstanceGroups",
    "ModifyInstanceFleet",
    "AddInstanceGroups",
    "AddInstanceFleet",
    "PutManagedScalingPolicy",
    "RemoveManagedScalingPolicy",
)
_PAGE, _PAGES = 50, 1  #: LookupEvents allows two requests a second; the newest matter
_CLUSTERS = ("clusterId", "jobFlowId")
_GROUPS = ("instanceGroupId", "instanceFleetId", "instanceGroupIds")


class AwsTrail:
    """The ``TrailDoor`` port over LookupEvents, one question for each operation."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session

    def scaling_calls(
        self, cluster_id: str, group_ids: frozenset[str], start: datetime, end: datetime
    ) -> tuple[TrailCall, ...]:
        """See the port."""
        found: list[TrailCall] = []
        for operation in OPERATIONS:
            for event in self._events(operation, start, end):
                call = _call(operation, event, cluster_id, group_ids)
                if call is not None:
                    found.append(call)
        return tuple(sorted(found, key=lambda call: call.at, reverse=True))

    def _events(self, operation: str, start: datetime, end: datetime) -> Iterator[Wire]:
        asked = {
            "LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": operation}],
            "StartTime": start,
            "EndTime": end,
            "MaxResults": _PAGE,
        }
        pages = self._session.pages("cloudtrail", "LookupEvents", asked, marker="NextToken")
        for page in islice(pages, _PAGES):
            yield from items(page, "Events")


def _call(
    operation: str, event: Wire, cluster_id: str, group_ids: frozenset[str]
) -> TrailCall | None:
    """The event as a call, when it succeeded and is about the cluster."""
    record = _record(text(event, "CloudTrailEvent"))
    at = when(event, "EventTime")
    if at is None or record.get("errorCode"):
        return None
    request = record.get("requestParameters")
    clusters = set(_named(request, _CLUSTERS))
    groups = tuple(dict.fromkeys(_named(request, _GROUPS)))
    answered = tuple(_named(record.get("responseElements"), _GROUPS))
    if cluster_id not in clusters and not group_ids.intersection(groups):
        return None
    who = _who(record.get("userIdentity")) or text(event, "Username")
    return TrailCall(at.astimezone(UTC), operation, who, groups or answered)


def _record(document: str) -> dict[str, Any]:
    """CloudTrail's own record, which it hands out as text; empty when it cannot be read."""
    try:
        read = json.loads(document)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _named(part: object, names: tuple[str, ...]) -> Iterator[str]:
    """Every value of these names, however deep it stands."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name in names and isinstance(value, str):
                yield value
            elif name in names and isinstance(value, list):
                yield from (each for each in value if isinstance(each, str))
            else:
                yield from _named(value, names)
    elif isinstance(part, list):
        for each in part:
            yield from _named(each, names)


def _who(identity: object) -> str:
    """The last part of the caller's ARN, or the AWS service that called."""
    if not isinstance(identity, dict):
        return ""
    for name in ("invokedBy", "userName"):
        if isinstance(identity.get(name), str):
            return str(identity[name])
    arn = identity.get("arn")
    return arn.rpartition("/")[2] if isinstance(arn, str) else ""
