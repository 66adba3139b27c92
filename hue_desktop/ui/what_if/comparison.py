"""Variants side by side: one row each, the cluster as it is above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from hue_desktop.core.changes import RiskLevel
from hue_desktop.core.format import DASH, count, money, money_delta, size
from hue_desktop.core.pricing import HOURS_PER_MONTH
from hue_desktop.core.text import _, ngettext
from hue_desktop.core.what_if.values import Figures, Outcome
from hue_desktop.ui.tables import Column, DataTable, RowsModel
from hue_desktop.ui.theme.tokens import SIZES
from hue_desktop.ui.what_if.words import shown_delta, shown_totals

__all__ = ["Comparison", "ComparisonRow"]

_GIB = 1024.0**3


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """A variant's figures; ``name`` is empty for the cluster as it is."""

    name: str
    usd: float
    delta: float
    figures: Figures
    risks: str
    current: bool = False


def _delta(row: ComparisonRow) -> str:
    return money_delta(row.delta) if row.delta else DASH


def _columns() -> tuple[Column[ComparisonRow], ...]:
    def figure(value: float | None, unit: str = "") -> str:
        return DASH if value is None else f"{count(value)}{unit}"

    return (
        Column("name", _("Variant"), lambda row: row.name or _("Now"), stretch=True, width=80,
               weight=lambda row: 600 if row.current else 400),
        Column("usd", _("$/h"),
               lambda row: money(row.usd, at_least=row.figures.rate.unknown > 0),
               align="right", width=84),
        Column("delta", _("Difference"), _delta, align="right", width=92,
               color=lambda row: "good" if _delta(row).startswith("\N{MINUS SIGN}") else ""),
        Column("month", _("Month"), lambda row: money(row.usd * HOURS_PER_MONTH, 0), align="right",
               width=84, hide_below=560),
        Column("vcpu", _("vCPU"), lambda row: figure(row.figures.room.vcpu), align="right",
               width=64),
        Column("yarn", _("YARN"), lambda row: figure(row.figures.room.yarn_gib, " GiB"),
               align="right", width=92),
        Column("hdfs", _("HDFS"),
               lambda row: DASH if row.figures.room.hdfs_gib is None
               else size(row.figures.room.hdfs_gib * _GIB),
               align="right", width=92, hide_below=480),
        Column("risks", _("Risks"), lambda row: row.risks, width=110, hide_below=620, quiet=True),
    )  # fmt: skip


class _Whole(DataTable[ComparisonRow]):
    """As high as its rows."""

    def sizeHint(self) -> QSize:
        head = self.horizontalHeader().height()
        return QSize(300, head + self.model().rowCount() * SIZES["row"] + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, self.sizeHint().height())


class Comparison(QWidget):
    """Hidden until there are two variants; ``chosen`` has the number of the one to show."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.model: RowsModel[ComparisonRow] = RowsModel(_columns(), key=lambda row: row.name)
        self.table = _Whole(self.model, name=_("Variants side by side"))
        self.table.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.table.clicked.connect(lambda index: self._choose(index.row()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 8, 8)
        layout.addWidget(self.table)
        self.hide()

    def _choose(self, row: int) -> None:
        if row > 0:
            self.chosen.emit(row - 1)

    def show_outcomes(self, names: Sequence[str], outcomes: Sequence[Outcome], at: int) -> None:
        """The variants in their order; ``at`` is the one on the bench."""
        self.setVisible(len(outcomes) > 1)
        if len(outcomes) < 2:
            return
        was, _after = shown_totals(outcomes[0])
        rows = [ComparisonRow("", was, 0.0, outcomes[0].before, "")]
        rows += [
            ComparisonRow(
                name,
                shown_totals(each)[1],
                shown_delta(each),
                each.after,
                _risk_words(each),
                place == at,
            )
            for place, (name, each) in enumerate(zip(names, outcomes, strict=True))
        ]
        self.model.set_rows(tuple(rows))
        self.table.updateGeometry()


def _risk_words(outcome: Outcome) -> str:
    """How many things may be lost, and how many want a look."""
    losses = sum(risk.level is RiskLevel.LOSS for risk in outcome.risks)
    warnings = sum(risk.level is RiskLevel.WARN for risk in outcome.risks)
    words = []
    if losses:
        words.append(ngettext("{n} loss", "{n} losses", losses).format(n=losses))
    if warnings:
        words.append(ngettext("{n} warning", "{n} warnings", warnings).format(n=warnings))
    return ", ".join(words) or DASH
