"""What the storage service hands out besides listings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, runtime_checkable

from hue_desktop.core.storage import Location

__all__ = ["HasBuckets", "ListingState", "Place"]


class ListingState(Enum):
    """How far a listing is. Rows that came stay, whatever it ends in."""

    LOADING = "loading"
    SHOWN = "shown"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Place:
    """Where browsing can begin. ``note`` says whose it is, or why it cannot be opened now."""

    title: str
    location: Location
    icon_key: str
    note: str = ""


@runtime_checkable
class HasBuckets(Protocol):
    """A store whose files lie in buckets that have settings of their own."""

    def bucket_facts(self, location: Location) -> Mapping[str, str]:
        """``region``, ``versioning``, ``encryption``, ``object-lock``; absent what is unknown."""
