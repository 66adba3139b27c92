"""The advice of one cluster for screens: read on a worker now and then, kept until it is newer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from hue_desktop.core.errors import HueError
from hue_desktop.services.advice.values import AdviceReport

if TYPE_CHECKING:
    from hue_desktop.core.clusters import ClusterRef
    from hue_desktop.ui.context import UiContext

__all__ = ["AdviceFeed"]

EVERY_S = 60.0
_TIMEOUT_S = 120.0


class AdviceFeed(QObject):
    """``changed`` tells that ``report`` or ``error`` is another one."""

    changed = Signal()

    def __init__(self, ctx: UiContext, ref: ClusterRef, owner: QObject) -> None:
        super().__init__(owner)
        self._ctx = ctx
        self._ref = ref
        self._asked_at: float | None = None
        self.report: AdviceReport | None = None
        self.error: HueError | None = None

    def ask(self, *, again: bool = False) -> None:
        """Read it when it was not read for a minute; with ``again`` now."""
        now = time.monotonic()
        if not again and self._asked_at is not None and now - self._asked_at < EVERY_S:
            return
        self._asked_at = now
        app, ref = self._ctx.app, self._ref
        self._ctx.tasks.run(
            "advice",
            lambda _token: app.advice.report(ref),
            owner=self,
            done=self._take,
            failed=self._fail,
            timeout_s=_TIMEOUT_S,
            key="report",
        )

    def _take(self, report: AdviceReport) -> None:
        self.report, self.error = report, None
        self.changed.emit()

    def _fail(self, error: HueError) -> None:
        self.error = error
        self.changed.emit()
