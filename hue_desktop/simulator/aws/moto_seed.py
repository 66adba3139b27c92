"""What an account that uses EMR has from the start: roles, a key pair, and its network.

The network's ids are made as the region makes those of its nodes, so that the subnet, VPC and
security groups that a node names are the ones that moto describes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hue_desktop.simulator.chance import Chance

__all__ = ["KEY_PAIR", "furnish_account"]

KEY_PAIR = "hue"

# Roles and who may take them. The policies that AWS manages are not attached: moto knows them only
# when it loads all of AWS's thousand, and nothing in the region is decided by them.
_ROLES = {
    "EMR_DefaultRole": "elasticmapreduce.amazonaws.com",
    "EMR_EC2_DefaultRole": "ec2.amazonaws.com",
    "EMR_AutoScaling_DefaultRole": "application-autoscaling.amazonaws.com",
}


# Security groups that EMR makes for itself, and the key of their ids.
_GROUPS = {"ElasticMapReduce-master": "master", "ElasticMapReduce-slave": "slave"}


def furnish_account(account_id: str, region: str, chance: Chance) -> None:
    """Empty moto's backends and create the roles, the key pair and the network."""
    from moto.ec2.models import ec2_backends
    from moto.iam.models import iam_backends
    from moto.kms.models import kms_backends
    from moto.sts.models import sts_backends

    for backends in (ec2_backends, iam_backends, kms_backends, sts_backends):
        backends.reset()
    iam = iam_backends[account_id]["aws"]
    for name, service in _ROLES.items():
        iam.create_role(
            role_name=name,
            assume_role_policy_document=json.dumps(_trust(service)),
            path="/",
            permissions_boundary=None,
            description="",
            tags=[],
            max_session_duration="3600",
        )
    iam.create_instance_profile("EMR_EC2_DefaultRole", "/", [])
    iam.add_role_to_instance_profile("EMR_EC2_DefaultRole", "EMR_EC2_DefaultRole")
    ec2 = ec2_backends[account_id][region]
    ec2.create_key_pair(KEY_PAIR, "rsa", {})
    _name_network(ec2, region, chance)


def _name_network(ec2: Any, region: str, chance: Chance) -> None:
    """Give the default VPC and its subnets our ids, and add EMR's security groups."""
    vpc = ec2.get_default_vpc()
    old, vpc.id = vpc.id, chance.hex_id("vpc-", region)
    ec2.vpcs[vpc.id] = ec2.vpcs.pop(old)
    ec2.groups[vpc.id] = ec2.groups.pop(old)
    for name, key in _GROUPS.items():
        group = ec2.create_security_group(name, f"{name.partition('-')[2]} of EMR", vpc.id)
        del ec2.groups[vpc.id][group.id]
        group.id = group.group_id = chance.hex_id("sg-", key)
        ec2.groups[vpc.id][group.id] = group
    subnets = [subnet for by_id in ec2.subnets.values() for subnet in by_id.values()]
    acls, tables = list(ec2.network_acls.values()), list(ec2.route_tables.values())
    for item in (*ec2.groups[vpc.id].values(), *subnets, *acls, *tables):
        item.vpc_id = vpc.id
    renamed = {subnet.id: chance.hex_id("subnet-", subnet.availability_zone) for subnet in subnets}
    for subnet in subnets:
        by_id = ec2.subnets[subnet.availability_zone]
        del by_id[subnet.id]
        subnet.id = renamed[subnet.id]
        by_id[subnet.id] = subnet
    for acl in acls:
        for association in acl.associations:
            association.subnet_id = renamed.get(association.subnet_id, association.subnet_id)


def _trust(service: str) -> dict[str, object]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": "sts:AssumeRole",
            }
        ],
    }
