"""What hangs on the pointer while files are dragged."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen, QPixmap

from hue_desktop.core.format import count
from hue_desktop.core.storage import Location
from hue_desktop.core.text import _
from hue_desktop.ui.theme import active_theme, pixmap

__all__ = ["drag_picture", "drag_words"]

_WIDEST, _HEIGHT, _FINE = 240, 28, 2


def drag_words(files: Sequence[Location]) -> str:
    """The one name, or the first and how many more."""
    if len(files) == 1:
        return files[0].name
    return _("{name} and {n} more").format(name=files[0].name, n=count(len(files) - 1))


def drag_picture(files: Sequence[Location]) -> QPixmap:
    """A small label with an icon, in the colours of the theme."""
    theme = active_theme()
    metrics = QFontMetrics(theme.font("body", 500))
    text = metrics.elidedText(drag_words(files), Qt.TextElideMode.ElideMiddle, _WIDEST)
    width = metrics.horizontalAdvance(text) + 44
    image = QPixmap(width * _FINE, _HEIGHT * _FINE)
    image.setDevicePixelRatio(_FINE)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(theme.color("raised"))
    painter.setPen(QPen(theme.color("accent-text"), 1))
    painter.drawRoundedRect(QRectF(0.5, 0.5, width - 1, _HEIGHT - 1), 4, 4)
    folder = len(files) == 1 and files[0].is_folder
    painter.drawPixmap(10, 6, pixmap("folder" if folder else "copy", "accent-text", 16))
    painter.setFont(theme.font("body", 500))
    painter.setPen(theme.color("text"))
    box = QRectF(33, 0, width - 40, _HEIGHT)
    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
    painter.end()
    return image
