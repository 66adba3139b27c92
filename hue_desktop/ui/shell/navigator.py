"""How screens and actions ask the window for other screens."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.storage import Location
from hue_desktop.core.transfers.values import TransferRequest
from hue_desktop.ui.context import UiContext

if TYPE_CHECKING:
    from hue_desktop.ui.shell.window import MainWindow

__all__ = ["WindowNavigator"]


class WindowNavigator:
    """The ``Navigator`` of a main window; before one is attached, requests are dropped."""

    def __init__(self) -> None:
        self.window: MainWindow | None = None

    def open_cluster(self, ref: ClusterRef, page: str = "overview", *, select: str = "") -> None:
        """Show a cluster in its tab; ``select`` names what to point at (an instance id)."""
        if self.window is not None:
            self.window.open_tab(ref, page, select=select)

    def open_page(self, name: str, *, select: str = "") -> None:
        """Show a page that belongs to no cluster: ``fleet``, ``connections``, ``settings``."""
        if self.window is not None:
            self.window.open_tab(None, name, select=select)

    def open_sheet(self, factory: Callable[[UiContext], QWidget]) -> None:
        """Lay a sheet over the current page until it closes."""
        if self.window is not None:
            self.window.workspace.open_sheet(factory)

    def close_sheet(self) -> None:
        """Take the sheet of the current tab away."""
        if self.window is not None:
            self.window.workspace.close_sheet()

    def open_storage(self, location: Location) -> None:
        """Show a folder (or the folder of a file, with the file in focus) in a tab of its own."""
        if self.window is not None:
            from hue_desktop.ui.storage import place_of

            text, packed = place_of(self.window.ctx, location)
            self.window.open_tab(None, "stores", select=packed, place=text)

    def review_transfer(self, request: TransferRequest) -> None:
        """Show what copying would do, under the page in front."""
        if self.window is not None:
            from hue_desktop.ui.transfers.sheet import TransferSheet

            self.window.lower_sheets.open(lambda ctx: TransferSheet(ctx, request))

    def show_dock(self, panel: str = "activity") -> None:
        """Unfold the dock with one of its panels."""
        if self.window is not None:
            self.window.dock.show_panel(panel)

    def notify(self, text: str, *, kind: str = "note") -> None:
        """One line in the status bar for a moment; ``kind`` is note, warn or critical."""
        if self.window is not None:
            self.window.status_bar.say(text, kind)

    def refresh(self) -> None:
        """Read what is shown again."""
        if self.window is not None:
            self.window.refresh()
