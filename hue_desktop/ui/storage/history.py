"""Where a pane has been: back and forward, as in a browser."""

from __future__ import annotations

from hue_desktop.core.storage import Location

__all__ = ["History"]

_MOST = 200


class History:
    """Locations in order with a place in them; the name in focus is kept with each."""

    def __init__(self) -> None:
        self._places: list[tuple[Location, str]] = []
        self._at = -1

    @property
    def current(self) -> Location | None:
        """Where the pane is."""
        return self._places[self._at][0] if self._places else None

    @property
    def can_go_back(self) -> bool:
        """Whether there is a place before."""
        return self._at > 0

    @property
    def can_go_forward(self) -> bool:
        """Whether there is a place after."""
        return self._at < len(self._places) - 1

    def visit(self, location: Location) -> None:
        """A new place; what lay ahead is forgotten. The same place again changes nothing."""
        if location == self.current:
            return
        del self._places[self._at + 1 :]
        self._places.append((location, ""))
        del self._places[:-_MOST]
        self._at = len(self._places) - 1

    def keep_focus(self, name: str) -> None:
        """Remember which name had the focus here."""
        if self._places:
            self._places[self._at] = (self._places[self._at][0], name)

    def step(self, by: int) -> tuple[Location, str] | None:
        """Go back (-1) or forward (1): the place and the name that had the focus there."""
        at = self._at + by
        if not 0 <= at < len(self._places):
            return None
        self._at = at
        return self._places[at]
