"""Ids of availability zones: a zone's name differs between accounts, its id does not.

The pairs are those that moto answers in DescribeAvailabilityZones, which the region leaves to it.
"""

from __future__ import annotations

import re

__all__ = ["zone_id", "zone_name"]

_IDS = {
    "ap-northeast-1a": "apne1-az4",
    "ap-northeast-1c": "apne1-az1",
    "ap-northeast-1d": "apne1-az2",
    "ap-south-1b": "aps1-az3",
    "ap-south-1c": "aps1-az2",
    "ap-southeast-2b": "apse2-az3",
    "ap-southeast-2c": "apse2-az2",
    "eu-west-1a": "euw1-az3",
    "eu-west-1b": "euw1-az1",
    "eu-west-1c": "euw1-az2",
    "eu-west-2a": "euw2-az2",
    "eu-west-2b": "euw2-az3",
    "eu-west-2c": "euw2-az1",
    "us-east-1a": "use1-az6",
    "us-east-1b": "use1-az1",
    "us-east-1c": "use1-az2",
    "us-east-1e": "use1-az3",
    "us-east-1f": "use1-az5",
    "us-gov-east-1a": "usge1-az1",
    "us-gov-east-1b": "usge1-az2",
    "us-gov-east-1c": "usge1-az3",
    "us-gov-west-1a": "usgw1-az1",
    "us-gov-west-1b": "usgw1-az2",
    "us-gov-west-1c": "usgw1-az3",
    "us-west-1a": "usw1-az3",
    "us-west-1b": "usw1-az1",
    "us-west-2a": "usw2-az2",
    "us-west-2b": "usw2-az1",
}

_DIRECTIONS = ("north", "south", "central", "east", "west")


def zone_id(zone: str) -> str:
    """``use1-az6`` for ``us-east-1a``; counted through for regions without a table."""
    found = _IDS.get(zone)
    if found is not None:
        return found
    parts = re.fullmatch(r"([a-z]{2})-(?:(gov)-)?([a-z]+)-(\d)([a-z])", zone)
    if parts is None:
        return zone
    country, _, direction, number, letter = parts.groups()
    short = "".join(word[0] for word in _DIRECTIONS if word in direction)
    return f"{country}{short}{number}-az{ord(letter) - ord('a') + 1}"


def zone_name(zones: tuple[str, ...], wanted: str) -> str | None:
    """The zone of a region that has this id, or ``None``."""
    return next((zone for zone in zones if zone_id(zone) == wanted), None)
