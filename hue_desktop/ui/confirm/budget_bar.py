"""The bar of an hourly budget: what is used now, what a change adds, and what is left."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from hue_desktop.core.budget import BudgetUse
from hue_desktop.ui.theme import active_theme

__all__ = ["BudgetBar"]

_HEIGHT = 8


class BudgetBar(QWidget):
    """A painted bar; its words stand beside it, so it is no control of its own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._use: BudgetUse | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_use(self, use: BudgetUse) -> None:
        """Draw another budget."""
        self._use = use
        self.update()

    def sizeHint(self) -> QSize:
        """As high as every budget bar."""
        return QSize(120, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Used, added (or freed) and empty, from left to right."""
        use = self._use
        if use is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        theme = active_theme()
        painter.setBrush(theme.color("sunken"))
        painter.drawRoundedRect(self._part(use, use.limit), 2, 2)
        painter.setBrush(self._changed_brush(use))
        painter.drawRoundedRect(self._part(use, max(use.now, use.after)), 2, 2)
        painter.setBrush(theme.color("text-3"))
        painter.drawRoundedRect(self._part(use, min(use.now, use.after)), 2, 2)

    def _part(self, use: BudgetUse, usd_hour: float) -> QRectF:
        return QRectF(0, 0, min(use.share(usd_hour), 1.0) * self.width(), _HEIGHT)

    @staticmethod
    def _changed_brush(use: BudgetUse) -> QBrush:
        """What is added has the colour of its state; what is freed is hatched, as all that goes."""
        theme = active_theme()
        if use.after < use.now:
            return QBrush(theme.color("text-3"), Qt.BrushStyle.BDiagPattern)
        if use.exceeded:
            return QBrush(theme.color("critical-shape"))
        return QBrush(theme.color("warn-shape" if use.tight else "accent-fill"))
