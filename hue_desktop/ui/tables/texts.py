"""Drawing many short texts quickly: each is laid out once and drawn from its layout after that."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QStaticText, QTransform

from hue_desktop.ui.theme import active_theme

__all__ = ["Texts"]

_MOST = 6000  #: layouts that are kept; a table of a thousand rows shows a few hundred at once
_CUT = Qt.TextElideMode.ElideRight

_Key = tuple[str, str, int]


class Texts:
    """Laid out texts by (text, size, weight); shared by all cells of a table."""

    def __init__(self) -> None:
        self._laid: dict[_Key, tuple[QStaticText, float, float]] = {}
        self._cut: dict[tuple[_Key, int], str] = {}
        self._metrics: dict[tuple[str, int], QFontMetrics] = {}

    def width(self, text: str, size: str = "body", weight: int = 400) -> float:
        """How wide a text is, in pixels."""
        return self._layout(text, size, weight)[1]

    def draw(
        self,
        painter: QPainter,
        box: QRect,
        text: str,
        token: str,
        *,
        weight: int = 400,
        align: str = "left",
        size: str = "body",
    ) -> None:
        """Draw one line in the middle of ``box``, cut with ``…`` where it is too long."""
        room = box.width()
        laid, width, height = self._layout(text, size, weight)
        if width > room:
            laid, width, height = self._layout(
                self._shorter(text, size, weight, room), size, weight
            )
        theme = active_theme()
        painter.setFont(theme.font(size, weight))
        painter.setPen(theme.color(token))
        left = float(box.left())
        if align == "right":
            left += room - width
        elif align == "center":
            left += (room - width) / 2
        painter.drawStaticText(QPointF(left, box.top() + (box.height() - height) / 2), laid)

    def _layout(self, text: str, size: str, weight: int) -> tuple[QStaticText, float, float]:
        key = (text, size, weight)
        found = self._laid.get(key)
        if found is None:
            if len(self._laid) >= _MOST:
                self._laid.clear()
            laid = QStaticText(text)
            laid.setTextFormat(Qt.TextFormat.PlainText)
            laid.prepare(QTransform(), active_theme().font(size, weight))
            found = self._laid[key] = (laid, laid.size().width(), laid.size().height())
        return found

    def _shorter(self, text: str, size: str, weight: int, room: int) -> str:
        key = ((text, size, weight), room)
        found = self._cut.get(key)
        if found is None:
            if len(self._cut) >= _MOST:
                self._cut.clear()
            metrics = self._metrics.get((size, weight))
            if metrics is None:
                metrics = QFontMetrics(active_theme().font(size, weight))
                self._metrics[(size, weight)] = metrics
            found = self._cut[key] = metrics.elidedText(text, _CUT, max(room, 0))
        return found
