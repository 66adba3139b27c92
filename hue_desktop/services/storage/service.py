"""Browsing: the one door through which screens look into stores and change what is there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hue_desktop.core.changes import Plan, Undoability
from hue_desktop.core.errors import HueError, ReadOnly, Refused
from hue_desktop.core.file_systems import BlockPlace, FileSystem
from hue_desktop.core.format import size
from hue_desktop.core.storage import Entry, EntryPage, Location, StoreId, StoreKind
from hue_desktop.core.storage_plans import StorageOutcome, StoragePlan
from hue_desktop.core.text import _
from hue_desktop.services.lanes import Lane
from hue_desktop.services.storage.courtesy import Courtesy
from hue_desktop.services.storage.file_systems import FileSystems
from hue_desktop.services.storage.listing import Listing
from hue_desktop.services.storage.locations import Locations
from hue_desktop.services.storage.planning import StoragePlanner
from hue_desktop.services.storage.previews.values import Preview
from hue_desktop.services.storage.usage import Usage
from hue_desktop.services.storage.values import HasBuckets, Place

if TYPE_CHECKING:
    from hue_desktop.services.connections.service import ConnectionService
    from hue_desktop.services.fleet.service import FleetService

__all__ = ["PREVIEW_BYTES", "StorageService"]

_log = logging.getLogger(__name__)
_READERS = 16  #: one that a dead network holds up must not hold up the others
_ENCRYPTION = {"AES256": "SSE-S3", "aws:kms": "SSE-KMS", "aws:kms:dsse": "DSSE-KMS"}
PREVIEW_BYTES = 256 << 10


class StorageService:
    """Methods return at once where that is said; all others block and raise a ``HueError``.

    ``asks_name`` says of a store whether losing something there wants a name typed, ``record``
    writes a change that was carried out into the journal.
    """

    def __init__(
        self,
        file_systems: FileSystems,
        fleet: FleetService,
        connections: ConnectionService,
        *,
        asks_name: Callable[[StoreId], bool] = lambda _store: False,
        record: Callable[[Plan, str], object] = lambda _plan, _error: None,
    ) -> None:
        self.file_systems = file_systems
        self._record = record
        self._fleet = fleet
        self._locations = Locations(fleet.snapshot, connections.connections)
        self._planner = StoragePlanner(
            file_systems.of, self.read_only, asks_name, self._locations.display
        )
        self.courtesy = Courtesy()  #: readers wait for a window that draws
        self._readers = Lane("storage", _READERS)
        self._arrangers = Lane("storage-order", 1)
        self._counters = Lane("storage-usage", 2)

    # -- places and texts (return at once) ----------------------------------------------------

    def places(self) -> tuple[Place, ...]:
        """Where browsing can begin."""
        return self._locations.places()

    def parse(self, text: str, near: Location) -> Location:
        """The location that a text means; ``ConfigurationError`` when it means none."""
        return self._locations.parse(text, near)

    def display(self, location: Location, own: StoreId | None = None) -> str:
        """How a location is written for a person; see ``Locations.display``."""
        return self._locations.display(location, own)

    def read_only(self, store: StoreId) -> bool:
        """Whether read-only mode keeps this store from being changed."""
        return bool(store.connection) and self._fleet.is_read_only(store.connection)

    def listing(self, location: Location) -> Listing:
        """Begin to read a folder; returns at once. Cancel it when nobody looks any more."""
        folder = location.as_folder()

        def read() -> Iterator[EntryPage]:
            for page in self._fs(folder).list(folder):
                self.courtesy.give_way()
                yield page

        return Listing(folder, read, self._readers.submit, self._arrangers.submit)

    def usage(self, location: Location) -> Usage:
        """Begin to count what is below a folder; returns at once. Cancel it when nobody looks."""
        folder = location.as_folder()

        def read() -> Iterator[EntryPage]:
            return self._fs(folder).walk(folder)

        def expect() -> tuple[int, int] | None:
            if folder.store.kind is not StoreKind.HDFS:
                return None
            told = self._fs(folder).properties(folder)
            return (int(told["files"]), int(told["bytes"])) if "files" in told else None

        return Usage(folder, read, self._counters.submit, expect)

    # -- looking (block) ----------------------------------------------------------------------

    def complete(self, text: str, near: Location | None = None) -> tuple[str, ...]:
        """What a text may go on as: names in its folder that begin so, folders first."""
        from hue_desktop.services.storage.completing import complete

        return complete(text, near, self._locations, self._fs)

    def stat(self, location: Location) -> Entry:
        """What stands at a location."""
        return self._fs(location).stat(location)

    def preview(self, location: Location, limit: int = PREVIEW_BYTES) -> Preview:
        """The beginning of a file as what it is; of texts at most ``limit`` bytes."""
        from hue_desktop.services.storage.previews.making import make_preview

        file_system = self._fs(location)
        return make_preview(file_system, location, file_system.stat(location), limit)

    def properties(self, location: Location) -> Mapping[str, str]:
        """Everything the store tells of it, under the store's own words."""
        return self._fs(location).properties(location)

    def blocks(self, location: Location) -> tuple[BlockPlace, ...]:
        """HDFS: where the blocks of a file are."""
        return self._fs(location).blocks(location)

    def versions(self, location: Location) -> tuple[Entry, ...]:
        """S3: the versions of an object, newest first."""
        return self._fs(location).versions(location)

    def presigned(self, location: Location, expires_s: int) -> str:
        """S3: a URL that reads the object without credentials until it expires."""
        return self._fs(location).presigned_url(location, expires_s)

    def trash_root(self, store: StoreId) -> Location | None:
        """Where the store keeps what was deleted; ``None`` where it keeps nothing."""
        return self.file_systems.of(store).trash_root()

    def status(self, location: Location) -> str:
        """The store in half a line: room that is left, or what a bucket does with its keys."""
        fs = self._fs(location)
        if isinstance(fs, HasBuckets):
            return _bucket_line(fs.bucket_facts(location)) if location.bucket else ""
        space = fs.space(location)
        if space.free is None or space.capacity is None:
            return ""
        return _("{free} free of {capacity}").format(
            free=size(space.free), capacity=size(space.capacity)
        )

    # -- changing (block) ---------------------------------------------------------------------

    def plan_delete(self, locations: Sequence[Location], *, for_good: bool = False) -> StoragePlan:
        """Delete; into the trash where there is one, unless it is ``for_good``."""
        return self._planner.delete(locations, for_good=for_good)

    def plan_restore(self, locations: Sequence[Location]) -> StoragePlan:
        """Put back from the trash."""
        return self._planner.restore(locations)

    def plan_rename(self, location: Location, name: str) -> StoragePlan:
        """Another name in the same folder."""
        return self._planner.rename(location, name)

    def plan_make_folder(self, parent: Location, name: str) -> StoragePlan:
        """A new folder in ``parent``."""
        return self._planner.make_folder(parent, name)

    def plan_change(
        self, locations: Sequence[Location], what: str, value: Any, *, recursive: bool = False
    ) -> StoragePlan:
        """Set what ``FileSystem.change`` sets."""
        return self._planner.change(locations, what, value, recursive=recursive)

    def plan_undo(self, outcome: StorageOutcome) -> StoragePlan:
        """Take back what was done. Refused when nothing of it can be."""
        if not outcome.inverse:
            raise Refused(_("This cannot be undone."))
        title = _("Undo: {title}").format(title=outcome.plan.title)
        return StoragePlan(title, outcome.inverse, undo=Undoability.UNDOABLE)

    def carry_out(
        self,
        plan: StoragePlan,
        *,
        cancelled: Callable[[], bool] = lambda: False,
        progress: Callable[[int], None] = lambda _done: None,
    ) -> StorageOutcome:
        """Do what a confirmed plan says, and write it in the journal of its connection.

        ReadOnly or Refused when nothing may be done; what fails of many is in the outcome.
        """
        from hue_desktop.services.storage.carrying import carry_out

        for store in plan.stores:
            if self.read_only(store):
                raise ReadOnly(
                    _("Read-only mode is on for {connection}; nothing was changed.").format(
                        connection=store.connection
                    ),
                    remedy=_("Turn it off with the padlock in the status bar."),
                )
        if plan.blocked:
            raise Refused(plan.blocked)
        outcome = carry_out(plan, self.file_systems.of, cancelled, progress)
        self._write_down(outcome)
        return outcome

    def _write_down(self, outcome: StorageOutcome) -> None:
        """What is done is done, whether it can be written down or not."""
        from hue_desktop.services.storage.recording import record_outcome

        try:
            record_outcome(outcome, self._record)
        except HueError:
            _log.exception("The journal did not take a row")

    # -- life ---------------------------------------------------------------------------------

    def close(self, timeout_s: float = 1.0) -> None:
        """Stop reading; whatever is under way ends by itself."""
        for lane in (self._readers, self._arrangers, self._counters):
            lane.shutdown(timeout_s=timeout_s / 3)

    def _fs(self, location: Location) -> FileSystem:
        return self.file_systems.of(location.store)


def _bucket_line(facts: Mapping[str, str]) -> str:
    """What a bucket does with its keys, as far as that may be asked."""
    parts = []
    if "versioning" in facts:
        on = facts["versioning"] == "Enabled"
        parts.append(_("versioning on") if on else _("versioning off"))
    if facts.get("encryption"):
        sealed = facts["encryption"]
        parts.append(_ENCRYPTION.get(sealed, sealed))
    if facts.get("object-lock"):
        parts.append(_("object lock"))
    return " · ".join(parts)
