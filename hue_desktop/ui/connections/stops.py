"""What the tour shows of the connections."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from hue_desktop.core.text import _
from hue_desktop.ui.connections.connection_sheet import ConnectionSheet
from hue_desktop.ui.connections.page import ConnectionsPage
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.page import TourStop
from hue_desktop.ui.tour_pages import page_ready

__all__ = ["stops"]


def stops() -> tuple[TourStop, ...]:
    """The list, and one connection with its check-up."""
    return (
        TourStop(
            "connections",
            _("Connections"),
            lambda ctx, _window: ctx.navigate.open_page("connections"),
            page_ready(ConnectionsPage, lambda page: page.states.state == "shown"),
        ),
        TourStop("connections-test", _("A connection and its check-up"), _test, _tested, _close),
    )


def _test(ctx: UiContext, _window: QWidget) -> None:
    ctx.navigate.open_page("connections")

    def make(sheet_ctx: UiContext) -> QWidget:
        sheet = ConnectionSheet(sheet_ctx, sheet_ctx.app.connections.connections()[0])
        sheet.test()
        return sheet

    ctx.navigate.open_sheet(make)


def _tested(_ctx: UiContext, window: QWidget) -> bool:
    sheets = [one for one in window.findChildren(ConnectionSheet) if one.isVisible()]
    return bool(sheets) and bool(sheets[0].checks.checks) and not sheets[0].run.running


def _close(ctx: UiContext, _window: QWidget) -> None:
    ctx.navigate.close_sheet()
