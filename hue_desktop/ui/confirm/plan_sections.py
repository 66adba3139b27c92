"""The sections of the question before a change."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from hue_desktop.core.budget import budget_use
from hue_desktop.core.changes import Plan, Risk, RiskLevel, Undoability
from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.cost_lines import cost_lines
from hue_desktop.core.text import _
from hue_desktop.ui.confirm.change_table import ChangeTable
from hue_desktop.ui.confirm.plan_panel import BudgetLines, CostHeadline
from hue_desktop.ui.parts import (
    Button,
    Label,
    RoleSquare,
    StateMark,
    StateShape,
    column,
    row,
    set_look,
)
from hue_desktop.ui.theme import pixmap

__all__ = ["CallSection", "CostSection", "RiskLines", "class_word", "target_line", "undo_sentence"]

_OPERATION = re.compile(r"^([A-Z]\w+) \{", re.MULTILINE)
_MARKS = {
    RiskLevel.NOTE: (None, ""),
    RiskLevel.WARN: (StateShape.ATTENTION, "warn"),
    RiskLevel.LOSS: (StateShape.FAILED, "critical"),
}


def class_word(connection_class: ConnectionClass) -> str:
    """The class as a person reads it."""
    return {
        ConnectionClass.DEVELOPMENT: _("development"),
        ConnectionClass.TEST: _("test"),
        ConnectionClass.PRODUCTION: _("production"),
        ConnectionClass.SIMULATED: _("simulated"),
    }[connection_class]


def target_line(plan: Plan, connection_class: ConnectionClass) -> QHBoxLayout:
    """Which connection in its colour, which cluster, which region."""
    token = connection_class.value
    where = [plan.target_name] if plan.target_name else []
    if plan.target is not None and plan.target.cluster_id:
        where.append(plan.target.cluster_id)
    where.append(plan.region)
    return row(
        RoleSquare(token),
        Label(plan.connection, tone=token, weight=600),
        Label(class_word(connection_class), tone=token),
        Label("·  " + "  ·  ".join(where), tone="text-2", elide=True),
        None,
        spacing=6,
    )


class RiskLines(QWidget):
    """One line for each thing that may be lost or surprise, the worst first; always readable.

    Of a plan, or without one of ``risks`` alone.
    """

    def __init__(self, plan: Plan | None = None, *, risks: Sequence[Risk] = ()) -> None:
        super().__init__()
        order = (RiskLevel.LOSS, RiskLevel.WARN, RiskLevel.NOTE)
        layout = column(spacing=8)
        if plan is not None and plan.blocked:
            layout.addLayout(_sentence(StateShape.FAILED, plan.blocked, "critical"))
        found = plan.risks if plan is not None else risks
        for risk in sorted(found, key=lambda risk: order.index(risk.level)):
            shape, tone = _MARKS[risk.level]
            layout.addLayout(_sentence(shape, risk.text, tone))
        self.setLayout(layout)


def _sentence(shape: StateShape | None, text: str, tone: str) -> QHBoxLayout:
    label = Label(text, tone=tone, wrap=True)
    mark: QWidget
    if shape is None:
        mark = Label()
        mark.setPixmap(pixmap("info", "text-2", 14))
    else:
        mark = StateMark(shape, 12)
    mark.setFixedSize(14, 18)
    line = row(mark, label, spacing=10)
    line.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
    line.setStretchFactor(label, 1)
    return line


class CostSection(QWidget):
    """Cost before and after with its parts, and the budget of the connection."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        layout = column()
        cost = plan.cost
        if cost is not None:
            headline = CostHeadline()
            headline.show_change(cost)
            table = ChangeTable()
            table.show_lines(cost_lines(cost))
            layout.addWidget(headline)
            layout.addSpacing(8)
            layout.addWidget(table)
        use = budget_use(plan)
        if use is not None:
            budget = BudgetLines()
            budget.show_use(plan.connection, use)
            layout.addSpacing(16)
            layout.addWidget(budget)
        self.setLayout(layout)


class CallSection(QWidget):
    """Which API calls will be made; what they carry unfolds."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        summary, details = _call_texts(plan.call_text)
        self._details = Label(details, size="mono", selectable=True, wrap=True)
        self._details.setContentsMargins(12, 10, 12, 10)
        self._details.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        set_look(self._details, surface="raised")
        self._details.setAccessibleName(_("The request"))
        self._details.hide()
        self.toggle = Button(_("Show the request"), kind="link", small=True, clicked=self._flip)
        self.toggle.setVisible(bool(details))
        line = row(Label(_("Calls"), tone="text-2"), Label(summary, weight=500), None, self.toggle)
        self.setLayout(column(line, 4, self._details))

    def _flip(self) -> None:
        shown = self._details.isHidden()
        self._details.setVisible(shown)
        self.toggle.set_text(_("Hide the request") if shown else _("Show the request"))


def _call_texts(call_text: str) -> tuple[str, str]:
    """Which operations are called how often, and the requests with their parameters.

    ``call_text`` is either a summary already, or each operation with its parameters as JSON.
    """
    operations = Counter(_OPERATION.findall(call_text))
    if not operations:
        summary, _newline, details = call_text.partition("\n")
        return summary, details.strip("\n")
    words = (f"{name} × {times}" for name, times in operations.items())
    return ", ".join(words), call_text


def undo_sentence(plan: Plan) -> str:
    """How the change is taken back, as the journal will label it."""
    lead = {
        Undoability.UNDOABLE: _("Undoable."),
        Undoability.UNTIL_STARTED: _("Undoable until it starts."),
        Undoability.FINAL: _("Final."),
    }[plan.undo]
    if plan.undo_text:
        text = plan.undo_text[0].upper() + plan.undo_text[1:]
        return f"{lead} {text if text.endswith(('.', '!', '?')) else text + '.'}"
    return lead
