"""The activity list in the dock: what was changed, by whom, with what outcome, and Undo."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from hue_desktop.core.changes import ChangeState, JournalEntry
from hue_desktop.core.errors import HueError
from hue_desktop.core.format import date_time
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.fleet import FleetChange
from hue_desktop.ui.confirm import propose
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.journal.entry_row import EntryRow
from hue_desktop.ui.journal.words import state_text
from hue_desktop.ui.parts import Button, FourStates, Scroll, column, row

__all__ = ["ActivityPanel"]

_PAGE = 40  #: rows shown at first; older ones come on request
_TICK_MS = 250
_BUSY = (ChangeState.WAITING, ChangeState.SENDING)


class ActivityPanel(QWidget):
    """The journal, newest first. ``badge_changed`` tells how many changes are under way."""

    badge_changed = Signal(str)

    def __init__(self, ctx: UiContext) -> None:
        super().__init__()
        self.ctx = ctx
        self.badge = ""
        self._entries: dict[int, JournalEntry] = {}
        self._rows: dict[int, EntryRow] = {}
        self._limit = _PAGE
        self._loaded = False
        self.setAccessibleName(_("Activity"))
        content = QWidget()
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self.older_button = Button(_("Show older changes"), kind="link", clicked=self._show_older)
        older = row(self.older_button, None, margins=(20, 4, 24, 4))
        content.setLayout(column(self._list, older, None))
        self.states = FourStates(Scroll(content))
        self.states.retry_requested.connect(self.load)
        self.setLayout(column(self.states))
        self._ticker = QTimer(self)
        self._ticker.setInterval(_TICK_MS)
        self._ticker.timeout.connect(self._tick)
        self._subscribe()
        self.load()

    def _subscribe(self) -> None:
        post = self.ctx.tasks.poster.post

        def arrived(entry: JournalEntry) -> None:
            post(lambda: self.apply_entry(entry) if isValid(self) else None)

        def fleet_changed(change: FleetChange) -> None:
            if change.connections:
                post(lambda: self._show_read_only() if isValid(self) else None)

        stops = (
            self.ctx.app.journal.subscribe(arrived),
            self.ctx.app.fleet.subscribe(fleet_changed),
        )
        self.destroyed.connect(lambda: [stop() for stop in stops])

    def _show_read_only(self) -> None:
        for shown in self._rows.values():
            shown.set_read_only(self._is_read_only(shown.entry))

    def _is_read_only(self, entry: JournalEntry) -> bool:
        return self.ctx.app.fleet.is_read_only(entry.plan.connection)

    def load(self) -> None:
        """Read the journal again."""
        if not self._loaded:
            self.states.show_loading(_("Reading the activity journal"))
        self.ctx.tasks.run(
            "local",
            lambda _token: self.ctx.app.journal.entries(),
            owner=self,
            done=self._show_all,
            failed=self._show_failed,
            key="entries",
        )

    def _show_failed(self, error: HueError) -> None:
        if not self._loaded:
            self.states.show_failed(error)

    def _show_all(self, entries: Sequence[JournalEntry]) -> None:
        self._loaded = True
        for entry in entries:
            self._entries.setdefault(entry.id, entry)
        self._refresh()

    def apply_entry(self, entry: JournalEntry) -> None:
        """Show a new entry or another state of one; called on the main thread."""
        self._entries[entry.id] = entry
        self._refresh()

    def _refresh(self) -> None:
        """Bring the rows in line with the entries: by difference, newest on top."""
        wanted = sorted(self._entries, reverse=True)[: self._limit]
        for gone in self._rows.keys() - set(wanted):
            self._rows.pop(gone).deleteLater()
        for position, entry_id in enumerate(wanted):
            entry = self._entries[entry_id]
            shown = self._rows.get(entry_id)
            if shown is None:
                self._list.insertWidget(position, self._make_row(entry))
            elif shown.entry != entry:
                shown.show_entry(entry, self._sends_in_s(entry))
        self.older_button.setVisible(len(self._entries) > self._limit)
        self._announce_badge()
        self._run_ticker()
        if self._entries:
            self.states.show_content()
        elif self._loaded:
            self.states.show_empty(
                _("No changes yet"),
                _("What you change on a cluster stands here, with Undo where it has one."),
            )

    def _make_row(self, entry: JournalEntry) -> EntryRow:
        made = EntryRow(entry)
        made.set_read_only(self._is_read_only(entry))
        made.show_countdown(self._sends_in_s(entry))
        made.undo_requested.connect(self.undo)
        made.cancel_requested.connect(self.cancel)
        made.details_requested.connect(self.explain)
        self._rows[entry.id] = made
        return made

    def _sends_in_s(self, entry: JournalEntry) -> float | None:
        if entry.state is not ChangeState.WAITING:
            return None
        return self.ctx.app.journal.sends_in_s(entry.id)

    def _announce_badge(self) -> None:
        busy = sum(entry.state in _BUSY for entry in self._entries.values())
        text = ngettext("{n} running", "{n} running", busy).format(n=busy) if busy else ""
        if text != self.badge:
            self.badge = text
            self.badge_changed.emit(text)

    def _run_ticker(self) -> None:
        waits = any(entry.state is ChangeState.WAITING for entry in self._entries.values())
        if waits and self.isVisible():
            self._ticker.start()
        else:
            self._ticker.stop()

    def _tick(self) -> None:
        for shown in self._rows.values():
            if shown.entry.state is ChangeState.WAITING:
                shown.show_countdown(self._sends_in_s(shown.entry))

    def showEvent(self, event: QShowEvent) -> None:
        """Count down while somebody looks."""
        super().showEvent(event)
        self._run_ticker()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while nobody looks."""
        super().hideEvent(event)
        self._ticker.stop()

    def undo(self, entry_id: int) -> None:
        """Show the inverse plan and submit it when the person wants it."""
        journal = self.ctx.app.journal
        propose(self.ctx, lambda: journal.undo_plan(entry_id), owner=self, undoes=entry_id)

    def cancel(self, entry_id: int) -> None:
        """Take a waiting change back before it is sent."""
        self.ctx.tasks.run(
            "local",
            lambda _token: self.ctx.app.journal.cancel(entry_id),
            owner=self,
            done=self._cancelled,
        )

    def _cancelled(self, in_time: bool) -> None:
        if not in_time:
            self.ctx.navigate.notify(_("Too late to cancel: it is being sent."), kind="warn")

    def explain(self, entry_id: int) -> None:
        """All that is known of an entry, in a message."""
        entry = self._entries[entry_id]
        lines = [
            f"{date_time(entry.at)} · {entry.actor}".rstrip(" ·"),
            state_text(entry, self._sends_in_s(entry)),
            entry.plan.undo_text,
            entry.plan.call_text,
            " ".join(f"{name} {value}" for name, value in entry.outcome.items()),
        ]
        self.ctx.ask.message(entry.plan.title, "\n".join(line for line in lines if line))

    def _show_older(self) -> None:
        self._limit += _PAGE
        self._refresh()
