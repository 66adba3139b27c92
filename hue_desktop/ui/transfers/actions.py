"""What can be done with transfers from anywhere."""

from __future__ import annotations

from hue_desktop.core.text import _
from hue_desktop.core.transfers.values import Transfer, TransferState
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.transfers.doing import carry_out

__all__ = ["actions"]


def actions() -> tuple[Action, ...]:
    """The actions of this room."""
    return (
        Action(
            "transfers.pause_all",
            _("Pause all transfers"),
            lambda ctx, _context: _to_all(ctx, "pause", TransferState.RUNNING),
            icon="pause",
            keywords=_("hold copy bandwidth"),
        ),
        Action(
            "transfers.resume_all",
            _("Resume all transfers"),
            lambda ctx, _context: _to_all(ctx, "resume", TransferState.PAUSED),
            icon="play",
            keywords=_("continue copy"),
        ),
        Action(
            "transfers.retry_failed",
            _("Retry failed transfers"),
            lambda ctx, _context: _to_all(ctx, "retry", TransferState.FAILED),
            icon="refresh",
            keywords=_("again copy error"),
        ),
        Action(
            "transfers.panel",
            _("Show transfers in the dock"),
            _show_panel,
            icon="transfers",
            keywords=_("copy progress speed"),
            word="transfers",
        ),
    )


def _show_panel(ctx: UiContext, _context: ActionContext) -> None:
    ctx.navigate.show_dock("transfers")


def _to_all(ctx: UiContext, verb: str, state: TransferState) -> None:
    chosen: tuple[Transfer, ...] = tuple(
        one for one in ctx.app.transfers.transfers() if one.state is state
    )
    carry_out(ctx, verb, chosen, owner=ctx.actions)
