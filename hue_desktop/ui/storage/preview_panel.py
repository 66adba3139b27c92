"""What is in a file: text, the first rows of a table with its schema, a picture, or bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QStackedWidget,
    QTableView,
    QWidget,
)

from hue_desktop.core.text import _
from hue_desktop.ui.parts import Choice, Label, Segmented, column, row
from hue_desktop.ui.storage.panel import Panel, Target
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["PreviewPanel", "ReadOnlyText", "TextTable", "numbers_in"]

PREVIEW_BYTES = 256 * 1024
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")

_Index = QModelIndex | QPersistentModelIndex


class _Cells(QAbstractTableModel):
    """Texts in rows; nothing to edit."""

    def __init__(self) -> None:
        super().__init__()
        self._heads: tuple[str, ...] = ()
        self._rows: Sequence[Sequence[str]] = ()
        self._right: frozenset[int] = frozenset()

    def show(
        self, heads: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int]
    ) -> None:
        self.beginResetModel()
        self._heads, self._rows, self._right = tuple(heads), rows, right
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._heads)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            cells = self._rows[index.row()]
            return str(cells[index.column()]) if index.column() < len(cells) else ""
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() in self._right:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self._heads[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                side = (
                    Qt.AlignmentFlag.AlignRight
                    if section in self._right
                    else (Qt.AlignmentFlag.AlignLeft)
                )
                return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None


class TextTable(QTableView):
    """A small table of texts: heads, rows, and which columns hold numbers."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._cells = _Cells()
        self.setAccessibleName(name)
        self.setModel(self._cells)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("texts", True)
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(SIZES["control-small"])
        self.horizontalHeader().setFixedHeight(SIZES["head"])
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setAccessibleName(_("Column heads"))

    def show_rows(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        right: frozenset[int] = frozenset(),
    ) -> None:
        """Show other rows, each column as wide as its first rows need, within reason."""
        self._cells.show(heads, rows, right)
        self.resizeColumnsToContents()
        for section in range(len(heads)):
            self.setColumnWidth(section, min(max(self.columnWidth(section) + 8, 48), 280))


class ReadOnlyText(QPlainTextEdit):
    """Text to look at and copy."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)


def numbers_in(rows: Sequence[Sequence[str]]) -> frozenset[int]:
    """Which columns hold numbers only, so that they are shown at the right."""
    found: set[int] = set(range(max(map(len, rows), default=0)))
    seen: set[int] = set()
    for cells in rows:
        for place in tuple(found):
            cell = cells[place] if place < len(cells) else ""
            if cell and not _NUMBER.fullmatch(cell):
                found.discard(place)
            elif cell:
                seen.add(place)
    return frozenset(found & seen)


class _Picture(QLabel):
    """A picture, never larger than it is or than there is room."""

    def __init__(self) -> None:
        super().__init__()
        self._image = QPixmap()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMinimumSize(40, 40)

    def show_image(self, image: QImage) -> None:
        self._image = QPixmap.fromImage(image)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._image.isNull():
            return
        room = self.size()
        small = self._image.width() <= room.width() and self._image.height() <= room.height()
        mode = Qt.TransformationMode.SmoothTransformation
        keep = Qt.AspectRatioMode.KeepAspectRatio
        self.setPixmap(self._image if small else self._image.scaled(room, keep, mode))


class PreviewPanel(Panel):
    """The beginning of a file, as what it is."""

    key = "preview"
    title = _("Preview")
    icon = "eye"

    def make_content(self) -> QWidget:
        self.note = Label("", tone="text-2", size="small", elide=True)
        self.text = ReadOnlyText(_("Text of the file"))
        self.table = TextTable(_("First rows"))
        self.schema = TextTable(_("Schema"))
        self.picture = _Picture()
        self.pages = QStackedWidget()
        for page in (self.text, self.table, self.schema, self.picture):
            self.pages.addWidget(page)
        beside = row(self.pages, spacing=0, margins=(18, 0, 0, 0))
        self.switch = Segmented(
            (Choice("rows", _("First rows")), Choice("schema", _("Schema"))),
            name=_("What is shown of the table"),
        )
        self.switch.chosen.connect(self._switch)
        head = row(self.note, self.switch, margins=(24, 8, 12, 8))
        head.setStretchFactor(self.note, 1)
        content = QWidget()
        layout = column(head)
        layout.addLayout(beside, 1)
        layout.setContentsMargins(0, 0, 0, 0)
        content.setLayout(layout)
        return content

    @classmethod
    def fits(cls, target: Target) -> bool:
        return not target.is_folder

    def begin(self, target: Target) -> None:
        service = self.source.service
        self.ask(
            lambda: service.preview(target.location, PREVIEW_BYTES),
            self._show,
            _("Reading the beginning of {name}").format(name=target.row.name),
        )

    def _show(self, preview: Any) -> None:
        if preview.kind == "empty":
            self.states.show_empty(_("This file is empty"), preview.note)
            return
        self.note.setText(preview.note)
        self.switch.setVisible(preview.kind == "table" and bool(preview.schema))
        if preview.kind == "table":
            self.table.show_rows(preview.columns, preview.rows, numbers_in(preview.rows))
            self.schema.show_rows((_("Column"), _("Type")), preview.schema)
            self._switch(self.switch.current)
        elif preview.kind == "image" and self._show_image(preview.image):
            self.pages.setCurrentWidget(self.picture)
        else:
            self.text.setPlainText(preview.text)
            self.pages.setCurrentWidget(self.text)
        self.states.show_content()

    def _show_image(self, data: bytes) -> bool:
        image = QImage.fromData(data)
        if image.isNull():
            self.note.setText(_("This picture cannot be shown: it is damaged or of another kind."))
            return False
        self.picture.show_image(image)
        return True

    def _switch(self, key: str) -> None:
        self.pages.setCurrentWidget(self.schema if key == "schema" else self.table)
