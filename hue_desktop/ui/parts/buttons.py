"""Buttons and the switch between a few choices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QPushButton, QWidget

from hue_desktop.ui.parts.look import set_look
from hue_desktop.ui.theme import active_theme, icon, pixmap

__all__ = ["Button", "Choice", "IconButton", "Segmented"]

_ICON_TOKENS = {"primary": "on-accent", "danger": "on-accent", "link": "accent-text"}


class Button(QPushButton):
    """A button. ``kind`` is primary, plain, danger, risky, link or flat; ``small`` fits in a row.

    ``danger`` destroys when it is pressed; ``risky`` leads to a question about it.
    """

    def __init__(
        self,
        text: str,
        *,
        kind: str = "plain",
        icon_name: str = "",
        small: bool = False,
        name: str = "",
        clicked: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(text)
        self.setProperty("kind", kind)
        self.setProperty("small", small)
        self.setAccessibleName(name or text.rstrip("…"))
        self._icon_name = icon_name
        self._kind = kind
        self.setIconSize(QSize(14, 14))
        self._tint()
        active_theme().changed.connect(self._tint)
        if clicked is not None:
            self.clicked.connect(lambda _checked=False: clicked())

    def set_kind(self, kind: str) -> None:
        """Another kind, for a button whose act becomes dangerous."""
        self._kind = kind
        set_look(self, kind=kind)
        self._tint()

    def set_text(self, text: str) -> None:
        """Another text, for the eye and for assistive tools."""
        self.setText(text)
        self.setAccessibleName(text.rstrip("…"))

    def _tint(self) -> None:
        if self._icon_name:
            self.setIcon(icon(self._icon_name, _ICON_TOKENS.get(self._kind, "text-2"), 14))


class IconButton(QAbstractButton):
    """A square button with an icon only; its name is its tooltip."""

    def __init__(
        self,
        icon_name: str,
        name: str,
        *,
        size: int = 24,
        icon_size: int = 16,
        clicked: Callable[[], None] | None = None,
    ) -> None:
        super().__init__()
        self._icon_name = icon_name
        self._icon_size = icon_size
        self.setFixedSize(size, size)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        if clicked is not None:
            self.clicked.connect(lambda _checked=False: clicked())

    def set_icon(self, icon_name: str, name: str = "") -> None:
        """Another icon, and what it means now."""
        self._icon_name = icon_name
        if name:
            self.setAccessibleName(name)
            self.setToolTip(name)
        self.update()

    def sizeHint(self) -> QSize:
        return self.size()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = active_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.rect()
        on = self.isChecked()
        if on or (self.isEnabled() and (self.underMouse() or self.isDown())):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("selection" if on else "sunken"))
            painter.drawRoundedRect(box, 6, 6)
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent-text"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 5, 5)
        token = "accent-text" if on else "text-2" if self.isEnabled() else "line-strong"
        image = pixmap(self._icon_name, token, self._icon_size)
        left = (self.width() - self._icon_size) // 2
        painter.drawPixmap(left, (self.height() - self._icon_size) // 2, image)


class Choice(NamedTuple):
    """One answer of a ``Segmented``."""

    key: str
    text: str
    icon_name: str = ""


class _Segment(QAbstractButton):
    """One field of a ``Segmented``; it draws its own side of the common frame."""

    def __init__(self, choice: Choice, place: str) -> None:
        super().__init__()
        self.key = choice.key
        self._icon_name = choice.icon_name
        self._place = place
        self.setText(choice.text)
        self.setAccessibleName(choice.text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(28)

    def sizeHint(self) -> QSize:
        icon_width = 20 if self._icon_name else 0
        width = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(width + icon_width + 22, 28)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = active_theme()
        painter = QPainter(self)
        box = self.rect()
        if self.isChecked():
            painter.fillRect(box.adjusted(0, 1, 0, -1), theme.color("selection"))
        painter.setPen(theme.color("line-strong"))
        painter.drawLine(box.topLeft(), box.topRight())
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        painter.drawLine(box.topLeft(), box.bottomLeft())
        if self._place == "last":
            painter.drawLine(box.topRight(), box.bottomRight())
        token = "accent-text" if self.isChecked() else "text" if self.isEnabled() else "text-3"
        left = 11
        if self._icon_name:
            tint = "accent-text" if self.isChecked() else "text-2"
            painter.drawPixmap(left, 7, pixmap(self._icon_name, tint, 14))
            left += 20
        painter.setPen(theme.color(token))
        where = box.adjusted(left, 0, -4, 0)
        painter.drawText(where, Qt.AlignmentFlag.AlignVCenter, self.text())
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent-text"), 2))
            painter.drawRect(box.adjusted(1, 1, -1, -1))


class Segmented(QWidget):
    """One of a few choices, all visible; arrow keys move, ``chosen`` tells the key."""

    chosen = Signal(str)

    def __init__(self, choices: Sequence[Choice], current: str = "", *, name: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._segments: dict[str, _Segment] = {}
        for position, choice in enumerate(choices):
            last = position == len(choices) - 1
            segment = _Segment(Choice(*choice), "last" if last else "inner")
            self._segments[segment.key] = segment
            self._group.addButton(segment)
            layout.addWidget(segment)
        if self._segments:
            self.set_current(current or next(iter(self._segments)))
        self._group.buttonClicked.connect(lambda button: self.chosen.emit(button.key))

    @property
    def current(self) -> str:
        """The key of the chosen answer."""
        button = self._group.checkedButton()
        return button.key if isinstance(button, _Segment) else ""

    def set_current(self, key: str) -> None:
        """Choose without announcing it."""
        self._segments[key].setChecked(True)

    def choose(self, key: str) -> None:
        """Choose as a person would: announced when it is another one."""
        if key != self.current:
            self.set_current(key)
            self.chosen.emit(key)

    def segment(self, key: str) -> QAbstractButton:
        """The field of a key."""
        return self._segments[key]
