"""What shows while a rehearsal runs: its stages, how far it is, and a way to stop."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from hue_desktop.core.rehearsal import RehearsalStage
from hue_desktop.core.text import _
from hue_desktop.ui.parts import Button, Label, StateMark, StateShape, column, row
from hue_desktop.ui.rehearsal.words import stage_words

__all__ = ["Running"]

_WIDTH = 420
_STEPS = 1000


class Running(QWidget):
    """``stopped`` when the person does not want to wait for it."""

    stopped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.stage: RehearsalStage | None = None
        self._marks: dict[RehearsalStage, tuple[StateMark, Label]] = {}
        lines = column(spacing=6)
        for stage in RehearsalStage:
            mark, label = StateMark(StateShape.STOPPED, 9), Label(stage_words(stage))
            self._marks[stage] = (mark, label)
            line = row(mark, label, spacing=10)
            line.setStretchFactor(label, 1)
            lines.addLayout(line)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, _STEPS)
        self.bar.setAccessibleName(_("How far the rehearsal is"))
        self.cancel_button = Button(_("Cancel"), clicked=self.stopped.emit)
        box = QWidget()
        box.setFixedWidth(_WIDTH)
        box.setLayout(column(lines, 14, self.bar, 14, row(None, self.cancel_button, None)))
        self.setLayout(column(None, row(None, box, None), None))

    def begin(self) -> None:
        """Nothing has been done yet."""
        self.show_progress(RehearsalStage.READING, 0.0)

    def show_progress(self, stage: RehearsalStage, share: float) -> None:
        """Show which stage it is in; what is over has its mark."""
        self.stage = stage
        self.bar.setValue(int(share * _STEPS))
        order = list(RehearsalStage)
        for each, (mark, label) in self._marks.items():
            over = order.index(each) < order.index(stage)
            now = each is stage
            shape = StateShape.DONE if over else StateShape.STARTING if now else StateShape.STOPPED
            mark.set_shape(shape)
            label.set_tone("" if now else "text-2")
        self.setAccessibleName(stage_words(stage))
