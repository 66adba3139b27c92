"""Pages: what a tab shows. A page applies changes; it asks for other screens, never opens them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.ui.actions import ActionContext

if TYPE_CHECKING:
    from hue_desktop.services.fleet import FleetChange
    from hue_desktop.ui.context import UiContext

__all__ = ["Page", "PageKind", "PanelKind", "TourStop"]


class Page(QWidget):
    """Base of all pages. ``ref`` is the cluster it belongs to, ``None`` for the others."""

    def __init__(self, ctx: UiContext, ref: ClusterRef | None = None) -> None:
        super().__init__()
        self.ctx = ctx
        self.ref = ref
        self.setProperty("surface", "surface")
        self.setAccessibleName(self.title)

    @property
    def title(self) -> str:
        """The page's name as a person reads it."""
        return ""

    def apply(self, change: FleetChange) -> None:
        """Show what changed; called on the main thread, for shown pages only.

        A page that was hidden gets one change with everything in it before it is shown again.
        """

    def shown(self) -> None:
        """The page is in front now: start what only a visible page needs."""

    def hidden(self) -> None:
        """The page is behind now: stop timers and readings."""

    def select(self, what: str) -> None:
        """Point at something: an instance id, a filter text."""

    def refresh(self) -> None:
        """Read again whatever this page reads by itself (F5)."""

    def focus_filter(self) -> bool:
        """Put the cursor into the page's filter field, if it has one (``/``)."""
        return False

    def keys(self) -> tuple[tuple[str, str], ...]:
        """Keys that only this page knows, with what they do, for the ``?`` sheet."""
        return ()

    def action_context(self, base: ActionContext) -> ActionContext:
        """What is in focus, narrowed to what is selected on this page."""
        return base


@dataclass(frozen=True)
class PageKind:
    """A page that tabs can show. ``factory`` imports what it needs itself, at first use."""

    key: str
    title: str
    icon: str
    factory: Callable[[UiContext, ClusterRef | None], Page]
    for_cluster: bool = False


@dataclass(frozen=True)
class PanelKind:
    """A panel of the dock, made once, after the window shows.

    The widget may have ``badge_changed = Signal(str)``: a short text beside the title.
    """

    key: str
    title: str
    factory: Callable[[UiContext], QWidget]


@dataclass(frozen=True)
class TourStop:
    """One picture of the tour: ``prepare`` brings the window there, ``ready`` says it shows.

    All three get the context and the main window; ``ready`` is asked until it is true, for
    ``wait_s`` seconds at most.
    """

    key: str
    title: str
    prepare: Callable[[UiContext, QWidget], None]
    ready: Callable[[UiContext, QWidget], bool] = lambda _ctx, _window: True
    clean_up: Callable[[UiContext, QWidget], None] = lambda _ctx, _window: None
    wait_s: float = 8.0
