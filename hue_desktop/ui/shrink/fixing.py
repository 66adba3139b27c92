"""Carrying out the ticked fixes that change the cluster, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from hue_desktop.core.errors import HueError
from hue_desktop.core.shrink.values import ShrinkRequest
from hue_desktop.core.text import _
from hue_desktop.services.shrink import FixOutcome, Inspection
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.tasks import CancelToken

__all__ = ["Deed", "Fixing"]

_LONGEST_S = 3600.0


@dataclass(frozen=True, slots=True)
class Deed:
    """A fix to carry out; ``target`` is the s3:// folder of a snapshot."""

    key: str
    title: str
    target: str = ""


class Fixing(QObject):
    """``ended`` with the seconds that HDFS needs until the fixes show; 0 when they do already."""

    ended = Signal(float)

    def __init__(self, ctx: UiContext, owner: QWidget) -> None:
        super().__init__(owner)
        self._ctx = ctx
        self._owner = owner

    def apply(self, inspection: Inspection, request: ShrinkRequest, deeds: Sequence[Deed]) -> bool:
        """Ask, then carry them out in order; whether anything was begun."""
        if not deeds:
            return False
        titles = "\n".join(_line(deed) for deed in deeds)
        if not self._ctx.ask.confirm(
            _("Change the cluster first?"), titles, action=_("Apply, check again")
        ):
            return False
        service = self._ctx.app.shrink

        def carry_out(token: CancelToken) -> list[FixOutcome]:
            return [
                service.apply_fix(inspection, request, deed.key, target=deed.target, token=token)
                for deed in deeds
            ]

        self._ctx.tasks.run(
            "shrink",
            carry_out,
            owner=self._owner,
            done=self._done,
            failed=self._failed,
            timeout_s=_LONGEST_S,
            key="fixes",
        )
        return True

    def _done(self, outcomes: list[FixOutcome]) -> None:
        problems = [one for outcome in outcomes for one in outcome.problems]
        if problems:
            self._ctx.ask.message(_("Not all of it could be done"), "\n".join(problems))
        for outcome in outcomes:
            self._ctx.navigate.notify(outcome.text, kind="warn" if outcome.problems else "note")
        if any(outcome.transfer_id is not None for outcome in outcomes):
            self._ctx.navigate.show_dock("transfers")
        self.ended.emit(max((one.wait_s or 0.0 for one in outcomes), default=0.0))

    def _failed(self, error: HueError) -> None:
        self._ctx.ask.message(_("The fixes were not applied"), str(error))
        self.ended.emit(0.0)


def _line(deed: Deed) -> str:
    return f"{deed.title} → {deed.target}" if deed.target else deed.title
