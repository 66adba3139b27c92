"""A line of widgets that gives way in a narrow window: what matters least goes first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from hue_desktop.ui.parts import row

__all__ = ["GivingWay"]


class GivingWay(QWidget):
    """Shows as many of ``widgets`` as there is room for; ``matters`` orders them, last goes first.

    Widgets are shown by ``set_wanted``, not by themselves; the line asks for no width of its own.
    """

    def __init__(
        self, *widgets: QWidget | None, matters: Sequence[QWidget] = (), spacing: int = 10
    ) -> None:
        super().__init__()
        present = [widget for widget in widgets if widget is not None]
        self._spacing = spacing
        self._order = [*matters, *(widget for widget in present if widget not in matters)]
        self._wanted = list(present)
        self._line = row(*widgets, spacing=spacing)
        self.setLayout(self._line)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def add(self, widget: QWidget, place: int) -> None:
        """One more widget at a place; it matters less than what stands before it."""
        self._line.insertWidget(place, widget)
        self._order.insert(place, widget)

    def drop(self, widget: QWidget) -> None:
        """Take a widget away for good."""
        self._order.remove(widget)
        self._wanted = [other for other in self._wanted if other is not widget]
        self._line.removeWidget(widget)
        widget.hide()
        widget.deleteLater()

    def set_wanted(self, widgets: Sequence[QWidget]) -> None:
        """Show these, as far as they fit."""
        self._wanted = list(widgets)
        self.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.fit()

    def fit(self) -> None:
        """Decide again who is shown, after a text changed."""
        room = self.width() + self._spacing if self.isVisible() else 10_000
        for widget in self._order:
            needed = widget.sizeHint().width() + self._spacing
            shown = widget in self._wanted and needed <= room
            widget.setVisible(shown)
            if shown:
                room -= needed
            elif widget in self._wanted:
                room = 0
