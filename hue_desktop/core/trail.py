"""Who changed a cluster's size or policy, as CloudTrail recorded it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

__all__ = ["TrailCall", "TrailDoor"]


@dataclass(frozen=True, slots=True)
class TrailCall:
    """A call to EMR that changed a cluster's size or its scaling policy.

    ``who`` is the user, role session or service; ``group_ids`` are the groups or fleets it names.
    """

    at: datetime
    operation: str
    who: str
    group_ids: tuple[str, ...] = ()


class TrailDoor(Protocol):
    """CloudTrail's event history of one connection in one region (90 days, minutes late)."""

    def scaling_calls(
        self, cluster_id: str, group_ids: frozenset[str], start: datetime, end: datetime
    ) -> tuple[TrailCall, ...]:
        """Calls that succeeded, newest first; some name the cluster, some only its groups."""
