"""What Cost Explorer says of a cluster, beside ours, and why the two differ.

AWS charges for each request, therefore nothing is asked without a click and a question.
"""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hue_desktop.core.errors import HueError
from hue_desktop.core.format import MINUS, money
from hue_desktop.core.text import _
from hue_desktop.services.cost.values import ExplorerFigure
from hue_desktop.ui.parts import Button, Label, row

__all__ = ["ExplorerPanel", "difference_text"]


class ExplorerPanel(QWidget):
    """``ask_requested`` comes with the button; the page asks the person, then the service."""

    ask_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.ask = Button(
            _("Ask…"), small=True, name=_("Ask Cost Explorer"), clicked=self.ask_requested.emit
        )
        self.figure = Label("", size="large", weight=600)
        self.days = Label("", tone="text-2", size="small", wrap=True)
        self.text = Label("", tone="text-2", wrap=True)
        self.why = Label("", wrap=True)
        for label in (self.text, self.why):
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
        title = Label(_("Cost Explorer"), weight=600)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 0, 0, 8)
        layout.setSpacing(4)
        layout.addLayout(row(title, None, self.ask, margins=(0, 8, 0, 4)))
        for label in (self.figure, self.days, self.text, self.why):
            layout.addWidget(label)
        layout.addStretch(1)
        self.show_unasked()

    def show_unasked(self) -> None:
        """Nobody has asked yet."""
        self._show(
            text=_(
                "AWS’s own figure for this cluster, a day or so behind. "
                "AWS charges $0.01 for each request."
            )
        )

    def show_asking(self) -> None:
        """The answer is on its way."""
        self._show(text=_("Asking Cost Explorer…"))
        self.ask.setEnabled(False)

    def show_failed(self, error: HueError) -> None:
        """It could not be asked."""
        self._show(text=error.message, why=error.remedy, tone="warn")

    def show_nothing(self, problem: str) -> None:
        """It has no figure, or may not be asked."""
        text = problem or _("Cost Explorer has no figure for this cluster.")
        self._show(text=text, tone="warn" if problem else "text-2")

    def show_figure(self, found: ExplorerFigure) -> None:
        """AWS's figure, ours for the same days, and the reasons."""
        self._show(
            figure=money(found.usd),
            days=_days(found),
            text=difference_text(found),
            why="\n".join(f"· {reason}" for reason in found.why),
        )

    def _show(
        self,
        *,
        figure: str = "",
        days: str = "",
        text: str = "",
        why: str = "",
        tone: str = "text-2",
    ) -> None:
        self.ask.setEnabled(True)
        self.text.set_tone(tone)
        words = ((self.figure, figure), (self.days, days), (self.text, text), (self.why, why))
        for label, said in words:
            label.setText(_unbroken(said))
            label.setVisible(bool(said))


def _unbroken(text: str) -> str:
    """No line ends between a sign and its dollars."""
    for sign in ("+", MINUS):
        text = text.replace(f"{sign}$", f"{sign}\N{WORD JOINER}$")
    return text


def difference_text(found: ExplorerFigure) -> str:
    """Ours beside theirs; the difference is that of the two figures as they are shown."""
    if found.ours_usd is None:
        return _("What we reckoned for these days is not known.")
    ours = money(found.ours_usd)
    cents = round(found.usd, 2) - round(found.ours_usd, 2)
    if abs(cents) < 0.005:
        return _("We reckoned the same.")
    sign = MINUS if cents < 0 else "+"
    text = _("We reckoned {ours} for the same days: AWS says {difference}.")
    return text.format(ours=ours, difference=f"{sign}{money(abs(cents))}")


def _days(found: ExplorerFigure) -> str:
    """The last day is the one before ``end``, as AWS means it."""
    first, last = (
        f"{moment.day} {moment:%b}"
        for moment in (
            datetime.fromtimestamp(found.start, UTC),
            datetime.fromtimestamp(max(found.start, found.end - 1), UTC),
        )
    )
    days = first if first == last else f"{first} – {last}"
    return (
        _("{days} (UTC), estimated").format(days=days)
        if found.estimated
        else _("{days} (UTC), final").format(days=days)
    )
