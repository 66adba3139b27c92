"""Short lists beside the topology: the steps that run, and what happened lately."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.format import date_time, duration, utc_time
from hue_desktop.core.steps import StepState
from hue_desktop.core.text import ngettext
from hue_desktop.services.health import Event
from hue_desktop.ui.charts.event_marks import event_shape
from hue_desktop.ui.parts import Label, Rule, StateShape, row
from hue_desktop.ui.tables import Column, DataTable, RowsModel

__all__ = ["Listing", "Note", "event_notes", "step_notes"]

_ROW = 28
_MOST_EVENTS = 60


@dataclass(frozen=True, slots=True)
class Note:
    """One line: a shape, a text, and a time at the right. ``key`` is its identity."""

    key: tuple[str, ...]
    shape: StateShape | None
    text: str
    when: str
    tip: str = ""
    tone: str = ""


def step_notes(cluster: ClusterSnapshot, now: datetime) -> tuple[Note, ...]:
    """Running steps with how long they have run, then how many wait."""
    steps = cluster.steps or ()
    running = [step for step in steps if step.state is StepState.RUNNING]
    waiting = sum(step.state is StepState.PENDING for step in steps)
    notes = [
        Note(
            ("step", step.id),
            StateShape.RUNNING,
            step.spec.name,
            duration(max(0.0, (now - step.started).total_seconds())) if step.started else "",
            " ".join((step.id, step.spec.jar, *step.spec.args)),
        )
        for step in running
    ]
    if waiting:
        text = ngettext("{n} step waits", "{n} steps wait", waiting).format(n=waiting)
        notes.append(Note(("waiting",), StateShape.STARTING, text, ""))
    return tuple(notes)


def event_notes(events: Sequence[Event], now: datetime) -> tuple[Note, ...]:
    """What happened, newest first."""
    today = now.astimezone().date()
    return tuple(_event_note(event, today) for event in events[:_MOST_EVENTS])


@lru_cache(maxsize=20 * _MOST_EVENTS)
def _event_note(event: Event, today: date) -> Note:
    """Made once a day for each event: writing sixty times out took longer than all else here."""
    shape = event_shape(event)
    tones = {StateShape.FAILED: "critical", StateShape.ATTENTION: "warn"}
    noon = datetime.combine(today, time(12)).astimezone()
    return Note(
        (event.at.isoformat(), event.kind.value, event.text),
        shape,
        event.text,
        date_time(event.at, today=noon),
        f"{event.text}\n{utc_time(event.at)}",
        tones.get(shape, ""),
    )


class Listing(QWidget):
    """A heading with a rule and rows without heads. ``fitted`` keeps it as high as its rows."""

    def __init__(self, title: str, *, fitted: bool = False) -> None:
        super().__init__()
        self._fitted = fitted
        self.title = Label(title, weight=600)
        self.caption = Label("", tone="text-2")
        self.model: RowsModel[Note] = RowsModel(_columns(), key=lambda note: note.key)
        self.table: DataTable[Note] = DataTable(self.model, name=title, row_height=_ROW, padding=0)
        self.table.horizontalHeader().hide()
        # A bar would push the times out of line.
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.empty = Label("", tone="text-2", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row(self.title, None, self.caption, margins=(0, 8, 0, 8)))
        layout.addWidget(Rule("h"))
        layout.addWidget(self.empty)
        layout.addWidget(self.table, 1000)
        layout.addStretch(1)
        self.empty.setContentsMargins(0, 10, 0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Whole rows only: half a row looks like a mistake."""
        super().resizeEvent(event)
        if not self._fitted:
            head = self.title.sizeHint().height() + 16 + 1
            rows = max(1, (event.size().height() - head) // _ROW)
            self.table.setMaximumHeight(rows * _ROW)

    def show_notes(self, notes: Sequence[Note], empty: str, caption: str = "") -> None:
        """Show these lines, or the sentence that says why there are none."""
        self.model.set_rows(notes)
        self.caption.setText(caption)
        self.empty.setText(empty)
        self.empty.setVisible(not notes)
        self.table.setVisible(bool(notes))
        if self._fitted:
            self.setVisible(bool(notes))
            self.table.setFixedHeight(_ROW * min(len(notes), 4) + 2)


def _columns() -> tuple[Column[Note], ...]:
    return (
        Column(
            "text", "", lambda note: note.text, kind="state", value=lambda note: note.shape,
            stretch=True, width=200, tooltip=lambda note: note.tip or note.text,
            color=lambda note: note.tone,
        ),
        Column(
            "when", "", lambda note: note.when, align="right", width=104, quiet=True,
            tooltip=lambda note: note.tip,
        ),
    )  # fmt: skip
