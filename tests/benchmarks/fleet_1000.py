"""A cluster of 1,000 nodes: opening Nodes, refreshing every page, the main loop, and memory.

The region is a child process with the scenario ``fleet-1000``, and the window reads it with the
real client all the time. What is measured:

- opening: from the moment the data is there to the first painted table;
- refreshing: what a change of 20 nodes costs the main thread, painting included, on each page that
  may be in front: its processor time, and beside it what the clock says on a shared machine;
- the main loop: how late a timer comes during half a minute in which nodes of the region itself
  fail, 20 every few seconds, and the window reads and shows them and their replacements; and how
  long the main thread was busy between two beats, which neighbours on the machine do not change;
- memory of the window's process.

Run it as ``python -m tests.benchmarks.fleet_1000``; ``--profile PAGE`` shows instead where the time
of a page's refreshes goes. The last line is the ratio of the dearest page's refresh to setting all
1,000 rows of a plain ``QStandardItemModel`` anew, which a table without differences would do.
"""

from __future__ import annotations

import cProfile
import pstats
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QTableView, QWidget

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.ui.app import Desk
from hue_desktop.ui.nodes.page import NodesPage
from hue_desktop.ui.overview.page import OverviewPage
from hue_desktop.ui.tour.waiting import settle, wait_until
from tests.benchmarks._big_fleet import (
    Stirrer,
    big_cluster,
    change_some,
    open_window,
    rss_mb,
    start_region,
)

OPEN_MS, REFRESH_MS, DELAY_MS, RSS_MB = 500.0, 8.0, 16.0, 350.0
PAGES = ("nodes", "heatmap", "overview", "fleet")
ROUNDS = 40
CHANGED = 20
BEAT_MS = 4
LOOP_S = 32.0
STIR_S = 4.0


class Spent(NamedTuple):
    """Milliseconds of the main thread's processor time, and by the clock."""

    cpu: float
    wall: float


class Loop(NamedTuple):
    """For each beat: how late it came, and how long the main thread worked since the last."""

    late: list[float]
    busy: list[float]


def main() -> None:
    """Measure and print."""
    application = QApplication([])
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        facts = start_region(stack)
        desk = open_window(stack, folder, facts)
        ref = big_cluster(desk)
        if "--profile" in sys.argv:
            _profile(desk, ref, sys.argv[sys.argv.index("--profile") + 1])
            return
        first, again = _open_nodes(desk, ref), _open_again(desk, ref)
        refreshes = {page: _refreshes(desk, ref, page) for page in PAGES}
        rest = _beats(3.0)
        loop = _stirred(stack, facts, desk, ref)
        plain = _plain_table(desk.feed.snapshot.clusters[ref])
        memory = rss_mb()
    _say(f"open Nodes, first page  {first.cpu:6.1f} ms, clock {first.wall:.0f} (≤ {OPEN_MS:.0f})")
    _say(f"open Nodes, data later  {again.cpu:6.1f} ms, clock {again.wall:.0f} (≤ {OPEN_MS:.0f})")
    for page, spent in refreshes.items():
        _say(f"refresh, {page:14} {_words(spent)} (≤ {REFRESH_MS:.0f})")
    late, still = _p99(loop.late), _p99(rest.late)
    _say(f"main loop p99 late      {late:6.1f} ms, at rest {still:.1f} (≤ {DELAY_MS:.0f})")
    _say(f"main loop p99 busy      {_p99(loop.busy):6.1f} ms, longest {max(loop.busy):.1f}")
    _say(f"memory                  {memory:6.0f} MB (≤ {RSS_MB:.0f})")
    _say(f"plain table             {plain:6.1f} ms")
    dearest = max(statistics.median(one.cpu for one in spent) for spent in refreshes.values())
    _say(f"fleet_1000 {dearest / plain:.2f} (smaller is better; 1 = no differences)")
    del application


def _say(line: str) -> None:
    print(line, flush=True)


def _words(spent: list[Spent]) -> str:
    cpu = sorted(one.cpu for one in spent)
    wall = statistics.median(one.wall for one in spent)
    ninth = cpu[int(len(cpu) * 0.9)]
    return f"{statistics.median(cpu):6.1f} ms, p90 {ninth:.1f}, clock {wall:.1f}"


class _Painted(QObject):
    """Notes when a widget was painted."""

    def __init__(self, target: QWidget) -> None:
        super().__init__()
        self.seen = False
        self._target = target
        target.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.seen |= event.type() is QEvent.Type.Paint
        return False


def _page(desk: Desk) -> QWidget:
    page = desk.window.workspace.page
    assert page is not None
    return page


def _timed(act: Callable[[], object], painted: Callable[[], bool] = lambda: True) -> Spent:
    """What ``act`` and all painting after it cost, until ``painted`` and nothing waits."""
    cpu, wall = time.thread_time(), time.perf_counter()
    act()
    settle(1)
    while not painted():
        settle(1)
    return Spent((time.thread_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000)


def _open_nodes(desk: Desk, ref: ClusterRef) -> Spent:
    """The page is made and shown while the nodes are there."""

    watches: list[_Painted] = []

    def show() -> None:
        desk.window.open_tab(ref, "nodes")
        page = _page(desk)
        assert isinstance(page, NodesPage)
        watches.append(_Painted(page.table.viewport()))

    return _timed(show, lambda: watches[0].seen)


def _open_again(desk: Desk, ref: ClusterRef) -> Spent:
    """The page is there and says that it reads; then the nodes arrive."""
    desk.window.close_tab()
    snapshot = desk.feed.snapshot
    bare = replace(snapshot.clusters[ref], instances=None)
    empty = replace(snapshot, clusters={**snapshot.clusters, ref: bare})
    change = change_some(desk, ref, 0, random.Random(1))
    desk.feed.snapshot = empty
    desk.window.open_tab(ref, "nodes")
    settle(3)
    page = _page(desk)
    assert isinstance(page, NodesPage)
    assert page.states.state == "loading"
    watch = _Painted(page.table.viewport())

    def arrive() -> None:
        desk.feed.snapshot = change.snapshot
        desk.feed.changed.emit(change)

    return _timed(arrive, lambda: watch.seen)


def _show(desk: Desk, ref: ClusterRef, page: str) -> None:
    if page == "fleet":
        desk.window.open_tab(None, "fleet")
        desk.app.fleet.set_focus(ref)
    else:
        desk.window.open_tab(ref, "overview" if page == "overview" else "nodes")
    front = _page(desk)
    if isinstance(front, NodesPage):
        front.toolbar.view.choose("map" if page == "heatmap" else "table")
    if isinstance(front, OverviewPage):
        assert wait_until(lambda: front.chart.chart is not None, 30), "no chart"
    _run_for(0.5)


def _refreshes(desk: Desk, ref: ClusterRef, page: str) -> list[Spent]:
    _show(desk, ref, page)
    chance = random.Random(1)
    return [_refresh(desk, ref, chance) for _round in range(ROUNDS)]


def _refresh(desk: Desk, ref: ClusterRef, chance: random.Random) -> Spent:
    change = change_some(desk, ref, CHANGED, chance)

    def deliver() -> None:
        desk.feed.snapshot = change.snapshot
        desk.feed.changed.emit(change)

    spent = _timed(deliver)
    _run_for(0.1)
    return spent


def _profile(desk: Desk, ref: ClusterRef, page: str) -> None:
    """Where the refreshes of a page spend their time."""
    _show(desk, ref, page)
    chance = random.Random(1)
    profile = cProfile.Profile()
    for _round in range(ROUNDS):
        change = change_some(desk, ref, CHANGED, chance)
        desk.feed.snapshot = change.snapshot
        profile.enable()
        desk.feed.changed.emit(change)
        settle(1)
        profile.disable()
        _run_for(0.05)
    pstats.Stats(profile).sort_stats("tottime").print_stats(35)


def _stirred(stack: ExitStack, facts: dict[str, str], desk: Desk, ref: ClusterRef) -> Loop:
    """The main loop while nodes of the region fail and are replaced, a page after the other."""
    stirrer = stack.enter_context(closing(Stirrer(facts, desk, ref, CHANGED)))
    late: list[float] = []
    busy: list[float] = []
    for page in PAGES:
        _show(desk, ref, page)
        _run_for(1.0)
        loop = _beats(LOOP_S / len(PAGES), stirrer.stir)
        late += loop.late
        busy += loop.busy
    return Loop(late, busy)


def _beats(seconds: float, act: Callable[[], None] | None = None) -> Loop:
    """What a timer of ``BEAT_MS`` notices while ``act`` is done now and then."""
    late: list[float] = []
    busy: list[float] = []
    last, worked = time.perf_counter(), time.thread_time()

    def beat() -> None:
        nonlocal last, worked
        now, used = time.perf_counter(), time.thread_time()
        late.append(max(0.0, (now - last) * 1000 - BEAT_MS))
        busy.append((used - worked) * 1000)
        last, worked = now, used

    beats = QTimer()
    beats.timeout.connect(beat)
    beats.start(BEAT_MS)
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        if act is not None:
            act()
        _run_for(min(STIR_S, until - time.perf_counter()))
    beats.stop()
    return Loop(late, busy)


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


def _run_for(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(max(0, int(seconds * 1000)), loop.quit)
    loop.exec()


def _plain_table(cluster: ClusterSnapshot) -> float:
    """Setting 1,000 rows anew in Qt's own item model under a table view."""
    model = QStandardItemModel()
    view = QTableView()
    view.setModel(model)
    view.resize(1100, 700)
    view.show()
    spent = []
    for _round in range(5):

        def fill() -> None:
            model.clear()
            for node in cluster.instances or ():
                texts = (node.ec2_id, node.private_dns, node.instance_type, node.market.value,
                         node.state.value, node.az, str(node.created))  # fmt: skip
                model.appendRow([QStandardItem(text) for text in texts])

        spent.append(_timed(fill).cpu)
    view.close()
    return statistics.median(spent)


if __name__ == "__main__":
    main()
