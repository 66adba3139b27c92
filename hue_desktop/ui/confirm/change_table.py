"""Lines of a change under each other: label, before, after, difference."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from hue_desktop.core.cost_lines import ChangeLine
from hue_desktop.core.text import _
from hue_desktop.ui.parts import Label, Rule

__all__ = ["ChangeTable"]

_ROW = 27
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class _Line:
    """The labels of one line."""

    def __init__(self, grid: QGridLayout, at: int, *, compare: bool) -> None:
        self.name = Label(tone="text-2")
        self.before = Label(tone="text-2")
        self.arrow = Label("→", tone="text-3")
        self.after = Label(weight=600 if compare else 500)
        self.delta = Label(tone="text-2")
        self._compare = compare
        every = (self.name, self.before, self.arrow, self.after, self.delta)
        for place, label in enumerate(every if compare else (self.name, self.after)):
            grid.addWidget(label, at, place)
            if place:
                label.setAlignment(_RIGHT)
        grid.setRowMinimumHeight(at, _ROW)

    def show(self, line: ChangeLine) -> None:
        self.name.setText(line.label)
        self.before.setText(line.before)
        self.after.setText(line.after)
        self.delta.setText(line.delta)
        self.delta.set_tone("good" if line.saves else "text-2")


class ChangeTable(QWidget):
    """A block of lines with a rule above each and below the last.

    Without ``compare`` only what will be is shown: a new cluster has no before.
    """

    def __init__(self, *, compare: bool = True) -> None:
        super().__init__()
        self._compare = compare
        self._lines: list[_Line] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(0, 1)
        self._columns = 5 if compare else 2
        if compare:
            self._grid.setColumnMinimumWidth(4, 52)

    def show_lines(self, lines: Sequence[ChangeLine]) -> None:
        """Show these lines; the labels of lines that stay are used again."""
        if len(lines) != len(self._lines):
            self._rebuild(len(lines))
        for shown, line in zip(self._lines, lines, strict=True):
            shown.show(line)
        words = (_("{label}: {after}").format(label=line.label, after=line.after) for line in lines)
        self.setAccessibleName(", ".join(words))

    def _rebuild(self, count: int) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self._lines = []
        for number in range(count):
            self._grid.addWidget(Rule("h"), 2 * number, 0, 1, self._columns)
            self._lines.append(_Line(self._grid, 2 * number + 1, compare=self._compare))
        if count:
            self._grid.addWidget(Rule("h"), 2 * count, 0, 1, self._columns)
