"""What will happen to each file: new, same, differing, with a box to take it out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from hue_desktop.core.format import count, size
from hue_desktop.core.text import _, ngettext
from hue_desktop.core.transfers.selection import is_chosen
from hue_desktop.core.transfers.values import (
    Comparison,
    Conflict,
    PlannedFile,
    TransferOptions,
    TransferRequest,
)
from hue_desktop.ui.tables.texts import Texts
from hue_desktop.ui.theme import active_theme

__all__ = ["SIGNS", "FileList", "FilesModel"]

SIGNS = {Comparison.NEW: "+", Comparison.SAME: "=", Comparison.DIFFERS: "!"}
_ROW = 28
_NEW_WIDTH = 80  #: of "new folder"
_BOX_WIDTH = 24  #: where a click ticks and unticks

_Index = QModelIndex | QPersistentModelIndex


class FilesModel(QAbstractListModel):
    """The files of a plan and which of them the person took out."""

    unticked_changed = Signal(object)  #: the frozenset of relative paths

    def __init__(self) -> None:
        super().__init__()
        self.files: tuple[PlannedFile, ...] = ()
        self.left_out = 0
        self.unticked: frozenset[str] = frozenset()
        self.all_new = True  #: then names may have the room of longer reasons
        self._common = 0
        self._conflict = Conflict.ASK

    def show_files(
        self, files: Sequence[PlannedFile], left_out: int, unticked: frozenset[str]
    ) -> None:
        """Show these, with a last line for those that are left out."""
        self.beginResetModel()
        self.files, self.left_out, self.unticked = tuple(files), left_out, unticked
        self._common = _common_folder([file.relative for file in self.files])
        self.all_new = all(file.comparison is Comparison.NEW for file in self.files)
        self.endResetModel()

    def set_conflict(self, conflict: Conflict) -> None:
        """Another rule for files that differ: it ticks and unticks them."""
        if conflict is not self._conflict:
            self._conflict = conflict
            self._all_changed()

    def name_of(self, file: PlannedFile) -> str:
        """The path without the folders that all files share."""
        return file.relative[self._common :]

    def ticked(self, file: PlannedFile) -> bool:
        """Whether the file will be copied."""
        options = TransferOptions(conflict=self._conflict)
        return is_chosen(file, TransferRequest((), file.target, options, self.unticked))

    def may_tick(self, file: PlannedFile) -> bool:
        """Whether the person decides: what is the same needs no copy, a rule may skip the rest."""
        if file.comparison is Comparison.NEW:
            return True
        return file.comparison is Comparison.DIFFERS and self._conflict is not Conflict.SKIP

    def toggle(self, rows: Sequence[int]) -> None:
        """Take files out, or back in when the first of them is out."""
        files = [self.files[row] for row in rows if row < len(self.files)]
        names = [file.relative for file in files if self.may_tick(file)]
        if not names:
            return
        take_out = names[0] not in self.unticked
        self.unticked = self.unticked | set(names) if take_out else self.unticked - set(names)
        self._all_changed()
        self.unticked_changed.emit(self.unticked)

    def _all_changed(self) -> None:
        if self.files:
            self.dataChanged.emit(self.index(0), self.index(len(self.files) - 1))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.files) + bool(self.left_out)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if index.row() >= len(self.files):
            return self._rest_text() if role == Qt.ItemDataRole.DisplayRole else None
        file = self.files[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.name_of(file)
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if self.ticked(file) else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{file.relative}\n{size(file.size)}, {reason_text(file)}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            state = _("copied") if self.ticked(file) else _("not copied")
            return f"{file.relative}, {size(file.size)}, {reason_text(file)}, {state}"
        return None

    def _rest_text(self) -> str:
        return ngettext("and {n} more file", "and {n} more files", self.left_out).format(
            n=count(self.left_out)
        )


def _common_folder(paths: Sequence[str]) -> int:
    """How many characters at the beginning are folders that all paths have."""
    if not paths:
        return 0
    low, high = min(paths), max(paths)  # what these two share, all share
    same = next((i for i, pair in enumerate(zip(low, high, strict=False)) if pair[0] != pair[1]),
                min(len(low), len(high)))  # fmt: skip
    return low[:same].rstrip("/").rfind("/") + 1 if low == high else low[:same].rfind("/") + 1


def reason_text(file: PlannedFile) -> str:
    """What the comparison found, in words."""
    if file.comparison is Comparison.NEW:
        return _("new folder") if file.folder else _("new")
    return file.reason or (_("same") if file.comparison is Comparison.SAME else _("differs"))


class _FileDelegate(QStyledItemDelegate):
    """Paints a line: box, sign, name, size, reason."""

    def __init__(self, model: FilesModel) -> None:
        super().__init__(model)
        self._model = model
        self._texts = Texts()

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(200, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        theme, box = active_theme(), option.rect
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme.color("selection"))
        painter.fillRect(box.left(), box.bottom(), box.width(), 1, theme.color("line"))
        if index.row() >= len(self._model.files):
            rest = str(index.data())
            self._texts.draw(painter, box.adjusted(44, 0, 0, -1), rest, "text-2")
            return
        file = self._model.files[index.row()]
        ticked = self._model.ticked(file)
        _paint_box(painter, box, ticked, self._model.may_tick(file))
        self._paint_texts(painter, box, file, ticked)

    def _paint_texts(self, painter: QPainter, box: QRect, file: PlannedFile, ticked: bool) -> None:
        differs = file.comparison is Comparison.DIFFERS
        tone = "text" if ticked else "text-2"
        sign_tone = "warn" if differs else tone
        draw, high = self._texts.draw, box.height() - 1
        roomy = min(190, max(110, round(0.33 * box.width())))
        reason = _NEW_WIDTH if self._model.all_new else roomy
        right = box.right() - reason
        sign = QRect(box.left() + _BOX_WIDTH, box.top(), 12, high)
        draw(painter, sign, SIGNS[file.comparison], sign_tone, weight=600, align="center")
        left = box.left() + 44
        name = QRect(left, box.top(), right - 78 - left, high)
        draw(painter, name, self._shortened(self._model.name_of(file), name.width()), tone)
        figure = "" if file.folder else size(file.size)
        draw(painter, QRect(right - 76, box.top(), 66, high), figure, "text-2", align="right")
        words = QRect(right, box.top(), reason - 4, high)
        draw(painter, words, reason_text(file), "warn" if differs else "text-2")

    def _shortened(self, name: str, room: int) -> str:
        """A long path loses its beginning, a long name its middle: the ends tell files apart."""
        if self._texts.width(name) <= room:
            return name
        last = name.rstrip("/").rpartition("/")[2]
        metrics = QFontMetrics(active_theme().font())
        if metrics.horizontalAdvance("…/" + last) <= room:
            return metrics.elidedText(name, Qt.TextElideMode.ElideLeft, room)
        return metrics.elidedText(last, Qt.TextElideMode.ElideMiddle, room)


def _paint_box(painter: QPainter, row: QRect, on: bool, enabled: bool) -> None:
    theme = active_theme()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    box = QRectF(row.left() + 0.75, row.center().y() - 6.25, 12.5, 12.5)
    if on:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent-fill"))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(QPen(theme.color("on-accent"), 1.6, c=Qt.PenCapStyle.RoundCap))
        x, y = box.left(), box.top()
        check = [QPointF(x + 3, y + 6.6), QPointF(x + 5.4, y + 9), QPointF(x + 9.6, y + 3.8)]
        painter.drawPolyline(QPolygonF(check))
    else:
        painter.setPen(QPen(theme.color("control" if enabled else "line-strong"), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 3, 3)
    painter.restore()


class FileList(QListView):
    """The list: a click on the box or Space takes files out and in; lines can be selected."""

    def __init__(self, model: FilesModel) -> None:
        super().__init__()
        self._model = model
        self.setAccessibleName(_("Files"))
        self.setModel(model)
        self.setItemDelegate(_FileDelegate(model))
        self.setUniformItemSizes(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.viewport().setAutoFillBackground(False)
        self.setProperty("surface", "raised")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        active_theme().changed.connect(self.viewport().update)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.position().x() < _BOX_WIDTH:
            self._model.toggle([index.row()])
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            rows = sorted(index.row() for index in self.selectedIndexes())
            current = self.currentIndex().row()
            self._model.toggle(rows or ([current] if current >= 0 else []))
            return
        super().keyPressEvent(event)
