"""The opened tabs and the pages in them: made at first sight, kept until their tab closes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget
from shiboken6 import isValid

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.services.fleet import FleetChange, FleetSnapshot
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.page import Page, PageKind
from hue_desktop.ui.shell.feed import everything

__all__ = ["Tab", "Workspace", "tab_key"]

_SMALLEST = 120  #: pixels of height that a page is left beside a lower sheet and the dock


def tab_key(ref: ClusterRef | None, page: str, place: str = "") -> str:
    """The identity of a tab: one for each cluster, one for each page that belongs to none, and of
    such a page one for each ``place`` that it was opened at."""
    if ref is not None:
        return f"{ref.connection}/{ref.region}/{ref.cluster_id}"
    return f":{page} {place}" if place else f":{page}"


class Tab:
    """One opened cluster (with its pages) or one page of its own."""

    def __init__(
        self, key: str, ref: ClusterRef | None, page: str, name: str, place: str = ""
    ) -> None:
        self.key = key
        self.place = place  #: what the page was opened at, if that makes it a tab of its own
        self.start = ""  #: what its page is told when it is made
        self.ref = ref
        self.page = page
        self.name = name  #: shown until the cluster itself is known
        self.pages: dict[str, Page] = {}
        self.sheet: QWidget | None = None
        self.sheet_focus: QWidget | None = None
        self.stack = QStackedWidget()

    @property
    def front(self) -> Page | None:
        """The page in front, if it was made already."""
        return self.pages.get(self.page)


class Workspace(QStackedWidget):
    """Tabs by key, one in front. ``page_changed`` comes after another page or sheet is in front."""

    page_changed = Signal()

    def __init__(self, kinds: Mapping[str, PageKind]) -> None:
        super().__init__()
        # Pages behind must not claim room from what stands below the page in front.
        self.setMinimumHeight(_SMALLEST)
        self._kinds = kinds
        self._ctx: UiContext | None = None
        self._tabs: dict[str, Tab] = {}
        self._current: Tab | None = None
        self._stale: set[Page] = set()
        self._snapshot: Callable[[], FleetSnapshot] | None = None

    def bind(self, ctx: UiContext, snapshot: Callable[[], FleetSnapshot]) -> None:
        """Give pages their context and the newest snapshot."""
        self._ctx = ctx
        self._snapshot = snapshot

    @property
    def current(self) -> Tab | None:
        """The tab in front."""
        return self._current

    @property
    def page(self) -> Page | None:
        """The page in front, under a sheet if there is one."""
        return self._current.front if self._current else None

    def tab(self, key: str) -> Tab | None:
        """The tab of a key."""
        return self._tabs.get(key)

    def tabs(self) -> tuple[Tab, ...]:
        """All tabs, as they were opened."""
        return tuple(self._tabs.values())

    def open(self, ref: ClusterRef | None, page: str, name: str = "", place: str = "") -> Tab:
        """The tab of a cluster or page, made if it is not there; it is not brought to the front."""
        key = tab_key(ref, page, place)
        tab = self._tabs.get(key)
        if tab is None:
            tab = self._tabs[key] = Tab(key, ref, page, name, place)
            self.addWidget(tab.stack)
        return tab

    def show_tab(self, key: str, page: str = "") -> None:
        """Bring a tab to the front, with one of its pages if that is named."""
        tab = self._tabs[key]
        before = self._current
        same = before is tab and (not page or page == tab.page) and tab.front is not None
        if same:
            return
        if before is not None and before.front is not None:
            before.front.hidden()
        if page and page != tab.page and tab.sheet is not None:
            self._drop_sheet(tab)
        tab.page = page or tab.page
        self._current = tab
        shown = self._made(tab)
        self._keep_focus(tab.sheet or shown)
        if tab.sheet is None:
            tab.stack.setCurrentWidget(shown)
        self.setCurrentWidget(tab.stack)
        self._freshen(shown)
        shown.shown()
        self.page_changed.emit()

    def close(self, key: str) -> bool:  # type: ignore[override]
        """Forget a tab and its pages; whether it was there."""
        tab = self._tabs.pop(key, None)
        if tab is None:
            return False
        if tab is self._current:
            self._current = None
            if tab.front is not None:
                tab.front.hidden()
        self._stale.difference_update(tab.pages.values())
        self.removeWidget(tab.stack)
        tab.stack.deleteLater()
        return True

    def apply(self, change: FleetChange) -> None:
        """Hand a change to the page in front; the others catch up when they are shown."""
        front = self.page
        for tab in self._tabs.values():
            self._stale.update(page for page in tab.pages.values() if page is not front)
        if front is not None:
            front.apply(change)

    # Sheets

    def open_sheet(self, factory: Callable[[UiContext], QWidget]) -> None:
        """Lay a sheet over the page in front; one that is there goes."""
        tab = self._current
        if tab is None or self._ctx is None:
            return
        self._drop_sheet(tab)
        sheet = factory(self._ctx)
        tab.sheet = sheet
        tab.sheet_focus = self.focusWidget()
        tab.stack.addWidget(sheet)
        tab.stack.setCurrentWidget(sheet)
        closed: Any = getattr(sheet, "closed", None)
        if closed is not None:
            closed.connect(lambda: self._closed(tab, sheet))
        if not sheet.isAncestorOf(self.focusWidget() or self):
            sheet.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            first = sheet.nextInFocusChain()
            target = first if first is not None and sheet.isAncestorOf(first) else sheet
            target.setFocus(Qt.FocusReason.OtherFocusReason)
        self.page_changed.emit()

    def close_sheet(self) -> bool:
        """Take the sheet of the tab in front away; whether there was one."""
        tab = self._current
        if tab is None or tab.sheet is None:
            return False
        self._closed(tab, tab.sheet)
        return True

    def _closed(self, tab: Tab, sheet: QWidget) -> None:
        if tab.sheet is not sheet:
            return
        focus = tab.sheet_focus
        self._drop_sheet(tab)
        if focus is not None and isValid(focus):
            focus.setFocus(Qt.FocusReason.OtherFocusReason)
        self.page_changed.emit()

    def _drop_sheet(self, tab: Tab) -> None:
        sheet, tab.sheet = tab.sheet, None
        if sheet is not None:
            if tab.front is not None:
                self._keep_focus(tab.front)
            tab.stack.removeWidget(sheet)
            sheet.hide()
            sheet.deleteLater()
            if tab.front is not None:
                tab.stack.setCurrentWidget(tab.front)

    def _keep_focus(self, target: QWidget) -> None:
        """Give the focus to what shows next, before Qt hands it to some widget by itself."""
        focus = self.window().focusWidget()
        if focus is not None and self.isAncestorOf(focus):
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    # Pages

    def _made(self, tab: Tab) -> Page:
        page = tab.front
        if page is None:
            assert self._ctx is not None
            page = self._kinds[tab.page].factory(self._ctx, tab.ref)
            tab.pages[tab.page] = page
            tab.stack.addWidget(page)
            self._stale.add(page)
            if tab.start:
                page.select(tab.start)
        return page

    def _freshen(self, page: Page) -> None:
        if page in self._stale and self._snapshot is not None:
            self._stale.discard(page)
            page.apply(everything(self._snapshot()))
