"""How a tour stop finds the page it wants a picture of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtWidgets import QWidget

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.page import Page

__all__ = ["largest_cluster", "on_page", "page_ready", "page_shown"]

P = TypeVar("P", bound=Page)


def largest_cluster(ctx: UiContext) -> ClusterRef | None:
    """The active cluster with the most nodes."""
    active = [c for c in ctx.app.fleet.snapshot().clusters.values() if c.summary.state.active]
    found = max(active, key=lambda cluster: len(cluster.instances or ()), default=None)
    return found.ref if found else None


def page_shown(window: QWidget, kind: type[P]) -> P | None:
    """The page of this kind that is in front."""
    return next((page for page in window.findChildren(kind) if page.isVisible()), None)


def page_ready(kind: type[P], ready: Callable[[P], bool]) -> Callable[[UiContext, QWidget], bool]:
    """A stop's ``ready``: the page is in front and ``ready`` holds for it."""

    def asked(_ctx: UiContext, window: QWidget) -> bool:
        page = page_shown(window, kind)
        return page is not None and ready(page)

    return asked


def on_page(kind: type[P], act: Callable[[P], object]) -> Callable[[UiContext, QWidget], None]:
    """A stop's ``clean_up``: do something to the page in front."""

    def step(_ctx: UiContext, window: QWidget) -> None:
        page = page_shown(window, kind)
        if page is not None:
            act(page)

    return step
