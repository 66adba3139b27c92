"""The check-up of a connection, line by line as each check ends."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import HueError
from hue_desktop.core.format import decimal
from hue_desktop.core.text import _
from hue_desktop.services.connections import Check, CheckState
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.parts import Label, Rule, StateMark, StateShape, column, row
from hue_desktop.ui.tasks import CancelToken, Task

__all__ = ["CheckList", "CheckRun"]

_SHAPES = {
    CheckState.OK: StateShape.RUNNING,
    CheckState.FAILED: StateShape.FAILED,
    CheckState.SKIPPED: StateShape.STOPPED,
}
_TIMEOUT_S = 180  #: several regions, each with five checks of at most 25 s


class CheckRun(QObject):
    """Walks one connection on a lane; everything it emits comes on the main thread."""

    checked = Signal(object)
    failed = Signal(object)
    ended = Signal()

    def __init__(self, ctx: UiContext, parent: QObject) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self._task: Task | None = None

    @property
    def running(self) -> bool:
        """Whether checks are still to come."""
        return self._task is not None

    def start(self, connection: Connection) -> None:
        """Begin; an older walk is given up."""
        self.stop()

        def walk(token: CancelToken) -> None:
            for check in self._ctx.app.connections.test(connection):
                if token.cancelled:
                    return
                self._ctx.tasks.poster.post(lambda check=check: self._arrived(check))  # type: ignore[misc]

        self._task = self._ctx.tasks.run(
            "checks",
            walk,
            owner=self,
            done=lambda _nothing: self._end(None),
            failed=self._end,
            timeout_s=_TIMEOUT_S,
            key="walk",
        )

    def stop(self) -> None:
        """Give up; nothing is emitted any more."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _arrived(self, check: Check) -> None:
        if isValid(self) and self._task is not None:
            self.checked.emit(check)

    def _end(self, error: HueError | None) -> None:
        self._task = None
        if error is not None:
            self.failed.emit(error)
        self.ended.emit()


class CheckList(QWidget):
    """One line for each check: passed, failed with what to do, or not asked."""

    def __init__(self) -> None:
        super().__init__()
        self.checks: list[Check] = []
        self._status = Label(tone="text-2", wrap=True)
        self._lines = QVBoxLayout()
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(0)
        self.setLayout(column(self._status, 8, self._lines, None))
        self.setAccessibleName(_("Checks"))
        self.clear(_("Test walks the connection from identity to each API it needs."))

    @property
    def status(self) -> str:
        """The sentence on top."""
        return self._status.text()

    def clear(self, status: str, tone: str = "text-2") -> None:
        """Forget all checks and say something instead."""
        self.checks = []
        while (item := self._lines.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.say(status, tone)

    def say(self, status: str, tone: str = "text-2") -> None:
        """Another sentence on top."""
        self._status.setText(status)
        self._status.set_tone(tone)

    def add(self, check: Check) -> None:
        """One more check is done."""
        self.checks.append(check)
        self._lines.addWidget(_line(check))

    def conclude(self) -> None:
        """Sum up when the walk is over."""
        failed = [check.name for check in self.checks if check.state is CheckState.FAILED]
        if failed:
            self.say(_("It stops at: {names}.").format(names=", ".join(failed)), "critical")
        elif self.checks:
            self.say(_("Everything answers."), "good")


def _line(check: Check) -> QWidget:
    line = QWidget()
    took = _("{s} s").format(s=decimal(check.took_s, 1)) if check.took_s else ""
    tone = "critical" if check.state is CheckState.FAILED else "text-2"
    texts = column(Label(check.text, tone=tone, wrap=True, selectable=True), spacing=2)
    if check.remedy:
        texts.addWidget(Label(check.remedy, wrap=True))
    mark = StateMark(_SHAPES[check.state], 10)
    mark.setFixedSize(12, 18)
    head = row(mark, Label(check.name, weight=500), None, Label(took, tone="text-2"), spacing=8)
    body = row(20, texts, spacing=0)
    body.setStretchFactor(texts, 1)
    line.setLayout(column(Rule("h"), 8, head, 2, body, 8))
    words = (check.name, check.state.value, check.text, check.remedy)
    line.setAccessibleName(", ".join(word for word in words if word))
    line.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return line
