"""Where EC2 has which types, and how likely it finds Spot nodes.

GetSpotPlacementScores answers the ids of AZs, which are the same in every account, while EMR and
the price history name AZs by the account's own names: DescribeAvailabilityZones tells both. EC2
limits how many different questions an account asks in a day, so answers are kept for a while.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence

from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.adapters.aws.values import items, number, text
from hue_desktop.core.capacity_ports import AzScore

__all__ = ["AwsSpotPlacement"]

SCORES_FRESH_S = 1800.0  #: AWS says that scores hold for the moment; half an hour spares questions
OFFERED_FRESH_S = 6 * 3600.0
TYPES_PER_QUESTION = 1000  #: the most that the API takes
_Question = tuple[tuple[str, ...], int, bool]


class AwsSpotPlacement:
    """The ``SpotPlacement`` port over EC2."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._names: Mapping[str, str] | None = None
        self._scores: dict[_Question, tuple[float, tuple[AzScore, ...]]] = {}
        self._offered: dict[str, tuple[float, frozenset[str]]] = {}

    def offered(self, az: str) -> frozenset[str]:
        """See the port."""
        with self._lock:
            at, found = self._offered.get(az, (0.0, frozenset()))
            if found and time.monotonic() - at < OFFERED_FRESH_S:
                return found
            asked = {
                "LocationType": "availability-zone",
                "Filters": [{"Name": "location", "Values": [az]}],
            }
            pages = self._session.pages(
                "ec2", "DescribeInstanceTypeOfferings", asked, marker="NextToken"
            )
            found = frozenset(
                text(part, "InstanceType")
                for page in pages
                for part in items(page, "InstanceTypeOfferings")
            )
            self._offered[az] = (time.monotonic(), found)
            return found

    def scores(
        self, instance_types: Sequence[str], capacity: int, *, by_az: bool = True
    ) -> tuple[AzScore, ...]:
        """See the port."""
        question = (tuple(sorted(set(instance_types)))[:TYPES_PER_QUESTION], capacity, by_az)
        if not question[0]:
            return ()
        with self._lock:
            at, found = self._scores.get(question, (0.0, ()))
            if found and time.monotonic() - at < SCORES_FRESH_S:
                return found
            found = self._ask(question)
            self._scores[question] = (time.monotonic(), found)
            return found

    def _ask(self, question: _Question) -> tuple[AzScore, ...]:
        types, capacity, by_az = question
        asked = {
            "InstanceTypes": list(types),
            "TargetCapacity": capacity,
            "TargetCapacityUnitType": "units",
            "SingleAvailabilityZone": by_az,
            "RegionNames": [self._session.region],
        }
        names = self._az_names() if by_az else {}
        pages = self._session.pages("ec2", "GetSpotPlacementScores", asked, marker="NextToken")
        found = [
            AzScore(text(part, "Region"), names.get(az_id, az_id), number(part, "Score"))
            for page in pages
            for part in items(page, "SpotPlacementScores")
            if (az_id := text(part, "AvailabilityZoneId")) or not by_az
        ]
        return tuple(sorted(found, key=lambda one: (-one.score, one.az)))

    def _az_names(self) -> Mapping[str, str]:
        """The account's names of AZs by their ids."""
        if self._names is None:
            answer = self._session.call("ec2", "DescribeAvailabilityZones", {})
            self._names = {
                text(part, "ZoneId"): text(part, "ZoneName")
                for part in items(answer, "AvailabilityZones")
            }
        return self._names
