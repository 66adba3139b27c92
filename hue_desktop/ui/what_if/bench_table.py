"""The bench: a line for each group or market of a fleet, the limits, and the totals."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from hue_desktop.core.clusters import ManagedScaling
from hue_desktop.core.instances import Role
from hue_desktop.core.text import _
from hue_desktop.core.what_if.values import BenchFacts, BenchLine, Outcome, Variant
from hue_desktop.services.launch import PricedType
from hue_desktop.ui.parts import Label, Rule, column
from hue_desktop.ui.what_if.bench_row import COLUMNS, BenchRow
from hue_desktop.ui.what_if.limits_row import LimitsRow
from hue_desktop.ui.what_if.words import names_of, rate_cells, total_cells

__all__ = ["BenchTable"]

_ROW, _HEAD = 36, 28
_WIDTHS = (126, 84, 46, 50, 136, 132, 52)  #: at least; names and what is now take the rest
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class BenchTable(QWidget):
    """Rebuilt when other lines are there; else the fields stay, with their focus."""

    line_changed = Signal(object)
    line_removed = Signal(str)
    scaling_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, BenchRow] = {}
        self.limits: LimitsRow | None = None
        self._titles: tuple[str, ...] = ()
        self._types: tuple[PricedType, ...] = ()
        self._grid_holder: QWidget | None = None
        self.total_now = Label(weight=600)
        self.total = Label(weight=600)
        self._layout = column()
        self.setLayout(self._layout)

    def show_variant(
        self,
        facts: BenchFacts,
        variant: Variant,
        outcome: Outcome,
        types: Sequence[PricedType],
    ) -> None:
        """Show a variant with its rates."""
        titles = tuple(names_of(variant.lines))
        if tuple(self.rows) != tuple(line.key for line in variant.lines) or titles != self._titles:
            self._build(variant, titles)
            self._types = ()
        for line in variant.lines:
            self.rows[line.key].show_line(line)
        if self._types is not types and tuple(types) != self._types:
            self._types = tuple(types)
            for each in self.rows.values():
                each.show_types(_fitting(facts, self._types))
        for line, cell in zip(variant.lines, rate_cells(outcome), strict=True):
            self.rows[line.key].show_rate(cell)
        total = total_cells(outcome)
        self.total_now.setText(total.now)
        self.total.setText(total.want)
        if self.limits is not None:
            self.limits.show_limits(
                variant.scaling_now, variant.scaling, _first_limits(variant), outcome.at_most
            )

    def _build(self, variant: Variant, titles: tuple[str, ...]) -> None:
        """Other lines: a new grid."""
        if self._grid_holder is not None:
            self._layout.removeWidget(self._grid_holder)
            self._grid_holder.deleteLater()
        self._titles = titles
        self.rows = {}
        self.total_now, self.total = Label(weight=600), Label(weight=600)
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        for place, width in enumerate(_WIDTHS):
            grid.setColumnMinimumWidth(place, width)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 2)
        self._add_head(grid)
        at = 1
        for line, title in zip(variant.lines, titles, strict=True):
            self._add_rule(grid, at)
            self.rows[line.key] = self._add_line(grid, at + 1, line, title)
            at += 2
        self._add_rule(grid, at)
        self.limits = LimitsRow(grid, at + 1)
        self.limits.changed.connect(self.scaling_changed)
        grid.setRowMinimumHeight(at + 1, _ROW)
        self._add_rule(grid, at + 2)
        self._add_total(grid, at + 3)
        self._grid_holder = holder
        self._layout.addWidget(holder)

    def _add_head(self, grid: QGridLayout) -> None:
        heads = (
            (_("Role"), False), (_("Now"), False), (_("$/h"), True), (_("Count"), False),
            (_("Type"), False), (_("Market"), False), (_("$/h"), True),
        )  # fmt: skip
        for place, (text, right) in enumerate(heads):
            label = Label(text, tone="text-2", size="small", weight=500)
            if right:
                label.setAlignment(_RIGHT)
            grid.addWidget(label, 0, place)
        grid.setRowMinimumHeight(0, _HEAD)

    def _add_rule(self, grid: QGridLayout, at: int) -> None:
        grid.addWidget(Rule("h"), at, 0, 1, COLUMNS)

    def _add_line(self, grid: QGridLayout, at: int, line: BenchLine, title: str) -> BenchRow:
        made = BenchRow(grid, at, line, title)
        made.changed.connect(self.line_changed)
        made.removed.connect(self.line_removed)
        grid.setRowMinimumHeight(at, _ROW)
        return made

    def _add_total(self, grid: QGridLayout, at: int) -> None:
        grid.addWidget(Label(_("Total"), weight=600), at, 0)
        for place, label in ((2, self.total_now), (6, self.total)):
            label.setAlignment(_RIGHT)
            grid.addWidget(label, at, place)
        grid.setRowMinimumHeight(at, _ROW)


def _fitting(facts: BenchFacts, types: Sequence[PricedType]) -> list[PricedType]:
    """The cluster's processors first: another architecture takes a new cluster."""
    return sorted(types, key=lambda one: bool(facts.archs) and one.type.arch not in facts.archs)


def _first_limits(variant: Variant) -> ManagedScaling:
    """Limits to begin with: what core has, up to twice the nodes there are."""
    core = sum(line.want.count for line in variant.lines if line.role is Role.CORE)
    nodes = sum(line.want.count for line in variant.lines if line.role is not Role.MASTER)
    unit = "InstanceFleetUnits" if any(line.is_fleet for line in variant.lines) else "Instances"
    return ManagedScaling(unit, max(1, core), max(2, 2 * nodes))
