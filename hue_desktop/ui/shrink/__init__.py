"""Looking before core nodes go, or a whole cluster; screens are imported when they open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hue_desktop.ui.shrink.actions import actions

if TYPE_CHECKING:
    from hue_desktop.ui.page import TourStop

__all__ = ["actions", "tour_stops"]


def tour_stops() -> tuple[TourStop, ...]:
    """The pictures that the tour takes here."""
    from hue_desktop.ui.shrink.stops import stops

    return stops()
