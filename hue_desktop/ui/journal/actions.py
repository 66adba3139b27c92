"""What can be done with the activity journal."""

from __future__ import annotations

from hue_desktop.core.changes import JournalEntry, Plan
from hue_desktop.core.errors import Refused
from hue_desktop.core.text import _
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.context import UiContext

__all__ = ["actions"]


def actions() -> tuple[Action, ...]:
    """The actions of the journal."""
    return (
        Action(
            "journal.show",
            _("Show activity"),
            _show,
            icon="activity",
            shortcut="Ctrl+J",
            keywords=_("journal history changes log dock"),
            word="activity",
        ),
        Action(
            "journal.undo",
            _("Undo the last change…"),
            _undo,
            icon="undo",
            shortcut="Ctrl+Z",
            changes=True,
            keywords=_("revert back inverse"),
            word="undo",
        ),
    )


def _show(ctx: UiContext, _context: ActionContext) -> None:
    ctx.navigate.show_dock("activity")


def _undo(ctx: UiContext, _context: ActionContext) -> None:
    from hue_desktop.ui.confirm import ask_and_submit

    journal = ctx.app.journal

    def newest() -> tuple[JournalEntry, Plan]:
        for entry in journal.entries():
            if entry.can_undo:
                return entry, journal.undo_plan(entry.id)
        raise Refused(_("There is no change that can be undone."))

    def found(pair: tuple[JournalEntry, Plan]) -> None:
        entry, plan = pair
        ask_and_submit(ctx, plan, undoes=entry.id)

    ctx.tasks.run(
        "local",
        lambda _token: newest(),
        owner=ctx.actions,
        done=found,
        failed=lambda error: ctx.navigate.notify(str(error), kind="warn"),
    )
