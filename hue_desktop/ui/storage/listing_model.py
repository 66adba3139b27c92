"""A listing as Qt's table model: a window of rows at a time, new rows appended as they come.

A million keys stay in the listing's columns; here are only the few hundred rows last looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from hue_desktop.core.storage import Location
from hue_desktop.ui.storage.columns import FileRow, FolderFacts, columns_for
from hue_desktop.ui.tables import Column

if TYPE_CHECKING:
    from hue_desktop.services.storage.listing import Listing
    from hue_desktop.services.storage.view import ListingView

__all__ = ["ListingModel"]

_WINDOW = 96  #: rows that are kept as values; more than a high window shows
_FLAGS = (
    Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsDragEnabled
    | Qt.ItemFlag.ItemIsDropEnabled | Qt.ItemFlag.ItemNeverHasChildren
)  # fmt: skip
_MOST_FOLLOWED = 200  #: selected rows that are found again after rows moved
_MOST_LOOKED = 60_000  #: names compared for it, on the main thread

_Index = QModelIndex | QPersistentModelIndex


class ListingModel(QAbstractTableModel):
    """Shows one view of the listing until ``update_rows`` takes the next; ``order_changed`` comes
    with another order."""

    order_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns: tuple[Column[FileRow], ...] = ()
        self.listing: Listing | None = None
        self.view: ListingView | None = None
        self._count = 0
        self._order = ("name", False)
        self._first = 0
        self._window: list[FileRow] = []
        self._facts: dict[str, FolderFacts] = {}
        self._old_facts: set[str] = set()  #: names whose facts are from an older reading
        self._carry: Callable[[str, bool], None] | None = None

    # What is shown

    def show(self, listing: Listing | None) -> None:
        """Show another listing from its beginning."""
        self.beginResetModel()
        columns = columns_for(listing.location) if listing is not None else ()
        if [c.key for c in columns] != [c.key for c in self.columns]:
            self.columns = columns
        self.listing = listing
        self._order = ("name", False)
        self._facts, self._old_facts = {}, set()
        self._take_over()
        self.endResetModel()
        self.order_changed.emit()

    def swap(self, listing: Listing) -> None:
        """Show another reading of the same folder: what is selected is found again by name."""
        self.listing = listing
        self._old_facts = set(self._facts)
        if listing.view is not None:
            self._move_rows(listing.view)

    def update_rows(self) -> None:
        """Follow the listing: append what came, or move rows when they stand in another order."""
        view, before = (self.listing.view if self.listing else None), self.view
        if view is None or view is before:
            return
        if before is None or view.generation == before.generation:
            self._append(view)
        else:
            self._move_rows(view)

    def _append(self, view: ListingView) -> None:
        if view.count <= self._count:
            self.view = view
            return
        at_end = self._first + len(self._window) >= self._count
        self.beginInsertRows(QModelIndex(), self._count, view.count - 1)
        self.view, self._count = view, view.count
        if at_end and len(self._window) < _WINDOW:
            self._window = []
        self.endInsertRows()

    def _take_over(self) -> None:
        self.view = self.listing.view if self.listing else None
        self._count = self.view.count if self.view else 0
        self._first, self._window = 0, []

    def _move_rows(self, view: ListingView) -> None:
        """Rows stand elsewhere now; a few that are selected or in focus are found again by name."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        rows = list(dict.fromkeys(index.row() for index in before))[:_MOST_FOLLOWED]
        names = {row: self._name_at(row) for row in rows}
        self.view, self._count = view, view.count
        self._first, self._window = 0, []
        places = self._places({name for name in names.values() if name is not None})
        after = []
        for index in before:
            place = places.get(names.get(index.row()) or "", -1)
            after.append(self.index(place, index.column()) if place >= 0 else QModelIndex())
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _name_at(self, row: int) -> str | None:
        return self.view.name(row) if self.view is not None and row < self._count else None

    def _places(self, names: set[str]) -> dict[str, int]:
        """Where a few names stand now; none in a listing so long that looking would be felt."""
        listing = self.listing
        if listing is None or not names or self._count * len(names) > _MOST_LOOKED:
            return {}
        return {name: listing.find(name) for name in names}

    @property
    def order(self) -> tuple[str, bool]:
        """Column key and whether downwards."""
        return self._order

    def sort_by(self, key: str, descending: bool = False) -> None:
        """Order by a column; the listing does it off the main thread and says when it is done."""
        if self.listing is None or key not in {column.key for column in self.columns}:
            return
        if key == "files":
            return  # known of a few folders only, and after their names
        self._order = (key, descending)
        self.listing.sort(key, descending)
        self.order_changed.emit()

    # Rows as values

    def row_at(self, row: int) -> FileRow | None:
        """One row; ``None`` outside of the listing."""
        if not 0 <= row < self._count:
            return None
        at = row - self._first
        if not 0 <= at < len(self._window):
            self._look_at(row)
            at = row - self._first
        return self._window[at] if 0 <= at < len(self._window) else None

    def location_at(self, row: int) -> Location | None:
        """Where the file of a row is; folders with their slash."""
        found, listing = self.row_at(row), self.listing
        if found is None or listing is None:
            return None
        if not found.entry.name:
            return listing.location
        return listing.location.child(found.entry.name, folder=found.entry.is_folder)

    def rows_of(self, ranges: Sequence[tuple[int, int]]) -> Iterator[FileRow]:
        """The rows of (first, last) ranges, both ends in."""
        for first, last in ranges:
            for row in range(first, min(last, self._count - 1) + 1):
                found = self.row_at(row)
                if found is not None:
                    yield found

    def set_facts(self, name: str, facts: FolderFacts) -> None:
        """What is below a folder has become known."""
        self._facts[name] = facts
        self._old_facts.discard(name)
        for at, row in enumerate(self._window):
            if row.entry.name == name and row.entry.is_folder:
                self._window[at] = FileRow(row.entry, facts)
                line = self._first + at
                self.dataChanged.emit(
                    self.index(line, 0), self.index(line, max(len(self.columns) - 1, 0))
                )

    @property
    def facts(self) -> Mapping[str, FolderFacts]:
        """What is known of the folders that are shown, by name."""
        return self._facts

    def has_facts(self, name: str) -> bool:
        """Whether ``set_facts`` was told of it since the folder was read."""
        return name in self._facts and name not in self._old_facts

    def _look_at(self, row: int) -> None:
        assert self.view is not None
        self._first = max(0, row - _WINDOW // 2)
        last = min(self._count, self._first + _WINDOW)
        facts = self._facts
        self._window = [
            FileRow(entry, facts.get(entry.name) if entry.is_folder else None)
            for entry in self.view.rows(self._first, last).entries()
        ]

    # Qt's questions

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row_at(index.row()) if index.isValid() else None
        if row is None:
            return None
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == Qt.ItemDataRole.ToolTipRole and column.tooltip is not None:
            return column.tooltip(row) or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{column.title} {column.text(row)}"
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and section < len(self.columns):
            if role == Qt.ItemDataRole.DisplayRole:
                return self.columns[section].title
            if role == Qt.ItemDataRole.ToolTipRole:
                return self.columns[section].help or None
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        return _FLAGS if index.isValid() else Qt.ItemFlag.ItemIsDropEnabled
