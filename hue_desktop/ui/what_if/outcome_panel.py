"""What a variant comes to, at the right of the bench: dollars, room, budget, risks, buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from hue_desktop.core.budget import BudgetUse
from hue_desktop.core.changes import Risk, RiskLevel
from hue_desktop.core.format import money, money_delta
from hue_desktop.core.pricing import HOURS_PER_MONTH
from hue_desktop.core.text import _
from hue_desktop.core.what_if.values import BenchFacts, Outcome, Variant, Way
from hue_desktop.ui.confirm import BudgetLines, RiskLines
from hue_desktop.ui.parts import Button, Label, Rule, column, row, set_look
from hue_desktop.ui.what_if.words import GainLine, estimate_text, gain_lines, shown_delta

__all__ = ["OutcomePanel"]

_ROW = 27
_ELSEWHERE = (Way.KEEP, Way.NEW_CLUSTER, Way.SHRINK)  #: what the button does nothing about
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class _Gains(QWidget):
    """Label, before → after, one below the other."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[tuple[Label, Label, Label, Label]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnMinimumWidth(3, 84)

    def show_lines(self, lines: Sequence[GainLine]) -> None:
        """Show these; labels are made once and kept."""
        while len(self._lines) < len(lines):
            at = 2 * len(self._lines)
            made = (Label(tone="text-2"), Label(tone="text-2"), Label("→", tone="text-3"), Label())
            self._grid.addWidget(Rule("h"), at, 0, 1, 4)
            for place, label in enumerate(made):
                self._grid.addWidget(label, at + 1, place)
                if place:
                    label.setAlignment(_RIGHT)
            self._grid.setRowMinimumHeight(at + 1, _ROW)
            self._lines.append(made)
        for number, labels in enumerate(self._lines):
            for label in labels:
                label.setVisible(number < len(lines))
            if number < len(lines):
                self._fill(labels, lines[number])
        words = (f"{line.label}: {line.before} → {line.after}" for line in lines)
        self.setAccessibleName(", ".join(words))

    @staticmethod
    def _fill(labels: tuple[Label, Label, Label, Label], line: GainLine) -> None:
        name, before, _arrow, after = labels
        name.setText(line.label)
        before.setText(line.before)
        after.setText(line.after)
        after.set_tone("warn" if line.less else "")
        set_look(after, weight="600" if line.changed else "400")


class OutcomePanel(QWidget):
    """Emits what the person wants done with the variant."""

    apply_requested = Signal()
    clone_requested = Signal()
    rehearse_requested = Signal()
    preflight_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.delta = Label(size="large", weight=600)
        self._unit = Label("/h", tone="text-2")
        self.month = Label(weight=600)
        self._per_month = Label(_("/month"), tone="text-2")
        self.gains = _Gains()
        self.budget = BudgetLines()
        self.note = Label(tone="text-2", size="small", wrap=True)
        self._risks, self._notes = column(), column()
        self._shown: tuple[Risk, ...] | None = None
        self.risk_lines: list[RiskLines] = []
        self.rehearse_button = Button(_("Rehearse…"), clicked=self.rehearse_requested.emit)
        self.clone_button = Button(_("Clone…"), clicked=self.clone_requested.emit)
        self.clone_button.setToolTip(_("Open the form of a new cluster with all of this in it"))
        self.preflight_button = Button(
            _("Pre-flight of core…"), clicked=self.preflight_requested.emit
        )
        self.apply_button = Button(
            _("Apply changes…"), kind="primary", clicked=self.apply_requested.emit
        )
        head = row(self.delta, self._unit, None, self.month, self._per_month, spacing=8)
        for label in (self._unit, self.month, self._per_month):
            head.setAlignment(label, Qt.AlignmentFlag.AlignBottom)
        first = row(None, self.preflight_button)
        buttons = row(None, self.rehearse_button, self.clone_button, self.apply_button)
        layout = self._layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 12, 0, 12)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addSpacing(10)
        layout.addWidget(self.gains)
        layout.addWidget(Rule("h"))
        layout.addSpacing(12)
        layout.addWidget(self.budget)
        layout.addSpacing(10)
        layout.addLayout(self._risks)
        layout.addSpacing(10)
        layout.addLayout(first)
        layout.addSpacing(8)
        layout.addLayout(buttons)
        layout.addSpacing(12)
        layout.addLayout(self._notes)
        layout.addSpacing(8)
        layout.addWidget(self.note)
        layout.addStretch(1)

    def set_beside(self, beside: bool) -> None:
        """Beside the bench, or below it in a narrow window."""
        left, right = (24, 0) if beside else (0, 16)
        self._layout.setContentsMargins(left, 12, right, 12)

    def show_outcome(
        self,
        facts: BenchFacts,
        variant: Variant,
        outcome: Outcome,
        use: BudgetUse | None,
        *,
        read_only: bool,
        rehearses: bool,
    ) -> None:
        """Show what the variant comes to; ``use`` is the budget after it."""
        self._show_money(variant, outcome)
        self.gains.show_lines(gain_lines(facts, outcome))
        self.budget.setVisible(use is not None and variant.changed)
        if use is not None:
            self.budget.show_use(facts.ref.connection, use)
        self._show_risks(outcome)
        self._show_buttons(variant, outcome, read_only, rehearses)
        texts = (estimate_text(outcome), *facts.missing)
        self.note.setText(" ".join(filter(None, texts)))
        self.note.setVisible(bool(self.note.text()))

    def _show_money(self, variant: Variant, outcome: Outcome) -> None:
        """The difference of the shown totals, and what it comes to in a month of 730 hours."""
        delta = shown_delta(outcome)
        changed = variant.changed
        unsure = outcome.after.rate.unknown > outcome.before.rate.unknown
        if not delta:
            text = _("no change in cost") if changed else _("nothing changed yet")
            text = _("cost not known") if unsure else text
        else:
            text = money_delta(delta).removesuffix("/h")
            text = f"≥\N{NO-BREAK SPACE}{text}" if unsure else text
        tone = "good" if delta < 0 and not unsure else "" if delta else "text-2"
        self.delta.setText(text)
        self.delta.set_tone(tone)
        set_look(self.delta, scale="large" if delta else "")
        month = delta * HOURS_PER_MONTH
        sign = "+" if month > 0 else ""
        self.month.setText(f"{sign}{money(month, 0)}")
        self.month.set_tone(tone)
        self._unit.setVisible(bool(delta))
        for label in (self.month, self._per_month):
            label.setVisible(bool(delta) and not unsure)

    def _show_risks(self, outcome: Outcome) -> None:
        """What may be lost stands over the buttons, what is merely told below them."""
        if self._shown == outcome.risks:
            return
        self._shown = outcome.risks
        for lines in self.risk_lines:
            lines.hide()
            lines.deleteLater()
        notes = [risk for risk in outcome.risks if risk.level is RiskLevel.NOTE]
        others = [risk for risk in outcome.risks if risk.level is not RiskLevel.NOTE]
        self.risk_lines = []
        for layout, risks in ((self._risks, others), (self._notes, notes)):
            if risks:
                lines = RiskLines(risks=risks)
                layout.addWidget(lines)
                self.risk_lines.append(lines)

    def _show_buttons(
        self, variant: Variant, outcome: Outcome, read_only: bool, rehearses: bool
    ) -> None:
        changed = variant.changed
        doable = _doable(variant, outcome)
        self.apply_button.setVisible(not read_only and (doable or not changed))
        self.apply_button.setEnabled(doable)
        self.apply_button.set_text(_apply_text(variant, outcome))
        self.clone_button.setVisible(not read_only and changed and outcome.needs_new_cluster)
        shrinks = Way.SHRINK in outcome.ways
        self.preflight_button.setVisible(not read_only and shrinks)
        self.preflight_button.set_kind("plain" if doable else "primary")
        self.clone_button.set_kind("plain" if doable or shrinks else "primary")
        self.rehearse_button.setVisible(rehearses and (doable or shrinks))


def _doable(variant: Variant, outcome: Outcome) -> bool:
    """Whether a running cluster takes anything of it."""
    if variant.scaling != variant.scaling_now:
        return True
    return any(way not in _ELSEWHERE for way in outcome.ways)


def _apply_text(variant: Variant, outcome: Outcome) -> str:
    """Which part of the wish the button is about, where it is not all of it."""
    if not {Way.NEW_CLUSTER, Way.SHRINK} & set(outcome.ways):
        return _("Apply changes…")
    done = [
        line.role
        for line, way in zip(variant.lines, outcome.ways, strict=True)
        if way not in _ELSEWHERE
    ]
    task_only = bool(done) and all(role.value == "TASK" for role in done)
    return _("Apply task changes…") if task_only else _("Apply the rest…")
