"""Fields that a person fills in."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QListView, QSpinBox

from hue_desktop.ui.parts.look import set_look
from hue_desktop.ui.theme import active_theme, pixmap

__all__ = ["ComboField", "NumberField", "SearchField", "TextField"]

_SETTLE_MS = 120  #: a filter runs after the person paused, not at each key


class TextField(QLineEdit):
    """One line of text. ``set_problem`` marks it wrong and says why in its tooltip."""

    def __init__(
        self, text: str = "", *, name: str, placeholder: str = "", mono: bool = False
    ) -> None:
        super().__init__(text)
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setProperty("mono", mono)

    def set_problem(self, sentence: str) -> None:
        """Mark the field wrong, or with an empty sentence right again."""
        set_look(self, problem=bool(sentence))
        self.setToolTip(sentence)
        self.setAccessibleDescription(sentence)


class SearchField(QLineEdit):
    """A filter line: ``searched`` comes a moment after the last key, Escape empties it.

    ``hint`` is the key that leads here, shown at the right while the field is empty.
    """

    searched = Signal(str)

    def __init__(self, placeholder: str, *, hint: str = "", name: str = "") -> None:
        super().__init__()
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name or placeholder)
        self.setProperty("search", True)
        self._hint = hint
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(lambda: self.searched.emit(self.text()))
        self.textChanged.connect(lambda _text: self._settle.start())
        self.returnPressed.connect(self.search_now)

    def search_now(self) -> None:
        """Announce the text without waiting."""
        self._settle.stop()
        self.searched.emit(self.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            self.search_now()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        middle = self.height() // 2
        painter.drawPixmap(QPoint(9, middle - 7), pixmap("search", "text-2", 14))
        if self._hint and not self.text():
            painter.setPen(active_theme().color("text-3"))
            box = self.rect().adjusted(0, 0, -9, 0)
            align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, align, self._hint)


class ComboField(QComboBox):
    """One of several; the wheel scrolls the page and never changes the answer by accident."""

    def __init__(self, items: Iterable[tuple[str, str]] = (), *, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        view = self.view()
        view.setAccessibleName(name)
        if isinstance(view, QListView):
            view.setUniformItemSizes(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_items(items)

    def set_items(self, items: Iterable[tuple[str, str]]) -> None:
        """(key, text) of each answer; the current key stays chosen where it still exists."""
        current = self.key
        was_blocked = self.blockSignals(True)
        self.clear()
        for key, text in items:
            self.addItem(text, key)
        if current:
            self.set_key(current)
        self.blockSignals(was_blocked)

    @property
    def key(self) -> str:
        """The key of the chosen answer."""
        return str(self.currentData() or "")

    def set_key(self, key: str) -> None:
        """Choose by key; an unknown one changes nothing."""
        position = self.findData(key)
        if position >= 0:
            self.setCurrentIndex(position)

    def set_problem(self, sentence: str) -> None:
        """Mark the field wrong, or with an empty sentence right again."""
        set_look(self, problem=bool(sentence))
        self.setToolTip(sentence)
        self.setAccessibleDescription(sentence)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        image = pixmap("chevron-down", "text-2", 14)
        QPainter(self).drawPixmap(self.width() - 22, self.height() // 2 - 7, image)


class NumberField(QSpinBox):
    """A whole number; arrow keys step, the wheel does not."""

    def __init__(
        self, value: int = 0, *, name: str, low: int = 0, high: int = 1_000_000, suffix: str = ""
    ) -> None:
        super().__init__()
        self.setRange(low, high)
        self.setValue(value)
        self.setSuffix(suffix)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setKeyboardTracking(False)
        self.lineEdit().setTextMargins(8, 0, 4, 0)

    def set_problem(self, sentence: str) -> None:
        """Mark the field wrong, or with an empty sentence right again."""
        set_look(self, problem=bool(sentence))
        self.setToolTip(sentence)
        self.setAccessibleDescription(sentence)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
