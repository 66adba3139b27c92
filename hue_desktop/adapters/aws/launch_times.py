"""When EC2 launched a cluster's instances.

EMR tells when it asked for a node, EC2 when it launched it, which for Spot may be much later. EC2
forgets an instance about an hour after it ended, so that launches are kept when they are learnt.
"""

from __future__ import annotations

from collections.abc import Mapping

from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.adapters.aws.values import items, text, when
from hue_desktop.core.cost_ports import LaunchStore
from hue_desktop.core.errors import StateError

__all__ = ["AwsLaunchTimes"]

CLUSTER_TAG = "aws:elasticmapreduce:job-flow-id"
PAGE = 1000


class AwsLaunchTimes:
    """The ``LaunchTimes`` port. ``store`` outlives the process; without one nothing is kept."""

    def __init__(self, session: AwsSession, store: LaunchStore | None = None) -> None:
        self._session = session
        self._store = store

    def read(self, cluster_id: str) -> Mapping[str, float]:
        """See the port."""
        asked = {
            "Filters": [{"Name": f"tag:{CLUSTER_TAG}", "Values": [cluster_id]}],
            "MaxResults": PAGE,
        }
        found: dict[str, float] = {}
        for answer in self._session.pages("ec2", "DescribeInstances", asked, marker="NextToken"):
            for reservation in items(answer, "Reservations"):
                for instance in items(reservation, "Instances"):
                    at = when(instance, "LaunchTime")
                    if at is not None:
                        found[text(instance, "InstanceId")] = at.timestamp()
        self._keep(cluster_id, found)
        return {**self.known(cluster_id), **found}

    def known(self, cluster_id: str) -> Mapping[str, float]:
        """See the port."""
        if self._store is None or not self._keeps():
            return {}
        try:
            return self._store.load(self._session.connection.name, cluster_id)
        except StateError:
            return {}

    def _keep(self, cluster_id: str, found: Mapping[str, float]) -> None:
        if self._store is None or not found or not self._keeps():
            return
        try:
            self._store.add(self._session.connection.name, cluster_id, found)
        except StateError:
            return  # they are known all the same, only not for long

    def _keeps(self) -> bool:
        """What another endpoint than AWS says may be something else tomorrow."""
        return self._session.speaks_to_aws("ec2")
