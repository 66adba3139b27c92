"""A section of the form: its title, its fields, and its share of the spec."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QWidget

from hue_desktop.core.changes import ClusterSpec
from hue_desktop.services.launch import SpecProblem
from hue_desktop.ui.parts import FieldRow, Label, Rule, column, row

__all__ = ["FormSection"]


class FormSection(QWidget):
    """One part of the form: shows its share of a spec, and puts what was typed into one.

    ``fields`` maps names of ``ClusterSpec`` to the rows that show their problems.
    """

    changed = Signal()

    def __init__(self, title: str, note: str = "") -> None:
        super().__init__()
        self.fields: dict[str, FieldRow] = {}
        self.title = Label(title, weight=600)
        self.note = Label(note, tone="text-2", elide=True)
        self._head = row(self.title, self.note, None, spacing=12, margins=(0, 12, 0, 6))
        self.body = column(spacing=0)
        self.setLayout(column(self._head, self.body, 12, Rule("h")))
        self.setAccessibleName(title)

    def add_to_head(self, widget: QWidget) -> None:
        """Put a control at the right of the title."""
        self._head.addWidget(widget)

    def add(self, item: QWidget | QBoxLayout) -> None:
        """Put a widget or layout below what is there."""
        if isinstance(item, QWidget):
            self.body.addWidget(item)
        else:
            self.body.addLayout(item)

    def add_field(self, name: str, field_row: FieldRow) -> FieldRow:
        """Put a field below what is there and show the problems of ``name`` at it."""
        self.fields[name] = field_row
        self.body.addWidget(field_row)
        return field_row

    def show_spec(self, spec: ClusterSpec) -> None:
        """Fill the fields; announces nothing."""

    def apply_to(self, spec: ClusterSpec) -> ClusterSpec:
        """The spec with this section's share of it."""
        return spec

    def own_problems(self) -> tuple[SpecProblem, ...]:
        """What cannot even be read: an open quotation mark, broken JSON."""
        return ()

    def show_problems(self, problems: Mapping[str, str]) -> set[str]:
        """Show sentences by field; the fields that found their place."""
        for name, field_row in self.fields.items():
            field_row.show_problem(problems.get(name, ""))
        return problems.keys() & self.fields.keys()
