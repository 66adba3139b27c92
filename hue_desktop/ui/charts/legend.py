"""What the colours of a node map mean, in one line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from hue_desktop.core.text import _
from hue_desktop.ui.charts.node_colours import LegendEntry
from hue_desktop.ui.theme import Theme

__all__ = ["LegendLine"]

_STEP = 20  #: width of one step of the heat ramp
_SQUARE = 10


class LegendLine(QWidget):
    """A heat ramp with the words of its two ends, or a square and a word for each category."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._entries: tuple[LegendEntry, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def set_entries(self, entries: Sequence[LegendEntry]) -> None:
        """Show these colours."""
        if tuple(entries) != self._entries:
            self._entries = tuple(entries)
            words = ", ".join(entry.text for entry in entries if entry.text)
            self.setAccessibleName(_("Colours: {words}").format(words=words))
            self.setToolTip(words)
            self.updateGeometry()
            self.update()

    @property
    def _ramp(self) -> bool:
        return len(self._entries) >= 5 and self._entries[0].color == "heat-0"

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._theme.font("small"))
        words = [metrics.horizontalAdvance(entry.text) for entry in self._entries]
        if self._ramp:
            ramp = words[0] + words[4] + 5 * _STEP + 26
            return QSize(ramp + sum(words[5:]) + (len(words) - 5) * (_SQUARE + 18), 20)
        return QSize(sum(words) + len(words) * (_SQUARE + 18), 20)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._theme.font("small"))
        if self._ramp:
            self._paint_ramp(painter)
        else:
            self._paint_categories(painter)

    def _paint_ramp(self, painter: QPainter) -> None:
        metrics = painter.fontMetrics()
        left = metrics.horizontalAdvance(self._entries[0].text)
        painter.setPen(self._theme.color("text-2"))
        painter.drawText(QRect(0, 0, left + 2, 20), _MIDDLE, self._entries[0].text)
        left += 8
        for entry in self._entries[:5]:
            painter.fillRect(QRect(left, 6, _STEP, 8), self._theme.color(entry.color))
            left += _STEP
        last = self._entries[4].text
        painter.drawText(QRect(left + 8, 0, self.width() - left, 20), _MIDDLE, last)
        left += 18 + metrics.horizontalAdvance(last)
        self._paint_squares(painter, left, self._entries[5:])

    def _paint_categories(self, painter: QPainter) -> None:
        self._paint_squares(painter, 0, self._entries)

    def _paint_squares(self, painter: QPainter, left: int, entries: Sequence[LegendEntry]) -> None:
        metrics = painter.fontMetrics()
        for entry in entries:
            width = metrics.horizontalAdvance(entry.text)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color(entry.color))
            painter.drawRoundedRect(left, 5, _SQUARE, _SQUARE, 2, 2)
            painter.setPen(self._theme.color("text-2"))
            room = QRect(left + _SQUARE + 6, 0, width + 4, 20)
            painter.drawText(room, _MIDDLE, entry.text)
            left += width + _SQUARE + 18


_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
