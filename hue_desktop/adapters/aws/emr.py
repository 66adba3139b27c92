"""EMR of one connection in one region."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hue_desktop.adapters.aws.errors import not_aws
from hue_desktop.adapters.aws.meter import Priority
from hue_desktop.adapters.aws.parse_cluster import (
    parse_application,
    parse_bootstrap_action,
    parse_cluster,
    parse_idle_timeout,
    parse_managed_scaling,
    parse_summary,
)
from hue_desktop.adapters.aws.parse_nodes import (
    parse_fleet,
    parse_group,
    parse_instance,
    parse_instance_type,
)
from hue_desktop.adapters.aws.parse_steps import parse_step
from hue_desktop.adapters.aws.perform import outcome_of, request_of
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.adapters.aws.values import Wire, items, section, text, texts
from hue_desktop.core.api_usage import ApiUsage, RegionClock
from hue_desktop.core.changes import Change
from hue_desktop.core.clusters import (
    Application,
    BootstrapAction,
    Cluster,
    ClusterState,
    ClusterSummary,
    ManagedScaling,
)
from hue_desktop.core.instances import (
    Instance,
    InstanceFleet,
    InstanceGroup,
    InstanceState,
    InstanceType,
)
from hue_desktop.core.steps import Step

__all__ = ["AwsEmr"]

STEPS_PER_PAGE = 50  #: ListSteps gives so many at most


class AwsEmr:
    """The ``Emr`` port over boto3. ``prioritise`` names the cluster whose reads go first."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session
        self._focused = ""

    def prioritise(self, cluster_id: str | None) -> None:
        """Serve reads of this cluster before all others; ``None``: treat all alike."""
        self._focused = cluster_id or ""

    # -- seeing -------------------------------------------------------------------------------

    def list_clusters(
        self, *, active_only: bool = False, created_after: datetime | None = None
    ) -> tuple[ClusterSummary, ...]:
        """All pages of ListClusters, in the order EMR gave."""
        asked: dict[str, Any] = {}
        if active_only:
            asked["ClusterStates"] = [
                state.value
                for state in ClusterState
                if state.active and state is not ClusterState.UNKNOWN
            ]
        if created_after is not None:
            asked["CreatedAfter"] = created_after
        return tuple(parse_summary(part) for part in self._list("ListClusters", "Clusters", asked))

    def describe_cluster(self, cluster_id: str) -> Cluster:
        """DescribeCluster; the policies and bootstrap actions have calls of their own."""
        answer = self._read("DescribeCluster", cluster_id)
        cluster = section(answer, "Cluster")
        if not cluster:
            raise not_aws(self._session.where("DescribeCluster"))
        return parse_cluster(cluster)

    def list_groups(self, cluster_id: str) -> tuple[InstanceGroup, ...]:
        """All pages of ListInstanceGroups."""
        parts = self._list("ListInstanceGroups", "InstanceGroups", {"ClusterId": cluster_id})
        return tuple(parse_group(part) for part in parts)

    def list_fleets(self, cluster_id: str) -> tuple[InstanceFleet, ...]:
        """All pages of ListInstanceFleets."""
        parts = self._list("ListInstanceFleets", "InstanceFleets", {"ClusterId": cluster_id})
        return tuple(parse_fleet(part) for part in parts)

    def list_instances(self, cluster_id: str, *, active_only: bool = True) -> tuple[Instance, ...]:
        """All pages of ListInstances, without roles."""
        asked: dict[str, Any] = {"ClusterId": cluster_id}
        if active_only:
            asked["InstanceStates"] = [
                state.value
                for state in InstanceState
                if state not in (InstanceState.TERMINATED, InstanceState.UNKNOWN)
            ]
        return tuple(
            parse_instance(part) for part in self._list("ListInstances", "Instances", asked)
        )

    def list_steps(self, cluster_id: str, *, limit: int = STEPS_PER_PAGE) -> tuple[Step, ...]:
        """The newest ``limit`` steps, newest first."""
        asked = {"ClusterId": cluster_id}
        return tuple(
            parse_step(part) for part in self._list("ListSteps", "Steps", asked, limit=limit)
        )

    def list_bootstrap_actions(self, cluster_id: str) -> tuple[BootstrapAction, ...]:
        """The bootstrap actions that the cluster was created with."""
        parts = self._list("ListBootstrapActions", "BootstrapActions", {"ClusterId": cluster_id})
        return tuple(parse_bootstrap_action(part) for part in parts)

    def idle_timeout_s(self, cluster_id: str) -> int | None:
        """GetAutoTerminationPolicy; ``None`` when there is none."""
        return parse_idle_timeout(self._read("GetAutoTerminationPolicy", cluster_id))

    def managed_scaling(self, cluster_id: str) -> ManagedScaling | None:
        """GetManagedScalingPolicy; ``None`` when there is none."""
        return parse_managed_scaling(self._read("GetManagedScalingPolicy", cluster_id))

    # -- doing --------------------------------------------------------------------------------

    def perform(self, change: Change) -> Mapping[str, str]:
        """Carry out one change; the ids that AWS gave."""
        request = request_of(change)
        answer = self._session.call(
            "emr",
            request.operation,
            request.parameters,
            priority=Priority.CHANGE,
            change=True,
        )
        return outcome_of(change, answer)

    def call_text(self, change: Change) -> str:
        """Operation and parameters of a change: the JSON that the API is sent."""
        return request_of(change).text()

    # -- what can be launched -----------------------------------------------------------------

    def release_labels(self) -> tuple[str, ...]:
        """Release labels that can be launched, newest first."""
        labels: list[str] = []
        for page in self._session.pages("emr", "ListReleaseLabels", {}, marker="NextToken"):
            self._expect(page, "ReleaseLabels", "ListReleaseLabels")
            labels += texts(page, "ReleaseLabels")
        return tuple(sorted(labels, key=_release_number, reverse=True))

    def release_applications(self, release: str) -> tuple[Application, ...]:
        """What a release can install."""
        pages = self._session.pages(
            "emr", "DescribeReleaseLabel", {"ReleaseLabel": release}, marker="NextToken"
        )
        return tuple(
            parse_application(part) for page in pages for part in items(page, "Applications")
        )

    def supported_types(self, release: str) -> tuple[InstanceType, ...]:
        """Instance types that a release supports in this region.

        A person waits for its many pages: they go before what is read in the background.
        """
        parts = self._list(
            "ListSupportedInstanceTypes",
            "SupportedInstanceTypes",
            {"ReleaseLabel": release},
            priority=Priority.FOCUSED,
        )
        return tuple(parse_instance_type(part) for part in parts)

    def security_configurations(self) -> tuple[str, ...]:
        """Names of the security configurations."""
        parts = self._list("ListSecurityConfigurations", "SecurityConfigurations", {})
        return tuple(text(part, "Name") for part in parts)

    # -- the meter ----------------------------------------------------------------------------

    def clock(self) -> RegionClock | None:
        """The region's clock; ``None`` before the first answer."""
        return self._session.clock.now()

    def usage(self) -> ApiUsage:
        """What the request meter says now."""
        return self._session.meter.usage()

    def _priority(self, cluster_id: object) -> Priority:
        if cluster_id and cluster_id == self._focused:
            return Priority.FOCUSED
        return Priority.BACKGROUND

    def _read(self, operation: str, cluster_id: str) -> Wire:
        return self._session.call(
            "emr", operation, {"ClusterId": cluster_id}, priority=self._priority(cluster_id)
        )

    def _list(
        self,
        operation: str,
        member: str,
        asked: Mapping[str, Any],
        *,
        limit: int | None = None,
        priority: Priority | None = None,
    ) -> list[Wire]:
        """The structures of all pages, or of as many as hold ``limit`` of them."""
        found: list[Wire] = []
        if priority is None:
            priority = self._priority(asked.get("ClusterId"))
        for page in self._session.pages("emr", operation, asked, priority=priority):
            self._expect(page, member, operation)
            found.extend(items(page, member))
            if limit is not None and len(found) >= limit:
                return found[:limit]
        return found

    def _expect(self, page: Wire, member: str, operation: str) -> None:
        if page.get(member) is None:  # even an empty list stands in EMR's answers
            raise not_aws(self._session.where(operation))


def _release_number(label: str) -> tuple[bool, tuple[int, ...]]:
    """``emr-6.15.0`` as (True, (6, 15, 0)); special editions (``emr-spark-8.0.0``) come later."""
    edition, _dash, number = label.rpartition("-")
    parts = tuple(int(part) if part.isdigit() else 0 for part in number.split("."))
    return edition == "emr", parts
