"""The storage service as panes use it: sums and counts beside what the service offers."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hue_desktop.core.errors import HueError, NotFound
from hue_desktop.core.storage import EntryKind, Location, StoreId, StoreKind
from hue_desktop.services.storage.values import ListingState
from hue_desktop.ui.cancel import CancelToken
from hue_desktop.ui.storage.columns import FolderFacts
from hue_desktop.ui.storage.words import sums_words

if TYPE_CHECKING:
    from hue_desktop.services.storage.listing import Listing
    from hue_desktop.services.storage.view import ListingView

__all__ = ["StorageSource"]

_COUNT_KEYS = 5_000  #: a prefix with more keys is told as "at least"
_COUNT_S = 8.0
_LOOK_S = 0.05
_COUNTED = 2_000  #: selected rows whose sizes are added up; more are counted only


class StorageSource:
    """Asked on the main thread unless a method says that it blocks."""

    def __init__(self, service: Any, own: StoreId | None = None) -> None:
        self.service = service
        self._own = own  #: the HDFS of the cluster whose page it is

    # Listings

    def listing(self, location: Location) -> Listing:
        """Begin to read a folder; returns at once."""
        listing: Listing = self.service.listing(location)
        return listing

    def sums(
        self,
        listing: Listing,
        ranges: Sequence[tuple[int, int]],
        facts: Mapping[str, FolderFacts],
    ) -> str:
        """The status line of a pane; folders count where it is known what is below them."""
        view = listing.view
        count, folders = (view.count, view.folders) if view else (0, 0)
        selected = sum(last - first + 1 for first, last in ranges)
        amount: int | None = listing.size if count == listing.total_count else None
        if view is not None and 0 < selected < count:
            amount = self._amount(view, ranges, facts) if selected <= _COUNTED else None
        elif amount is not None and folders and len(facts) == folders:
            amount += sum(each.bytes for each in facts.values())
        loading = listing.state is ListingState.LOADING
        counts = (folders, count - folders)
        return sums_words(listing.location, counts, selected, amount, loading=loading)

    def _amount(
        self,
        view: ListingView,
        ranges: Sequence[tuple[int, int]],
        facts: Mapping[str, FolderFacts],
    ) -> int | None:
        total = 0
        for first, last in ranges:
            for entry in view.rows(first, last + 1).entries():
                if entry.is_folder and entry.name not in facts:
                    return None
                total += facts[entry.name].bytes if entry.is_folder else entry.size or 0
        return total

    # Places

    def display(self, location: Location) -> str:
        """How a location is written."""
        return str(self.service.display(location, self._own))

    def places(self) -> Sequence[Any]:
        """Where a pane can begin."""
        found: Sequence[Any] = self.service.places()
        return found

    def parse(self, text: str, near: Location) -> tuple[Location, bool]:
        """What a typed text means, and whether it is a folder. Blocks."""
        location: Location = self.service.parse(text, near)
        if location.is_folder or location.path == "/":
            return location, True
        try:
            entry = self.service.stat(location)
        except NotFound:
            if location.store.kind is StoreKind.S3:
                return location.as_folder(), True  # a prefix need not end in a slash
            raise
        return location, entry.kind is EntryKind.FOLDER

    def complete(self, text: str, near: Location) -> tuple[str, ...]:
        """What a text may go on as. Blocks."""
        return tuple(self.service.complete(text, near))

    # Facts

    def status(self, location: Location) -> str:
        """Room in the store, or what a bucket does with its keys. Blocks."""
        return str(self.service.status(location))

    def counts_folders(self, location: Location) -> bool:
        """Whether it costs little enough to say what is below each folder."""
        return location.store.kind is StoreKind.HDFS or bool(location.bucket)

    def folder_facts(self, location: Location, token: CancelToken) -> FolderFacts | None:
        """How much is below a folder; ``None`` when the store does not say. Blocks."""
        if location.store.kind is StoreKind.S3:
            return self._counted(location, token)
        found: Mapping[str, str] = self.service.properties(location)
        try:
            return FolderFacts(int(found["files"]), int(found["bytes"]))
        except (KeyError, ValueError):
            return None

    def _counted(self, location: Location, token: CancelToken) -> FolderFacts | None:
        """Keys below a prefix, as far as a few requests tell."""
        usage = self.service.usage(location)
        until = time.monotonic() + _COUNT_S
        while not usage.wait(_LOOK_S):
            if token.cancelled or usage.files > _COUNT_KEYS or time.monotonic() > until:
                usage.cancel()
        if usage.error is not None or not usage.files:
            return None
        whole = usage.state is ListingState.SHOWN
        newest = usage.newest if whole else None
        return FolderFacts(usage.files, usage.bytes, at_least=not whole, newest=newest)

    def read_only(self, store: StoreId) -> bool:
        """Whether nothing may be changed there now."""
        try:
            return bool(self.service.read_only(store))
        except HueError:
            return True
