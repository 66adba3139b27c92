"""How the cells of a pane are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from hue_desktop.core.storage import EntryKind
from hue_desktop.ui.storage.columns import FileRow
from hue_desktop.ui.storage.listing_model import ListingModel
from hue_desktop.ui.tables.texts import Texts
from hue_desktop.ui.theme import active_theme, pixmap
from hue_desktop.ui.theme.tokens import SIZES

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

__all__ = ["FileDelegate", "icon_of"]

_ICONS = {EntryKind.FOLDER: "folder", EntryKind.FILE: "file", EntryKind.LINK: "link"}
_INDENT = 23


def icon_of(row: FileRow, *, buckets: bool = False) -> str:
    """The drawing before a name."""
    return "bucket" if buckets else _ICONS[row.entry.kind]


class FileDelegate(QStyledItemDelegate):
    """Paints a row from its value; ``padding`` is that of the table's first column."""

    def __init__(self, model: ListingModel, padding: int, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model
        self._padding = padding
        self._texts = Texts()
        self.cut: frozenset[str] = frozenset()  #: names that are drawn pale: about to be moved

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        row = self._model.row_at(index.row())
        if row is None:
            return QSize(40, SIZES["row"])
        text = self._model.columns[index.column()].text(row)
        width = round(self._texts.width(text)) + 2 * SIZES["cell-padding"]
        return QSize(width + (_INDENT + self._padding if not index.column() else 0), SIZES["row"])

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        theme = active_theme()
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme.color("selection"))
        painter.fillRect(box.left(), box.bottom(), box.width(), 1, theme.color("line"))
        row = self._model.row_at(index.row())
        if row is None:
            return
        column = self._model.columns[index.column()]
        inner = box.adjusted(SIZES["cell-padding"], 0, -SIZES["cell-padding"], -1)
        if index.column() == 0:
            inner.setLeft(box.left() + self._padding)
            inner = self._paint_icon(painter, inner, row)
        elif index.column() == len(self._model.columns) - 1:
            inner.setRight(box.right() - SIZES["cell-padding"] - 4)
        text = column.text(row)
        if not text:
            return
        selected = bool(state & QStyle.StateFlag.State_Selected)
        token = "text-2" if column.quiet or text == "–" else "text"
        if row.entry.name in self.cut and not selected:
            token = "text-3"
        size = "mono" if column.kind == "mono" else "body"
        self._texts.draw(painter, inner, text, token, align=column.align, size=size)

    def _paint_icon(self, painter: QPainter, box: QRect, row: FileRow) -> QRect:
        listing = self._model.listing
        buckets = listing is not None and listing.location.path == "/" and _is_s3(self._model)
        token = "accent-text" if row.entry.is_folder else "text-2"
        image = pixmap(icon_of(row, buckets=buckets), token, 16)
        painter.drawPixmap(box.left(), box.center().y() - 7, image)
        return box.adjusted(_INDENT, 0, 0, 0)


def _is_s3(model: ListingModel) -> bool:
    assert model.listing is not None
    return model.listing.location.store.kind.value == "s3"
