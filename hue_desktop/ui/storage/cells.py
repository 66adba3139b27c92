"""How the rows of a pane are drawn: whole rows at once, so that a page of new names is cheap."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRect, Qt
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


class RowPainter:
    """Paints rows of a model; ``lead`` is what the first column has at its left."""

    def __init__(self, model: ListingModel, lead: int) -> None:
        self._model = model
        self._lead = lead
        self._metrics: tuple[Theme | None, QFontMetrics | None, float] = (None, None, 0.0)
        self.cut: frozenset[str] = frozenset()  #: names drawn pale: about to be moved

    def paint(
        self, painter: QPainter, line: int, box: QRect, cells: list[Cell], selected: bool
    ) -> None:
        """One row in ``box``."""
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
        painter.setFont(theme.font("mono" if column.kind == "mono" else "body"))
        width = cell.width - 2 * _PADDING - (_TAIL if cell.last else 0)
        align = _RIGHT if column.align == "right" else _LEFT
        painter.drawText(cell.left + _PADDING, box.top(), width, box.height() - 1, align, text)

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
        painter.setFont(theme.font())
        painter.drawText(
            left, box.top(), room, box.height() - 1, _LEFT, self._fitted(theme, text, room)
        )

    def _fitted(self, theme: Theme, text: str, room: int) -> str:
        """The text, cut with ``…`` where it is too long; only long ones are measured."""
        known, metrics, wide = self._metrics
        if metrics is None or known is not theme:
            metrics = QFontMetrics(theme.font())
            wide = float(metrics.horizontalAdvance("W" * 8)) / 8
            self._metrics = (theme, metrics, wide)
        if len(text) * wide <= room:
            return text
        return metrics.elidedText(text, _CUT, max(room, 0))

    def _shows_buckets(self) -> bool:
        listing = self._model.listing
        if listing is None or listing.location.path != "/":
            return False
        return listing.location.store.kind is StoreKind.S3
