"""Managed scaling, auto-termination, and why a cluster scaled; sheets are imported on opening."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hue_desktop.ui.policies.actions import actions

if TYPE_CHECKING:
    from hue_desktop.ui.page import TourStop

__all__ = ["actions", "tour_stops"]


def tour_stops() -> tuple[TourStop, ...]:
    """The pictures that the tour takes here."""
    from hue_desktop.ui.policies.stops import stops

    return stops()
