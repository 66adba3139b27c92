"""Every piece of advice whole: what, why, what was seen and when, dollars, risk, and the change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hue_desktop.core import format as fmt
from hue_desktop.core.advice.values import Advice, Evidence
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.advice.values import AdviceReport
from hue_desktop.ui.advice.feed import AdviceFeed
from hue_desktop.ui.advice.review import can_review, review
from hue_desktop.ui.advice.words import confidence_text, risk_line, spoken, usd_text, usd_tone
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.parts import (
    Button,
    FourStates,
    Label,
    Rule,
    Sheet,
    StateMark,
    StateShape,
    column,
    row,
)

__all__ = ["AdviceBlock", "AdviceSheet"]

_TEXT = 760  #: lines longer than that are hard to read
_RIGHT = 176
_GAP = 24
_AIR = 14


class _Line(Label):
    """A text that wraps and whose height is set for its width, not asked for by layouts.

    Layouts in layouts keep the height that they were once told for a width.
    """

    def __init__(self, text: str, *, tone: str = "", size: str = "") -> None:
        super().__init__(text, tone=tone, size=size, wrap=True)

    def hasHeightForWidth(self) -> bool:
        return False

    def fit(self, width: int) -> None:
        """Take the height of the lines at this width."""
        self.ensurePolished()
        self.setMinimumHeight(0)  # it is never less than that
        self.setFixedHeight(max(0, self.heightForWidth(width)))  # -1 for no text


class AdviceBlock(QWidget):
    """One piece: words at the left, dollars and Review… at the right."""

    def __init__(self, advice: Advice, act: Callable[[], None] | None) -> None:
        super().__init__()
        self.advice = advice
        mark = StateMark(StateShape.ATTENTION)
        mark.setVisible(advice.attention)
        title = Label(advice.title, weight=600, elide=True)
        head = row(mark, title, spacing=6)
        head.setStretchFactor(title, 1)
        left = column(head, spacing=3)
        self.lines = [_Line(advice.why)]
        self.lines += [_Line(f"·  {_seen(seen)}", tone="text-2") for seen in advice.evidence]
        sure = f"{risk_line(advice)}.  {confidence_text(advice.confidence)}."
        self.lines.append(_Line(sure, tone="text-2"))
        if advice.apply is not None:
            self.lines.append(_Line(_("To follow it: {text}").format(text=advice.apply.text)))
        for line in self.lines:
            left.addWidget(line)
        left.addStretch(1)
        self._left = left
        words = QWidget()
        words.setLayout(left)
        words.setMaximumWidth(_TEXT)
        self.usd = Label(usd_text(advice), tone=usd_tone(advice), weight=600)
        self._note = note = _Line(advice.usd_note, tone="text-2", size="small")
        note.setVisible(bool(advice.usd_note))
        self.button = Button(
            _("Review…"),
            small=True,
            name=_("Review: {title}").format(title=advice.title),
            clicked=act or (lambda: None),
        )
        self.button.setVisible(act is not None)
        for label in (self.usd, note):
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
        right = column(self.usd, note, 6, spacing=2)
        right.addWidget(self.button, 0, Qt.AlignmentFlag.AlignRight)
        right.addStretch(1)
        side = QWidget()
        side.setLayout(right)
        side.setFixedWidth(_RIGHT)
        outer = row(spacing=_GAP, margins=(0, _AIR, 0, _AIR))
        outer.addWidget(words, 1)
        outer.addStretch(0)
        outer.addWidget(side)
        self.setLayout(outer)
        self.setAccessibleName(spoken(advice))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            QTimer.singleShot(0, self, self._fit)  # the texts get their new font after this

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()
        QTimer.singleShot(0, self, self._fit)

    def _fit(self) -> None:
        """Give each text the height of its lines."""
        width = max(120, min(_TEXT, self.width() - _RIGHT - _GAP))
        for line in self.lines:
            line.fit(width)
        self._note.fit(_RIGHT)
        # said again: what changes while layouts are at work gets lost
        self.setMinimumHeight(self._left.minimumSize().height() + 2 * _AIR)


class AdviceSheet(Sheet):
    """Reads the advice by itself; ``rule`` is the piece that comes into view."""

    def __init__(self, ctx: UiContext, ref: ClusterRef, *, rule: str = "") -> None:
        cluster = ctx.app.fleet.snapshot().clusters.get(ref)
        name = cluster.summary.name if cluster is not None else ref.cluster_id
        super().__init__(_("Advice"), name)
        self._ctx = ctx
        self._ref = ref
        self._rule = rule
        self.blocks: list[AdviceBlock] = []
        self.missing: list[_Line] = []
        content = QWidget()
        self._list = QVBoxLayout(content)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self.states = FourStates(content)
        self.states.retry_requested.connect(self.refresh)
        self.states.show_loading(_("Looking at what was measured and what it costs"))
        self.body.addWidget(self.states, 1)
        self.again = self.add_button(Button(_("Look again"), clicked=self.refresh))
        self.add_button(Button(_("Close"), clicked=self.close_sheet))
        self.feed = AdviceFeed(ctx, ref, self)
        self.feed.changed.connect(self._show)
        self.refresh()

    def refresh(self) -> None:
        """Read it now."""
        self.again.setEnabled(False)
        self.feed.ask(again=True)

    def _show(self) -> None:
        self.again.setEnabled(True)
        report, error = self.feed.report, self.feed.error
        if error is not None and (report is None or not self.blocks):
            self.states.show_failed(error)
            return
        if report is None:
            return
        self._build(report)
        self.set_sentence(
            _(
                "Dollars are of a month of 730 hours, if the cluster runs all of it. Pieces are "
                "alternatives: they do not add up. As of {time}."
            ).format(time=fmt.clock_time(report.at))
        )
        self.states.show_content()
        if self._rule:
            QTimer.singleShot(0, self, self._bring_into_view)

    def _build(self, report: AdviceReport) -> None:
        while (item := self._list.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.blocks = [AdviceBlock(each, self._act(each)) for each in report.advice]
        if not self.blocks:
            text = Label(_("Nothing that is known asks for a change."))
            text.setContentsMargins(0, 16, 0, 16)
            self._list.addWidget(text)
        for block in self.blocks:
            self._list.addWidget(block)
            self._list.addWidget(Rule("h"))
        self.missing = [_Line(text, tone="text-2") for text in report.missing]
        if self.missing:
            n = len(self.missing)
            head = ngettext("One thing is not known", "{n} things are not known", n)
            title = Label(head.format(n=n), weight=600)
            title.setContentsMargins(0, 16, 0, 4)
            self._list.addWidget(title)
            for label in self.missing:
                label.setMaximumWidth(_TEXT)
                self._list.addWidget(label)
                self._list.addSpacing(6)
        self._list.addStretch(1)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        width = max(120, min(_TEXT, self.width() - 3 * _GAP))
        for line in self.missing:
            line.fit(width)

    def _act(self, advice: Advice) -> Callable[[], None] | None:
        if not can_review(self._ctx, self._ref, advice):
            return None
        return lambda: self._review(advice)

    def _review(self, advice: Advice) -> None:
        review(self._ctx, self._ref, advice)

    def _bring_into_view(self) -> None:
        """The piece that was asked for, with its button in focus."""
        block = next((each for each in self.blocks if each.advice.rule == self._rule), None)
        self._rule = ""
        if block is None:
            return
        self._list.activate()
        self.scroller.ensureWidgetVisible(block, 0, 24)
        if not block.button.isHidden():
            block.button.setFocus(Qt.FocusReason.OtherFocusReason)


def _seen(seen: Evidence) -> str:
    """What was seen, with the local times between which it was measured."""
    if seen.start is None or seen.end is None or seen.end - seen.start < 60:
        return seen.text
    start, end = (datetime.fromtimestamp(at, UTC) for at in (seen.start, seen.end))
    return _("{text} ({start} to {end})").format(
        text=seen.text, start=fmt.date_time(start, today=end), end=fmt.date_time(end, today=end)
    )
