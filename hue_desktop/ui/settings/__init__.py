"""The settings page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hue_desktop.core.text import _
from hue_desktop.ui.page import Page, PageKind, TourStop

if TYPE_CHECKING:
    from hue_desktop.core.clusters import ClusterRef
    from hue_desktop.ui.context import UiContext

__all__ = ["page_kind", "tour_stops"]


def _make(ctx: UiContext, ref: ClusterRef | None) -> Page:
    from hue_desktop.ui.settings.page import SettingsPage

    return SettingsPage(ctx, ref)


def page_kind() -> PageKind:
    """What the shell shows in a tab."""
    return PageKind("settings", _("Settings"), "settings", _make)


def tour_stops() -> tuple[TourStop, ...]:
    """The picture that the tour takes here."""
    return (
        TourStop(
            "settings",
            _("Settings"),
            lambda ctx, _window: ctx.navigate.open_page("settings"),
        ),
    )
