"""What a new cluster can be given: subnets and keys of EC2, roles and profiles of IAM."""

from __future__ import annotations

import json
from typing import Any

from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.adapters.aws.values import (
    Wire,
    items,
    optional_number,
    required_text,
    section,
    text,
)
from hue_desktop.core.ports import KeyPair, Subnet

__all__ = ["AwsLaunching"]

EMR_PRINCIPAL = "elasticmapreduce.amazonaws.com"
IAM_PAGE = 1000  #: the most that IAM gives at once; it gives 100 unless asked
#: Names that AWS gives the roles that ``aws emr create-default-roles`` makes; offered first.
DEFAULTS = ("EMR_DefaultRole", "EMR_DefaultRole_V2", "EMR_EC2_DefaultRole")


class AwsLaunching:
    """The ``Launching`` port over EC2 and IAM."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session

    def subnets(self) -> tuple[Subnet, ...]:
        """DescribeSubnets, by availability zone."""
        pages = self._session.pages("ec2", "DescribeSubnets", {}, marker="NextToken")
        found = [_subnet(part) for page in pages for part in items(page, "Subnets")]
        return tuple(sorted(found, key=lambda subnet: (subnet.az, subnet.name, subnet.id)))

    def key_pairs(self) -> tuple[KeyPair, ...]:
        """DescribeKeyPairs, by name."""
        answer = self._session.call("ec2", "DescribeKeyPairs")
        names = sorted(text(part, "KeyName") for part in items(answer, "KeyPairs"))
        return tuple(KeyPair(name) for name in names)

    def service_roles(self) -> tuple[str, ...]:
        """IAM roles whose trust policy lets EMR assume them, AWS's default first."""
        pages = self._session.pages("iam", "ListRoles", {"MaxItems": IAM_PAGE})
        names = [
            text(role, "RoleName")
            for page in pages
            for role in items(page, "Roles")
            if _trusts_emr(role.get("AssumeRolePolicyDocument"))
        ]
        return _defaults_first(names)

    def instance_profiles(self) -> tuple[str, ...]:
        """IAM instance profiles, AWS's default first."""
        pages = self._session.pages("iam", "ListInstanceProfiles", {"MaxItems": IAM_PAGE})
        names = [
            text(profile, "InstanceProfileName")
            for page in pages
            for profile in items(page, "InstanceProfiles")
        ]
        return _defaults_first(names)


def _subnet(data: Wire) -> Subnet:
    tags = {text(tag, "Key"): text(tag, "Value") for tag in items(data, "Tags")}
    return Subnet(
        id=required_text(data, "SubnetId"),
        vpc_id=text(data, "VpcId"),
        az=text(data, "AvailabilityZone"),
        cidr=text(data, "CidrBlock"),
        name=tags.get("Name", ""),
        free_addresses=optional_number(data, "AvailableIpAddressCount"),
    )


def _trusts_emr(policy: Any) -> bool:
    """Whether a trust policy (a document, or its text) names EMR as a service."""
    if isinstance(policy, str):
        try:
            policy = json.loads(policy)
        except ValueError:
            return False
    statements = policy.get("Statement", []) if isinstance(policy, dict) else []
    if isinstance(statements, dict):
        statements = [statements]
    for statement in statements:
        principal = section(statement, "Principal") if statement.get("Principal") != "*" else {}
        services = principal.get("Service", [])
        if EMR_PRINCIPAL in ([services] if isinstance(services, str) else services):
            return bool(statement.get("Effect") == "Allow")
    return False


def _defaults_first(names: list[str]) -> tuple[str, ...]:
    def order(name: str) -> tuple[int, str]:
        return (DEFAULTS.index(name) if name in DEFAULTS else len(DEFAULTS), name)

    return tuple(sorted(names, key=order))
