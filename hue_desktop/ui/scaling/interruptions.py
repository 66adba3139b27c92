"""Reading anew how often EC2 takes Spot nodes back, as a command."""

from __future__ import annotations

from hue_desktop.core.pricing import PriceSource
from hue_desktop.core.text import _
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.context import UiContext

__all__ = ["refresh_action"]


def refresh_action() -> Action:
    """In the palette; it changes nothing but a file of the user's."""
    return Action(
        "scaling.read_interruptions",
        _("Read interruption rates anew"),
        _read,
        icon="refresh",
        keywords=_("spot advisor lost month taken back refresh"),
    )


def _read(ctx: UiContext, _context: ActionContext) -> None:
    def done(source: PriceSource | None) -> None:
        made = f"{source.as_of:%d %b %Y}" if source is not None and source.as_of else _("unknown")
        text = _("Interruption rates are those of {day} now.")
        ctx.navigate.notify(text.format(day=made))

    ctx.tasks.run(
        "aws",
        lambda _token: ctx.app.scaling.refresh_interruptions(),
        owner=ctx.actions,
        done=done,
        failed=lambda error: ctx.navigate.notify(str(error), kind="warn"),
        key="interruptions",
    )
