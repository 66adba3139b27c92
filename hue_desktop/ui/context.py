"""What every screen is given: the application's services and the window's manners."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtWidgets import QWidget

from hue_desktop.core.changes import Plan
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.storage import Location
from hue_desktop.core.storage_plans import StoragePlan
from hue_desktop.core.transfers.values import TransferRequest
from hue_desktop.ui.actions import ActionRegistry
from hue_desktop.ui.tasks import TaskRunner
from hue_desktop.ui.theme import Theme

if TYPE_CHECKING:
    from hue_desktop.wiring import Application

__all__ = ["Asker", "Navigator", "UiContext"]


class Asker(Protocol):
    """Every question to the person goes through it, so that a test answers instead."""

    def confirm_plan(self, plan: Plan) -> bool:
        """Show what a plan does, costs and risks; whether the person wants it."""

    def confirm_storage(self, plan: StoragePlan) -> bool:
        """Show what a change of files does and loses; whether the person wants it."""

    def confirm(self, title: str, text: str, *, action: str, danger: bool = False) -> bool:
        """A question with two answers; ``action`` is the word on the button that does it."""

    def message(self, title: str, text: str) -> None:
        """Something the person must read."""

    def choose_file(self, title: str, *, pattern: str = "", save_as: str = "") -> Path | None:
        """A file to read, or with ``save_as`` one to write; ``None`` when the person declined."""


class Navigator(Protocol):
    """How a screen asks for another one, without knowing it."""

    def open_cluster(self, ref: ClusterRef, page: str = "overview", *, select: str = "") -> None:
        """Show a cluster in its tab; ``select`` names what to point at (an instance id)."""

    def open_page(self, name: str, *, select: str = "") -> None:
        """Show a page that belongs to no cluster: ``fleet``, ``connections``, ``settings``."""

    def open_sheet(self, factory: Callable[[UiContext], QWidget]) -> None:
        """Lay a sheet over the current page until it closes (its ``closed`` signal)."""

    def close_sheet(self) -> None:
        """Take the sheet of the current tab away."""

    def open_storage(self, location: Location) -> None:
        """Show a folder (or the folder of a file, with the file in focus) in a tab of its own."""

    def review_transfer(self, request: TransferRequest) -> None:
        """Show what copying would do, under the page in front, with the button that starts it."""

    def show_dock(self, panel: str = "activity") -> None:
        """Unfold the dock with one of its panels."""

    def notify(self, text: str, *, kind: str = "note") -> None:
        """One line over the status bar for a moment; ``kind`` is note, warn or critical."""

    def refresh(self) -> None:
        """Read what is shown again."""


@dataclass(frozen=True)
class UiContext:
    """Handed to every page, sheet and action by constructor; there are no globals to ask."""

    app: Application
    tasks: TaskRunner
    theme: Theme
    actions: ActionRegistry
    ask: Asker
    navigate: Navigator
