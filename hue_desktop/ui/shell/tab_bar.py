"""A tab bar that paints itself: the style sheet cannot draw a line under half of a tab."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QTabBar

from hue_desktop.ui.theme import active_theme

__all__ = ["LineTabBar"]

_ICON = 14
_WIDEST = 220
_NARROWEST = 108


class LineTabBar(QTabBar):
    """``kind`` is ``opened`` (a tab joins the page below) or ``pages`` (a line under it).

    ``set_badge`` puts a quieter text after a tab's title.
    """

    def __init__(self, kind: str, height: int, name: str) -> None:
        super().__init__()
        self._kind = kind
        self._height = height
        self._badges: dict[str, str] = {}
        self.setAccessibleName(name)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self.setIconSize(QSize(_ICON, _ICON))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        active_theme().changed.connect(self.update)

    def set_badge(self, position: int, text: str) -> None:
        """A short text beside the title of a tab."""
        if self._badges.get(str(self.tabData(position)), "") == text:
            return
        self._badges[str(self.tabData(position))] = text
        # A text set anew is the only way to have the bar ask for sizes again.
        self.setTabText(position, self.tabText(position))
        self.updateGeometry()
        self.update()

    def tabSizeHint(self, index: int) -> QSize:
        theme = active_theme()
        padding = 24 if self._kind == "opened" else 20
        width = QFontMetrics(theme.font("body", 600)).horizontalAdvance(self.tabText(index))
        badge = self._badges.get(str(self.tabData(index)), "")
        if badge:
            width += QFontMetrics(theme.font("small")).horizontalAdvance(badge) + 8
        if not self.tabIcon(index).isNull():
            width += _ICON + 8
        button = self.tabButton(index, QTabBar.ButtonPosition.RightSide)
        if button is not None:
            width += button.width() + 6
        return QSize(min(width + padding, _WIDEST), self._height)

    def minimumTabSizeHint(self, index: int) -> QSize:
        hint = self.tabSizeHint(index)
        return QSize(min(hint.width(), _NARROWEST), hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for index in range(self.count()):
            self._paint_tab(painter, index)

    def _paint_tab(self, painter: QPainter, index: int) -> None:
        theme = active_theme()
        box = self.tabRect(index)
        current = index == self.currentIndex()
        if self._kind == "opened":
            if current:
                painter.fillRect(box, theme.color("surface"))
            painter.fillRect(box.right(), box.top(), 1, box.height(), theme.color("line"))
        elif current:
            line = QRect(box.left(), box.bottom() - 1, box.width(), 2)
            painter.fillRect(line, theme.color("accent-text"))
        left = box.left() + (12 if self._kind == "opened" else 10)
        icon = self.tabIcon(index)
        if not icon.isNull():
            icon.paint(painter, left, box.center().y() - _ICON // 2 + 1, _ICON, _ICON)
            left += _ICON + 8
        right = box.right() - 8
        button = self.tabButton(index, QTabBar.ButtonPosition.RightSide)
        if button is not None:
            right = button.geometry().left() - 4
        hover = box.contains(self.mapFromGlobal(self.cursor().pos()))
        painter.setFont(theme.font("body", 600 if current else 400))
        painter.setPen(theme.color("text" if current or hover else "text-2"))
        text = self.tabText(index).replace("&&", "&")
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(right - left, 0))
        align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(left, box.top(), right - left, box.height()), align, shown)
        badge = self._badges.get(str(self.tabData(index)), "")
        if badge:
            left += metrics.horizontalAdvance(shown) + 8
            painter.setFont(theme.font("small"))
            painter.setPen(theme.color("accent-text"))
            painter.drawText(QRect(left, box.top(), right - left, box.height()), align, badge)
        if current and self.hasFocus():
            painter.setPen(QPen(theme.color("accent-text"), 2))
            painter.drawRect(box.adjusted(2, 2, -3, -3))
