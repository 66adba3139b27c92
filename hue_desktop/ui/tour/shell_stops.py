"""What the shell itself shows: palette, command line, keys, read-only mode, an unfolded dock."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from hue_desktop.core.text import _
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.page import TourStop
from hue_desktop.ui.shell import MainWindow

__all__ = ["shell_stops"]

_Step = Callable[[UiContext, QWidget], None]


def _on(act: Callable[[MainWindow], object]) -> _Step:
    def step(_ctx: UiContext, window: QWidget) -> None:
        assert isinstance(window, MainWindow)
        act(window)

    return step


def _two_clusters(window: MainWindow) -> None:
    refs = [
        ref for ref, cluster in window.feed.snapshot.clusters.items()
        if cluster.summary.state.active
    ]  # fmt: skip
    for ref in sorted(refs, key=lambda ref: (ref.connection != "prod", ref.cluster_id))[:2]:
        window.open_tab(ref, "nodes")


def shell_stops() -> tuple[TourStop, ...]:
    """The stops, in order."""

    def palette(text: str) -> _Step:
        def step(window: MainWindow) -> None:
            window.open_tab(None, "fleet")
            window.open_palette(text)

        return _on(step)

    def read_only(window: MainWindow) -> None:
        _two_clusters(window)
        window.ctx.actions.trigger("window.read_only")

    close = _on(lambda window: window.palette_box.close_palette())
    fold = _on(lambda window: window.dock.set_folded(True))
    return (
        TourStop("palette", _("Palette"), palette("an"), clean_up=close),
        TourStop("command", _("Command line"), palette(":"), clean_up=close),
        TourStop(
            "keys",
            _("Keys of this screen"),
            _on(lambda window: window.ctx.actions.trigger("window.keys")),
            clean_up=_on(lambda window: window.go_up()),
        ),
        TourStop(
            "dock",
            _("Activity in the dock"),
            _on(lambda window: window.dock.show_panel("activity")),
            clean_up=fold,
        ),
        TourStop(
            "read_only",
            _("Read-only mode"),
            _on(read_only),
            clean_up=_on(lambda window: window.ctx.actions.trigger("window.read_only")),
        ),
    )
