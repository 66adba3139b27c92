"""Keeps a listing's view up to date with little work a page.

Stores that list in the order of names (S3, HDFS) give rows that only need to be appended; the
arranger notices when they do, and sorts all rows only when it must.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hue_desktop.services.storage.arranging import Rows, SortKey, matching_rows, sorted_rows
from hue_desktop.services.storage.columns import PackedPage, Run
from hue_desktop.services.storage.view import ListingView

__all__ = ["Arranger"]

_NONE: Rows = np.empty(0, np.int32)


class Arranger:
    """Makes views of the pages of one listing; for one thread at a time."""

    def __init__(self) -> None:
        self._split = 0  # so many pages are split into the two below
        self._folders = _Growing()
        self._files = _Growing()
        self._last = {"folders": "", "files": ""}
        self._in_order = {"folders": True, "files": True}
        self._filter = ""
        self._masks: list[NDArray[np.bool_]] = []
        self._starts: tuple[int, ...] = ()

    def arrange(
        self, pages: Sequence[PackedPage], by: SortKey, text: str, before: ListingView | None
    ) -> ListingView:
        """The view of the pages there are now."""
        known = tuple(pages)
        self._take(known)
        folders = self._chosen(self._folders.rows, known, text)
        files = self._chosen(self._files.rows, known, text)
        folders = self._sorted("folders", known, folders, by)
        files = self._sorted("files", known, files, by)
        order = np.concatenate([folders, files]) if len(folders) else files
        return ListingView(
            _generation(before, order, by, text),
            order,
            known,
            self._starts,
            len(folders),
            by.key,
            by.descending,
            text,
        )

    def _take(self, pages: tuple[PackedPage, ...]) -> None:
        for page in pages[self._split :]:
            rows = np.arange(page.start, page.start + len(page), dtype=np.int32)
            if page.folder_run is not None:
                mask = np.frombuffer(page.folders, np.uint8).astype(np.bool_)
                self._folders.append(rows[mask])
                rows = rows[~mask]
            if len(rows):
                self._files.append(rows)
            self._follow("folders", page.folder_run)
            self._follow("files", page.file_run)
        self._starts += tuple(page.start for page in pages[self._split :])
        self._split = len(pages)

    def _follow(self, which: str, run: Run | None) -> None:
        """Notice whether names go on in their order."""
        if run is not None:
            if not run.in_order or run.first < self._last[which]:
                self._in_order[which] = False
            self._last[which] = run.last

    def _chosen(self, rows: Rows, pages: tuple[PackedPage, ...], text: str) -> Rows:
        if not text or not len(rows):
            return rows
        if text != self._filter:
            self._filter, self._masks = text, []
        for page in pages[len(self._masks) :]:
            self._masks.append(matching_rows(page, text))
        mask: NDArray[np.bool_] = np.concatenate(self._masks)
        return rows[mask[rows]]

    def _sorted(self, which: str, pages: tuple[PackedPage, ...], rows: Rows, by: SortKey) -> Rows:
        if by.key == "name" and not by.fold and self._in_order[which]:
            return rows[::-1] if by.descending else rows
        return sorted_rows(pages, rows, by)


class _Growing:
    """Row numbers that are only ever added to; what was handed out before stays as it is."""

    def __init__(self) -> None:
        self._space: Rows = np.empty(1024, np.int32)
        self._count = 0

    @property
    def rows(self) -> Rows:
        """All of them, without a copy."""
        return self._space[: self._count]

    def append(self, rows: Rows) -> None:
        """Add some at the end."""
        end = self._count + len(rows)
        if end > len(self._space):
            space: Rows = np.empty(max(end, 2 * len(self._space)), np.int32)
            space[: self._count] = self.rows
            self._space = space
        self._space[self._count : end] = rows
        self._count = end


def _generation(before: ListingView | None, order: Rows, by: SortKey, text: str) -> int:
    """The view's before when its rows stand unmoved at the beginning of this one, else the next."""
    if before is None:
        return 1
    alike = (before.key, before.descending, before.filter) == (by.key, by.descending, text)
    same = alike and _begins_with(order, before.order)
    return before.generation if same else before.generation + 1


def _begins_with(order: Rows, before: Rows) -> bool:
    if len(before) > len(order):
        return False
    if not _is_grown(order, before):
        return np.array_equal(order[: len(before)], before)
    return True


def _is_grown(order: Rows, before: Rows) -> bool:
    """Whether both are the beginning of the same growing rows, which needs no comparing."""
    own: NDArray[np.int32] | None = order.base
    return own is not None and own is before.base and order.ctypes.data == before.ctypes.data
