"""CloudTrail: calls are recorded, found by attribute and time, and paged."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hue_desktop.simulator.aws.cloudtrail import TrailLog, is_read_only
from hue_desktop.simulator.service import Call
from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.simulator.test_region import CLUSTER


def names(events: list[dict[str, Any]]) -> list[str]:
    return [event["EventName"] for event in events]


def lookup(region: SimulatedRegion, key: str, value: str) -> list[dict[str, Any]]:
    attribute = [{"AttributeKey": key, "AttributeValue": value}]
    events: list[dict[str, Any]] = region.client("cloudtrail").lookup_events(
        LookupAttributes=attribute
    )["Events"]
    return events


def test_a_call_is_recorded_with_who_and_what(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    emr.create_security_configuration(Name="strict", SecurityConfiguration="{}")
    event = lookup(region, "EventName", "CreateSecurityConfiguration")[0]
    assert event["EventSource"] == "elasticmapreduce.amazonaws.com"
    assert event["Username"] == "hue"
    assert event["ReadOnly"] == "false"
    assert event["EventTime"] == region.clock.now().replace(microsecond=0)
    record = json.loads(event["CloudTrailEvent"])
    assert record["requestParameters"] == {"name": "strict", "securityConfiguration": "{}"}
    assert record["responseElements"]["name"] == "strict"
    assert record["awsRegion"] == "us-east-1"
    assert record["recipientAccountId"] == "123456789012"
    assert "Boto3" in record["userAgent"]


def test_a_refused_call_is_recorded_with_its_error(region: SimulatedRegion) -> None:
    with pytest.raises(ClientError):
        region.client("emr").describe_cluster(ClusterId="j-NONE")
    event = lookup(region, "ResourceName", "j-NONE")[0]
    record = json.loads(event["CloudTrailEvent"])
    assert record["errorCode"] == "InvalidRequestException"
    assert event["Resources"] == [{"ResourceType": "AWS::EMR::Cluster", "ResourceName": "j-NONE"}]


def test_a_resize_is_found_by_the_group_it_resized(region: SimulatedRegion) -> None:
    emr = region.client("emr")
    cluster_id = emr.run_job_flow(**CLUSTER)["JobFlowId"]
    region.jump(minutes=20)
    group = emr.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"][-1]["Id"]
    emr.modify_instance_groups(InstanceGroups=[{"InstanceGroupId": group, "InstanceCount": 3}])
    assert names(lookup(region, "ResourceName", group)) == ["ModifyInstanceGroups"]


def test_events_come_newest_first_and_in_pages(region: SimulatedRegion) -> None:
    emr, trail = region.client("emr"), region.client("cloudtrail")
    for number in range(7):
        emr.create_security_configuration(Name=f"c{number}", SecurityConfiguration="{}")
        emr.list_clusters()
        region.jump(seconds=1)
    pages = list(
        trail.get_paginator("lookup_events").paginate(
            LookupAttributes=[{"AttributeKey": "ReadOnly", "AttributeValue": "false"}],
            PaginationConfig={"PageSize": 3},
        )
    )
    assert [len(page["Events"]) for page in pages] == [3, 3, 1]
    times = [event["EventTime"] for page in pages for event in page["Events"]]
    assert times == sorted(times, reverse=True)


def test_a_time_window_is_respected(region: SimulatedRegion) -> None:
    emr, trail = region.client("emr"), region.client("cloudtrail")
    emr.list_clusters()
    region.jump(hours=1)
    emr.list_security_configurations()
    since = region.clock.now() - timedelta(minutes=5)
    assert names(trail.lookup_events(StartTime=since)["Events"]) == ["ListSecurityConfigurations"]
    assert "ListClusters" in names(trail.lookup_events(EndTime=since)["Events"])
    with pytest.raises(ClientError, match="InvalidTimeRange"):
        trail.lookup_events(StartTime=since, EndTime=since - timedelta(days=1))


def test_a_wrong_token_is_refused(region: SimulatedRegion) -> None:
    for token in ("nonsense", "YmVmb3JlOng=", "é"):
        with pytest.raises(ClientError, match="InvalidNextToken"):
            region.client("cloudtrail").lookup_events(NextToken=token)


def test_calls_that_changed_something_survive_a_restart(tmp_path: Path) -> None:
    with simulated_region(state=tmp_path) as region:
        emr = region.client("emr")
        emr.create_security_configuration(Name="kept", SecurityConfiguration="{}")
        emr.list_clusters()
    with simulated_region(state=tmp_path) as region:
        events = region.client("cloudtrail").lookup_events()["Events"]
        assert names(events) == ["CreateSecurityConfiguration"]
        region.client("emr").delete_security_configuration(Name="kept")
        events = lookup(region, "ReadOnly", "false")
        assert names(events) == ["DeleteSecurityConfiguration", "CreateSecurityConfiguration"]


def test_calls_that_moto_answers_are_recorded_too(region: SimulatedRegion) -> None:
    region.client("ec2").create_key_pair(KeyName="mine")
    assert names(lookup(region, "EventSource", "ec2.amazonaws.com")) == ["CreateKeyPair"]


def test_the_log_is_bounded_and_says_what_to_delete(region: SimulatedRegion) -> None:
    log = TrailLog()
    now = region.clock.now()
    for number in range(10_003):
        log.record(Call("emr", "AddTags", {"ResourceId": f"j-{number}"}, now), {}, None)
        log.record(Call("emr", "ListSteps", {}, now), {}, None)
    assert sum(1 for _ in log.newest_first()) == 20_000
    changes = log.changes()
    kept = [key for key, document in changes.items() if document is not None]
    assert len(kept) == 10_000
    assert log.changes() == {}


@pytest.mark.parametrize(
    ("operation", "expected"),
    [("DescribeCluster", True), ("ListSteps", True), ("RunJobFlow", False), ("AddTags", False)],
)
def test_reads_are_told_from_changes_by_name(operation: str, expected: bool) -> None:
    assert is_read_only(operation) is expected
