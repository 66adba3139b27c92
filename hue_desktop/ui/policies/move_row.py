"""One move of a scaling story, drawn as a whole: a long story would be a thousand labels."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from hue_desktop.core.clusters import Attention
from hue_desktop.core.format import date_time, utc_time
from hue_desktop.core.scaling_story import Certainty, Story, StoryKind
from hue_desktop.core.text import _
from hue_desktop.ui.parts import StateShape, paint_shape
from hue_desktop.ui.theme import active_theme

__all__ = ["MoveRow", "certainty_text"]

_WHEN, _TEXT = 112, 136  #: where the mark and the texts begin
_PAD, _GAP = 8, 2
_WRAPS = Qt.TextFlag.TextWordWrap
_KINDS = {
    StoryKind.GREW: StateShape.STARTING,
    StoryKind.SHRANK: StateShape.STOPPED,
    StoryKind.LOST: StateShape.ATTENTION,
    StoryKind.NOTICE: StateShape.ATTENTION,
    StoryKind.POLICY: StateShape.RUNNING,
}


def certainty_text(story: Story) -> str:
    """How sure the reason is, and where it is from."""
    words = {
        Certainty.KNOWN: _("known"),
        Certainty.LIKELY: _("likely"),
        Certainty.UNKNOWN: _("not known"),
    }[story.sure]
    return f"{words} · {story.source}" if story.source else words


class MoveRow(QWidget):
    """Time, mark, what and how sure in one line; below it why, as many lines as it takes."""

    def __init__(self, story: Story, today: datetime | None) -> None:
        super().__init__()
        self.story = story
        self._when = date_time(story.at, today=today)
        self._sure = certainty_text(story)
        self._heights: dict[int, int] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setToolTip(utc_time(story.at))
        self.setAccessibleName(f"{self._when}. {story.what}. {story.why} ({self._sure})")

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        known = self._heights.get(width)  # layouts ask again and again
        if known is None:
            line = self.fontMetrics().height()
            room = QRect(0, 0, max(80, width - _TEXT), 10_000)
            why = self.fontMetrics().boundingRect(room, _WRAPS, self.story.why)
            known = self._heights[width] = 2 * _PAD + line + _GAP + why.height() + 1
        return known

    def sizeHint(self) -> QSize:
        return QSize(480, self.heightForWidth(max(480, self.width())))

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 2 * _PAD + 2 * self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, story = active_theme(), self.story
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line, width = self.fontMetrics().height(), self.width()
        critical = story.attention is Attention.CRITICAL
        shape = StateShape.FAILED if critical else _KINDS[story.kind]
        painter.setPen(theme.color("text-2"))
        painter.drawText(QRect(0, _PAD, _WHEN, line), 0, self._when)
        paint_shape(painter, shape, QPointF(_WHEN + 7, _PAD + line / 2), 10)
        badge = self._paint_badge(painter, line)
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.Medium)
        painter.setFont(bold)
        tone = "critical" if critical else "warn" if story.attention is Attention.WARN else "text"
        painter.setPen(theme.color(tone))
        room = max(40, width - _TEXT - badge - 12)
        what = QFontMetrics(bold).elidedText(story.what, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(_TEXT, _PAD, room, line), 0, what)
        painter.setFont(self.font())
        painter.setPen(theme.color("text-2"))
        below = QRect(_TEXT, _PAD + line + _GAP, width - _TEXT, self.height())
        painter.drawText(below, _WRAPS, story.why)
        painter.fillRect(0, self.height() - 1, width, 1, theme.color("line"))

    def _paint_badge(self, painter: QPainter, line: int) -> int:
        """How sure, on a neutral ground at the right; its width."""
        theme = active_theme()
        small = theme.font("small")
        width = QFontMetrics(small).horizontalAdvance(self._sure) + 12
        box = QRect(self.width() - width, _PAD, width, line)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("sunken"))
        painter.drawRoundedRect(box, 3, 3)
        painter.setFont(small)
        painter.setPen(theme.color("text-2"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._sure)
        painter.setFont(self.font())
        return width
