"""The transfer sheet: what a drop would do, by which route, and the button that starts it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from hue_desktop.core.errors import HueError
from hue_desktop.core.format import count, size
from hue_desktop.core.text import _, ngettext
from hue_desktop.core.transfers.naming import landing_of
from hue_desktop.core.transfers.plan import TransferPlan
from hue_desktop.core.transfers.planner import TransferDraft, make_plan
from hue_desktop.core.transfers.selection import select
from hue_desktop.core.transfers.values import (
    Conflict,
    Route,
    Transfer,
    TransferRequest,
    TransferSummary,
    Verify,
)
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.parts import (
    Button,
    Choice,
    ComboField,
    FourStates,
    IconButton,
    Label,
    Rule,
    Scroll,
    Segmented,
    column,
    row,
)
from hue_desktop.ui.tasks import CancelToken, Task
from hue_desktop.ui.theme import active_theme
from hue_desktop.ui.transfers.command_line import CommandLine
from hue_desktop.ui.transfers.file_list import FileList, FilesModel
from hue_desktop.ui.transfers.route_list import RouteList
from hue_desktop.ui.transfers.words import Display, source_text

__all__ = ["HEIGHT", "TransferSheet"]

HEIGHT = 372  #: in a window of 900 pixels
_MIB = 1024 * 1024
_LIMITS = (0, 1, 5, 10, 25, 50, 100, 250, 500)  #: MiB/s; 0: none
_COMPARE_S = 3600.0
_NARROW = 1010
_TICK_MS = 500
_MANY_PAGES = 4  #: so many are read before anybody wonders


class TransferSheet(QWidget):
    """Compares, shows the plan, keeps it true while the person changes it, and submits it."""

    closed = Signal()

    def __init__(self, ctx: UiContext, request: TransferRequest) -> None:
        super().__init__()
        self.ctx = ctx
        self.request = request
        self.draft: TransferDraft | None = None
        self.plan: TransferPlan | None = None
        self._route: Route | None = request.options.route
        self._task: Task | None = None
        self._pages = 0  #: counted by the thread that compares
        self._ticker = QTimer(self)
        self._ticker.setInterval(_TICK_MS)
        self._ticker.timeout.connect(self._show_pages)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "raised")
        self.setAccessibleName(_("Copy"))
        self._make_head()
        self._make_body()
        foot = self._make_foot()
        self.setLayout(column(2, self._head, self.states, Rule("h"), foot))
        self.layout().setStretch(2, 1)  # type: ignore[union-attr]
        self.compare()

    # Parts

    def _make_head(self) -> None:
        self.title = Label(_("Copy"), weight=600)
        shown = self.ctx.app.storage.display
        self._from = Label(source_text(self.request, shown), tone="text-2", elide=True)
        self._to = Label(_target_text(self.request, shown), tone="text-2", elide=True)
        arrow = Label("→", tone="text-2")
        close = IconButton("close", _("Close"), clicked=self.close_sheet)
        self._head = QWidget()
        self._head.setFixedHeight(46)
        line = row(self.title, 4, self._from, arrow, self._to, None, close, margins=(24, 0, 20, 0))
        line.setStretchFactor(self._from, 0)
        self._head.setLayout(line)

    def _make_body(self) -> None:
        self.routes = RouteList()
        self.routes.chosen.connect(self._choose_route)
        self.command = CommandLine(lambda text: QGuiApplication.clipboard().setText(text))
        left = QWidget()
        left.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        left.setProperty("surface", "raised")
        left.setLayout(column(self.routes, 2, self.command, None, margins=(16, 0, 16, 0)))
        self.files = FilesModel()
        self.files.unticked_changed.connect(self._untick)
        self.list = FileList(self.files)
        self._counts = _Counts()
        right = QWidget()
        right.setLayout(column(self._counts, self.list, margins=(16, 0, 24, 8)))
        body = row(Scroll(left), Rule("v"), right, spacing=0)
        body.setStretch(0, 11)
        body.setStretch(2, 9)
        self._body = body
        content = QWidget()
        content.setLayout(body)
        self.states = FourStates(content)
        self.states.retry_requested.connect(self.compare)

    def _make_foot(self) -> QWidget:
        options = self.request.options
        self.conflict = Segmented(
            (
                Choice(Conflict.ASK.value, _("Ask")),
                Choice(Conflict.SKIP.value, _("Skip same")),
                Choice(Conflict.OVERWRITE.value, _("Overwrite")),
                Choice(Conflict.KEEP_BOTH.value, _("Keep both")),
            ),
            options.conflict.value,
            name=_("If it differs"),
        )
        for conflict, text in _rules().items():
            self.conflict.segment(conflict.value).setToolTip(text)
        self.verify = QCheckBox(_("Verify CRC32C"))
        self.verify.setAccessibleName(_("Verify CRC32C"))
        self.verify.setToolTip(_("The size is compared always."))
        self.verify.setChecked(options.verify is Verify.CHECKSUM)
        limits = [(str(n), _("{n} MiB/s").format(n=n) if n else _("no limit")) for n in _LIMITS]
        self.bandwidth = ComboField(limits, name=_("Bandwidth"))
        self.bandwidth.set_key(str((options.bandwidth_limit or 0) // _MIB))
        self.sentence = Label("", tone="text-2", size="small", wrap=True)
        self.sentence.setMinimumWidth(96)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        cancel = Button(_("Cancel"), clicked=self.close_sheet)
        self.start_button = Button(_("Start copy"), kind="primary", clicked=self.start)
        self.start_button.setEnabled(False)
        foot = QWidget()
        foot.setFixedHeight(50)
        self._words = (
            Label(_("If it differs"), tone="text-2"),
            Label(_("Bandwidth"), tone="text-2"),
        )
        line = row(
            self._words[0], self.conflict, 8, self.verify, 8, self._words[1], self.bandwidth,
            self.sentence, cancel, self.start_button, spacing=10, margins=(24, 0, 24, 0),
        )  # fmt: skip
        line.setStretchFactor(self.sentence, 1)
        foot.setLayout(line)
        foot.setMinimumWidth(680)  # what is left when the captions have given way
        self.conflict.chosen.connect(lambda _key: self._options_changed())
        self.verify.toggled.connect(lambda _on: self._options_changed())
        self.bandwidth.currentIndexChanged.connect(lambda _at: self._options_changed())
        return foot

    # Comparing

    def compare(self) -> None:
        """List both sides and predict; the sheet says what it is waiting for meanwhile."""
        self._pages = 0
        self._show_pages()
        self._ticker.start()
        self.start_button.setEnabled(False)

        def draft(token: CancelToken) -> TransferDraft:
            def page_read() -> None:
                token.raise_if_cancelled()
                self._pages += 1

            return self.ctx.app.transfer_planner.draft(self.request, page_read)

        self._task = self.ctx.tasks.run(
            "compare",
            draft,
            owner=self,
            done=self.show_draft,
            failed=self._show_failure,
            timeout_s=_COMPARE_S,
            key="compare",
        )

    def _show_pages(self) -> None:
        """What is being waited for, and that it goes on."""
        shown = self.ctx.app.storage.display
        text = _("Comparing {source} with {target}").format(
            source=source_text(self.request, shown), target=shown(self.request.target)
        )
        if self._pages > _MANY_PAGES:
            text = _("{what}, {n} pages read").format(what=text, n=count(self._pages))
        self.states.show_loading(text)

    def _show_failure(self, error: HueError) -> None:
        self._ticker.stop()
        self.states.show_failed(error)

    def show_draft(self, draft: TransferDraft) -> None:
        """Both sides were compared."""
        self._task = None
        self._ticker.stop()
        self.draft = draft
        if not draft.summary.files:
            blocked = make_plan(draft).blocked
            self.states.show_empty(_("Nothing to copy"), blocked)
            self.title.setText(_("Copy"))
            return
        self.files.show_files(draft.files, draft.files_left_out, self.request.unticked)
        self._counts.show_summary(draft.summary)
        self.states.show_content()
        self._plan_again()

    # What the person changes

    def _options_changed(self) -> None:
        limit = int(self.bandwidth.key or 0)
        options = replace(
            self.request.options,
            conflict=Conflict(self.conflict.current),
            verify=Verify.CHECKSUM if self.verify.isChecked() else Verify.SIZE,
            bandwidth_limit=limit * _MIB if limit else None,
        )
        self.request = replace(self.request, options=options)
        self._plan_again()

    def _untick(self, unticked: frozenset[str]) -> None:
        self.request = replace(self.request, unticked=unticked)
        self._plan_again()

    def _choose_route(self, route: Route) -> None:
        self._route = route
        self._plan_again()

    def _plan_again(self) -> None:
        draft = self.draft
        if draft is None or not draft.summary.files:
            return
        options = replace(self.request.options, route=None)
        plan = make_plan(draft, replace(self.request, options=options))
        possible = {one.route for one in plan.forecasts if one.possible}
        route = self._route if self._route in possible else plan.suggested
        self.plan = plan
        self.files.set_conflict(self.request.options.conflict)
        self.routes.show_forecasts(plan.forecasts, plan.suggested, route)
        command = next((one.command for one in plan.forecasts if one.route is route), "")
        self.command.show_command(command)
        self._show_title(draft)
        self.start_button.setEnabled(not plan.blocked)
        self.start_button.set_text(_("Start step") if route is Route.S3DISTCP else _("Start copy"))
        self.sentence.setText(plan.blocked or " ".join((*plan.warnings, *self._kept(draft))))
        self.sentence.set_tone("critical" if plan.blocked else "text-2")

    def _kept(self, draft: TransferDraft) -> tuple[str, ...]:
        """What the rule leaves as it is at the target, as a sentence."""
        n = draft.summary.differing
        if not n or self.request.options.conflict is not Conflict.SKIP:
            return ()
        text = ngettext(
            "{n} file of the same name stays as it is",
            "{n} files of the same name stay as they are", n,
        )  # fmt: skip
        return (text.format(n=count(n)),)

    def _show_title(self, draft: TransferDraft) -> None:
        chosen = select(draft.summary, draft.files, self.request)
        whole = draft.summary.files
        if chosen.files == whole:
            what = ngettext("Copy {n} file, {size}", "Copy {n} files, {size}", whole)
        else:
            what = _("Copy {n} of {whole} files, {size}")
        text = what.format(n=count(chosen.files), whole=count(whole), size=size(chosen.bytes))
        self.title.setText(text)
        self.setAccessibleName(text)
        self._to.setText(
            _target_text(self.request, self.ctx.app.storage.display, folder=draft.facts.folder)
        )

    # Ends

    def start(self) -> None:
        """Hand the request to the engine with the chosen route, and show where it runs."""
        route, plan = self.routes.current, self.plan
        if plan is None or plan.blocked:
            return
        reason = next((one.why for one in plan.forecasts if one.route is route), "")
        options = replace(self.request.options, route=route)
        request = replace(self.request, options=options)
        self.start_button.setEnabled(False)
        app = self.ctx.app
        self._submit(lambda: app.transfers.submit(request, route=route, reason=reason))

    def _submit(self, submit: Callable[[], Transfer]) -> None:
        def submitted(_transfer: Transfer) -> None:
            self.ctx.navigate.show_dock("transfers")
            self.close_sheet()

        def failed(error: HueError) -> None:
            self.start_button.setEnabled(True)
            self.sentence.setText(str(error))
            self.sentence.set_tone("critical")

        self.ctx.tasks.run(
            "local", lambda _token: submit(), owner=self, done=submitted, failed=failed
        )

    def close_sheet(self) -> None:
        """Go, and stop comparing."""
        self._ticker.stop()
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self.closed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the captions give way to the sentence."""
        super().resizeEvent(event)
        narrow = self.width() < _NARROW
        for word in self._words:
            word.setVisible(not narrow)
        self.verify.setText(_("CRC32C") if narrow else _("Verify CRC32C"))
        skip = self.conflict.segment(Conflict.SKIP.value)
        skip.setText(_("Skip") if narrow else _("Skip same"))
        skip.updateGeometry()
        self._body.setStretch(0, 1 if narrow else 11)
        self._body.setStretch(2, 1 if narrow else 9)
        self.bandwidth.setFixedWidth(104 if narrow else 112)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes; Ctrl+Enter starts."""
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() == Qt.Key.Key_Escape:
            self.close_sheet()
        elif control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.start()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The sheet's ground with its upper edge in the accent."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), active_theme().color("raised"))
        painter.fillRect(0, 0, self.width(), 2, active_theme().color("accent-text"))


def _rules() -> dict[Conflict, str]:
    """What each rule does with a file that differs from the one of its name at the target."""
    return {
        Conflict.ASK: _("The rest is copied first; each file that differs waits for your word."),
        Conflict.SKIP: _("What has the same name at the target stays there as it is."),
        Conflict.OVERWRITE: _("The file at the target is replaced."),
        Conflict.KEEP_BOTH: _("The copy gets another name: “name (2)”."),
    }


def _target_text(request: TransferRequest, shown: Display, *, folder: bool = False) -> str:
    """What a single source becomes, else the folder that several land in."""
    if len(request.sources) > 1:
        return shown(request.target)
    return shown(landing_of(request, 0, folder=folder).root.as_file())


class _Counts(QWidget):
    """How many files are new, same and differing, and their bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(28)
        self._new, self._new_bytes = Label(weight=600), Label(tone="text-2")
        self._same, self._same_bytes = Label(tone="text-2"), Label(tone="text-2")
        self._differ, self._differ_bytes = Label(tone="warn", weight=600), Label(tone="text-2")
        self.setLayout(
            row(
                self._new,
                self._new_bytes,
                10,
                self._same,
                self._same_bytes,
                10,
                self._differ,
                self._differ_bytes,
                None,
                spacing=14,
            )
        )

    def show_summary(self, summary: TransferSummary) -> None:
        """The counts of a comparison."""
        for label, figure, text, number, size_bytes in (
            (self._new, self._new_bytes, _("+ {n} new"), summary.new, summary.new_bytes),
            (self._same, self._same_bytes, _("= {n} same"), summary.same, summary.same_bytes),
            (
                self._differ, self._differ_bytes, _("! {n} differ"),
                summary.differing, summary.differing_bytes,
            ),
        ):  # fmt: skip
            label.setText(text.format(n=count(number)))
            figure.setText(size(size_bytes))
            for one in (label, figure):
                one.setVisible(bool(number))
