"""The four parts of a verdict: what was found, the disks, the files at risk, what helps."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from hue_desktop.ui.parts import Rule
from hue_desktop.ui.shrink.disk_bars import DiskPanel
from hue_desktop.ui.shrink.fix_list import FixList
from hue_desktop.ui.shrink.judging import Judged
from hue_desktop.ui.shrink.lost_list import LostList
from hue_desktop.ui.shrink.verdict_panel import VerdictPanel

__all__ = ["Panes"]

_GAP = 24


class Panes(QWidget):
    """Two columns over two rows, with rules between them."""

    def __init__(self) -> None:
        super().__init__()
        self.verdict = VerdictPanel()
        self.disks = DiskPanel()
        self.lost = LostList()
        self.fixes = FixList()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(_GAP)
        grid.setVerticalSpacing(16)
        grid.addWidget(self.verdict, 0, 0)
        grid.addWidget(Rule("v"), 0, 1)
        grid.addWidget(self.disks, 0, 2)
        grid.addWidget(Rule("h"), 1, 0, 1, 3)
        grid.addWidget(self.lost, 2, 0)
        grid.addWidget(Rule("v"), 2, 1)
        grid.addWidget(self.fixes, 2, 2)
        grid.setColumnStretch(0, 11)
        grid.setColumnStretch(2, 8)
        grid.setRowStretch(3, 1)

    def show_judged(self, judged: Judged, *, choosing: bool, full_share: float) -> None:
        """Show a verdict; ``choosing``: a click on a disk names its node."""
        verdict = judged.verdict
        self.verdict.show_verdict(verdict)
        self.disks.bars.choosing = choosing
        self.disks.show_rooms(verdict.rooms, full_share)
        self.lost.show_verdict(verdict)
        # The boxes stay where nothing changed, so that the one in focus keeps the focus.
        if self.fixes.offered != verdict.fixes or self.fixes.ticked != judged.ticked:
            self.fixes.show_verdict(verdict, judged.ticked)
