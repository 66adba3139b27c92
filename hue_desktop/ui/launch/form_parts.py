"""What the form is made of: titled sections, and fields with their label and problem."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QComboBox, QWidget

from hue_desktop.core.changes import ClusterSpec
from hue_desktop.services.launch import SpecProblem
from hue_desktop.ui.parts import Label, Rule, column, row

__all__ = ["FieldRow", "FormSection", "ProblemLabel", "mark_problem"]

_LABEL_WIDTH = 136


class ProblemLabel(Label):
    """A sentence under the field it is about; hidden while there is nothing to say."""

    def __init__(self) -> None:
        super().__init__(tone="critical", wrap=True)
        self.hide()

    def show_sentence(self, sentence: str) -> None:
        """Say it, or with an empty sentence be gone."""
        self.setText(sentence)
        self.setVisible(bool(sentence))


def mark_problem(widget: QWidget, sentence: str) -> None:
    """Give a field that can show it its red edge."""
    show: Callable[[str], None] | None = getattr(widget, "set_problem", None)
    if show is not None:
        show(sentence)


def _let_shrink(combo: QComboBox) -> None:
    """A long answer must not make the whole form wide."""
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(12)


class FieldRow(QWidget):
    """Label at the left, field at the right, then a quiet hint and the problem below the field."""

    def __init__(self, label: str, *fields: QWidget, hint: str = "", stretch: bool = True) -> None:
        super().__init__()
        self.fields = fields
        self._hint = Label(hint, tone="text-2", wrap=True)
        self._hint.setVisible(bool(hint))
        self.problem = ProblemLabel()
        caption = Label(label, weight=500)
        caption.setFixedSize(_LABEL_WIDTH, 28)
        line = row(*fields, spacing=12)
        if stretch:
            line.setStretchFactor(fields[0], 1)
            if isinstance(fields[0], QComboBox):
                _let_shrink(fields[0])
        else:
            line.addStretch(1)
        right = column(line, self._hint, self.problem, spacing=4)
        whole = row(caption, right, spacing=16, margins=(0, 5, 0, 5))
        whole.setAlignment(caption, Qt.AlignmentFlag.AlignTop)
        whole.setStretchFactor(right, 1)
        self.setLayout(whole)

    def show_problem(self, sentence: str) -> None:
        """Say what EMR would refuse."""
        self.problem.show_sentence(sentence)
        mark_problem(self.fields[0], sentence)

    def show_hint(self, text: str) -> None:
        """Another hint."""
        self._hint.setText(text)
        self._hint.setVisible(bool(text))


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
