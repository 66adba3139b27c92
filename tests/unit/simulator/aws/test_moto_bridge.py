"""IAM, KMS and the rest of EC2 answer behind the same port, and remember what was made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.simulator.test_region import CLUSTER


@pytest.fixture(scope="module")
def shared() -> Iterator[SimulatedRegion]:
    with simulated_region() as running:
        yield running


def test_who_am_i(shared: SimulatedRegion) -> None:
    identity = shared.client("sts").get_caller_identity()
    assert identity["Account"] == "123456789012"
    assert identity["Arn"] == "arn:aws:iam::123456789012:user/hue"


def test_the_default_roles_of_emr_are_there(shared: SimulatedRegion) -> None:
    iam = shared.client("iam")
    roles = {role["RoleName"] for role in iam.list_roles()["Roles"]}
    assert roles == {"EMR_DefaultRole", "EMR_EC2_DefaultRole", "EMR_AutoScaling_DefaultRole"}
    profile = iam.get_instance_profile(InstanceProfileName="EMR_EC2_DefaultRole")
    assert [role["RoleName"] for role in profile["InstanceProfile"]["Roles"]] == [
        "EMR_EC2_DefaultRole"
    ]
    assert profile["InstanceProfile"]["Arn"].startswith("arn:aws:iam::123456789012:")


def test_a_network_and_a_key_pair_are_there(shared: SimulatedRegion) -> None:
    ec2 = shared.client("ec2")
    assert [pair["KeyName"] for pair in ec2.describe_key_pairs()["KeyPairs"]] == ["hue"]
    zones = {subnet["AvailabilityZone"] for subnet in ec2.describe_subnets()["Subnets"]}
    assert set(shared.world.types.azs()) <= zones
    assert len(ec2.describe_vpcs()["Vpcs"]) == 1
    assert ec2.describe_security_groups()["SecurityGroups"]
    assert "us-east-1" in {r["RegionName"] for r in ec2.describe_regions()["Regions"]}


def test_nodes_are_in_the_network_that_is_described(shared: SimulatedRegion) -> None:
    ec2, emr = shared.client("ec2"), shared.client("emr")
    cluster_id = emr.run_job_flow(**CLUSTER)["JobFlowId"]
    shared.jump(minutes=5)
    tag = {"Name": "tag:aws:elasticmapreduce:job-flow-id", "Values": [cluster_id]}
    reservations = ec2.describe_instances(Filters=[tag])["Reservations"]
    nodes = [node for item in reservations for node in item["Instances"]]
    assert len(nodes) == 3
    subnets = {subnet["SubnetId"]: subnet for subnet in ec2.describe_subnets()["Subnets"]}
    for node in nodes:
        subnet = subnets[node["SubnetId"]]
        assert subnet["AvailabilityZone"] == node["Placement"]["AvailabilityZone"]
        assert subnet["VpcId"] == node["VpcId"] == ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        groups = [group["GroupId"] for group in node["SecurityGroups"]]
        found = ec2.describe_security_groups(GroupIds=groups)["SecurityGroups"]
        assert {group["VpcId"] for group in found} == {node["VpcId"]}


def test_kms_encrypts(shared: SimulatedRegion) -> None:
    kms = shared.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    secret = kms.encrypt(KeyId=key, Plaintext=b"hello")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=secret)["Plaintext"] == b"hello"


def test_an_error_of_moto_comes_through(shared: SimulatedRegion) -> None:
    with pytest.raises(ClientError) as raised:
        shared.client("iam").get_role(RoleName="Nobody")
    assert raised.value.response["Error"]["Code"] == "NoSuchEntity"


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("ec2", "describe_verified_access_groups", "UnsupportedOperation"),
        ("iam", "list_service_specific_credentials", "NotImplemented"),
        ("kms", "describe_custom_key_stores", "UnsupportedOperationException"),
    ],
)
def test_what_moto_lacks_is_said(
    shared: SimulatedRegion, service: str, operation: str, code: str
) -> None:
    with pytest.raises(ClientError) as raised:
        getattr(shared.client(service), operation)()
    assert raised.value.response["Error"]["Code"] == code
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_what_was_made_is_there_after_a_restart_under_the_same_ids(tmp_path: Path) -> None:
    with simulated_region(state=tmp_path) as region:
        ec2, iam = region.client("ec2"), region.client("iam")
        subnets = sorted(subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"])
        vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        group = ec2.create_security_group(GroupName="mine", Description="d", VpcId=vpc)["GroupId"]
        iam.create_role(RoleName="Mine", AssumeRolePolicyDocument="{}")
        with pytest.raises(ClientError):
            iam.create_role(RoleName="Mine", AssumeRolePolicyDocument="{}")
        second = ec2.create_security_group(GroupName="two", Description="d", VpcId=vpc)["GroupId"]
    with simulated_region(state=tmp_path) as region:
        ec2, iam = region.client("ec2"), region.client("iam")
        assert iam.get_role(RoleName="Mine")["Role"]["RoleName"] == "Mine"
        assert sorted(s["SubnetId"] for s in ec2.describe_subnets()["Subnets"]) == subnets
        found = {g["GroupId"] for g in ec2.describe_security_groups()["SecurityGroups"]}
        assert {group, second} <= found
        region.control("reset", {})
        found = {g["GroupId"] for g in ec2.describe_security_groups()["SecurityGroups"]}
        assert not found & {group, second}
    with simulated_region(state=tmp_path) as region, pytest.raises(ClientError):
        region.client("iam").get_role(RoleName="Mine")
