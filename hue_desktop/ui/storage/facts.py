"""What is below each folder in sight: read after the names, a few at a time."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from hue_desktop.core.errors import HueError
from hue_desktop.core.storage import Location
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.storage.columns import FolderFacts
from hue_desktop.ui.storage.listing_model import ListingModel
from hue_desktop.ui.storage.source import StorageSource
from hue_desktop.ui.storage.table import FileTable
from hue_desktop.ui.tasks import Task

__all__ = ["FactReader"]

_SETTLE_MS = 120  #: rows that only scroll by are not asked about
_AT_ONCE = 2
_PATIENCE_S = 20.0


class FactReader(QObject):
    """Asks for the folders in sight that are not known yet; stops asking where it is refused.

    ``learned`` comes after each answer.
    """

    learned = Signal()

    def __init__(
        self, ctx: UiContext, source: StorageSource, model: ListingModel, table: FileTable
    ) -> None:
        super().__init__(table)
        self._ctx = ctx
        self._source = source
        self._model = model
        self._table = table
        self._asked: dict[str, Task] = {}
        self._refused: set[str] = set()
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._ask)
        model.modelReset.connect(self._begin)
        table.verticalScrollBar().valueChanged.connect(lambda _value: self.look())

    def look(self) -> None:
        """Soon look which folders are in sight."""
        self._settle.start()

    def stop(self) -> None:
        """Ask no more; answers under way are dropped."""
        self._settle.stop()
        for task in self._asked.values():
            task.cancel()
        self._asked.clear()

    def _begin(self) -> None:
        self.stop()
        self._refused.clear()

    def _ask(self) -> None:
        """Hand out as many questions as may run at once; each answer leads to the next."""
        listing = self._model.listing
        if listing is None or not self._source.counts_folders(listing.location):
            return
        first, last = self._in_sight()
        for line in range(first, last + 1):
            if len(self._asked) >= _AT_ONCE:
                return
            row, location = self._model.row_at(line), self._model.location_at(line)
            if row is None or location is None or not row.entry.is_folder or not row.entry.name:
                continue
            name = row.entry.name
            if name in self._refused or name in self._asked or self._model.has_facts(name):
                continue
            self._start(name, location)

    def _start(self, name: str, location: Location) -> None:
        def done(facts: FolderFacts | None) -> None:
            self._asked.pop(name, None)
            if facts is None:
                self._refused.add(name)
            else:
                self._model.set_facts(name, facts)
                self.learned.emit()
            self._ask()

        def failed(_error: HueError) -> None:
            done(None)

        self._asked[name] = self._ctx.tasks.run(
            "storage:facts",
            lambda token: self._source.folder_facts(location, token),
            owner=self,
            done=done,
            failed=failed,
            timeout_s=_PATIENCE_S,
        )

    def _in_sight(self) -> tuple[int, int]:
        table = self._table
        first = max(table.rowAt(0), 0)
        last = table.rowAt(table.viewport().height() - 1)
        return first, last if last >= 0 else self._model.rowCount() - 1
