"""Which rooms the window has: their pages, panels, actions and tour stops.

Rooms declare what they offer cheaply and import their screens at first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from PySide6.QtWidgets import QWidget

from hue_desktop.core.text import _
from hue_desktop.ui.actions import Action
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.page import PageKind, PanelKind, TourStop

__all__ = ["page_kinds", "panel_kinds", "room_actions", "tour_stops"]

#: Rooms with a page, in the order of the rail and of a cluster's page bar.
_PAGES = ("fleet", "overview", "nodes", "storage", "transfers", "cost", "health",
          "configuration", "connections", "settings")  # fmt: skip
_ACTING = ("fleet", "overview", "nodes", "storage", "transfers", "cost", "health",
           "configuration", "advice", "what_if", "launch", "scaling", "shrink", "rehearsal",
           "policies", "journal", "connections", "settings")  # fmt: skip
_SEEN = (*_PAGES, "advice", "launch", "scaling", "shrink", "rehearsal", "policies", "confirm",
         "journal")  # fmt: skip


def page_kinds() -> tuple[PageKind, ...]:
    """Every page, those of no cluster included."""
    kinds: list[PageKind] = []
    for room in _PAGES:
        single = _offer(room, "page_kind")
        kinds += (single,) if single else _offer(room, "page_kinds") or ()
    return tuple(kinds)


def panel_kinds() -> tuple[PanelKind, ...]:
    """The panels of the dock."""

    def activity(ctx: UiContext) -> QWidget:
        from hue_desktop.ui.journal.activity_panel import ActivityPanel

        return ActivityPanel(ctx)

    return (_offer("transfers", "panel_kind"), PanelKind("activity", _("Activity"), activity))


def room_actions() -> tuple[Action, ...]:
    """What can be done in all rooms."""
    return tuple(action for room in _ACTING for action in _offer(room, "actions") or ())


def tour_stops() -> tuple[TourStop, ...]:
    """The pictures that each room wants of itself."""
    return tuple(stop for room in _SEEN for stop in _offer(room, "tour_stops") or ())


def _offer(room: str, name: str) -> Any:
    """What a room offers under ``name``; not every room offers everything."""
    function = getattr(import_module(f"hue_desktop.ui.{room}"), name, None)
    return function() if function is not None else None
