"""Twelve live charts of 3,600 points at 1 Hz while 1,000 nodes refresh.

One ``LiveStrips`` shows twelve plots on one time axis. Once a second each series gets a point, the
axis moves on, and the cells of a node map with 1,000 nodes and the rows of a table of them get new
values. What is measured for a minute (``--minutes 10`` for the long run that shows memory):

- how late a timer of 4 ms comes (p99), and how long the main thread was busy between two beats;
- the share of one core that the process uses;
- by how much its memory grew between the first tenth and the end.

The peer is a plain pyqtgraph ``PlotWidget`` for each chart with ``setData`` of all its points, on
the same data, under the same nodes. Run it as ``python -m tests.benchmarks.health_charts``. The
last line is the ratio of our core share to the peer's.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from typing import NamedTuple

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from hue_desktop.core.metrics import NodeReading
from hue_desktop.services.nodes import node_groups
from hue_desktop.ui.charts.buffer import SeriesBuffer
from hue_desktop.ui.charts.live_strips import LiveStrips
from hue_desktop.ui.charts.node_blocks import NodeBlocks
from hue_desktop.ui.charts.node_colours import NodeProperty
from hue_desktop.ui.charts.node_loads import NodeLoads
from hue_desktop.ui.charts.node_map import NodeMap
from hue_desktop.ui.charts.plots import Curve, Plot
from hue_desktop.ui.charts.series import LineStyle
from hue_desktop.ui.theme import Theme, ThemeChoice
from tests.benchmarks._big_fleet import rss_mb
from tests.ui.sample_fleet import NOW, thousand_nodes

CHARTS, POINTS, NODES = 12, 3600, 1000
LATE_MS, CORE_SHARE, GROWTH_MB = 16.0, 0.15, 8.0
BEAT_MS, SECOND_MS = 4, 1000
COLORS = ("role-core", "second", "role-task", "role-spot-line")


class Run(NamedTuple):
    """What one run of a window cost."""

    late_p99: float
    busy_p99: float
    busy_longest: float
    core: float
    growth_mb: float


def main() -> None:
    """Measure ours, then the peer's, and print."""
    application = QApplication([])
    theme = Theme(ThemeChoice.DARK)
    theme.apply(application)
    seconds = 60.0
    if "--minutes" in sys.argv:
        seconds = 60.0 * float(sys.argv[sys.argv.index("--minutes") + 1])
    if "--seconds" in sys.argv:
        seconds = float(sys.argv[sys.argv.index("--seconds") + 1])
    ours = _measure(_Strips(theme), theme, seconds)
    _say("ours", ours)
    peer = _measure(_PlainPlots(theme), theme, min(seconds, 60.0))
    _say("plain PlotWidgets", peer)
    print(f"ours: p99 late {ours.late_p99:.1f} ms (≤ {LATE_MS:.0f}), core {100 * ours.core:.1f} % "
          f"(≤ {100 * CORE_SHARE:.0f} %), growth {ours.growth_mb:+.1f} MB "
          f"(≤ {GROWTH_MB:.0f})")  # fmt: skip
    print(f"health_charts {ours.core / peer.core:.2f} (smaller is better; 1 = plain PlotWidgets)")
    del application


def _say(name: str, run: Run) -> None:
    print(
        f"{name:18} late p99 {run.late_p99:6.1f} ms   busy p99 {run.busy_p99:6.1f} ms, "
        f"longest {run.busy_longest:.1f}   core {100 * run.core:5.1f} %   "
        f"growth {run.growth_mb:+.1f} MB",
        flush=True,
    )


class _Data:
    """The series: values walk at random; each second brings one more of each."""

    def __init__(self) -> None:
        self.random = np.random.default_rng(7)
        self.now = NOW.timestamp()
        self.times = self.now - np.arange(POINTS, 0.0, -1.0)
        walks = np.cumsum(self.random.normal(size=(CHARTS, POINTS)), axis=1)
        self.values = 60.0 + walks - walks.min(axis=1, keepdims=True)

    def step(self) -> list[float]:
        """The newest value of each series, a second later."""
        self.now += 1.0
        newest = np.abs(self.values[:, -1] + self.random.normal(size=CHARTS))
        self.times = np.append(self.times[1:], self.now)
        self.values = np.hstack([self.values[:, 1:], newest[:, None]])
        return [float(value) for value in newest]


class _Strips:
    """Ours: one widget with twelve strips."""

    def __init__(self, theme: Theme) -> None:
        self.data = _Data()
        self.buffers = [SeriesBuffer(1.0) for _chart in range(CHARTS)]
        for buffer, values in zip(self.buffers, self.data.values, strict=True):
            buffer.append(self.data.times, values)
        self.widget = LiveStrips(theme)
        self.widget.resize(1100, 1000)
        self.widget.set_plots([
            Plot(f"p{i}", f"Metric {i}", "%",
                 (Curve("a", "value", COLORS[i % 4], buffer, LineStyle.AREA),))
            for i, buffer in enumerate(self.buffers)
        ])  # fmt: skip
        self.widget.set_span(self.data.now - POINTS, self.data.now, fit=True)

    def step(self) -> None:
        """One more second."""
        newest = self.data.step()
        for buffer, value in zip(self.buffers, newest, strict=True):
            buffer.append((self.data.now,), (value,))
            buffer.trim(self.data.now - POINTS)
        self.widget.set_now(self.data.now)
        self.widget.set_span(self.data.now - POINTS, self.data.now)


class _PlainPlots:
    """The peer: a PlotWidget for each chart, which gets all points each second."""

    def __init__(self, theme: Theme) -> None:
        self.data = _Data()
        self.widget = QWidget()
        self.widget.resize(1100, 1000)
        grid = QGridLayout(self.widget)
        self.curves = []
        for i, values in enumerate(self.data.values):
            plot = pg.PlotWidget()
            color = QColor(theme.color(COLORS[i % 4]))
            wash = QColor(color)
            wash.setAlphaF(0.22)
            pen = pg.mkPen(color, width=1.5)
            curve = plot.plot(
                self.data.times, values, pen=pen, fillLevel=0.0, brush=wash, antialias=True
            )
            self.curves.append(curve)
            grid.addWidget(plot, i, 0)

    def step(self) -> None:
        """One more second."""
        self.data.step()
        for curve, values in zip(self.curves, self.data.values, strict=True):
            curve.setData(self.data.times, values)


class _Nodes:
    """A map of 1,000 nodes whose values change every second."""

    def __init__(self, theme: Theme) -> None:
        snapshot = thousand_nodes()
        cluster = next(iter(snapshot.clusters.values()))
        self.cost = snapshot.costs.get(cluster.ref)
        self.groups = node_groups(cluster, self.cost)
        self.hosts = [node.private_dns for node in cluster.nodes()]
        self.random = np.random.default_rng(3)
        self.loads = NodeLoads()
        self.blocks = NodeBlocks()
        self.map = NodeMap(theme)
        self.map.resize(620, 300)

    def step(self) -> None:
        """New values of all nodes."""
        values = self.random.uniform(0, 100, len(self.hosts)).tolist()
        self.loads.readings = {
            host: NodeReading(host, "RUNNING", "", {"node.cpu": value})
            for host, value in zip(self.hosts, values, strict=True)
        }
        blocks, _legend = self.blocks.of(self.groups, NodeProperty.CPU, {}, NOW, self.loads)
        self.map.set_blocks(blocks)


def _measure(charts: _Strips | _PlainPlots, theme: Theme, seconds: float) -> Run:
    nodes = _Nodes(theme)
    nodes.step()
    charts.widget.show()
    nodes.map.show()
    halves = [charts.step, nodes.step]
    second = QTimer()
    second.setInterval(SECOND_MS // 2)  # charts and nodes are two events, as in the window

    def tick() -> None:
        halves.reverse()
        halves[0]()

    second.timeout.connect(tick)
    second.start()
    _beats(3.0)
    cpu, wall = time.process_time(), time.perf_counter()
    late, busy, growth = _beats(seconds)
    core = (time.process_time() - cpu) / (time.perf_counter() - wall)
    second.stop()
    charts.widget.close()
    nodes.map.close()
    return Run(_p99(late), _p99(busy), max(busy), core, growth)


def _beats(seconds: float) -> tuple[list[float], list[float], float]:
    """How late a timer comes, how long the thread worked since its last beat; MB of growth."""
    notes = np.zeros((2, round(seconds * 1000 / BEAT_MS) + 1000))
    notes += 1.0  # touched now, so that noting costs no memory later
    count, last, worked = 0, time.perf_counter(), time.thread_time()

    def beat() -> None:
        nonlocal count, last, worked
        now, used = time.perf_counter(), time.thread_time()
        if count < notes.shape[1]:
            notes[:, count] = max(0.0, (now - last) * 1000 - BEAT_MS), (used - worked) * 1000
            count += 1
        last, worked = now, used

    beats = QTimer()
    beats.timeout.connect(beat)
    beats.start(BEAT_MS)
    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    before = rss_mb()
    loop.exec()
    beats.stop()
    growth = rss_mb() - before
    return notes[0, :count].tolist(), notes[1, :count].tolist(), growth


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


if __name__ == "__main__":
    main()
