"""How long until the window is on screen, against an empty window with PySide6 and pyqtgraph.

Each start is a fresh process; the two kinds alternate, so that a busy machine slows both. Run it as
``python -m tests.benchmarks.window_start``; the last line is the median ratio of a pair.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile

ROUNDS = 7
LIMIT = 1.5

EMPTY = """
import time
began = time.perf_counter()
import pyqtgraph
from PySide6.QtWidgets import QApplication, QMainWindow
application = QApplication([])
window = QMainWindow()
window.resize(1440, 900)
window.show()
application.processEvents()
print(time.perf_counter() - began)
"""

OURS = """
import sys, time
began = time.perf_counter()
from pathlib import Path
from PySide6.QtWidgets import QApplication
from hue_desktop.ui.app import Desk
from hue_desktop.wiring import Application, Paths
application = QApplication([])
folder = Path(sys.argv[1])
desk = Desk(Application.open(Paths(folder / "config", folder / "data")))
desk.window.show()
application.processEvents()
print(time.perf_counter() - began)
heavy = {"boto3", "botocore", "pyqtgraph", "numpy", "paramiko", "keyring"} & set(sys.modules)
assert not heavy, f"imported before the window shows: {heavy}"
desk.close()
"""


def start_s(code: str, folder: str) -> float:
    """Seconds from the first import to the first painted window, in a process of its own."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", code, folder],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        timeout=60,
    )
    return float(done.stdout.split()[0])


def main() -> None:
    """Warm the disk's cache with one start of each, then measure."""
    empty, ours = [], []
    with tempfile.TemporaryDirectory() as folder:
        start_s(EMPTY, folder)
        start_s(OURS, folder)
        for _round in range(ROUNDS):
            empty.append(start_s(EMPTY, folder))
            ours.append(start_s(OURS, folder))
    for name, times in (("empty window", empty), ("Hue Desktop", ours)):
        low, high = min(times) * 1000, max(times) * 1000
        print(f"{name:14} {statistics.median(times) * 1000:6.0f} ms ({low:.0f} – {high:.0f})")
    # Pairs that ran one after the other share what the machine was busy with.
    ratios = [mine / theirs for mine, theirs in zip(ours, empty, strict=True)]
    print(f"window_start {statistics.median(ratios):.2f} (≤ {LIMIT})")


if __name__ == "__main__":
    main()
