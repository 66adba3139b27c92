"""Questions to the person, as dialogs over the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from hue_desktop.core.changes import Plan, Terminate
from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.storage_plans import StoragePlan
from hue_desktop.core.text import _
from hue_desktop.ui.parts import Button, Label, Rule, column, row
from hue_desktop.ui.shell.feed import FleetFeed

__all__ = ["DialogAsker"]


class _Question(QDialog):
    """A title, a sentence, and one or two buttons."""

    def __init__(self, parent: QWidget, title: str, text: str, action: str, danger: bool) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setFixedWidth(460)
        buttons = row(None)
        if action:
            buttons.addWidget(Button(_("Cancel"), clicked=self.reject))
        kind = "danger" if danger else "primary"
        main = Button(action or _("Close"), kind=kind, clicked=self.accept)
        main.setDefault(not danger)
        buttons.addWidget(main)
        self.setLayout(
            column(
                column(
                    Label(title, size="large", weight=600, wrap=True),
                    8,
                    Label(text, wrap=True, selectable=True),
                    margins=(24, 20, 24, 20),
                ),
                Rule("h", strong=True),
                column(buttons, margins=(24, 14, 24, 14)),
            )
        )


class DialogAsker:
    """Answers come from dialogs over ``window``; the connection's class comes from the feed."""

    def __init__(self, feed: FleetFeed) -> None:
        self._feed = feed
        self.window: QWidget | None = None

    def confirm_plan(self, plan: Plan) -> bool:
        """Show what a plan does, costs and risks; whether the person wants it."""
        from hue_desktop.ui.confirm import confirm_plan

        status = self._feed.snapshot.status(plan.connection)
        kind = status.connection.connection_class if status else ConnectionClass.PRODUCTION
        return confirm_plan(plan, kind, self.window, self._more(plan))

    def _more(self, plan: Plan) -> QWidget | None:
        """What a whole cluster's end would take with it, read while the question stands."""
        ctx = getattr(self.window, "ctx", None)
        ends = any(isinstance(change, Terminate) for change in plan.changes)
        if ctx is None or plan.target is None or plan.blocked or not ends:
            return None
        from hue_desktop.ui.shrink.only_here import OnlyHere

        return OnlyHere(ctx, plan.target)

    def confirm_storage(self, plan: StoragePlan) -> bool:
        """Show what a change of files does and loses; whether the person wants it."""
        from hue_desktop.ui.storage.plan_dialog import StoragePlanDialog

        dialog = StoragePlanDialog(plan, self.window)
        try:
            return dialog.exec() == QDialog.DialogCode.Accepted
        finally:
            dialog.deleteLater()

    def confirm(self, title: str, text: str, *, action: str, danger: bool = False) -> bool:
        """A question with two answers; ``action`` is the word on the button that does it."""
        return self._ask(title, text, action, danger)

    def message(self, title: str, text: str) -> None:
        """Something the person must read."""
        self._ask(title, text, "", False)

    def choose_file(self, title: str, *, pattern: str = "", save_as: str = "") -> Path | None:
        """A file to read, or with ``save_as`` one to write; ``None`` when the person declined."""
        choose = QFileDialog.getSaveFileName if save_as else QFileDialog.getOpenFileName
        name, _filter = choose(self.window, title, save_as, pattern)
        return Path(name) if name else None

    def _ask(self, title: str, text: str, action: str, danger: bool) -> bool:
        if self.window is None:
            return False
        dialog = _Question(self.window, title, text, action, danger)
        try:
            return dialog.exec() == QDialog.DialogCode.Accepted
        finally:
            dialog.deleteLater()
