"""The rail at the left: the places that belong to no cluster."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from hue_desktop.core.text import _
from hue_desktop.ui.page import PageKind
from hue_desktop.ui.parts import IconButton
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["Rail"]


class Rail(QWidget):
    """One icon for each page; ``chosen`` tells its key."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "chrome")
        self.setFixedWidth(SIZES["rail"])
        self.setAccessibleName(_("Places"))
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)
        self._buttons: dict[str, IconButton] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 8, 4, 8)
        layout.setSpacing(4)
        self._upper = QVBoxLayout()
        self._upper.setSpacing(4)
        self._lower = QVBoxLayout()
        self._lower.setSpacing(4)
        layout.addLayout(self._upper)
        layout.addStretch(1)
        layout.addLayout(self._lower)

    def set_places(self, upper: Sequence[PageKind], lower: Sequence[PageKind]) -> None:
        """Which pages have an icon, at the top and at the bottom."""
        for layout, kinds in ((self._upper, upper), (self._lower, lower)):
            for kind in kinds:
                button = IconButton(kind.icon, kind.title, size=40, icon_size=20)
                button.setCheckable(True)
                button.clicked.connect(lambda _on=False, key=kind.key: self._clicked(key))
                self._buttons[kind.key] = button
                layout.addWidget(button)

    def set_current(self, key: str) -> None:
        """Mark the place that shows now; none for a cluster of no place."""
        for name, button in self._buttons.items():
            button.setChecked(name == key)

    def button(self, key: str) -> IconButton:
        """The icon of a place."""
        return self._buttons[key]

    def _clicked(self, key: str) -> None:
        # The window decides what shows; a second click must not take the mark away.
        self._buttons[key].setChecked(True)
        self.chosen.emit(key)
