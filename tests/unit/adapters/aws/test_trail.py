"""CloudTrail's event history, read with the real client from a simulated region."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.adapters.aws.trail import AwsTrail
from hue_desktop.core.errors import AccessDenied
from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.services.house import connection_to, run_cluster


@pytest.fixture
def region() -> Iterator[SimulatedRegion]:
    with simulated_region() as made:
        yield made


@pytest.fixture
def trail(region: SimulatedRegion, tmp_path: Path) -> Iterator[AwsTrail]:
    session = AwsSession(connection_to(region, tmp_path), region.name)
    yield AwsTrail(session)
    session.close()


def _span(region: SimulatedRegion) -> tuple[datetime, datetime]:
    now = datetime.fromtimestamp(region.world.at, UTC)
    return now - timedelta(days=1), now + timedelta(minutes=1)


def test_who_changed_the_size_is_told(region: SimulatedRegion, trail: AwsTrail) -> None:
    mine, other = run_cluster(region), run_cluster(region, name="other")
    emr = region.client("emr")
    groups = {
        cluster_id: emr.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"]
        for cluster_id in (mine, other)
    }
    ids = frozenset(group["Id"] for group in groups[mine])
    task = next(g["Id"] for g in groups[mine] if g["InstanceGroupType"] == "TASK")
    others = next(g["Id"] for g in groups[other] if g["InstanceGroupType"] == "TASK")
    for group_id, count in ((task, 5), (others, 6)):
        emr.modify_instance_groups(
            InstanceGroups=[{"InstanceGroupId": group_id, "InstanceCount": count}]
        )
    with pytest.raises(emr.exceptions.ClientError):
        emr.modify_instance_groups(
            ClusterId=mine, InstanceGroups=[{"InstanceGroupId": task, "InstanceCount": -4}]
        )
    limits = {"UnitType": "Instances", "MinimumCapacityUnits": 4, "MaximumCapacityUnits": 9}
    emr.put_managed_scaling_policy(ClusterId=mine, ManagedScalingPolicy={"ComputeLimits": limits})
    found = trail.scaling_calls(mine, ids, *_span(region))
    assert {(call.operation, call.group_ids) for call in found} == {
        ("ModifyInstanceGroups", (task,)),
        ("PutManagedScalingPolicy", ()),
    }
    assert {call.who for call in found} == {"hue"}
    start, end = _span(region)
    assert trail.scaling_calls(mine, ids, start - timedelta(days=9), start) == ()
    assert end > found[0].at > start


def test_a_refusal_says_so(region: SimulatedRegion, trail: AwsTrail) -> None:
    region.control("deny", {"service": "cloudtrail"})
    with pytest.raises(AccessDenied):
        trail.scaling_calls("j-1", frozenset(), *_span(region))
