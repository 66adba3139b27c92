"""One transfer in full: how it goes, why this route, how it was checked, and its files."""

from __future__ import annotations

import time
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from hue_desktop.core.errors import HueError
from hue_desktop.core.format import count, date_time, utc_time
from hue_desktop.core.text import _, ngettext
from hue_desktop.core.transfers.values import (
    Conflict,
    FileState,
    Transfer,
    TransferFile,
    TransferState,
)
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.parts import Button, Choice, FourStates, Label, Rule, Segmented, column, row
from hue_desktop.ui.transfers.doing import answer, carry_out
from hue_desktop.ui.transfers.files_table import FilesTable
from hue_desktop.ui.transfers.transfer_rows import verbs_of
from hue_desktop.ui.transfers.words import (
    moment,
    problem_text,
    route_text,
    source_text,
    time_left,
)

__all__ = ["TransferDetail"]

_STALE_S = 2.0  #: so often the files of a transfer that moves are read again
_FEW = 100  #: so many lines can be looked through ten times a second
_SHOWN = 1000  #: files that are listed; the rest are counted
_WANTED: dict[str, tuple[FileState, ...] | None] = {
    "failed": (FileState.FAILED,),
    "asks": (FileState.SKIPPED,),
    "done": (FileState.DONE,),
    "all": None,
}


class TransferDetail(QWidget):
    """Shows the transfer that is picked on the page; reads its files off the main thread."""

    def __init__(self, ctx: UiContext) -> None:
        super().__init__()
        self.ctx = ctx
        self.transfer: Transfer | None = None
        self._asked_for: tuple[object, ...] = ()
        self._files: tuple[TransferFile, ...] = ()
        self._marked = ""  #: the file that is shown as running
        self._done = 0
        self._read_at = 0.0  #: monotonic seconds
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "surface")
        self.setAccessibleName(_("Transfer"))
        self.title = Label(weight=600, elide=True)
        self._buttons = row(spacing=8)
        self._doing: dict[str, Button] = {}
        head = row(self.title, self._buttons, spacing=16, margins=(24, 10, 24, 6))
        head.setStretchFactor(self.title, 1)
        self._facts = QGridLayout()
        self._facts.setContentsMargins(24, 0, 24, 6)
        self._facts.setHorizontalSpacing(12)
        self._facts.setVerticalSpacing(2)
        self._facts.setColumnStretch(1, 1)
        self._facts.setColumnStretch(3, 1)
        self._values = {
            key: self._fact(position, title)
            for position, (key, title) in enumerate(
                (
                    ("route", _("Route")),
                    ("started", _("Started")),
                    ("verified", _("Verified")),
                    ("files", _("Files")),
                    ("reason", _("Why")),
                    ("problem", _("Problem")),
                )
            )
        }
        facts = QWidget()
        facts.setLayout(self._facts)
        self.setLayout(column(Rule("h"), head, facts, self._make_files()))
        self.layout().setStretch(3, 1)  # type: ignore[union-attr]

    def _fact(self, position: int, title: str) -> Label:
        line, side = divmod(position, 2)
        value = Label(elide=True, selectable=True)
        self._facts.addWidget(Label(title, tone="text-2"), line, 2 * side)
        self._facts.addWidget(value, line, 2 * side + 1)
        return value

    def _make_files(self) -> QWidget:
        self.which = Segmented(
            (
                Choice("failed", _("Failed")),
                Choice("asks", _("Waiting for you")),
                Choice("done", _("Copied")),
                Choice("all", _("All")),
            ),
            "all",
            name=_("Which files"),
        )
        self.which.chosen.connect(lambda _key: self.read_files())
        self.answers = QWidget()
        self.answers.setLayout(row(Label(_("Differs:"), tone="text-2"), *self._answer_buttons()))
        self._rest = Label(tone="text-2", size="small")
        self.table = FilesTable()
        self.states = FourStates(self.table)
        self.states.retry_requested.connect(self.read_files)
        bar = row(self.which, self.answers, None, self._rest, spacing=16, margins=(24, 4, 24, 6))
        files = QWidget()
        files.setLayout(column(bar, row(self.states, margins=(16, 0, 16, 0))))
        return files

    def _answer_buttons(self) -> list[Button]:
        def button(text: str, rule: Conflict) -> Button:
            return Button(text, small=True, clicked=lambda: self.answer(rule))

        return [
            button(_("Overwrite"), Conflict.OVERWRITE),
            button(_("Keep both"), Conflict.KEEP_BOTH),
            button(_("Skip"), Conflict.SKIP),
        ]

    def show_transfer(self, transfer: Transfer | None) -> None:
        """Show this one, or another state of it; its files are read again when they changed."""
        other = self.transfer is None or transfer is None or self.transfer.id != transfer.id
        self.transfer = transfer
        self.setVisible(transfer is not None)
        if transfer is None:
            return
        progress = transfer.progress
        if other:
            which = "failed" if progress.files_failed else "asks" if progress.files_asked else "all"
            self.which.set_current(which)
        self._show_facts(transfer)
        self._show_buttons(transfer)
        self.answers.setVisible(bool(progress.files_asked))
        self.which.segment("asks").setVisible(bool(progress.files_asked))
        asked_for = (transfer.id, transfer.state, progress.files_failed, progress.files_asked)
        late = time.monotonic() - self._read_at > _STALE_S
        if asked_for != self._asked_for or (late and progress.files_done != self._done):
            self._asked_for, self._done = asked_for, progress.files_done
            self.read_files()
        elif len(self._files) <= _FEW and self._now() != self._marked:
            self._mark_running()

    def show_place(self) -> None:
        """Write from where it copies to where."""
        if self.transfer is not None:
            request, shown = self.transfer.request, self.ctx.app.storage.display
            self.title.setText(f"{source_text(request, shown)} → {shown(request.target)}")

    def _show_facts(self, transfer: Transfer) -> None:
        progress = transfer.progress
        self.show_place()
        started = moment(transfer.started)
        took = _("took {time}") if transfer.state.ended else _("{time} left")
        when = date_time(started) if started is not None else _("not yet")
        if transfer.started is not None and (transfer.state.ended or progress.eta_s is not None):
            when = f"{when}, {took.format(time=time_left(transfer))}"
        files = [ngettext("{n} file", "{n} files", progress.files_total).format(
            n=count(progress.files_total))]  # fmt: skip
        for number, text in (
            (progress.files_done, _("{n} copied")),
            (progress.files_skipped, _("{n} left as they were")),
            (progress.files_failed, _("{n} failed")),
        ):
            if number:
                files.append(text.format(n=count(number)))
        problem = problem_text(transfer)
        texts = {
            "route": route_text(transfer),
            "started": when,
            "verified": transfer.verified or _("not yet"),
            "files": ", ".join(files),
            "reason": transfer.reason or "–",
            "problem": _sentences(problem, transfer.remedy) or "–",
        }
        for key, text in texts.items():
            self._values[key].setText(text)
        self._values["started"].setToolTip(utc_time(started))
        failed = transfer.state is TransferState.FAILED
        self._values["problem"].set_tone("critical" if failed else "warn" if problem else "")

    def _show_buttons(self, transfer: Transfer) -> None:
        verbs = [verb for verb in verbs_of(transfer) if verb.key != "open"]
        titles = {verb.key: verb.title for verb in verbs} | {"open": _("Open target")}
        if list(titles) == list(self._doing):
            return
        for button in self._doing.values():
            button.deleteLater()
        self._doing = {key: self._verb_button(key, title) for key, title in titles.items()}
        for button in self._doing.values():
            self._buttons.addWidget(button)

    def _verb_button(self, verb: str, title: str) -> Button:
        return Button(title, small=True, clicked=lambda: self.do(verb))

    def do(self, verb: str) -> None:
        """Carry a button out."""
        if self.transfer is not None:
            carry_out(self.ctx, verb, (self.transfer,), owner=self)

    def answer(self, rule: Conflict) -> None:
        """Decide for the selected files, or for all that wait when none is selected."""
        if self.transfer is None:
            return
        chosen = [one.relative for one in self.table.selected_rows() if one.asks]
        answer(self.ctx, self.transfer, chosen or [""], rule, owner=self)

    def read_files(self) -> None:
        """Read the files from the journal."""
        transfer = self.transfer
        if transfer is None:
            return
        self._read_at = time.monotonic()
        which = self.which.current
        service, states = self.ctx.app.transfers, _WANTED[which]
        if not self.table.rows_model.rows():
            self.states.show_loading(_("Reading the files"))
        self.ctx.tasks.run(
            "local",
            lambda _token: service.files(transfer.id, states, _SHOWN),
            owner=self,
            done=lambda files: self._show_files(files, which),
            failed=self._show_failure,
            key="files",
        )

    def _now(self) -> str:
        """The file that the engine says it copies; in the journal it still waits."""
        transfer = self.transfer
        if transfer is None or transfer.state is not TransferState.RUNNING:
            return ""
        return transfer.progress.now

    def _mark_running(self) -> None:
        now = self._marked = self._now()
        running = FileState.RUNNING
        self.table.rows_model.set_rows(
            replace(one, state=running) if one.relative == now else one for one in self._files
        )

    def _show_failure(self, error: HueError) -> None:
        self.states.show_failed(error)

    def _show_files(self, files: tuple[TransferFile, ...], which: str) -> None:
        cut = len(files) == _SHOWN
        shown = tuple(one for one in files if one.asks) if which == "asks" else files
        self._files = shown
        self._mark_running()
        self._rest.setText(_("the first {n}").format(n=count(_SHOWN)) if cut else "")
        if shown:
            self.states.show_content()
            return
        empty = {
            "failed": _("No file failed"),
            "asks": _("No file waits for your word"),
            "done": _("No file was copied yet"),
        }
        self.states.show_empty(empty.get(which, _("No files yet")))


def _sentences(*texts: str) -> str:
    """Texts one after the other, each with its full stop."""
    said = [text if text.endswith((".", "!", "?")) else text + "." for text in texts if text]
    return " ".join(said)
