"""What an account that uses EMR has from the start: the default roles and a key pair."""

from __future__ import annotations

import json

__all__ = ["KEY_PAIR", "furnish_account"]

KEY_PAIR = "hue"

# Roles and who may take them. The policies that AWS manages are not attached: moto knows them only
# when it loads all of AWS's thousand, and nothing in the region is decided by them.
_ROLES = {
    "EMR_DefaultRole": "elasticmapreduce.amazonaws.com",
    "EMR_EC2_DefaultRole": "ec2.amazonaws.com",
    "EMR_AutoScaling_DefaultRole": "application-autoscaling.amazonaws.com",
}


def furnish_account(account_id: str, region: str) -> None:
    """Empty moto's backends and create the roles, the instance profile and the key pair."""
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
    ec2_backends[account_id][region].create_key_pair(KEY_PAIR, "rsa", {})


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
