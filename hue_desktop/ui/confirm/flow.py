"""From a wish to the journal: plan off the main thread, ask, submit."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from hue_desktop.core.budget import budget_question
from hue_desktop.core.changes import JournalEntry, Plan, SetProtection
from hue_desktop.core.errors import HueError
from hue_desktop.core.text import _
from hue_desktop.ui.confirm.plan_dialog import is_destructive
from hue_desktop.ui.context import UiContext

__all__ = ["ask_and_submit", "needs_question", "propose", "submit", "submit_all"]

Submitted = Callable[[JournalEntry], None]


def propose(
    ctx: UiContext,
    make_plan: Callable[[], Plan],
    *,
    owner: QObject | None = None,
    undoes: int | None = None,
    submitted: Submitted | None = None,
) -> None:
    """Make the plan on a lane, show it, and hand it to the journal when the person wants it."""

    def made(plan: Plan) -> None:
        ask_and_submit(ctx, plan, owner=owner, undoes=undoes, submitted=submitted)

    ctx.tasks.run(
        "aws",
        lambda _token: make_plan(),
        owner=owner or ctx.actions,
        done=made,
        failed=lambda error: _tell(ctx, _("This cannot be planned"), error),
        key="plan",
    )


def needs_question(plan: Plan) -> bool:
    """Whether a sheet that already shows cost and risk must still ask before it submits."""
    asked = plan.typed_name or plan.blocked or budget_question(plan)
    return bool(asked) or is_destructive(plan)


def ask_and_submit(
    ctx: UiContext,
    plan: Plan,
    *,
    owner: QObject | None = None,
    undoes: int | None = None,
    submitted: Submitted | None = None,
) -> None:
    """Show a plan that was made already; nothing happens when the person declines.

    A plan that is blocked can be answered with its remedy, which is a plan of its own.
    """
    if not ctx.ask.confirm_plan(plan):
        return
    if not plan.blocked:
        submit(ctx, plan, owner=owner, undoes=undoes, submitted=submitted)
    elif plan.target is not None and isinstance(plan.remedy, SetProtection):
        ref, protected = plan.target, plan.remedy.protected
        propose(ctx, lambda: ctx.app.launching.plan_protection(ref, protected))


def submit(
    ctx: UiContext,
    plan: Plan,
    *,
    owner: QObject | None = None,
    undoes: int | None = None,
    submitted: Submitted | None = None,
) -> None:
    """Hand a confirmed plan to the journal and show where it waits and can be cancelled."""

    def written(entry: JournalEntry) -> None:
        ctx.navigate.show_dock("activity")
        if submitted is not None:
            submitted(entry)

    ctx.tasks.run(
        "local",
        lambda _token: ctx.app.journal.submit(plan, undoes=undoes),
        owner=owner or ctx.actions,
        done=written,
        failed=lambda error: _tell(ctx, _("Nothing was changed"), error),
    )


def submit_all(ctx: UiContext, plans: Sequence[Plan], *, owner: QObject | None = None) -> None:
    """Hand plans that were confirmed together to the journal, in their order."""

    def write() -> None:
        for plan in plans:
            ctx.app.journal.submit(plan)

    ctx.tasks.run(
        "local",
        lambda _token: write(),
        owner=owner or ctx.actions,
        done=lambda _none: ctx.navigate.show_dock("activity"),
        failed=lambda error: _tell(ctx, _("Not all was handed to the journal"), error),
    )


def _tell(ctx: UiContext, title: str, error: HueError) -> None:
    ctx.ask.message(title, str(error))
