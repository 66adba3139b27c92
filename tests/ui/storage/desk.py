"""A Storage page over the real storage service and stores in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.adapters.local.file_system import LocalFileSystem
from hue_desktop.core.connections import Connection
from hue_desktop.core.storage import LOCAL, Location, StoreId, StoreKind
from hue_desktop.core.storage_plans import StoragePlan
from hue_desktop.services.fleet import FleetSnapshot
from hue_desktop.services.storage.file_systems import FileSystems
from hue_desktop.services.storage.service import StorageService
from hue_desktop.services.storage.values import ListingState
from hue_desktop.ui.storage.page import StoragePage
from hue_desktop.ui.storage.pane import Pane
from hue_desktop.wiring import Paths
from tests.ui.seeing_desk import Places, Silence, make_context
from tests.ui.storage.memory_store import MemoryStore

__all__ = ["HDFS", "S3", "Desk", "storage_desk"]

HDFS = StoreId(StoreKind.HDFS, "prod", "us-east-1", "j-ANALYTICS", "", "")
S3 = StoreId(StoreKind.S3, "prod", "us-east-1")
_GIB = 1 << 30


class _Fleet:
    """What the service asks of the fleet."""

    def __init__(self) -> None:
        self.locked: set[str] = set()
        self.known = FleetSnapshot()

    def snapshot(self) -> FleetSnapshot:
        return self.known

    def is_read_only(self, connection: str) -> bool:
        return connection in self.locked


class _Answers(Silence):
    """Says yes to changes of files and keeps the plans."""

    def __init__(self) -> None:
        self.plans: list[StoragePlan] = []
        self.told: list[tuple[str, str]] = []
        self.yes = True

    def confirm_storage(self, plan: StoragePlan) -> bool:
        self.plans.append(plan)
        return self.yes

    def message(self, title: str, text: str) -> None:
        self.told.append((title, text))


@dataclass
class Desk:
    """The page, the stores behind it, and what was asked of the window."""

    page: StoragePage
    places: Places
    answers: _Answers
    hdfs: MemoryStore
    s3: MemoryStore
    fleet: _Fleet
    qtbot: QtBot
    service: StorageService
    ctx: Any
    shown: list[Any] = field(default_factory=list)

    def go(self, pane: Pane, store: StoreId, path: str) -> None:
        """Have a pane show a folder and wait until it is there."""
        pane.go(Location(store, path))
        self.settle(pane)

    def settle(self, pane: Pane) -> None:
        """Wait until a pane has read all there is."""

        def read() -> bool:
            listing = pane.listing
            return (
                listing is not None
                and listing.state is not ListingState.LOADING
                and pane.model.view is listing.view
            )

        self.qtbot.waitUntil(read)

    def names(self, pane: Pane) -> list[str]:
        """The names that a pane shows, in order."""
        rows = (pane.model.row_at(line) for line in range(pane.model.rowCount()))
        return [row.entry.name for row in rows if row is not None]

    def select(self, pane: Pane, name: str) -> None:
        """Point at a name."""
        pane.table.go_to_row(self.names(pane).index(name))


def fill_hdfs(store: MemoryStore) -> None:
    """A warehouse of a week of events, with what a person drops beside it."""
    sizes = (171.0, 158.2, 179.6, 183.1, 185.9, 186.4)
    for day, gib in enumerate(sizes, 14):
        base = f"/warehouse/events/dt=2026-11-{day}/"
        modified = 1_794_616_000.0 + (day - 14) * 86_400
        store.add(base, modified=modified, owner="hive", group="hadoop", permission=0o755)
        for part in range(4):
            store.add(
                f"{base}part-{part:05}.parquet", int(gib * _GIB / 4), modified=modified,
                owner="hive", group="hadoop", permission=0o644, replication=2,
                block_size=128 << 20,
            )  # fmt: skip
    for name, data in (
        ("_SUCCESS", b""),
        ("readme.txt", b"Events of the web shop.\nOne folder a day.\n"),
        ("schema.json", b'{"fields": [{"name": "id", "type": "long"}]}'),
        ("sample.csv", b"id,name,amount\n1,alpha,2.5\n2,beta,3.5\n"),
    ):
        store.add(
            f"/warehouse/events/{name}", data=data, owner="marta", group="hadoop",
            permission=0o640, replication=2, block_size=128 << 20,
        )  # fmt: skip


def fill_s3(store: MemoryStore) -> None:
    """The same events in a bucket."""
    for day in range(14, 20):
        for part in range(3):
            store.add(
                f"/lake/raw/events/dt=2026-11-{day}/part-{part:05}.parquet", 512 << 20,
                storage_class="STANDARD",
            )  # fmt: skip
    store.add("/lake/raw/events/manifest.json", data=b'{"files": 18}', storage_class="STANDARD_IA")
    store.add("/lake-dr/", modified=1_790_000_000.0)


@contextmanager
def storage_desk(
    app: QApplication, qtbot: QtBot, tmp_path: Path, *, dark: bool = False
) -> Iterator[Desk]:
    """A page over a filled HDFS and S3; both panes are read when it begins."""
    hdfs, s3 = MemoryStore(HDFS), MemoryStore(S3)
    fill_hdfs(hdfs)
    fill_s3(s3)
    stores: dict[StoreId, Any] = {HDFS: hdfs, S3: s3, LOCAL: LocalFileSystem()}
    fleet = _Fleet()
    connections = SimpleNamespace(
        connections=lambda: (Connection(name="prod", regions=("us-east-1",)),),
        problems=tuple,
    )
    file_systems = FileSystems(stores.__getitem__)
    service = StorageService(file_systems, fleet, connections)  # type: ignore[arg-type]
    paths = Paths(tmp_path, tmp_path)
    still = SimpleNamespace(subscribe=lambda _listener: lambda: None)
    application = SimpleNamespace(
        storage=service, connections=connections, paths=paths, transfers=still
    )
    ctx, places = make_context(app, application, dark=dark)
    answers = _Answers()
    object.__setattr__(ctx, "ask", answers)
    page = StoragePage(ctx)
    page.resize(1160, 700)
    page.show()
    desk = Desk(page, places, answers, hdfs, s3, fleet, qtbot, service, ctx)
    page.shown()
    desk.go(page.left, HDFS, "/warehouse/events/")
    desk.go(page.right, S3, "/lake/raw/events/")
    page.left.table.setFocus()
    try:
        yield desk
    finally:
        page.hidden()
        page.close()
        page.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        ctx.tasks.close()
        service.close()
        file_systems.close()
