"""Text on a page: labels, headings, badges."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QStyleOption, QWidget

from hue_desktop.ui.parts.look import column, row, set_look

__all__ = ["Badge", "Heading", "Label"]


class Label(QLabel):
    """A text. ``tone`` is a colour's name, ``size`` small, body, large or mono.

    With ``elide`` it gives way when room is short, ends in ``…`` and tells the rest in its tooltip.
    """

    def __init__(
        self,
        text: str = "",
        *,
        tone: str = "",
        size: str = "",
        weight: int = 400,
        wrap: bool = False,
        elide: bool = False,
        selectable: bool = False,
    ) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("tone", tone)
        self.setProperty("scale", size)  # `size` is a property of QWidget
        self.setProperty("weight", str(weight))
        self.setWordWrap(wrap)
        self._elide = elide
        if elide:
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if selectable:
            flags = Qt.TextInteractionFlag
            self.setTextInteractionFlags(
                flags.TextSelectableByMouse | flags.TextSelectableByKeyboard
            )

    def set_tone(self, tone: str) -> None:
        """Another colour: text-2, good, warn, critical, accent …"""
        set_look(self, tone=tone)

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(24, hint.height()) if self._elide else hint

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._elide:
            super().paintEvent(event)
            return
        room = self.contentsRect()
        metrics = self.fontMetrics()
        shown = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        self.setToolTip(self.text() if shown != self.text() else "")
        painter = QPainter(self)
        option = QStyleOption()
        option.initFrom(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, self)
        self.style().drawItemText(
            painter,
            room,
            int(self.alignment()),
            self.palette(),
            self.isEnabled(),
            shown,
            QPalette.ColorRole.WindowText,
        )


class Badge(QLabel):
    """A count or word on a tinted ground; hidden while it is empty."""

    def __init__(self, text: str = "", *, neutral: bool = False) -> None:
        super().__init__(text)
        self.setProperty("badge", "neutral" if neutral else "true")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setVisible(bool(text))

    def set_text(self, text: str) -> None:
        """Another text; an empty one hides the badge."""
        self.setText(text)
        self.setVisible(bool(text))


class Heading(QWidget):
    """The title of a page or sheet, with a quieter sentence beside it."""

    def __init__(self, title: str, subtitle: str = "") -> None:
        super().__init__()
        self.title = Label(title, size="large", weight=600)
        self.subtitle = Label(subtitle, tone="text-2", elide=True)
        line = row(self.title, self.subtitle, spacing=12)
        line.setStretchFactor(self.subtitle, 1)
        line.setAlignment(self.subtitle, Qt.AlignmentFlag.AlignBottom)
        self.subtitle.setContentsMargins(0, 0, 0, 4)
        self.setLayout(column(line))

    def set_texts(self, title: str, subtitle: str = "") -> None:
        """Another title and sentence."""
        self.title.setText(title)
        self.subtitle.setText(subtitle)
