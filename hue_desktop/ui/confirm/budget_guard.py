"""What stands between a plan that breaks the budget and its button: the sentence, and a tick."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from hue_desktop.core.budget import acknowledgement, budget_question, budget_use
from hue_desktop.core.changes import Plan
from hue_desktop.ui.parts import Label, StateMark, StateShape, column, row

__all__ = ["BudgetGuard"]

_INDENT = 24  #: the box stands under the sentence, not under its mark


class BudgetGuard(QWidget):
    """Why the budget is at stake, and the box that must be ticked first; ``ticked`` tells."""

    ticked = Signal(bool)

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        use = budget_use(plan)
        over = use is not None and use.exceeded
        sentence = Label(budget_question(plan), tone="critical" if over else "warn", wrap=True)
        mark = StateMark(StateShape.FAILED if over else StateShape.ATTENTION, 12)
        mark.setFixedSize(14, 18)
        line = row(mark, sentence, spacing=10)
        line.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
        line.setStretchFactor(sentence, 1)
        self.box = QCheckBox(acknowledgement(plan))
        self.box.setAccessibleName(self.box.text())
        self.box.setAccessibleDescription(sentence.text())
        self.box.toggled.connect(self.ticked)
        self.setLayout(column(line, 8, row(self.box, None, margins=(_INDENT, 0, 0, 0))))
