"""What the tour shows of advice."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from hue_desktop.core.text import _
from hue_desktop.ui.advice.sheet import AdviceSheet
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.page import TourStop
from hue_desktop.ui.tour_pages import largest_cluster

__all__ = ["stops"]


def stops() -> tuple[TourStop, ...]:
    """The sheet with each piece whole."""
    return (TourStop("advice", _("Advice, each piece whole"), _open, _ready, _close),)


def _open(ctx: UiContext, _window: QWidget) -> None:
    ref = largest_cluster(ctx)
    if ref is not None:
        ctx.navigate.open_cluster(ref, "overview")
        ctx.navigate.open_sheet(lambda sheet_ctx: AdviceSheet(sheet_ctx, ref))


def _sheet(window: QWidget) -> AdviceSheet | None:
    return next((each for each in window.findChildren(AdviceSheet) if each.isVisible()), None)


def _ready(_ctx: UiContext, window: QWidget) -> bool:
    sheet = _sheet(window)
    return sheet is not None and sheet.states.state == "shown"


def _close(_ctx: UiContext, window: QWidget) -> None:
    sheet = _sheet(window)
    if sheet is not None:
        sheet.close_sheet()
