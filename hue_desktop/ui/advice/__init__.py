"""Advice on a cluster: a list on its overview, and a sheet with each piece whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hue_desktop.ui.advice.actions import actions

if TYPE_CHECKING:
    from hue_desktop.ui.page import TourStop

__all__ = ["actions", "tour_stops"]


def tour_stops() -> tuple[TourStop, ...]:
    """The pictures that the tour takes here."""
    from hue_desktop.ui.advice.stops import stops

    return stops()
