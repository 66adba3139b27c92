"""Cost Explorer: what AWS itself says that a cluster cost.

EMR tags the EC2 instances and EBS volumes of a cluster with ``aws:elasticmapreduce:job-flow-id``.
Costs can be asked by that tag once somebody has activated it as a cost allocation tag in Billing;
before that, and for what was used before that, AWS answers zero. Each request costs $0.01, data
comes up to a day late, and taxes carry no tags.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import date
from typing import Any

from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.adapters.aws.values import items, money, section, texts
from hue_desktop.core.cost_ports import ExplorerCosts, ExplorerStore
from hue_desktop.core.errors import ServiceError, StateError
from hue_desktop.core.text import _

__all__ = ["AwsCostExplorer"]

CLUSTER_TAG = "aws:elasticmapreduce:job-flow-id"
KEPT_S = 86_400.0
METRIC = "UnblendedCost"
_HOMES = {"cn": "cn-northwest-1"}  #: Cost Explorer has one endpoint in each partition
_HOME = "us-east-1"
_NO_DATA = "DataUnavailableException"  #: AWS's word for both: never turned on, tag not activated


class AwsCostExplorer:
    """The ``CostExplorer`` port. ``store`` keeps answers, so that no start pays for them again."""

    def __init__(self, session: AwsSession, store: ExplorerStore | None = None) -> None:
        self._session = session
        self._store = store
        self._lock = threading.Lock()
        self._known: dict[str, ExplorerCosts] = {}

    def costs(self, cluster_id: str, start: date, end: date) -> ExplorerCosts:
        """See the port."""
        with self._lock:
            known = self._known.get(cluster_id) or self._recall(cluster_id)
            if known is None or not _answers(known, start, end):
                known = self._asked(cluster_id, start, end)
                self._keep(cluster_id, known)
            self._known[cluster_id] = known
            return known

    def _asked(self, cluster_id: str, start: date, end: date) -> ExplorerCosts:
        try:
            return self._ask(cluster_id, start, end)
        except ServiceError as error:
            if error.code == _NO_DATA:
                error.remedy = _(
                    "In Billing, turn on Cost Explorer and activate {tag} as a cost allocation "
                    "tag; it counts from then on, a day late."
                ).format(tag=CLUSTER_TAG)
            raise

    def _ask(self, cluster_id: str, start: date, end: date) -> ExplorerCosts:
        asked: dict[str, Any] = {
            "TimePeriod": {"Start": start.isoformat(), "End": end.isoformat()},
            "Granularity": "DAILY",
            "Metrics": [METRIC],
            "Filter": {"Tags": {"Key": CLUSTER_TAG, "Values": [cluster_id]}},
            "GroupBy": [
                {"Type": "DIMENSION", "Key": "USAGE_TYPE"},
                {"Type": "DIMENSION", "Key": "RECORD_TYPE"},
            ],
        }
        usd: dict[tuple[str, str], float] = {}
        estimated = False
        pages = self._session.pages(
            "ce", "GetCostAndUsage", asked, marker="NextPageToken", region=self._home()
        )
        for page in pages:
            for day in items(page, "ResultsByTime"):
                estimated = estimated or bool(day.get("Estimated"))
                for key, amount in _groups(day):
                    usd[key] = usd.get(key, 0.0) + amount
        return ExplorerCosts(start, end, usd, estimated, time.time())

    def _home(self) -> str:
        return _HOMES.get(self._session.region.partition("-")[0], _HOME)

    def _recall(self, cluster_id: str) -> ExplorerCosts | None:
        if self._store is None or not self._keeps():
            return None
        try:
            return self._store.load(self._session.connection.name, cluster_id)
        except StateError:
            return None

    def _keep(self, cluster_id: str, costs: ExplorerCosts) -> None:
        if self._store is None or not self._keeps():
            return
        try:
            self._store.save(self._session.connection.name, cluster_id, costs)
        except StateError:
            return  # it is known all the same, until the process ends

    def _keeps(self) -> bool:
        """What another endpoint than AWS says may be something else tomorrow."""
        return self._session.speaks_to_aws("ce", self._home())


def _answers(known: ExplorerCosts, start: date, end: date) -> bool:
    """Whether the same was asked within a day."""
    return (known.start, known.end) == (start, end) and time.time() - known.asked_at < KEPT_S


def _groups(day: Mapping[str, Any]) -> list[tuple[tuple[str, str], float]]:
    found = []
    for group in items(day, "Groups"):
        keys = texts(group, "Keys")
        amount = money(section(section(group, "Metrics"), METRIC), "Amount")
        if amount:
            found.append(((keys[0] if keys else "", keys[1] if len(keys) > 1 else ""), amount))
    return found
