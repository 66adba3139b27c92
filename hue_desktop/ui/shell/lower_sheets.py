"""Sheets that stand under the page in front and leave it in use: what copying would do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QStackedWidget, QWidget
from shiboken6 import isValid

from hue_desktop.ui.context import UiContext

__all__ = ["LowerSheets"]

_HEIGHT = 372
_SHARE = 0.42  #: of the window's height


class LowerSheets(QStackedWidget):
    """One for each tab, shown with it; the place is gone while the tab in front has none."""

    def __init__(self, ctx: UiContext) -> None:
        super().__init__()
        self._ctx = ctx
        self._sheets: dict[str, QWidget] = {}
        self._key = ""
        self.hide()

    @property
    def current(self) -> QWidget | None:
        """The sheet under the page in front."""
        return self._sheets.get(self._key)

    def open(self, factory: Callable[[UiContext], QWidget]) -> None:
        """Lay a sheet under the page in front; one that is there goes."""
        key = self._key
        self.drop(key)
        sheet = factory(self._ctx)
        self._sheets[key] = sheet
        self.addWidget(sheet)
        closed: Any = getattr(sheet, "closed", None)
        if closed is not None:
            closed.connect(lambda: self._closed(key, sheet))
        self.show_for(key)
        sheet.setFocus()

    def show_for(self, key: str) -> None:
        """Show the sheet of a tab, or give its room back."""
        self._key = key
        sheet = self._sheets.get(key)
        if sheet is None:
            self.hide()
            return
        self.setCurrentWidget(sheet)
        self.fit()
        self.show()

    def fit(self) -> None:
        """As high as the drawing says, less in a low window: the page above stays in use."""
        self.setFixedHeight(min(_HEIGHT, int(self.window().height() * _SHARE)))

    def drop(self, key: str) -> None:
        """Forget the sheet of a tab."""
        sheet = self._sheets.pop(key, None)
        if sheet is not None:
            self.removeWidget(sheet)
            sheet.hide()
            sheet.deleteLater()
        if key == self._key:
            self.hide()

    def _closed(self, key: str, sheet: QWidget) -> None:
        if self._sheets.get(key) is not sheet:
            return
        held = sheet.isAncestorOf(self.window().focusWidget() or self)
        self.drop(key)
        page = getattr(self.window(), "workspace", None)
        front = page.page if page is not None else None
        if held and front is not None and isValid(front):
            front.setFocus()
