"""The advice list of the overview: a line each, with its dollars, its risk and Review…."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from hue_desktop.core.advice.values import Advice
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.text import _, ngettext
from hue_desktop.ui.advice.feed import AdviceFeed
from hue_desktop.ui.advice.review import can_review, review
from hue_desktop.ui.advice.words import risk_line, spoken, usd_text, usd_tone
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.parts import Button, Label, Rule, StateMark, StateShape, column, row

__all__ = ["HEAD", "ROW", "AdvicePanel", "AdviceRow"]

HEAD = 37  #: the heading with its rule
ROW = 55  #: a line with its rule
_NARROW = 360  #: below, the dollars stand in the second line


class AdviceRow(QWidget):
    """One piece of advice in two lines; a click on it shows it whole."""

    def __init__(
        self, advice: Advice, review_: Callable[[], None], open_: Callable[[], None]
    ) -> None:
        super().__init__()
        self.advice = advice
        self._open = open_
        self.title = Label(advice.title, weight=500, elide=True)
        self.mark = StateMark(StateShape.ATTENTION)
        self.mark.setVisible(advice.attention)
        self.risk = Label(risk_line(advice), tone="text-2", size="small", elide=True)
        self.usd = Label(usd_text(advice, unit=False), tone=usd_tone(advice), weight=600)
        self.usd_below = Label(self.usd.text(), tone=usd_tone(advice), size="small", weight=600)
        self.button = Button(
            _("Review…"),
            small=True,
            name=_("Review: {title}").format(title=advice.title),
            clicked=review_,
        )
        title = row(self.mark, self.title, spacing=6)
        title.setStretchFactor(self.title, 1)
        below = row(self.usd_below, self.risk, spacing=6)
        below.setStretchFactor(self.risk, 1)
        line = row(spacing=12)
        line.addLayout(column(title, below, spacing=1), 1)
        line.addWidget(self.usd)
        line.addWidget(self.button)
        outer = column(line, Rule("h"))
        outer.setStretch(0, 1)
        self.setLayout(outer)
        self.setFixedHeight(ROW)
        self.setAccessibleName(spoken(advice))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._set_narrow(False)

    def _set_narrow(self, narrow: bool) -> None:
        self.usd.setVisible(not narrow)
        self.usd_below.setVisible(narrow)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_narrow(event.size().width() < _NARROW)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self._open()
        super().mouseReleaseEvent(event)


class AdvicePanel(QWidget):
    """As many lines as ``set_room`` gives; the rest is behind ``All …``.

    ``start`` and ``stop`` with the page; ``tick`` now and then while it is shown.
    """

    def __init__(self, ctx: UiContext, ref: ClusterRef | None) -> None:
        super().__init__()
        self._ctx = ctx
        self._ref = ref
        self._room = 3
        self._shown: tuple[Advice, ...] | None = None
        self.feed = AdviceFeed(ctx, ref, self) if ref is not None else None
        self.rows: list[AdviceRow] = []
        self.hint = Label(_("a month · not additive"), tone="text-2", elide=True)
        self.hint.setToolTip(
            _("Dollars of a month of 730 hours. Pieces of advice are alternatives.")
        )
        self.all = Button(_("All…"), kind="link", name=_("All advice"), clicked=self.open_all)
        self.text = Label("", tone="text-2", wrap=True)
        self.text.setContentsMargins(0, 10, 0, 6)
        self.retry = Button(_("Retry"), kind="link", clicked=lambda: self.ask(again=True))
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        head = row(
            Label(_("Advice"), weight=600), self.all, self.hint, spacing=10, margins=(0, 8, 0, 8)
        )
        head.setStretchFactor(self.hint, 1)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setLayout(
            column(head, Rule("h"), self._list, self.text, row(self.retry, None), spacing=0)
        )
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Advice"))
        if self.feed is not None:
            self.feed.changed.connect(self._show)
        self._show()

    @property
    def state(self) -> str:
        """``loading``, ``failed``, ``empty`` or ``shown``."""
        if self.feed is None or (self.feed.report is None and self.feed.error is None):
            return "loading"
        if self.feed.report is None:
            return "failed"
        return "shown" if self.feed.report.advice else "empty"

    def ask(self, *, again: bool = False) -> None:
        """Read the advice when it is due."""
        if self.feed is not None:
            self.feed.ask(again=again)

    def set_room(self, rows: int) -> None:
        """How many lines may be shown."""
        if rows != self._room:
            self._room = rows
            self._fit()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._height())

    def open_all(self, rule: str = "") -> None:
        """The sheet with every piece whole, with one of them in view."""
        from hue_desktop.ui.advice.sheet import AdviceSheet

        ref = self._ref
        if ref is not None:
            self._ctx.navigate.open_sheet(lambda ctx: AdviceSheet(ctx, ref, rule=rule))

    # -- showing ------------------------------------------------------------------------------

    def _show(self) -> None:
        state, feed = self.state, self.feed
        self.retry.setVisible(state == "failed")
        text = ""
        if state == "loading":
            text = _("Looking at what was measured and what it costs…")
        elif state == "failed" and feed is not None and feed.error is not None:
            text = _("There is no advice: {why}").format(why=feed.error.message)
        elif state == "empty" and feed is not None and feed.report is not None:
            missing = feed.report.missing
            text = _("Nothing that is known asks for a change.")
            text = " ".join((text, *missing[:1]))
        self.text.setText(text)
        self.text.setVisible(bool(text))
        advice = feed.report.advice if feed is not None and feed.report is not None else ()
        if advice != self._shown:
            self._shown = advice
            self._build(advice)
        self._fit()

    def _build(self, advice: Sequence[Advice]) -> None:
        for old in self.rows:
            self._list.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.rows = [AdviceRow(each, self._reviewing(each), self._opening(each)) for each in advice]
        for made in self.rows:
            self._list.addWidget(made)

    def _fit(self) -> None:
        for position, each in enumerate(self.rows):
            each.setVisible(position < self._room)
        n = len(self.rows)
        report = self.feed.report if self.feed is not None else None
        self.all.setVisible(report is not None)
        self.all.set_text(ngettext("{n} in all…", "All {n}…", n).format(n=n) if n else _("Why…"))
        self.hint.setVisible(bool(self.rows))
        self.setMaximumHeight(self._height())
        self.updateGeometry()

    def _height(self) -> int:
        shown = min(len(self.rows), self._room)
        text = 0
        if not self.text.isHidden():
            text = self.text.heightForWidth(max(self.width(), 200)) + 8
        if not self.retry.isHidden():
            text += self.retry.sizeHint().height()
        return HEAD + shown * ROW + text

    def _reviewing(self, advice: Advice) -> Callable[[], None]:
        def act() -> None:
            ref = self._ref
            if ref is None or not can_review(self._ctx, ref, advice):
                self.open_all(advice.rule)
            else:
                review(self._ctx, ref, advice)

        return act

    def _opening(self, advice: Advice) -> Callable[[], None]:
        return lambda: self.open_all(advice.rule)
