"""A whole window over the sample fleet: real window, real services, a fleet that stands still."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from hue_desktop.core.changes import Plan
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.storage_plans import StoragePlan
from hue_desktop.services.fleet import FleetChange, FleetSnapshot
from hue_desktop.ui.app import Desk
from hue_desktop.ui.shell.feed import everything
from hue_desktop.wiring import Application, Paths
from tests.ui.cost.sample_costs import SampleCosts
from tests.ui.sample_fleet import fleet

__all__ = ["StillFleet", "YesAsker", "open_desk"]


class StillFleet:
    """The fleet service's face over one snapshot; what it was asked is written down."""

    def __init__(self, snapshot: FleetSnapshot) -> None:
        self.now = snapshot
        self.focus: list[ClusterRef | None] = []
        self.refreshed: list[ClusterRef | None] = []
        self._listeners: list[Callable[[FleetChange], None]] = []

    def snapshot(self) -> FleetSnapshot:
        return self.now

    def subscribe(self, listener: Callable[[FleetChange], None]) -> Callable[[], None]:
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def start(self) -> None:
        self.show(self.now)

    def show(self, snapshot: FleetSnapshot) -> None:
        self.now = snapshot
        for listener in self._listeners:
            listener(everything(snapshot))

    def stop(self, timeout_s: float = 1.0) -> None:
        self._listeners.clear()

    def set_focus(self, ref: ClusterRef | None) -> None:
        self.focus.append(ref)

    def refresh(self, ref: ClusterRef | None = None) -> None:
        self.refreshed.append(ref)

    def reload_connections(self) -> None:
        return None

    def bootstrap_actions(self, _ref: ClusterRef) -> tuple[()]:
        return ()

    def is_read_only(self, connection: str) -> bool:
        status = self.now.status(connection)
        return status is not None and status.read_only

    def set_read_only(self, connection: str, on: bool) -> None:
        changed = tuple(
            dataclasses.replace(status, read_only=on)
            if status.connection.name == connection
            else status
            for status in self.now.connections
        )
        self.show(dataclasses.replace(self.now, connections=changed))


class YesAsker:
    """Agrees to everything and writes down what it was asked."""

    def __init__(self) -> None:
        self.plans: list[Plan] = []
        self.questions: list[str] = []

    def confirm_plan(self, plan: Plan) -> bool:
        self.plans.append(plan)
        return True

    def confirm_storage(self, plan: StoragePlan) -> bool:
        self.questions.append(plan.title)
        return True

    def confirm(self, title: str, text: str, *, action: str, danger: bool = False) -> bool:
        self.questions.append(title)
        return True

    def message(self, title: str, text: str) -> None:
        self.questions.append(f"{title}: {text}")

    def choose_file(self, title: str, *, pattern: str = "", save_as: str = "") -> Path | None:
        return None


@contextmanager
def open_desk(
    folder: Path, snapshot: FleetSnapshot | None = None, *, size: tuple[int, int] = (1440, 900)
) -> Iterator[tuple[Desk, StillFleet]]:
    """The window on screen and started; closed at the end."""
    application = Application.open(Paths(folder / "config", folder / "data"))
    still = StillFleet(fleet() if snapshot is None else snapshot)
    application.fleet = cast(Any, still)
    application.cost = cast(Any, SampleCosts(still.now))
    desk = Desk(application, asker=YesAsker())
    try:
        desk.window.resize(*size)
        desk.window.show()
        desk.start()
        yield desk, still
    finally:
        desk.close()
