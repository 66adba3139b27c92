"""What screens that change something are tested at: the real services over a simulated region.

Only the window's manners stand in: ``Answers`` says yes or no instead of a person, ``Places`` keeps
the sheets that were opened.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from hue_desktop.adapters.aws.meter import Meter
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.core.changes import ChangeState, JournalEntry, Plan
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.connections import Connection, ConnectionClass
from hue_desktop.core.ports import RegionAccess
from hue_desktop.core.storage import Location
from hue_desktop.core.storage_plans import StoragePlan
from hue_desktop.core.transfers.values import TransferRequest
from hue_desktop.ui.actions import ActionContext, ActionRegistry
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.tasks import TaskRunner
from hue_desktop.ui.theme import Theme, ThemeChoice
from hue_desktop.wiring import Application, Paths
from hue_desktop.wiring.doors import open_region
from tests.simulated import ACCESS_KEY, SECRET_KEY, SimulatedRegion, simulated_region

__all__ = ["Answers", "DoingDesk", "Places", "click", "open_doing_desk", "type_into", "unnamed"]

WAIT_MS = 20_000
W = TypeVar("W", bound=QWidget)


@dataclass
class Answers:
    """Answers every question with ``yes`` and keeps what was asked."""

    yes: bool = True
    remedies: bool = False  #: whether a blocked plan is answered with what would unblock it
    plans: list[Plan] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def confirm_plan(self, plan: Plan) -> bool:
        self.plans.append(plan)
        if plan.blocked:
            return self.remedies and plan.remedy is not None
        return self.yes

    def confirm_storage(self, plan: StoragePlan) -> bool:
        return self.yes

    def confirm(self, title: str, text: str, *, action: str, danger: bool = False) -> bool:
        self.asked.append((title, text))
        return self.yes

    def message(self, title: str, text: str) -> None:
        self.asked.append((title, text))

    def choose_file(self, title: str, *, pattern: str = "", save_as: str = "") -> Path | None:
        return None


@dataclass
class Places:
    """Keeps where a screen asked to go."""

    factories: list[Callable[[UiContext], QWidget]] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    panels: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def open_cluster(self, ref: ClusterRef, page: str = "overview", *, select: str = "") -> None:
        self.pages.append(f"{ref.cluster_id}/{page}")

    def open_page(self, name: str, *, select: str = "") -> None:
        self.pages.append(name)

    def open_sheet(self, factory: Callable[[UiContext], QWidget]) -> None:
        self.factories.append(factory)

    def close_sheet(self) -> None:
        self.pages.append("back")

    def open_storage(self, location: Location) -> None:
        self.pages.append(str(location))

    def review_transfer(self, request: TransferRequest) -> None:
        self.pages.append("transfer")

    def show_dock(self, panel: str = "activity") -> None:
        self.panels.append(panel)

    def notify(self, text: str, *, kind: str = "note") -> None:
        self.notes.append(text)

    def refresh(self) -> None:
        self.pages.append("refresh")


@dataclass
class DoingDesk:
    """Services, context and region, and the ways a test waits."""

    region: SimulatedRegion
    app: Application
    ctx: UiContext
    answers: Answers
    places: Places
    qtbot: QtBot
    shown: list[QWidget] = field(default_factory=list)

    @property
    def connection(self) -> Connection:
        """The one connection."""
        return self.app.connections.connections()[0]

    def ref(self, cluster_id: str) -> ClusterRef:
        """A cluster of the region through the connection."""
        return ClusterRef(self.connection.name, self.region.name, cluster_id)

    def until(self, done: Callable[[], Any]) -> None:
        """Let the window live until something is true."""
        self.qtbot.waitUntil(lambda: bool(done()), timeout=WAIT_MS)

    def cluster(
        self, ref: ClusterRef, done: Callable[[ClusterSnapshot], Any] = lambda _one: True
    ) -> ClusterSnapshot:
        """Wait until a cluster is known and as wanted."""

        def there() -> ClusterSnapshot | None:
            found = self.app.fleet.snapshot().clusters.get(ref)
            return found if found is not None and done(found) else None

        self.until(there)
        result = there()
        assert result is not None
        return result

    def named(self, name: str) -> ClusterSnapshot:
        """Wait until a cluster of that name is described with its groups and nodes.

        It is asked for, as an opened one would be: first readings of many clusters are spread.
        """
        asked: set[tuple[ClusterRef, bool]] = set()  #: its nodes are read once it is described

        def find() -> ClusterSnapshot | None:
            for one in self.app.fleet.snapshot().clusters.values():
                if one.summary.name != name:
                    continue
                if one.cluster and one.instances is not None:
                    return one
                stage = (one.ref, one.cluster is not None)
                if stage not in asked:
                    asked.add(stage)
                    self.app.fleet.refresh(one.ref)
            return None

        self.until(find)
        result = find()
        assert result is not None
        return result

    def show(self, widget: W, size: tuple[int, int] = (1100, 700)) -> W:
        """Put a screen up; it goes when the desk closes."""
        widget.resize(*size)
        widget.show()
        self.shown.append(widget)
        return widget

    def opened(self, kind: type[W]) -> W:
        """The sheet that was asked for last, put up."""
        self.until(lambda: self.places.factories)
        made = self.places.factories.pop()(self.ctx)
        assert isinstance(made, kind), made
        return self.show(made)

    def trigger(self, action_id: str, cluster: ClusterSnapshot | None = None, **more: Any) -> bool:
        """Do an action as a menu would."""
        snapshot = self.app.fleet.snapshot()
        context = ActionContext(snapshot, self.connection, self.region.name, cluster, **more)
        return self.ctx.actions.trigger(action_id, context)

    def entry(self, state: ChangeState) -> JournalEntry:
        """Wait until the newest journal entry is in a state."""

        def newest() -> JournalEntry | None:
            entries = self.app.journal.entries()
            return entries[0] if entries and entries[0].state is state else None

        self.until(newest)
        result = newest()
        assert result is not None
        return result


def unnamed(screen: QWidget) -> list[str]:
    """Controls of a screen that an assistive tool could not name."""
    kinds = (
        QAbstractButton,
        QLineEdit,
        QComboBox,
        QAbstractSpinBox,
        QPlainTextEdit,
        QAbstractSlider,
    )
    return [
        f"{type(one).__name__} in {type(one.parent()).__name__}"
        for one in screen.findChildren(QWidget)
        if isinstance(one, kinds)
        and one.isVisibleTo(screen)
        and not isinstance(one, QScrollBar)
        and type(one) is not QAbstractButton  # the corner of a table, which shows nothing
        and not isinstance(one.parent(), QAbstractSpinBox | QComboBox)
        and not one.accessibleName()
    ]


def click(widget: QWidget) -> None:
    """Press the left button on the middle of a widget, or on the box of a check box."""
    where = QPoint(10, widget.height() // 2) if isinstance(widget, QCheckBox) else QPoint()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=where)


def type_into(widget: QWidget, text: str) -> None:
    """Replace what a field holds, key by key."""
    widget.setFocus()
    QTest.keySequence(widget, "Ctrl+A")
    if text:
        QTest.keyClicks(widget, text)
    else:
        QTest.keyClick(widget, Qt.Key.Key_Delete)


class _Application(Application):
    """The application with a request meter that runs fast: half quotas are for AWS."""

    def _open_doors(self, connection: Connection, region: str) -> RegionAccess:
        session = AwsSession(connection, region)
        session.meter = Meter(clock=lambda: time.monotonic() * 100)
        return open_region(connection, region, self.state, session)


def _write_connection(
    region: SimulatedRegion, folder: Path, kind: ConnectionClass, more: str
) -> None:
    config = folder / "config"
    config.mkdir(parents=True)
    (config / "aws").write_text(
        f"[profile here]\nregion = {region.name}\n"
        f"aws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n"
    )
    (config / "connections.toml").write_text(
        f'[connections.here]\nclass = "{kind.value}"\nprofile = "here"\n'
        f'regions = ["{region.name}"]\nendpoint_url = "{region.endpoint_url}"\n'
        f'aws_config_file = "{config / "aws"}"\n{more}'
    )


@contextmanager
def open_doing_desk(
    qapp: QApplication,
    qtbot: QtBot,
    folder: Path,
    *,
    scenario: str = "demo",
    kind: ConnectionClass = ConnectionClass.TEST,
    more: str = "",
    hold_s: float = 0.0,
    speed: float = 1.0,
    region: SimulatedRegion | None = None,
) -> Iterator[DoingDesk]:
    """Services that run over a region until the block ends: one of their own, or ``region``."""
    own = simulated_region(scenario, speed=speed) if region is None else nullcontext(region)
    with own as region:
        _write_connection(region, folder, kind, more)
        theme = Theme(ThemeChoice.LIGHT)
        theme.apply(qapp)
        app = _Application.open(Paths(folder / "config", folder / "data"))
        app.settings.set("changes.hold_s", hold_s)
        app.settings.set("changes.hold_production_s", hold_s)
        answers, places = Answers(), Places()
        tasks = TaskRunner()
        ctx = UiContext(app, tasks, theme, ActionRegistry(), answers, places)
        desk = DoingDesk(region, app, ctx, answers, places, qtbot)
        ctx.actions.bind(ctx, ActionContext)
        app.start()
        try:
            yield desk
        finally:
            for widget in desk.shown:
                widget.close()
                widget.deleteLater()
            tasks.close()
            app.close()
