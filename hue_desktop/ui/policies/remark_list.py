"""What is to be said of a policy, one below the other: mark, sentence, evidence and next step."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hue_desktop.core.errors import HueError
from hue_desktop.core.policies import Remark, RemarkLevel
from hue_desktop.core.text import _
from hue_desktop.ui.parts import Label, StateMark, StateShape, column, row
from hue_desktop.ui.theme import pixmap

__all__ = ["RemarkList", "marked_lines"]

_MARKS = {
    RemarkLevel.REFUSED: (StateShape.FAILED, "critical"),
    RemarkLevel.HARM: (StateShape.FAILED, "critical"),
    RemarkLevel.NEVER: (StateShape.ATTENTION, "warn"),
    RemarkLevel.WARN: (StateShape.ATTENTION, "warn"),
    RemarkLevel.UNKNOWN: (None, ""),
    RemarkLevel.NOTE: (None, ""),
}
_WIDEST = 760  #: longer lines are hard to read


def marked_lines(shape: StateShape | None, tone: str, *texts: str) -> QWidget:
    """A mark beside a sentence, with quieter sentences below it."""
    mark: QWidget
    if shape is None:
        mark = Label()
        mark.setPixmap(pixmap("info", "text-2", 14))
    else:
        mark = StateMark(shape, 12)
    mark.setFixedSize(14, 18)
    labels = [
        Label(text, tone=tone if number == 0 else "text-2", wrap=True)
        for number, text in enumerate(filter(None, texts))
    ]
    line = row(mark, column(*labels, spacing=2), spacing=10)
    line.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
    line.setStretch(1, 1)
    widget = QWidget()
    widget.setLayout(line)
    widget.setMaximumWidth(_WIDEST)
    return widget


class RemarkList(QWidget):
    """Shows remarks; ``nothing`` is what is said when there are none."""

    def __init__(self, title: str, nothing: str) -> None:
        super().__init__()
        self._nothing = nothing
        self._lines = QWidget()
        self._shown: object = None
        self.setLayout(column(Label(title, weight=600), 10, self._lines))
        QVBoxLayout(self._lines).setContentsMargins(0, 0, 0, 0)
        self.show_busy()

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that is said."""
        return tuple(label.text() for label in self._lines.findChildren(Label) if label.text())

    @property
    def said(self) -> bool:
        """Whether the cluster was looked at."""
        return self._shown is not None

    def show_busy(self) -> None:
        """The cluster is being looked at."""
        if self._shown is None:
            self._fill([marked_lines(None, "text-2", _("Looking at the cluster…"))])

    def show_remarks(self, remarks: Sequence[Remark]) -> None:
        """Other remarks, the worst first."""
        if self._shown == tuple(remarks):
            return
        self._shown = tuple(remarks)
        lines = [
            marked_lines(*_MARKS[each.level], each.text, " ".join((each.evidence, each.remedy)))
            for each in remarks
        ]
        self._fill(lines or [marked_lines(StateShape.DONE, "", self._nothing)])

    def show_failed(self, error: HueError) -> None:
        """Nothing could be looked at."""
        self._shown = error
        self._fill([marked_lines(StateShape.FAILED, "critical", str(error))])

    def _fill(self, lines: Sequence[QWidget]) -> None:
        layout = self._lines.layout()
        assert isinstance(layout, QVBoxLayout)
        while (item := layout.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        layout.setSpacing(12)
        for line in lines:
            layout.addWidget(line)
