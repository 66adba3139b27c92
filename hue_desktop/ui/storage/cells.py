"""How the rows of a pane are drawn: whole rows at once, so that a page of new names is cheap."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QObject, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter

from hue_desktop.core.storage import EntryKind, StoreKind
from hue_desktop.ui.storage.columns import FileRow
from hue_desktop.ui.storage.listing_model import ListingModel
from hue_desktop.ui.tables import Column
from hue_desktop.ui.theme import Theme, active_theme, pixmap
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["Cell", "RowPainter", "icon_of"]

_ICONS = {EntryKind.FOLDER: "folder", EntryKind.FILE: "file", EntryKind.LINK: "link"}
_INDENT = 23
_PADDING = SIZES["cell-padding"]
_TAIL = 4
_MIDDLE = int(Qt.AlignmentFlag.AlignVCenter)
_LEFT = _MIDDLE | int(Qt.AlignmentFlag.AlignLeft)
_RIGHT = _MIDDLE | int(Qt.AlignmentFlag.AlignRight)
_SLACK = 4  #: pixels that letters may need together more than each of them
_CUT = Qt.TextElideMode.ElideRight


class Cell(NamedTuple):
    """Where a column stands and what it shows."""

    column: Column[FileRow]
    left: int
    width: int
    first: bool
    last: bool


def icon_of(row: FileRow, *, buckets: bool = False) -> str:
    """The drawing before a name."""
    return "bucket" if buckets else _ICONS[row.entry.kind]


class _Widths(dict[str, int]):
    """How wide each letter is, measured when it is first met."""

    def __init__(self, metrics: QFontMetrics) -> None:
        super().__init__()
        self.metrics = metrics

    def __missing__(self, letter: str) -> int:
        width = self[letter] = self.metrics.horizontalAdvance(letter)
        return width


class RowPainter(QObject):
    """Paints rows of a model; ``lead`` is what the first column has at its left."""

    def __init__(self, model: ListingModel, lead: int) -> None:
        super().__init__(model)
        self._model = model
        self._lead = lead
        self._widths = _Widths(QFontMetrics(active_theme().font()))
        active_theme().changed.connect(self._measure)
        self.cut: frozenset[str] = frozenset()  #: names drawn pale: about to be moved

    def paint(
        self, painter: QPainter, line: int, box: QRect, cells: list[Cell], selected: bool
    ) -> None:
        """One row in ``box``; the painter holds the body's font and keeps it."""
        theme = active_theme()
        if selected:
            painter.fillRect(box, theme.color("selection"))
        painter.fillRect(box.left(), box.bottom(), box.width(), 1, theme.color("line"))
        row = self._model.row_at(line)
        if row is None:
            return
        pale = not selected and row.entry.name in self.cut
        for cell in cells:
            text = cell.column.text(row)
            if cell.first:
                self._paint_name(painter, theme, cell, box, row, text, pale)
            elif text:
                self._paint_text(painter, theme, cell, box, text, pale)

    def _paint_text(
        self, painter: QPainter, theme: Theme, cell: Cell, box: QRect, text: str, pale: bool
    ) -> None:
        column = cell.column
        quiet = column.quiet or text == "–"
        painter.setPen(theme.color("text-3" if pale else "text-2" if quiet else "text"))
        width = cell.width - 2 * _PADDING - (_TAIL if cell.last else 0)
        align = _RIGHT if column.align == "right" else _LEFT
        if column.kind == "mono":
            painter.setFont(theme.font("mono"))
        painter.drawText(cell.left + _PADDING, box.top(), width, box.height() - 1, align, text)
        if column.kind == "mono":
            painter.setFont(theme.font())

    def _paint_name(
        self, painter: QPainter, theme: Theme, cell: Cell, box: QRect, row: FileRow, text: str,
        pale: bool,
    ) -> None:  # fmt: skip
        name = icon_of(row, buckets=self._shows_buckets())
        image = pixmap(name, "accent-text" if row.entry.is_folder else "text-2", 16)
        left = cell.left + self._lead
        painter.drawPixmap(left, box.center().y() - 7, image)
        left += _INDENT
        room = cell.left + cell.width - _PADDING - left
        painter.setPen(theme.color("text-3" if pale else "text"))
        painter.drawText(left, box.top(), room, box.height() - 1, _LEFT, self._fitted(text, room))

    def _fitted(self, text: str, room: int) -> str:
        """The text, cut with ``…`` where it is too long.

        Laying a text out costs ten times what adding up its letters does, and most names fit.
        """
        widths = self._widths
        if sum(map(widths.__getitem__, text)) + _SLACK <= room:
            return text
        return widths.metrics.elidedText(text, _CUT, max(room, 0))

    def _measure(self) -> None:
        self._widths = _Widths(QFontMetrics(active_theme().font()))

    def _shows_buckets(self) -> bool:
        listing = self._model.listing
        if listing is None or listing.location.path != "/":
            return False
        return listing.location.store.kind is StoreKind.S3
