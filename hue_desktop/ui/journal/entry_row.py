"""One row of the activity list."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from hue_desktop.core.changes import ChangeState, JournalEntry
from hue_desktop.core.format import date_time, money_delta, utc_time
from hue_desktop.core.text import _
from hue_desktop.ui.journal.words import SHAPES, actor_name, state_text, state_tone, undo_label
from hue_desktop.ui.parts import Button, Label, Rule, StateMark, column, row

__all__ = ["EntryRow"]

_HEIGHT = 29
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class EntryRow(QWidget):
    """Shows an entry; asks to undo, cancel or explain it."""

    undo_requested = Signal(int)
    cancel_requested = Signal(int)
    details_requested = Signal(int)

    def __init__(self, entry: JournalEntry) -> None:
        super().__init__()
        self.entry = entry
        self._read_only = False
        self._mark = StateMark()
        self._time = Label(tone="text-2")
        self._title = Label(weight=500, elide=True)
        self._target = Label(tone="text-2", elide=True)
        self._actor = Label(tone="text-2", elide=True)
        self._state = Label(tone="text-2", elide=True)
        self._cost = Label(tone="text-2")
        self._label = Label(tone="text-2", size="small")
        self.undo_button = Button(_("Undo…"), small=True, clicked=self._undo)
        self.cancel_button = Button(_("Cancel"), small=True, clicked=self._cancel)
        self._lay_out()
        self.setFixedHeight(_HEIGHT)
        self.show_entry(entry)

    def _lay_out(self) -> None:
        buttons = QWidget()
        buttons.setFixedWidth(72)
        buttons.setLayout(row(None, self.undo_button, self.cancel_button, spacing=0))
        for label, width in ((self._time, 96), (self._cost, 84), (self._label, 132)):
            label.setFixedWidth(width)
            label.setAlignment(_RIGHT)
        self._time.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        line = row(
            self._mark,
            self._time,
            self._title,
            self._target,
            self._state,
            self._actor,
            self._cost,
            self._label,
            buttons,
            spacing=12,
            margins=(24, 0, 24, 0),
        )
        for label, share in (
            (self._title, 4),
            (self._target, 3),
            (self._state, 4),
            (self._actor, 2),
        ):
            line.setStretchFactor(label, share)
        self.setLayout(column(line, Rule("h")))

    def show_entry(self, entry: JournalEntry, sends_in_s: float | None = None) -> None:
        """Another state of the same entry."""
        self.entry = entry
        plan = entry.plan
        self._mark.set_shape(SHAPES[entry.state])
        self._time.setText(date_time(entry.at))
        self._time.setToolTip(utc_time(entry.at))
        self._title.setText(plan.title)
        where = " · ".join(word for word in (plan.connection, plan.target_name) if word)
        self._target.setText(where)
        self._actor.setText(actor_name(entry.actor))
        self._actor.setToolTip(entry.actor)
        self._cost.setText(_cost_text(entry))
        self._label.setText(undo_label(entry))
        self.undo_button.setVisible(entry.can_undo and not self._read_only)
        self.undo_button.setAccessibleName(_("Undo {title}").format(title=plan.title))
        self.cancel_button.setVisible(entry.state is ChangeState.WAITING)
        self.cancel_button.setAccessibleName(_("Cancel {title}").format(title=plan.title))
        self.show_countdown(sends_in_s)

    def set_read_only(self, on: bool) -> None:
        """Read-only mode of the connection hides Undo; what waits can still be cancelled."""
        self._read_only = on
        self.undo_button.setVisible(self.entry.can_undo and not on)

    def show_countdown(self, sends_in_s: float | None) -> None:
        """The words of the state, with the seconds that are left while it waits."""
        text = state_text(self.entry, sends_in_s)
        self._state.setText(text)
        self._state.set_tone(state_tone(self.entry.state))
        words = (self.entry.plan.title, self._target.text(), text, self._label.text())
        self.setAccessibleName(", ".join(word for word in words if word))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Explain the entry."""
        self.details_requested.emit(self.entry.id)

    def _undo(self) -> None:
        self.undo_requested.emit(self.entry.id)

    def _cancel(self) -> None:
        self.cancel_requested.emit(self.entry.id)


def _cost_text(entry: JournalEntry) -> str:
    cost = entry.plan.cost
    if cost is None or round(cost.delta, 2) == 0:
        return ""
    return money_delta(cost.delta)
