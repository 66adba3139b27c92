"""From a wish to a changed store: plan off the main thread, ask, carry out, say what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from hue_desktop.core.errors import HueError
from hue_desktop.core.format import count
from hue_desktop.core.storage import Location
from hue_desktop.core.storage_plans import StorageOutcome, StoragePlan
from hue_desktop.core.text import _, ngettext
from hue_desktop.ui.cancel import CancelToken
from hue_desktop.ui.context import UiContext

__all__ = ["propose", "propose_plans"]

_TOLD = 12  #: failures that are named one by one
_PATIENCE_S = 3600.0  #: a large tree takes long to delete; the lane is its own


def propose(
    ctx: UiContext,
    owner: QObject,
    make: Callable[[], StoragePlan],
    done: Callable[[], None],
    *,
    ask: bool = True,
    outcome: Callable[[StorageOutcome], None] | None = None,
) -> None:
    """One plan; see ``propose_plans``."""
    propose_plans(ctx, owner, lambda: [make()], done, ask=ask, outcome=outcome)


def propose_plans(
    ctx: UiContext,
    owner: QObject,
    make: Callable[[], Sequence[StoragePlan]],
    done: Callable[[], None],
    *,
    ask: bool = True,
    outcome: Callable[[StorageOutcome], None] | None = None,
) -> None:
    """Make the plans, ask for each, and carry out those that are wanted; ``done`` after the last.

    With ``ask`` false only a plan that loses something is asked about: a person who typed a new
    name has said what is wanted.
    """

    def made(plans: Sequence[StoragePlan]) -> None:
        wanted = [plan for plan in plans if _wanted(ctx, plan, ask)]
        if wanted:
            _carry_out(ctx, owner, wanted, done, outcome)

    ctx.tasks.run(
        "storage:plan",
        lambda _token: list(make()),
        owner=owner,
        done=made,
        failed=lambda error: _tell(ctx, _("This cannot be done"), error),
        key="plan",
        timeout_s=300,
    )


def _wanted(ctx: UiContext, plan: StoragePlan, ask: bool) -> bool:
    needed = ask or plan.loss is not None or bool(plan.typed_name) or bool(plan.blocked)
    return not needed or (ctx.ask.confirm_storage(plan) and not plan.blocked)


def _carry_out(
    ctx: UiContext,
    owner: QObject,
    plans: Sequence[StoragePlan],
    done: Callable[[], None],
    outcome: Callable[[StorageOutcome], None] | None,
) -> None:
    def work(token: CancelToken) -> list[StorageOutcome]:
        storage = ctx.app.storage
        return [storage.carry_out(plan, cancelled=lambda: token.cancelled) for plan in plans]

    def finished(outcomes: list[StorageOutcome]) -> None:
        failed = [item for each in outcomes for item in each.failed]
        if outcome is not None and outcomes:
            outcome(outcomes[-1])
        if failed:
            ctx.ask.message(_("Not everything was done"), _failures(ctx, failed))
        else:
            ctx.navigate.notify(_("Done: {what}").format(what=plans[-1].title))
        done()

    def failed(error: HueError) -> None:
        _tell(ctx, _("Not everything was done"), error)
        done()

    ctx.tasks.run(
        "storage-change", work, owner=owner, done=finished, failed=failed, timeout_s=_PATIENCE_S
    )


def _failures(ctx: UiContext, failed: Sequence[tuple[Location, str]]) -> str:
    lines = [
        f"{ctx.app.storage.display(location)}: {sentence}" for location, sentence in failed[:_TOLD]
    ]
    left = len(failed) - _TOLD
    if left > 0:
        lines.append(ngettext("and {n} more", "and {n} more", left).format(n=count(left)))
    return "\n".join(lines)


def _tell(ctx: UiContext, title: str, error: HueError) -> None:
    ctx.ask.message(title, str(error))
