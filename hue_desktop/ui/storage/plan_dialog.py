"""The question before files are changed: what is lost, how it is called, how it is undone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from hue_desktop.core.changes import Undoability
from hue_desktop.core.format import count, size
from hue_desktop.core.storage_plans import Loss, StorageAct, StoragePlan
from hue_desktop.core.text import _, ngettext
from hue_desktop.ui.parts import Button, Label, Rule, StateMark, StateShape, TextField, column, row
from hue_desktop.ui.theme import active_theme

__all__ = ["StoragePlanDialog", "loss_words"]

_WIDTH = 520
_CALLS_SHOWN = 3


def loss_words(loss: Loss) -> str:
    """``412 files, 186 GiB``, with ``at least`` where not all was counted."""
    parts = [ngettext("{n} file", "{n} files", loss.files).format(n=count(loss.files))]
    if loss.folders:
        text = ngettext("{n} folder", "{n} folders", loss.folders)
        parts.append(text.format(n=count(loss.folders)))
    parts.append(size(loss.bytes))
    text = ", ".join(parts)
    return text if loss.complete else _("at least {what}").format(what=text)


class StoragePlanDialog(QDialog):
    """Accepted when the person wants it; a name is asked for where much is at stake."""

    def __init__(self, plan: StoragePlan, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plan = plan
        self.name_field: TextField | None = None
        self._final = plan.loss is not None and plan.undo is Undoability.FINAL
        self.setWindowTitle(plan.title)
        self.setAccessibleName(plan.title)
        self.setModal(True)
        self.setFixedWidth(_WIDTH)
        kind = "danger" if self._final else "primary"
        self.accept_button = Button(_verb(plan), kind=kind, clicked=self.accept)
        self.accept_button.setVisible(not plan.blocked)
        self.cancel_button = Button(
            _("Close") if plan.blocked else _("Cancel"), clicked=self.reject
        )
        self._body = column(margins=(24, 20, 24, 20))
        self._fill()
        footer = row(None, self.cancel_button, self.accept_button, margins=(24, 14, 24, 14))
        self.setLayout(column(self._body, Rule("h", strong=True), footer, margins=(1, 1, 1, 1)))

    def _fill(self) -> None:
        plan, body = self.plan, self._body
        body.addWidget(Label(plan.title, size="large", weight=600, wrap=True))
        if plan.blocked:
            body.addSpacing(12)
            body.addWidget(self._marked(plan.blocked, StateShape.FAILED))
            return
        if plan.loss is not None:
            body.addSpacing(12)
            shape = StateShape.ATTENTION
            body.addWidget(self._marked(loss_words(plan.loss), shape, weight=600))
        for sentence in plan.lines:
            body.addSpacing(8)
            body.addWidget(Label(sentence, wrap=True))
        if plan.undo_text:
            self._rule(body)
            body.addWidget(Label(plan.undo_text, wrap=True, tone="text-2"))
        if plan.calls:
            self._rule(body)
            self._add_calls(body)
        if plan.typed_name:
            self._add_name(body)

    def _add_calls(self, body: QVBoxLayout) -> None:
        for call in self.plan.calls[:_CALLS_SHOWN]:
            body.addWidget(Label(call, size="mono", tone="text-2", elide=True))
        more = len(self.plan.calls) - _CALLS_SHOWN
        if more > 0:
            text = ngettext("and {n} more call", "and {n} more calls", more)
            body.addWidget(Label(text.format(n=count(more)), tone="text-2", size="small"))

    def _add_name(self, body: QVBoxLayout) -> None:
        wanted = self.plan.typed_name
        text = _("Type {name} to confirm").format(name=wanted)
        self._rule(body)
        self.name_field = TextField(name=text, placeholder=wanted)
        self.name_field.textChanged.connect(
            lambda typed: self.accept_button.setEnabled(typed.strip() == wanted)
        )
        body.addWidget(Label(text, weight=500))
        body.addSpacing(6)
        body.addWidget(self.name_field)
        self.accept_button.setEnabled(False)

    def _rule(self, body: QVBoxLayout) -> None:
        body.addSpacing(14)
        body.addWidget(Rule("h"))
        body.addSpacing(12)

    def _marked(self, text: str, shape: StateShape, weight: int = 400) -> QWidget:
        holder = QWidget()
        label = Label(text, wrap=True, weight=weight)
        line = row(StateMark(shape, 10), label)
        line.setStretchFactor(label, 1)
        holder.setLayout(line)
        return holder

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line around it: it lies on a page of the same colour."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(active_theme().color("line-strong"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _fit(self) -> None:
        """As high as texts that wrap need at this width; the style sheet's fonts count."""
        for part in self.findChildren(QWidget):
            part.ensurePolished()
        layout = self.layout()
        if layout is not None:
            layout.invalidate()
            self.setFixedHeight(max(layout.totalHeightForWidth(_WIDTH), 120))

    def showEvent(self, event: QShowEvent) -> None:
        """Put the cursor where the person has to act; never on what destroys."""
        self._fit()
        super().showEvent(event)
        first = self.name_field or (
            self.cancel_button if self._final or self.plan.blocked else self.accept_button
        )
        first.setFocus(Qt.FocusReason.OtherFocusReason)


def _verb(plan: StoragePlan) -> str:
    """The word on the button that does it."""
    words = {
        StorageAct.DELETE: _("Delete"),
        StorageAct.TRASH: _("Move to the trash"),
        StorageAct.RESTORE: _("Restore"),
        StorageAct.RENAME: _("Rename"),
        StorageAct.MAKE_FOLDER: _("Create"),
    }
    acts = {change.act for change in plan.changes}
    return words.get(acts.pop(), _("Apply")) if len(acts) == 1 else _("Apply")
