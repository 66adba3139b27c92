"""The question before a change: what it does, costs and risks, and how it is undone."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QWidget

from hue_desktop.core.budget import budget_question
from hue_desktop.core.changes import Plan, RiskLevel, SetProtection
from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.text import _
from hue_desktop.ui.confirm.budget_guard import BudgetGuard
from hue_desktop.ui.confirm.plan_sections import (
    CallSection,
    CostSection,
    RiskLines,
    target_line,
    undo_sentence,
)
from hue_desktop.ui.parts import Button, Label, Rule, Scroll, TextField, column, row
from hue_desktop.ui.theme import active_theme

__all__ = ["PlanDialog", "confirm_plan", "is_destructive"]

_WIDTH = 560
_GUTTER = 24
_FOOTER = 56


def is_destructive(plan: Plan) -> bool:
    """Whether something is lost that nothing brings back."""
    return any(risk.level is RiskLevel.LOSS for risk in plan.risks)


def confirm_plan(
    plan: Plan,
    connection_class: ConnectionClass,
    parent: QWidget | None = None,
    more: QWidget | None = None,
) -> bool:
    """Ask in a dialog over ``parent``; the window's Asker calls it."""
    dialog = PlanDialog(plan, connection_class, parent, more)
    try:
        return dialog.exec() == QDialog.DialogCode.Accepted
    finally:
        dialog.deleteLater()


class PlanDialog(QDialog):
    """Shows a plan; accepted when the person wants it.

    On production the name of the cluster must be typed first; a plan that breaks the budget wants a
    tick. A blocked plan can only be closed, or
    accepted for its remedy.
    """

    def __init__(
        self,
        plan: Plan,
        connection_class: ConnectionClass,
        parent: QWidget | None = None,
        more: QWidget | None = None,
    ) -> None:
        """``more`` is a section that another screen adds below the risks; it may fill itself."""
        super().__init__(parent)
        self.plan = plan
        self.more = more
        self.name_field: TextField | None = None
        self.guard: BudgetGuard | None = None
        self.setWindowTitle(plan.title)
        self.setAccessibleName(plan.title)
        self.setModal(True)
        self.setFixedWidth(_WIDTH)
        self._body = column(margins=(_GUTTER, 20, _GUTTER, 20))
        self._inner = QWidget()
        self._inner.setLayout(self._body)
        self._inner.installEventFilter(self)
        self._scroll = Scroll(self._inner)
        self.accept_button = self._make_accept()
        self.cancel_button = Button(
            _("Close") if plan.blocked else _("Cancel"), clicked=self.reject
        )
        self._fill(connection_class)
        # The edge is drawn here; a shadow is the window system's.
        parts = column(self._scroll, Rule("h", strong=True), self._footer(), margins=(1, 1, 1, 1))
        self.setLayout(parts)
        self._fit()

    def _fill(self, connection_class: ConnectionClass) -> None:
        plan = self.plan
        self._body.addWidget(Label(plan.title, size="large", weight=600, wrap=True))
        self._body.addSpacing(6)
        self._body.addLayout(target_line(plan, connection_class))
        if plan.blocked:
            self._section(RiskLines(replace(plan, risks=())))
            return
        if plan.risks:
            self._section(RiskLines(plan))
        if self.more is not None:
            self._section(self.more)
        if plan.cost is not None:
            self._section(CostSection(plan))
        if budget_question(plan):
            self.guard = BudgetGuard(plan)
            self.guard.ticked.connect(lambda _on: self._look_again())
            self._section(self.guard)
        self._section(Label(undo_sentence(plan), wrap=True))
        if plan.call_text:
            self.calls = CallSection(plan)
            self.calls.toggle.clicked.connect(self._fit)
            self._section(self.calls)
        if plan.typed_name:
            self._add_typed_name()
        self._look_again()

    def _section(self, widget: QWidget) -> None:
        self._body.addSpacing(14)
        self._body.addWidget(Rule("h"))
        self._body.addSpacing(14)
        self._body.addWidget(widget)

    def _add_typed_name(self) -> None:
        wanted = self.plan.typed_name
        text = _("Type {name} to confirm").format(name=wanted)
        self.name_field = TextField(name=text, placeholder=wanted)
        self.name_field.textChanged.connect(lambda _text: self._look_again())
        self._body.addSpacing(16)
        self._body.addWidget(Rule("h"))
        self._body.addSpacing(14)
        self._body.addWidget(Label(text, weight=500))
        self._body.addSpacing(6)
        self._body.addWidget(self.name_field)

    def _look_again(self) -> None:
        """Accepting takes all that the plan wants first."""
        field, guard = self.name_field, self.guard
        named = field is None or field.text().strip() == self.plan.typed_name
        self.accept_button.setEnabled(named and (guard is None or guard.box.isChecked()))

    def _make_accept(self) -> Button:
        if self.plan.blocked:
            remedy = _remedy(self.plan)
            button = Button(remedy, kind="primary", clicked=self.accept)
            button.setVisible(bool(remedy))
            return button
        kind = "danger" if is_destructive(self.plan) else "primary"
        return Button(_verb(self.plan), kind=kind, clicked=self.accept)

    def _footer(self) -> QWidget:
        footer = QWidget()
        line: QHBoxLayout = row(None, self.cancel_button, self.accept_button)
        line.setContentsMargins(_GUTTER, 0, _GUTTER, 0)
        footer.setLayout(line)
        footer.setFixedHeight(_FOOTER)
        return footer

    def _fit(self) -> None:
        """As high as the text needs, and never higher than the window over which it stands."""
        over = self.parentWidget()
        room = (over.window().height() if over is not None else 800) - 80 - _FOOTER
        for part in self._inner.findChildren(QWidget):
            part.ensurePolished()  # the style sheet's fonts count, and come with the first show
        self._body.invalidate()
        needed = self._body.totalHeightForWidth(_WIDTH)
        if needed < 0:
            needed = self._inner.sizeHint().height()
        self._scroll.setFixedHeight(max(min(needed, room), 120))
        self.adjustSize()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fit again when what is inside wants another height: another theme, a text unfolded."""
        if watched is self._inner and event.type() is QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line around it: it lies on a page of the same colour."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(active_theme().color("line-strong"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def showEvent(self, event: QShowEvent) -> None:
        """Put the cursor where the person has to act; never on what destroys."""
        super().showEvent(event)
        self._fit()
        if self.guard is not None:
            self.guard.box.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.name_field is not None:
            self.name_field.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.plan.blocked:
            wanted = self.accept_button if self.plan.remedy else self.cancel_button
            wanted.setFocus(Qt.FocusReason.OtherFocusReason)
        elif is_destructive(self.plan):
            self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.accept_button.setFocus(Qt.FocusReason.OtherFocusReason)


def _remedy(plan: Plan) -> str:
    """The words on the button that does away with what blocks the plan; empty without one."""
    if isinstance(plan.remedy, SetProtection):
        return _("Turn protection off…") if not plan.remedy.protected else _("Turn it on…")
    return ""


def _verb(plan: Plan) -> str:
    """The words on the button: what the plan is called."""
    return plan.title if len(plan.title) <= 36 else _("Apply")
