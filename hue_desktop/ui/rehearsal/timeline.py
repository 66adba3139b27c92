"""What happened, in order: when after the begin, and how bad."""

from __future__ import annotations

from collections.abc import Sequence

from hue_desktop.core.format import clock_time, duration
from hue_desktop.core.rehearsal import RehearsalEvent
from hue_desktop.core.text import _
from hue_desktop.ui.rehearsal.words import level_shape
from hue_desktop.ui.tables import Column, DataTable, RowsModel

__all__ = ["Timeline"]


class Timeline(DataTable[tuple[int, RehearsalEvent]]):
    """A row for each event; the tooltip says the whole of it."""

    def __init__(self) -> None:
        self._events: RowsModel[tuple[int, RehearsalEvent]] = RowsModel(
            _columns(), key=lambda row: row[0]
        )
        super().__init__(self._events, name=_("What happened"))

    def show_events(self, events: Sequence[RehearsalEvent]) -> None:
        """Show these, the first one on top."""
        self._events.set_rows(enumerate(events))


def _columns() -> tuple[Column[tuple[int, RehearsalEvent]], ...]:
    return (
        Column("after", _("After"), lambda row: duration(row[1].after_s),
               sort=lambda row: row[1].after_s, width=96, quiet=True, optional=False,
               tooltip=lambda row: clock_time(row[1].at, seconds=True)),
        Column("text", _("What happened"), lambda row: row[1].text,
               sort=lambda row: (-row[1].level.value, row[1].after_s), width=240, stretch=True,
               kind="state", value=lambda row: level_shape(row[1].level),
               tooltip=lambda row: row[1].text),
    )  # fmt: skip
