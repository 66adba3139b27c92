"""The dock: panels that stay while pages change; folded it is one line of tabs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from hue_desktop.core.text import _
from hue_desktop.ui.page import PanelKind
from hue_desktop.ui.parts import IconButton, Rule, column, row
from hue_desktop.ui.shell.tab_bar import LineTabBar
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["Dock"]


class Dock(QWidget):
    """Panels by key; ``folded_changed`` tells when it opens or closes."""

    folded_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "chrome")
        self.setAccessibleName(_("Dock"))
        self._kinds: list[PanelKind] = []
        self._panels: dict[str, QWidget] = {}
        self.bar = LineTabBar("pages", SIZES["dock-folded"] - 1, _("Panels"))
        self.bar.tabBarClicked.connect(self._clicked)
        self.bar.currentChanged.connect(self._show_current)
        self.toggle = IconButton("chevron-up", _("Unfold the dock"), clicked=self.flip)
        self._stack = QStackedWidget()
        self._heads = QStackedWidget()  # what the panel in front has to say beside the tabs
        self._heads.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Ignored)
        head = row(self.bar, None, self._heads, self.toggle, spacing=0, margins=(8, 0, 20, 0))
        holder = QWidget()
        holder.setFixedHeight(SIZES["dock-folded"] - 1)
        holder.setLayout(head)
        self.setLayout(column(Rule("h", strong=True), holder, self._stack))
        self._folded = True
        self.set_folded(True)

    @property
    def folded(self) -> bool:
        """Whether only the line of tabs shows."""
        return self._folded

    def set_panels(self, kinds: list[PanelKind], make: Callable[[PanelKind], QWidget]) -> None:
        """Make the panels; without any the dock is not there."""
        for kind in kinds:
            panel = make(kind)
            self._kinds.append(kind)
            self._panels[kind.key] = panel
            self._stack.addWidget(panel)
            beside: Any = getattr(panel, "head", None)
            beside = beside if isinstance(beside, QWidget) else QWidget()
            beside.setProperty("surface", "chrome")
            self._heads.addWidget(beside)
            position = self.bar.addTab(kind.title)
            self.bar.setTabData(position, kind.key)
            changed: Any = getattr(panel, "badge_changed", None)
            if changed is not None:
                changed.connect(lambda text, key=kind.key: self._set_badge(key, text))
                self._set_badge(kind.key, str(getattr(panel, "badge", "")))
        self.setVisible(bool(self._kinds))

    def panel(self, key: str) -> QWidget | None:
        """The widget of a panel."""
        return self._panels.get(key)

    def show_panel(self, key: str) -> None:
        """Unfold with this panel in front."""
        for position, kind in enumerate(self._kinds):
            if kind.key == key:
                self.bar.setCurrentIndex(position)
                self.set_folded(False)

    def set_folded(self, folded: bool) -> None:
        """Show the line of tabs only, or the panel in front too."""
        self._folded = folded
        self._stack.setVisible(not folded)
        self.setFixedHeight(SIZES["dock-folded" if folded else "dock-open"])
        self.toggle.set_icon(
            "chevron-up" if folded else "chevron-down",
            _("Unfold the dock") if folded else _("Fold the dock"),
        )
        self.folded_changed.emit(folded)

    def flip(self) -> None:
        """Unfold when folded, and the other way round."""
        self.set_folded(not self._folded)

    def _clicked(self, position: int) -> None:
        if self._folded:
            self.set_folded(False)
        elif position == self.bar.currentIndex():
            self.set_folded(True)

    def _show_current(self, position: int) -> None:
        if 0 <= position < self._stack.count():
            self._stack.setCurrentIndex(position)
            self._heads.setCurrentIndex(position)

    def _set_badge(self, key: str, text: str) -> None:
        for position, kind in enumerate(self._kinds):
            if kind.key == key:
                self.bar.set_badge(position, text)
