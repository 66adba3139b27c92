"""The palette (Ctrl+K) and the command line (``:``): go anywhere, do anything, by typing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsDropShadowEffect,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from hue_desktop.core.text import _
from hue_desktop.ui.parts import Label, Rule, SearchField, column, row
from hue_desktop.ui.shell.fuzzy import fuzzy_score
from hue_desktop.ui.tables import Column, RowsModel
from hue_desktop.ui.theme import active_theme, pixmap

__all__ = ["Entry", "Palette"]

_MOST = 60  #: so many answers are listed
_WIDTH = 620
_ROW = 32
_ROWS_SHOWN = 11


@dataclass(frozen=True)
class Entry:
    """One thing to go to or to run. ``kind`` is the word at the right; lower ``rank`` is first."""

    key: str
    title: str
    run: Callable[[], None]
    note: str = ""
    kind: str = ""
    icon_name: str = ""
    shortcut: str = ""
    keywords: str = ""
    rank: int = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Entry) and self.face == other.face

    def __hash__(self) -> int:
        return hash(self.face)

    @property
    def face(self) -> tuple[str, ...]:
        """What is visible of it; the function behind it is no part of its identity."""
        return self.key, self.title, self.note, self.kind, self.shortcut


class _EntryDelegate(QStyledItemDelegate):
    def __init__(self, model: RowsModel[Entry]) -> None:
        super().__init__(model)
        self._model = model

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(100, _ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        entry = self._model.row_at(index.row())
        if entry is None:
            return
        theme = active_theme()
        box: QRect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme.color("selection"))
        middle = box.center().y()
        if entry.icon_name:
            painter.drawPixmap(box.left() + 14, middle - 8, pixmap(entry.icon_name, "text-2", 16))
        align = Qt.AlignmentFlag
        right = box.right() - 14
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text-2"))
        for text in (entry.shortcut, entry.kind):
            if text:
                width = painter.fontMetrics().horizontalAdvance(text)
                spot = QRect(right - width, box.top(), width + 1, box.height())
                painter.drawText(spot, align.AlignRight | align.AlignVCenter, text)
                right -= width + 16
        left = box.left() + 42
        pieces = ((entry.title, "text", 500), (entry.note, "text-2", 400))
        for text, token, weight in pieces:
            room = right - left - 8
            if not text or room < 20:
                continue
            painter.setFont(theme.font("body", weight))
            painter.setPen(theme.color(token))
            metrics = painter.fontMetrics()
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            spot = QRect(left, box.top(), room, box.height())
            painter.drawText(spot, align.AlignLeft | align.AlignVCenter, shown)
            left += metrics.horizontalAdvance(shown) + 10


class Palette(QFrame):
    """A box over the window. ``closed`` comes when it goes, whatever was chosen."""

    closed = Signal()

    def __init__(self, parent: QWidget, entries: Callable[[str], Sequence[Entry]]) -> None:
        """``entries`` gives what can be reached for the typed text; a ``:`` starts a command."""
        super().__init__(parent)
        self._entries = entries
        self.setProperty("popup", True)
        self.setAccessibleName(_("Go to or run"))
        self.field = SearchField(_("cluster, node, page or action; : for a command"))
        self.field.setAccessibleName(_("Go to or run"))
        self.field.textChanged.connect(self._fill)
        text = Column[Entry]("title", "", lambda entry: _words(entry))
        self.model: RowsModel[Entry] = RowsModel((text,), key=lambda e: e.key, parent=self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(_EntryDelegate(self.model))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName(_("Answers"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(self._choose)
        self._nothing = Label(_("Nothing has this name."), tone="text-2")
        self._nothing.setContentsMargins(14, 10, 14, 10)
        field = row(self.field, margins=(8, 8, 8, 8))
        self.setLayout(column(field, Rule(), self._nothing, self.list, margins=(1, 1, 1, 1)))
        self.field.installEventFilter(self)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(24)
        shadow.setOffset(0, 8)
        shadow.setColor(QColor(0, 0, 0, 90))
        self.setGraphicsEffect(shadow)
        self.hide()

    def open(self, text: str = "") -> None:
        """Appear over the window with ``text`` typed already."""
        self.field.setText(text)
        self._fill()
        self.place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.end(False)  # a shortcut's focus selects all, and the next key would replace it

    def close_palette(self) -> None:
        """Go away without doing anything."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        if event.type() is QEvent.Type.FocusOut and self.isVisible():
            self.close_palette()
        return False

    def _key(self, event: QKeyEvent) -> bool:
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: _ROWS_SHOWN - 1,
            Qt.Key.Key_PageUp: 1 - _ROWS_SHOWN,
        }
        key = Qt.Key(event.key())
        if key in steps:
            count = self.model.rowCount()
            target = self.list.currentIndex().row() + steps[key]
            if count:
                self._select(max(0, min(count - 1, target)))
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.list.currentIndex())
            return True
        if key == Qt.Key.Key_Escape:
            self.close_palette()
            return True
        return False

    def _select(self, position: int) -> None:
        self.list.setCurrentIndex(self.model.index(position, 0))

    def _choose(self, index: QModelIndex) -> None:
        entry = self.model.row_at(index.row()) if index.isValid() else None
        if entry is not None:
            self.close_palette()
            entry.run()

    def _fill(self) -> None:
        text = self.field.text()
        self.model.set_rows(_ranked(text, self._entries(text))[:_MOST])
        found = self.model.rowCount()
        self._nothing.setVisible(not found)
        self.list.setVisible(bool(found))
        self.list.setFixedHeight(_ROW * min(max(found, 1), _ROWS_SHOWN))
        if found:
            self._select(0)
        self.place()

    def place(self) -> None:
        """Stand in the middle of the window's upper part."""
        parent = self.parentWidget()
        if parent is None:
            return
        width = min(_WIDTH, parent.width() - 40)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((parent.width() - width) // 2, 44)


def _words(entry: Entry) -> str:
    return ", ".join(part for part in (entry.title, entry.note, entry.kind) if part)


def _ranked(text: str, entries: Sequence[Entry]) -> list[Entry]:
    wanted = text.strip()
    if not wanted or wanted.startswith(":"):
        return sorted(entries, key=lambda entry: entry.rank)
    found = []
    for position, entry in enumerate(entries):
        score = fuzzy_score(wanted, entry.title)
        if score is None:
            score = fuzzy_score(wanted, f"{entry.title} {entry.note} {entry.keywords}")
            if score is None:
                continue
            score -= 30
        found.append((-score + entry.rank, position, entry))
    return [entry for _score, _position, entry in sorted(found, key=lambda item: item[:2])]
