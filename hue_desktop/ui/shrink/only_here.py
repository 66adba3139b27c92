"""What exists only on a cluster: a section of the question before the cluster ends."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QProgressBar, QWidget
from shiboken6 import isValid

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.errors import HueError
from hue_desktop.core.format import count, size
from hue_desktop.core.shrink.values import Verdict
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.shrink import InspectionProgress
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.parts import Button, Label, StateMark, StateShape, column, row
from hue_desktop.ui.shrink.folders import by_folder
from hue_desktop.ui.shrink.looking import progress_text
from hue_desktop.ui.tasks import CancelToken, Task

__all__ = ["OnlyHere"]

_SHOWN = 3
_LONGEST_S = 1800.0
_FRESH_S = 300.0


class OnlyHere(QWidget):
    """Reads HDFS in the background; the question can be answered before it is done.

    ``state`` is ``loading``, ``failed``, ``empty`` (nothing lies on HDFS) or ``shown``.
    """

    def __init__(self, ctx: UiContext, ref: ClusterRef) -> None:
        super().__init__()
        self.ctx, self.ref = ctx, ref
        self.state = "loading"
        self.verdict: Verdict | None = None
        self._held = _Held()
        self._mark = StateMark(StateShape.WAITING, 9)
        self.words = Label(wrap=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(_("How much has been read"))
        self._files = QWidget()
        self._grid = QGridLayout(self._files)
        self._grid.setContentsMargins(0, 4, 0, 0)
        self._grid.setVerticalSpacing(4)
        self._grid.setHorizontalSpacing(16)
        self._grid.setColumnStretch(0, 1)
        self._missing = Label(tone="text-2", wrap=True)
        self.retry = Button(_("Retry"), small=True, icon_name="refresh", clicked=self.read)
        head = row(self._mark, self.words, self.retry, spacing=10)
        head.setStretchFactor(self.words, 1)
        title = Label(_("What exists only here"), weight=600)
        layout = column(title, head, self._bar, self._files, self._missing, spacing=6)
        self.setLayout(layout)
        held = self._held
        self.destroyed.connect(lambda: held.stop())
        self.read()

    def read(self) -> None:
        """Read HDFS, or take what was read a moment ago."""
        self._show("loading", _("Reading HDFS…"), StateShape.WAITING)
        self._bar.setRange(0, 0)
        post, app, ref = self.ctx.tasks.poster.post, self.ctx.app, self.ref

        def tell(progress: InspectionProgress) -> None:
            post(lambda: self._progressed(progress) if isValid(self) else None)

        def work(token: CancelToken) -> tuple[Verdict, tuple[str, ...]]:
            found = app.shrink.last(ref)
            if found is None or found.age_s(time.time()) > _FRESH_S:
                found = app.shrink.inspect(ref, progress=tell, token=token)
            return app.shrink.whole_cluster(found), found.limits.missing

        self._held.task = self.ctx.tasks.run(
            "shrink",
            work,
            owner=self,
            done=self._read,
            failed=self._failed,
            timeout_s=_LONGEST_S,
            key="only-here",
        )

    def _progressed(self, progress: InspectionProgress) -> None:
        if self.state != "loading":
            return
        files = progress_text(progress)
        self.words.setText(_("Reading HDFS: {files}").format(files=files) if files else
                           _("Reading HDFS…"))  # fmt: skip
        share = progress.share
        self._bar.setRange(0, 0 if share is None else 1000)
        self._bar.setValue(int((share or 0) * 1000))

    def _read(self, read: tuple[Verdict, tuple[str, ...]]) -> None:
        verdict, unread = read
        self.verdict = verdict
        if not verdict.lost_count:
            self._missing.setText("\n".join(unread))
            unsure = StateShape.ATTENTION if unread else StateShape.RUNNING
            self._show("empty", _("No files lie on HDFS."), unsure)
            return
        text = ngettext(
            "{n} file on HDFS, {size}, would be gone.", "{n} files on HDFS, {size}, would be gone.",
            verdict.lost_count,
        ).format(n=count(verdict.lost_count), size=size(verdict.lost_bytes))  # fmt: skip
        elsewhere = _("Whether copies lie elsewhere, such as on S3, cannot be seen from here.")
        self._missing.setText("\n".join((elsewhere, *unread)))
        self._fill(verdict)
        self._show("shown", text, StateShape.FAILED)

    def _failed(self, error: HueError) -> None:
        text = _("HDFS could not be read, so what it holds is not known. {why}")
        self._missing.setText(error.remedy)
        self._show("failed", text.format(why=error.message), StateShape.ATTENTION)

    def _fill(self, verdict: Verdict) -> None:
        """The folders, where all files are known by name; else the largest files."""
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        if verdict.lost_count == len(verdict.lost_files):
            sums = by_folder(verdict.lost_files, _SHOWN)
            rows = [(one.path, files_words(one.files), size(one.size)) for one in sums]
            more = _more_words(len(sums) - _SHOWN, _("and {n} more folders"))
        else:
            rows = [(one.path, "", size(one.size)) for one in verdict.lost_files]
            more = _more_words(verdict.lost_count - _SHOWN, _("and {n} smaller files"))
        shown = rows[:_SHOWN]
        for line, (path, amount, total) in enumerate(shown):
            self._grid.addWidget(Label(path, elide=True), line, 0)
            for place, text in enumerate((amount, total), 1):
                figure = Label(text, tone="text-2")
                figure.setAlignment(Qt.AlignmentFlag.AlignRight)
                self._grid.addWidget(figure, line, place)
        if more:
            self._grid.addWidget(Label(more, tone="text-2"), len(shown), 0)

    def _show(self, state: str, words: str, shape: StateShape) -> None:
        self.state = state
        self._mark.set_shape(shape)
        self.words.setText(words)
        self.words.set_tone("critical" if state == "shown" else "")
        self._bar.setVisible(state == "loading")
        self._files.setVisible(state == "shown")
        self._missing.setVisible(state != "loading" and bool(self._missing.text()))
        self.retry.setVisible(state == "failed")
        self.setAccessibleName(f"{_('What exists only here')}: {words}")


def _more_words(amount: int, text: str) -> str:
    return text.format(n=count(amount)) if amount > 0 else ""


def files_words(amount: int) -> str:
    """``66 files``."""
    return ngettext("{n} file", "{n} files", amount).format(n=count(amount))


class _Held:
    """The reading of a section; it outlives the widget just long enough to stop it."""

    def __init__(self) -> None:
        self.task: Task | None = None

    def stop(self) -> None:
        """Nobody waits for it any more."""
        if self.task is not None and not self.task.over:
            self.task.cancel()
