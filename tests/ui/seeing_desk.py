"""A context for pages that are shown values: real theme, tasks and actions, and a list of places.

``Places`` answers the Navigator protocol and ``Silence`` the Asker's, so that no test meets a
dialog. Pages under test that read through services get a real application instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from PySide6.QtWidgets import QApplication, QWidget

from hue_desktop.core.changes import Plan
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.storage import Location
from hue_desktop.core.storage_plans import StoragePlan
from hue_desktop.core.transfers.values import TransferRequest
from hue_desktop.ui.actions import ActionRegistry
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.tasks import TaskRunner
from hue_desktop.ui.theme import Theme, ThemeChoice

__all__ = ["QUIET_HEALTH", "Places", "Silence", "make_context"]

QUIET_HEALTH = SimpleNamespace(subscribe=lambda _listener: lambda: None)  #: it never announces


@dataclass
class Places:
    """Where a page asked to go, in order."""

    asked: list[tuple[Any, ...]] = field(default_factory=list)

    def open_cluster(self, ref: ClusterRef, page: str = "overview", *, select: str = "") -> None:
        self.asked.append(("cluster", ref, page, select))

    def open_page(self, name: str, *, select: str = "") -> None:
        self.asked.append(("page", name, select))

    def open_sheet(self, factory: Callable[[UiContext], QWidget]) -> None:
        self.asked.append(("sheet", factory))

    def close_sheet(self) -> None:
        self.asked.append(("close sheet",))

    def open_storage(self, location: Location) -> None:
        self.asked.append(("storage", location))

    def review_transfer(self, request: TransferRequest) -> None:
        self.asked.append(("transfer", request))

    def show_dock(self, panel: str = "activity") -> None:
        self.asked.append(("dock", panel))

    def notify(self, text: str, *, kind: str = "note") -> None:
        self.asked.append(("notify", text, kind))

    def refresh(self) -> None:
        self.asked.append(("refresh",))


class Silence:
    """Declines every question."""

    def confirm_plan(self, plan: Plan) -> bool:
        return False

    def confirm_storage(self, plan: StoragePlan) -> bool:
        return False

    def confirm(self, title: str, text: str, *, action: str, danger: bool = False) -> bool:
        return False

    def message(self, title: str, text: str) -> None:
        return None

    def choose_file(self, title: str, *, pattern: str = "", save_as: str = "") -> Path | None:
        return None


def make_context(
    app: QApplication, application: object = None, *, dark: bool = False
) -> tuple[UiContext, Places]:
    """A context over ``application`` (services), and where pages ask to go."""
    theme = Theme(ThemeChoice.DARK if dark else ThemeChoice.LIGHT)
    theme.apply(app)
    if application is None:
        application = SimpleNamespace(
            connections=SimpleNamespace(problems=tuple),
            health=QUIET_HEALTH,
        )
    places = Places()
    actions = ActionRegistry()
    ctx = UiContext(
        app=cast(Any, application),
        tasks=TaskRunner(),
        theme=theme,
        actions=actions,
        ask=Silence(),
        navigate=places,
    )
    return ctx, places
