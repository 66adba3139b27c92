"""Trying a change on a copy of a cluster; screens are imported when they open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hue_desktop.ui.rehearsal.actions import actions

if TYPE_CHECKING:
    from hue_desktop.ui.page import TourStop

__all__ = ["actions", "tour_stops"]


def tour_stops() -> tuple[TourStop, ...]:
    """The pictures that the tour takes here."""
    from hue_desktop.ui.rehearsal.stops import stops

    return stops()
