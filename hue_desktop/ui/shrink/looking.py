"""What shows while the cluster is read: the stage, how many files, and a way to stop."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from hue_desktop.core.format import count, duration
from hue_desktop.core.text import _
from hue_desktop.services.shrink import InspectionProgress
from hue_desktop.ui.parts import Button, Label, column, row

__all__ = ["Looking", "progress_text"]

_WIDTH = 420
_STEPS = 1000


def progress_text(progress: InspectionProgress) -> str:
    """``12 400 of 20 487 files, 5 s left``; only what is known of it."""
    if not progress.files:
        return ""
    files = count(progress.files)
    if progress.of_files:
        text = _("{files} of {all} files").format(files=files, all=count(progress.of_files))
    else:
        text = _("{files} files").format(files=files)
    left = max(0, (progress.of_files or 0) - progress.files)
    if left and progress.files_s:
        rest = duration(left / progress.files_s)
        text = _("{files}, about {time} left").format(files=text, time=rest)
    return text


class Looking(QWidget):
    """``stopped`` when the person does not want to wait for it."""

    stopped = Signal()

    def __init__(self) -> None:
        super().__init__()
        centre = Qt.AlignmentFlag.AlignHCenter
        self._stage = Label(weight=600)
        self._files = Label(tone="text-2")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(_WIDTH)
        self.bar.setAccessibleName(_("How much has been read"))
        self.cancel_button = Button(_("Cancel"), clicked=self.stopped.emit)
        for label in (self._stage, self._files):
            label.setAlignment(centre)
        self.setLayout(
            column(
                None,
                self._stage,
                10,
                row(None, self.bar, None),
                8,
                self._files,
                14,
                row(None, self.cancel_button, None),
                None,
            )
        )
        self.begin("")

    def begin(self, stage: str) -> None:
        """Nothing has been read yet."""
        self.bar.setRange(0, 0)
        self._stage.setText(stage)
        self._files.setText(" ")

    def show_progress(self, progress: InspectionProgress) -> None:
        """So much has been read."""
        self._stage.setText(f"{progress.stage}…" if progress.stage else "")
        self._files.setText(progress_text(progress) or " ")
        share = progress.share
        self.bar.setRange(0, 0 if share is None else _STEPS)
        if share is not None:
            self.bar.setValue(int(share * _STEPS))
        self.setAccessibleName(f"{progress.stage} {self._files.text()}".strip())
