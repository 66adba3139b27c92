"""What a listing shows, as one value that never changes."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hue_desktop.core.storage import EntryPage
from hue_desktop.services.storage.columns import PackedPage

if TYPE_CHECKING:
    from hue_desktop.services.storage.arranging import Rows

__all__ = ["NO_ROWS", "ListingView"]

NO_ROWS = EntryPage((), b"", array("q"), array("d"))


@dataclass(frozen=True)
class ListingView:
    """Rows in the order they are shown.

    ``generation`` is another one whenever rows that stood in the view before moved or went; while
    it stays, rows have only been added at the end.
    """

    generation: int
    order: Rows
    pages: tuple[PackedPage, ...]
    starts: tuple[int, ...]  #: the first row of each page
    folders: int = 0  #: so many of the rows, the first ones, are folders
    key: str = "name"
    descending: bool = False
    filter: str = ""

    @property
    def count(self) -> int:
        """Rows that are shown."""
        return len(self.order)

    def name(self, index: int) -> str:
        """The name at a place of the view."""
        page, row = self._place(int(self.order[index]))
        return page.names[row] or ""

    def rows(self, first: int, last: int) -> EntryPage:
        """The rows from ``first`` up to, not including, ``last``, in columns."""
        wanted = self.order[max(0, first) : max(0, last)].tolist()
        places = [self._place(row) for row in wanted]
        keys = {
            key: None for page in {id(p): p for p, _ in places}.values() for key in page.columns
        }
        return EntryPage(
            [page.names[row] or "" for page, row in places],
            bytes(page.folders[row] for page, row in places),
            array("q", (page.sizes[row] for page, row in places)),
            array("d", (page.modified[row] for page, row in places)),
            {key: [_detail(page.columns.get(key), row) for page, row in places] for key in keys},
        )

    def find(self, name: str) -> int:
        """Where a name stands, or -1."""
        wanted = name.encode("utf-8", "surrogateescape")
        for page in self.pages:
            row = page.names.find(wanted)
            if row >= 0:
                places = (self.order == page.start + row).nonzero()[0]
                if len(places):
                    return int(places[0])
        return -1

    def _place(self, row: int) -> tuple[PackedPage, int]:
        page = self.pages[bisect_right(self.starts, row) - 1]
        return page, row - page.start


def _detail(column: Sequence[Any] | None, row: int) -> Any:
    return None if column is None else column[row]
