"""A field of a form: its label at the left, a hint and what is wrong with it below."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QWidget

from hue_desktop.ui.parts.labels import Label
from hue_desktop.ui.parts.look import column, row

__all__ = ["FieldRow", "ProblemLabel", "mark_problem"]

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
