"""Pointing at a name: after going somewhere, after a change, and while a person types."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from hue_desktop.services.storage.values import ListingState
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.storage.listing_model import ListingModel
from hue_desktop.ui.storage.table import FileTable

__all__ = ["SHORT", "Pointer"]

SHORT = 5_000  #: rows among which a name is looked for on the main thread


class Pointer(QObject):
    """Finds rows by name and moves the focus there, beside the main thread where it takes long."""

    def __init__(self, ctx: UiContext, model: ListingModel, table: FileTable) -> None:
        super().__init__(table)
        self._ctx = ctx
        self._model = model
        self._table = table
        self._name = ""

    def want(self, name: str) -> None:
        """Point at this name as soon as it is there; an empty one means the first row."""
        self._name = name

    def look(self) -> None:
        """The model has other rows: point at what is wanted, if it came."""
        name, listing = self._name, self._model.listing
        if listing is None or not self._model.rowCount():
            return
        if not name:
            if not self._table.currentIndex().isValid():
                self._table.go_to_row(0)
                self._table.clearSelection()
            return
        loading = listing.state is ListingState.LOADING

        def point(at: int) -> None:
            if self._model.listing is not listing or self._name != name:
                return
            if at >= 0:
                self._go_to(at)
            if at >= 0 or not loading:
                self._name = ""

        self._find(lambda: listing.find(name), point)

    def find_typed(self, word: str, here_too: bool) -> None:
        """Go to the next name that begins as was typed."""
        listing = self._model.listing
        if listing is None:
            return
        after = self._table.currentIndex().row() - (1 if here_too else 0)

        def point(at: int) -> None:
            if at >= 0 and self._model.listing is listing:
                self._go_to(at)

        self._find(lambda: listing.find_start(word, after), point)

    def _go_to(self, row: int) -> None:
        self._model.update_rows()
        self._table.go_to_row(row)

    def _find(self, look: Callable[[], int], point: Callable[[int], None]) -> None:
        if self._model.rowCount() <= SHORT:
            point(look())
            return
        self._ctx.tasks.run(
            "storage:find", lambda _token: look(), owner=self, done=point, key="find"
        )
