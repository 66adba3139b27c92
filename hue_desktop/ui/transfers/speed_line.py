"""One line of speed over time, all routes together."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from hue_desktop.core.text import _
from hue_desktop.ui.parts import Label, paint_sparkline, row
from hue_desktop.ui.theme import active_theme
from hue_desktop.ui.transfers.words import rate_text

__all__ = ["SpeedLine"]

_POINTS = 60  #: more than there are pixels for say nothing


class _Spark(QWidget):
    """The last two minutes."""

    def __init__(self) -> None:
        super().__init__()
        self.values: tuple[float, ...] = ()
        self.setFixedSize(QSize(160, 20))
        active_theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        box = QRectF(0, 2, self.width() - 4, self.height() - 4)
        paint_sparkline(
            painter, box, self.values, "accent-text", 1.05 * max(self.values, default=0)
        )


class SpeedLine(QWidget):
    """The sum of all routes now and its course; without a course only while something moves."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("Speed of all transfers"))
        self.figure = Label(weight=600)
        self.spark = _Spark()
        caption = Label(_("all routes"), tone="text-2", size="small")
        self.setLayout(row(caption, self.figure, self.spark, spacing=6))
        self.hide()

    def show_rates(self, rates: Sequence[float], *, moving: bool) -> None:
        """The newest rate last."""
        course = any(rates)
        self.setVisible(course or moving)
        self.figure.setText(rate_text(rates[-1] if rates and moving else 0.0))
        self.setAccessibleDescription(self.figure.text())
        self.spark.values = _thinned(rates) if course else ()
        self.spark.update()


def _thinned(rates: Sequence[float]) -> tuple[float, ...]:
    step = max(1, len(rates) // _POINTS)
    if step == 1:
        return tuple(rates)
    return tuple(
        sum(rates[at : at + step]) / len(rates[at : at + step]) for at in range(0, len(rates), step)
    )
