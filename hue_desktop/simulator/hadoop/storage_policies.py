"""HDFS's storage policies, by number and name, as the NameNode lists them."""

from __future__ import annotations

from typing import Any

__all__ = ["DEFAULT_POLICY", "POLICIES", "policy_number"]

DEFAULT_POLICY = 7  #: HOT


def _policy(
    number: int,
    name: str,
    types: str,
    creation: str = "",
    replication: str = "",
    *,
    fixed: bool = False,
) -> dict[str, Any]:
    return {
        "copyOnCreateFile": fixed,
        "creationFallbacks": creation.split(),
        "id": number,
        "name": name,
        "replicationFallbacks": replication.split(),
        "storageTypes": types.split(),
    }


POLICIES: dict[int, dict[str, Any]] = {
    policy["id"]: policy
    for policy in (
        _policy(1, "PROVIDED", "PROVIDED DISK", "PROVIDED DISK", "PROVIDED DISK"),
        _policy(2, "COLD", "ARCHIVE"),
        _policy(5, "WARM", "DISK ARCHIVE", "DISK ARCHIVE", "DISK ARCHIVE"),
        _policy(7, "HOT", "DISK", "", "ARCHIVE"),
        _policy(10, "ONE_SSD", "SSD DISK", "SSD DISK", "SSD DISK"),
        _policy(12, "ALL_SSD", "SSD", "DISK", "DISK"),
        _policy(15, "LAZY_PERSIST", "RAM_DISK DISK", "DISK", "DISK", fixed=True),
    )
}


def policy_number(name: str) -> int | None:
    """The number of a policy, or None if there is none of that name."""
    for number, policy in POLICIES.items():
        if policy["name"] == name.upper():
            return number
    return None
