"""What the tour shows of a cluster's configuration."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from hue_desktop.core.text import _
from hue_desktop.ui.configuration.page import ConfigurationPage
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.page import TourStop
from hue_desktop.ui.tour_pages import largest_cluster, page_ready

__all__ = ["stops"]


def stops() -> tuple[TourStop, ...]:
    """The page as it opens."""
    ready = page_ready(ConfigurationPage, lambda page: page.states.state == "shown")
    return (TourStop("configuration", _("Configuration"), _open, ready),)


def _open(ctx: UiContext, _window: QWidget) -> None:
    ref = largest_cluster(ctx)
    if ref is not None:
        ctx.navigate.open_cluster(ref, "configuration")
