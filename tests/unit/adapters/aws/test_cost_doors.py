"""Cost Explorer and launch times, asked of a simulated region through real boto3."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from hue_desktop.adapters.aws.cost_explorer import AwsCostExplorer
from hue_desktop.adapters.aws.launch_times import AwsLaunchTimes
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.explorer import SqliteExplorerCosts
from hue_desktop.adapters.store.launches import SqliteLaunches
from hue_desktop.core.errors import AccessDenied, ServiceError
from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.services.house import connection_to, run_cluster

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
DAYS = (date(2026, 11, 2), date(2026, 11, 5))
TAG = "aws:elasticmapreduce:job-flow-id"


class LikeAws(AwsSession):
    """Counts its calls, and passes for AWS's own endpoint, whose answers are kept."""

    asked: list[str]

    def speaks_to_aws(self, service: str, region: str = "") -> bool:
        return True

    def call(self, service: str, operation: str, *args: Any, **more: Any) -> dict[str, Any]:
        self.asked = [*getattr(self, "asked", []), operation]
        return super().call(service, operation, *args, **more)


@pytest.fixture
def region() -> Iterator[SimulatedRegion]:
    with simulated_region("empty", start=START, paused=True) as running:
        yield running


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "state.sqlite3")
    yield opened
    opened.close()


@pytest.fixture
def session(region: SimulatedRegion, tmp_path: Path) -> Iterator[LikeAws]:
    opened = LikeAws(connection_to(region, tmp_path), region.name)
    yield opened
    opened.close()


def test_costs_of_one_cluster_by_usage_type(region: SimulatedRegion, session: LikeAws) -> None:
    cluster_id = run_cluster(region)
    run_cluster(region, name="another")
    region.jump(days=4)

    found = AwsCostExplorer(session).costs(cluster_id, *DAYS)

    assert (found.start, found.end) == DAYS
    usages = {usage for usage, _record in found.usd}
    assert {"BoxUsage:m5.xlarge", "BoxUsage:r5.xlarge", "EBS:VolumeUsage.gp3"} <= usages
    answer = region.client("ce").get_cost_and_usage(
        TimePeriod={"Start": "2026-11-02", "End": "2026-11-05"},
        Granularity="MONTHLY",
        Metrics=["UnblendedCost"],
        Filter={"Tags": {"Key": TAG, "Values": [cluster_id]}},
    )
    total = answer["ResultsByTime"][0]["Total"]["UnblendedCost"]["Amount"]
    assert found.total == pytest.approx(float(total))


def test_no_start_pays_again_for_what_was_asked_today(
    region: SimulatedRegion, session: LikeAws, database: Database
) -> None:
    cluster_id = run_cluster(region)
    region.jump(days=4)
    store = SqliteExplorerCosts(database)
    first = AwsCostExplorer(session, store).costs(cluster_id, *DAYS)
    session.asked.clear()
    assert AwsCostExplorer(session, store).costs(cluster_id, *DAYS) == first
    assert session.asked == []
    longer = AwsCostExplorer(session, store).costs(cluster_id, DAYS[0], date(2026, 11, 6))
    assert session.asked == ["GetCostAndUsage"]
    assert longer.total > first.total


def test_a_tag_that_is_not_activated_is_said_with_what_to_do(
    region: SimulatedRegion, session: LikeAws
) -> None:
    cluster_id = run_cluster(region)
    region.jump(days=4)
    region.client("ce").update_cost_allocation_tags_status(
        CostAllocationTagsStatus=[{"TagKey": TAG, "Status": "Inactive"}]
    )
    with pytest.raises(ServiceError) as caught:
        AwsCostExplorer(session).costs(cluster_id, *DAYS)
    assert TAG in caught.value.remedy
    assert "Billing" in caught.value.remedy


def test_without_permission_it_is_refused(region: SimulatedRegion, session: LikeAws) -> None:
    region.control("deny", {"service": "ce"})
    with pytest.raises(AccessDenied):
        AwsCostExplorer(session).costs("j-1", *DAYS)


def test_launches_are_kept_when_ec2_has_forgotten_them(
    region: SimulatedRegion, session: LikeAws, database: Database
) -> None:
    cluster_id = run_cluster(region)
    store = SqliteLaunches(database)
    found = AwsLaunchTimes(session, store).read(cluster_id)
    listed = region.client("emr").list_instances(ClusterId=cluster_id)["Instances"]
    created = {
        each["Ec2InstanceId"]: each["Status"]["Timeline"]["CreationDateTime"].timestamp()
        for each in listed
    }
    assert set(found) == set(created)
    assert all(0 <= found[each] - created[each] < 60 for each in found)

    region.client("emr").terminate_job_flows(JobFlowIds=[cluster_id])
    region.jump(days=2)
    assert AwsLaunchTimes(session).read(cluster_id) == {}
    assert AwsLaunchTimes(session, store).read(cluster_id) == found
    assert AwsLaunchTimes(session, store).known(cluster_id) == found
