"""What can be done to files, as values: a plan says what is lost before anything is.

A service makes the plan, the person confirms it, the service carries it out. Nothing in a plan
holds a connection or a secret.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from hue_desktop.core.changes import Undoability
from hue_desktop.core.storage import Location, StoreId

__all__ = ["Loss", "StorageAct", "StorageChange", "StorageOutcome", "StoragePlan"]


class StorageAct(Enum):
    """What a change does."""

    DELETE = "delete"
    TRASH = "trash"
    RESTORE = "restore"
    RENAME = "rename"
    MAKE_FOLDER = "make-folder"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class StorageChange:
    """One call to a store. ``what`` and ``value`` as ``FileSystem.change`` takes them."""

    act: StorageAct
    location: Location
    target: Location | None = None  #: RENAME: the new place
    what: str = ""
    value: Any = None
    recursive: bool = False  #: DELETE and CHANGE: with all that is below


@dataclass(frozen=True, slots=True)
class Loss:
    """How much is gone afterwards, as far as it was counted."""

    files: int = 0
    bytes: int = 0
    folders: int = 0
    complete: bool = True  #: false: there is more than was counted
    newest: float | None = None  #: when the newest of them was written; epoch seconds


@dataclass(frozen=True, slots=True)
class StoragePlan:
    """What will be done when the person confirms.

    ``lines`` say in sentences what it means and what is lost; ``calls`` are the store's own words
    for it. ``undo_text`` says how far it can be undone, ``inverse`` does it. ``typed_name`` is the
    text the person must type first, or empty. ``blocked`` says why it cannot be done; empty when
    it can.
    """

    title: str
    changes: tuple[StorageChange, ...]
    lines: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    loss: Loss | None = None
    undo: Undoability = Undoability.FINAL
    undo_text: str = ""
    inverse: tuple[StorageChange, ...] = ()
    typed_name: str = ""
    blocked: str = ""

    @property
    def stores(self) -> frozenset[StoreId]:
        """The stores it changes something in."""
        return frozenset(change.location.store for change in self.changes)


@dataclass(frozen=True, slots=True)
class StorageOutcome:
    """How it went. ``failed`` says of each location what went wrong there.

    ``inverse`` undoes what was done; it may know more than the plan's (where the trash put it).
    """

    plan: StoragePlan
    done: int = 0  #: files and folders
    failed: tuple[tuple[Location, str], ...] = ()
    inverse: tuple[StorageChange, ...] = ()
    changed: tuple[Location, ...] = field(default_factory=tuple)  #: folders to be read again
