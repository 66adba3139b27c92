"""What a plan changes, in figures: cost before and after, totals, budget and facts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hue_desktop.core.budget import BudgetUse, budget_use
from hue_desktop.core.changes import Plan
from hue_desktop.core.cost_lines import ChangeLine, cost_lines, total_line
from hue_desktop.core.format import money, money_rate, percent
from hue_desktop.core.pricing import CostChange
from hue_desktop.core.text import _
from hue_desktop.ui.confirm.budget_bar import BudgetBar
from hue_desktop.ui.confirm.change_table import ChangeTable
from hue_desktop.ui.parts import Label, Rule, StateMark, StateShape, column, row

__all__ = ["BudgetLines", "CostHeadline", "Facts", "PlanPanel"]


class CostHeadline(QWidget):
    """``$14.11 → $18.57 /h   +$4.46/h``; for something new only the latter figure."""

    def __init__(self, *, compare: bool = True) -> None:
        super().__init__()
        self._compare = compare
        self._before = Label(tone="text-2")
        self._after = Label(size="large", weight=600)
        self._unit = Label("/h", tone="text-2")
        self._delta = Label(weight=600)
        line = row(self._before, self._after, self._unit, None, self._delta, spacing=6)
        for label in (self._before, self._unit, self._delta):
            line.setAlignment(label, Qt.AlignmentFlag.AlignVCenter)
        self._before.setVisible(compare)
        self._delta.setVisible(compare)
        self.setLayout(column(line))

    def show_change(self, change: CostChange) -> None:
        """Other figures."""
        total = total_line(change)
        self._before.setText(f"{total.before.removesuffix('/h')} →")
        self._after.setText(total.after.removesuffix("/h"))
        self._delta.setText(total.delta)
        self._delta.set_tone("good" if total.saves else "")
        self.setAccessibleName(f"{total.label} {total.before} → {total.after}")


class BudgetLines(QWidget):
    """The budget of a connection: its bar, with what is used and left in words."""

    def __init__(self) -> None:
        super().__init__()
        self._title = Label(weight=500)
        self._mark = StateMark(StateShape.ATTENTION, 10)
        self._sum = Label(weight=500)
        self._bar = BudgetBar()
        self._now = Label(tone="text-2", size="small")
        self._after = Label(tone="text-2", size="small")
        self.setLayout(
            column(
                row(self._title, None, self._mark, self._sum, spacing=6),
                8,
                self._bar,
                6,
                row(self._now, None, self._after),
            )
        )

    def show_use(self, connection: str, use: BudgetUse) -> None:
        """Other figures."""
        tone = "critical" if use.exceeded else "warn" if use.tight else ""
        self._title.setText(_("Budget of {name}").format(name=connection))
        self._mark.setVisible(use.tight)
        self._mark.set_shape(StateShape.FAILED if use.exceeded else StateShape.ATTENTION)
        after = money(use.after, at_least=use.unknown > 0)
        words = _("{after} of {limit}").format(after=after, limit=money_rate(use.limit))
        self._sum.setText(words)
        self._sum.set_tone(tone)
        self._bar.show_use(use)
        self._now.setText(_("now {share}").format(share=percent(100 * use.share(use.now))))
        self._after.setText(_left_text(use))
        self.setAccessibleName(f"{self._title.text()}: {words}. {self._after.text()}")


def _left_text(use: BudgetUse) -> str:
    share = percent(100 * use.share(use.after))
    if use.exceeded:
        return _("after {share}, {over} over").format(share=share, over=money_rate(-use.left))
    return _("after {share}, {left} left").format(share=share, left=money_rate(use.left))


class Facts(QWidget):
    """Pairs of a label and a short text: when it takes effect, what is called."""

    def __init__(self) -> None:
        super().__init__()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._pairs: list[tuple[Label, Label]] = []

    def show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Show these pairs."""
        while len(self._pairs) < len(facts):
            pair = (Label(tone="text-2"), Label(weight=500, wrap=True))
            pair[1].setAlignment(Qt.AlignmentFlag.AlignRight)
            line = row(pair[0], pair[1], spacing=16, margins=(0, 2, 0, 2))
            line.setStretchFactor(pair[1], 1)
            line.setAlignment(pair[0], Qt.AlignmentFlag.AlignTop)
            self._layout.addLayout(line)
            self._pairs.append(pair)
        for number, (name, text) in enumerate(self._pairs):
            there = number < len(facts)
            name.setVisible(there)
            text.setVisible(there)
            if there:
                name.setText(facts[number][0])
                text.setText(facts[number][1])


class PlanPanel(QWidget):
    """The column at the right of a sheet: title, cost, totals, budget, a note, facts."""

    def __init__(self, title: str, *, compare: bool = True) -> None:
        super().__init__()
        self._subtitle = Label(tone="text-2")
        self._headline = CostHeadline(compare=compare)
        self._costs = ChangeTable(compare=compare)
        self._counts = ChangeTable(compare=compare)
        self._budget = BudgetLines()
        self._note = Label(tone="text-2", wrap=True)
        self._facts = Facts()
        self._counts_part = _part(column(16, self._counts))
        self._budget_part = _part(column(16, self._budget, 14, Rule("h")))
        self._note_part = _part(column(14, self._note, 14, Rule("h")))
        self._more = column()
        heading = Label(title, weight=600)
        self.setLayout(
            column(
                row(heading, None, self._subtitle, margins=(0, 0, 0, 16)),
                Rule("h"),
                row(self._headline, margins=(0, 14, 0, 10)),
                self._costs,
                self._counts_part,
                self._budget_part,
                self._note_part,
                self._more,
                14,
                self._facts,
                None,
            )
        )
        self.show_subtitle("")
        self.show_counts(())
        self.show_note("")
        self.show_budget("", None)

    def show_plan(self, plan: Plan) -> None:
        """Cost and budget of a plan."""
        if plan.cost is not None:
            self.show_cost(plan.cost)
        self.show_budget(plan.connection, budget_use(plan))

    def show_cost(self, change: CostChange) -> None:
        """Cost alone, where the plan is not made yet."""
        self._headline.show_change(change)
        self._costs.show_lines(cost_lines(change))

    def show_subtitle(self, text: str) -> None:
        """What is bought, at the right of the title."""
        self._subtitle.setText(text)

    def show_counts(self, lines: Sequence[ChangeLine]) -> None:
        """Nodes, vCPU, memory."""
        self._counts_part.setVisible(bool(lines))
        self._counts.show_lines(lines)

    def show_note(self, text: str) -> None:
        """A sentence about how the figures are to be read."""
        self._note.setText(text)
        self._note_part.setVisible(bool(text))

    def add_part(self, part: QWidget) -> None:
        """A section of the sheet's own above the facts; it brings its gaps and its rule."""
        self._more.addWidget(part)

    def show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """When it takes effect, what is called."""
        self._facts.show_facts(facts)

    def show_budget(self, connection: str, use: BudgetUse | None) -> None:
        """The budget, where the plan is not made yet; ``None`` takes it away."""
        self._budget_part.setVisible(use is not None)
        if use is not None:
            self._budget.show_use(connection, use)


def _part(layout: QVBoxLayout) -> QWidget:
    """A section with its own gaps, so that nothing is left where it is hidden."""
    part = QWidget()
    part.setLayout(layout)
    return part
