"""What the storage service hands out besides listings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hue_desktop.core.storage import Location

__all__ = ["ListingState", "Place", "StoreNote"]


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


@dataclass(frozen=True, slots=True)
class StoreNote:
    """The right end of a pane's status line: room in bytes, or facts of a bucket in words."""

    capacity: int | None = None
    free: int | None = None
    facts: tuple[str, ...] = ()
