"""Why a cluster grew or shrank, and why it does not do so now."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from hue_desktop.core.clusters import Attention, ClusterRef
from hue_desktop.core.errors import HueError
from hue_desktop.core.format import count
from hue_desktop.core.scaling_standing import Standing
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.policies import ScalingStory
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.parts import (
    Button,
    ComboField,
    FourStates,
    Label,
    Rule,
    Sheet,
    StateShape,
    column,
    row,
)
from hue_desktop.ui.policies.move_row import MoveRow
from hue_desktop.ui.policies.remark_list import marked_lines
from hue_desktop.ui.policies.story_chart import StoryChart, load_library
from hue_desktop.ui.tasks import CancelToken

__all__ = ["StorySheet"]

_WIDEST = 1100
_MOST = 20  #: moves that are shown at once; older ones on request
_SPANS = ((6, _("6 h")), (24, _("24 h")), (168, _("7 days")), (720, _("30 days")))
_LEVELS = {
    Attention.CRITICAL: (StateShape.FAILED, "critical"),
    Attention.WARN: (StateShape.ATTENTION, "warn"),
    Attention.STARTING: (StateShape.STARTING, ""),
}


class StorySheet(Sheet):
    """The reasons of now at the top, below them every move with its reason and how sure it is."""

    def __init__(self, ctx: UiContext, ref: ClusterRef) -> None:
        snapshot = ctx.app.fleet.snapshot().clusters.get(ref)
        name = snapshot.summary.name if snapshot is not None else ref.cluster_id
        super().__init__(_("Why did it scale?"), f"{name} · {ref.cluster_id}")
        self.ctx = ctx
        self.ref = ref
        self.story: ScalingStory | None = None
        self._shown = 0
        self.span = ComboField([(str(h), text) for h, text in _SPANS], name=_("How far back"))
        self.span.set_key("24")
        self.now = _Stack(spacing=12)
        self.moves = _Stack(spacing=0)
        self.chart = StoryChart(ctx.theme)
        self.missing = Label(tone="text-2", wrap=True)
        self.more = Button(_("Show older ones"), kind="link", clicked=self._show_more)
        self._empty = Label("", tone="text-2", wrap=True)
        content = QWidget()
        content.setMaximumWidth(_WIDEST)
        past = row(Label(_("What happened"), weight=600), None, self.span)
        content.setLayout(
            column(
                Label(_("Now"), weight=600),
                10,
                self.now,
                18,
                Rule("h"),
                10,
                past,
                6,
                self.chart,
                6,
                self._empty,
                self.moves,
                8,
                self.more,
                10,
                self.missing,
                None,
                margins=(0, 16, 0, 0),
            )
        )
        self.states = FourStates(content)
        self.states.retry_requested.connect(self.read)
        self.body.addWidget(self.states)
        self.add_button(Button(_("Read again"), clicked=self.read))
        self.add_button(Button(_("Managed scaling…"), kind="primary", clicked=self._open_limits))
        self.span.currentIndexChanged.connect(lambda _index: self.read())
        self.set_sentence(
            _("EMR does not say why managed scaling moved: likely reasons follow from what YARN "
              "did just before.")
        )  # fmt: skip
        self.states.show_loading(_("Reading nodes, journal and metrics"))
        self.read()

    def read(self) -> None:
        """Read the chosen hours anew."""
        hours = float(self.span.key or 24)

        def read(_token: CancelToken) -> ScalingStory:
            load_library()
            return self.ctx.app.policies.story(self.ref, hours)

        self.ctx.tasks.run(
            "metrics", read, owner=self, done=self.show_story, failed=self._failed, key="story"
        )

    def show_story(self, story: ScalingStory) -> None:
        """Show what was read."""
        self.story = story
        self.now.fill([_standing(each) for each in story.standing])
        self._shown = 0
        self.moves.fill([])
        self._show_more()
        n = len(story.stories)
        self._empty.setVisible(not n)
        self._empty.setText(
            _("No node came or went in the {span}.").format(span=_last(self.span.currentText()))
        )
        self.chart.show_story(story)
        self.missing.setText(" ".join(story.missing))
        self.missing.setVisible(bool(story.missing))
        self.states.show_content()

    def _show_more(self) -> None:
        story = self.story
        if story is None:
            return
        chosen = story.stories[self._shown : self._shown + _MOST]
        today = story.end
        for each in chosen:
            self.moves.add(MoveRow(each, today))
        self._shown += len(chosen)
        left = len(story.stories) - self._shown
        self.more.setVisible(left > 0)
        text = ngettext("Show {n} older move", "Show {n} older moves", left)
        self.more.set_text(text.format(n=count(left)))

    def _failed(self, error: HueError) -> None:
        self.states.show_failed(error)

    def _open_limits(self) -> None:
        self.close_sheet()
        self.ctx.actions.trigger("policies.managed_scaling")


class _Stack(QWidget):
    """Lines one below the other that are replaced together."""

    def __init__(self, *, spacing: int) -> None:
        super().__init__()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(spacing)

    def fill(self, lines: Sequence[QWidget]) -> None:
        """Show these lines instead."""
        while (item := self._layout.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for line in lines:
            self.add(line)

    def add(self, line: QWidget) -> None:
        """One line more."""
        self._layout.addWidget(line)


def _standing(reason: Standing) -> QWidget:
    shape, tone = _LEVELS.get(reason.attention, (None, ""))
    return marked_lines(shape, tone, reason.text, reason.remedy)


def _last(span: str) -> str:
    return _("last {span}").format(span=span)
