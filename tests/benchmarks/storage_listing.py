"""A million keys in a pane of the window: first row, the main loop meanwhile, memory of a row.

The page, the service and the S3 adapter are the real ones; a process of its own answers as S3
does, a thousand keys a page. While the keys come, a person scrolls to the end and back, sorts, and
types a filter. What is measured:

- first row: from going there to the first painted row;
- main loop: how late a timer comes that wants to come every 4 ms, while the keys come;
- a row: how much the process grew, divided by the rows;
- afterwards: how long sorting and filtering take until they show.

Run it as ``python -m tests.benchmarks.storage_listing [KEYS]``; the last line is the ratio of the
limit of 16 ms to the 99th percentile of the main loop (larger is better, 1 is the goal).
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from hue_desktop.adapters.aws.s3 import S3FileSystem
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.adapters.local.file_system import LocalFileSystem
from hue_desktop.core.connections import Connection
from hue_desktop.core.storage import LOCAL, Location, StoreId, StoreKind
from hue_desktop.services.fleet import FleetSnapshot
from hue_desktop.services.storage.file_systems import FileSystems
from hue_desktop.services.storage.service import StorageService
from hue_desktop.services.storage.values import ListingState
from hue_desktop.ui.collector import MainThreadCollector
from hue_desktop.ui.storage.page import StoragePage
from hue_desktop.ui.storage.pane import Pane
from hue_desktop.ui.tour.waiting import settle, wait_until
from hue_desktop.wiring import Paths
from tests.benchmarks._big_fleet import rss_mb
from tests.ui.seeing_desk import make_context

FIRST_MS, LOOP_MS, ROW_BYTES = 150.0, 16.0, 250.0
BEAT_MS = 4
_S3 = StoreId(StoreKind.S3, "bench", "us-east-1")
_SWITCH_S = 0.001  #: as the window sets it


class Beats(QObject):
    """A timer that notes how late it comes, and what the main thread's processor did between."""

    def __init__(self) -> None:
        super().__init__()
        self.late: list[float] = []
        self.busy: list[float] = []
        self._last = self._cpu = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self.late.clear()
        self.busy.clear()
        self._last, self._cpu = time.perf_counter(), time.thread_time()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _beat(self) -> None:
        now, cpu = time.perf_counter(), time.thread_time()
        self.late.append((now - self._last) * 1000 - BEAT_MS)
        self.busy.append((cpu - self._cpu) * 1000)
        self._last, self._cpu = now, cpu


def p99(values: list[float]) -> float:
    """The 99th percentile."""
    return sorted(values)[int(len(values) * 0.99)] if values else 0.0


@contextmanager
def _server(keys: int) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.benchmarks._listing_server", str(keys)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(child.stdout.readline())}"
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


@contextmanager
def _page(app: QApplication, endpoint_url: str, folder: Path) -> Iterator[StoragePage]:
    os.environ |= {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
    connection = Connection("bench", endpoint_url=endpoint_url, regions=("us-east-1",))
    stores: dict[StoreId, Any] = {
        LOCAL: LocalFileSystem(),
        _S3: S3FileSystem(AwsSession(connection, "us-east-1"), _S3),
    }
    connections = SimpleNamespace(connections=lambda: (connection,), problems=tuple)
    fleet = SimpleNamespace(snapshot=FleetSnapshot, is_read_only=lambda _name: False)
    file_systems = FileSystems(stores.__getitem__)
    service = StorageService(file_systems, fleet, connections)  # type: ignore[arg-type]
    transfers = SimpleNamespace(subscribe=lambda _listener: lambda: None)
    application = SimpleNamespace(
        storage=service,
        connections=connections,
        transfers=transfers,
        paths=Paths(folder, folder),
    )
    ctx, _places = make_context(app, application)
    page = StoragePage(ctx)
    page.resize(1160, 764)
    page.show()
    page.left.go(Location(LOCAL, folder.as_posix() + "/"))
    page.right.go(Location(_S3, "/lake/small/"))
    page.left.table.setFocus()
    _done(page.left)
    _done(page.right)
    settle(5)
    try:
        yield page
    finally:
        page.hidden()
        page.close()
        ctx.tasks.close()
        service.close()
        file_systems.close()


def _done(pane: Pane, timeout_s: float = 300) -> None:
    def read() -> bool:
        listing = pane.listing
        return (
            listing is not None
            and listing.state is not ListingState.LOADING
            and pane.model.view is listing.view
        )

    assert wait_until(read, timeout_s), "the listing did not end"


class _Person(QObject):
    """Scrolls to the end and back while the rows come."""

    def __init__(self, pane: Pane) -> None:
        super().__init__()
        self._bar = pane.table.verticalScrollBar()
        self._step = 0
        self._timer = QTimer(self)
        self._timer.setInterval(40)
        self._timer.timeout.connect(self._move)
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _move(self) -> None:
        self._step += 1
        part = self._step % 50
        share = part / 25 if part <= 25 else 2 - part / 25
        self._bar.setValue(int(self._bar.maximum() * share))


def _until_shown(pane: Pane, act: Callable[[], object]) -> float:
    listing = pane.listing
    assert listing is not None
    before, began = listing.generation, time.perf_counter()
    act()
    assert wait_until(lambda: listing.generation != before and pane.model.view is listing.view, 60)
    settle(1)
    return (time.perf_counter() - began) * 1000


def _say(line: str) -> None:
    print(line, flush=True)


def main() -> None:
    """Measure and print."""
    keys = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    app = QApplication([])
    sys.setswitchinterval(_SWITCH_S)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(_server(keys))
        page = stack.enter_context(_page(app, url, folder))
        collector, beats, pane = MainThreadCollector(), Beats(), page.right
        collector.start()
        gc.collect()
        beats.start()
        wait_until(lambda: False, 2)
        rest = p99(beats.late)
        before = rss_mb()
        beats.start()
        began = time.perf_counter()
        pane.go(Location(_S3, "/lake/big/"))
        pane.table.setFocus()
        assert wait_until(lambda: pane.model.rowCount() > 0, 30)
        pane.table.viewport().repaint()
        first = (time.perf_counter() - began) * 1000
        person = _Person(pane)
        _done(pane)
        took = time.perf_counter() - began
        person.stop()
        beats.stop()
        late, busy = p99(beats.late), p99(beats.busy)
        longest = max(beats.late)
        row_bytes = (rss_mb() - before) * 1_000_000 / keys
        sorting = _until_shown(pane, lambda: pane.model.sort_by("size", True))
        filtering = _until_shown(pane, lambda: pane.filter.setText("99"))
        collector.stop()
    _say(f"keys             {keys:9,}, all there after {took:.1f} s")
    _say(f"first row        {first:9.1f} ms (≤ {FIRST_MS:.0f})")
    _say(f"main loop p99    {late:9.1f} ms late (≤ {LOOP_MS:.0f}), at rest {rest:.1f}, "
         f"longest {longest:.1f}; busy p99 {busy:.1f}")  # fmt: skip
    _say(f"a row            {row_bytes:9.0f} bytes (≤ {ROW_BYTES:.0f})")
    _say(f"sort by size     {sorting:9.0f} ms until it shows")
    _say(f"filter           {filtering:9.0f} ms until it shows")
    _say(f"storage_listing {LOOP_MS / max(late, 0.1):.2f} (larger is better; 1 = 16 ms)")
    del app


if __name__ == "__main__":
    main()
