"""What a rehearsal came to: headline, three lines of facts, nodes over time, the timeline."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from hue_desktop.core.format import count, duration
from hue_desktop.core.rehearsal import HdfsSource, RehearsalLevel, RehearsalOutcome
from hue_desktop.core.text import _, ngettext
from hue_desktop.ui.parts import (
    FactLine,
    Label,
    RoleSquare,
    Rule,
    StateMark,
    StateShape,
    column,
    row,
)
from hue_desktop.ui.rehearsal.node_chart import NodeChart
from hue_desktop.ui.rehearsal.timeline import Timeline
from hue_desktop.ui.rehearsal.words import (
    Line,
    applications_words,
    cost_words,
    hdfs_words,
    headline,
    hours_words,
    level_shape,
    level_tone,
)
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["OutcomeLine", "OutcomePanel"]

_TITLE_WIDTH = 104
_GAP = 24
_ROWS = 8  #: of the timeline before it scrolls
_MOST_FILES = 12


class OutcomeLine(FactLine):
    """What became of one thing."""

    def __init__(self, title: str) -> None:
        super().__init__(title, title_width=_TITLE_WIDTH)

    def show_line(self, line: Line) -> None:
        """Show what happened and what that is measured against."""
        level, text, note = line
        self.show_fact(
            level_shape(level),
            text,
            note,
            tone="critical" if level is RehearsalLevel.BAD else "",
            note_tone="text-2" if level is RehearsalLevel.NOTE else level_tone(level),
        )
        self.setAccessibleName(f"{self.title.text()}: {text} {note}".strip())


class OutcomePanel(QWidget):
    """Everything about one outcome."""

    def __init__(self) -> None:
        super().__init__()
        self.mark = StateMark(StateShape.RUNNING, 18)
        self.headline = Label(size="large", weight=600)
        self._took = Label(tone="text-2", size="small")
        self.sentence = Label(wrap=True, selectable=True)
        self.applications = OutcomeLine(_("Applications"))
        self.hdfs = OutcomeLine(_("HDFS"))
        self.cost = OutcomeLine(_("Cost"))
        self.chart = NodeChart()
        self.timeline = Timeline()
        self.lost = _Lines(_("Lost files"))
        self.names = _Lines(_("Failed or killed"))
        self.missing = _Lines(_("What the copy is made of"))
        self._lay_out()

    def _lay_out(self) -> None:
        head = row(self.mark, self.headline, None, spacing=8)
        facts = QWidget()
        facts.setLayout(
            column(
                head, 6, self.sentence, 10, Rule("h"),
                self.applications, self.hdfs, self.cost, 8, self._took, None,
            )
        )  # fmt: skip
        legend = row(
            RoleSquare("role-core"), Label(_("core"), tone="text-2", size="small"), 4,
            RoleSquare("role-task"), Label(_("task"), tone="text-2", size="small"), 4,
            Label(_("dashed: not draining"), tone="text-2", size="small"), spacing=5,
        )  # fmt: skip
        nodes = QWidget()
        nodes.setLayout(
            column(row(Label(_("Nodes over time"), weight=600), None, legend), 8, self.chart, None)
        )
        events = QWidget()
        events.setLayout(column(self.timeline, None))
        rest = QWidget()
        rest.setLayout(column(self.lost, self.names, self.missing, None))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(_GAP)
        grid.setVerticalSpacing(16)
        grid.addWidget(facts, 0, 0)
        grid.addWidget(Rule("v"), 0, 1)
        grid.addWidget(nodes, 0, 2)
        grid.addWidget(Rule("h"), 1, 0, 1, 3)
        grid.addWidget(events, 2, 0)
        grid.addWidget(Rule("v"), 2, 1)
        grid.addWidget(rest, 2, 2)
        grid.setColumnStretch(0, 11)
        grid.setColumnStretch(2, 8)
        grid.setRowStretch(3, 1)

    def show_outcome(self, outcome: RehearsalOutcome) -> None:
        """Show an outcome in place of the last one."""
        self.mark.set_shape(level_shape(outcome.level))
        self.headline.setText(headline(outcome.level))
        self.headline.set_tone(level_tone(outcome.level))
        self.sentence.setText(outcome.sentence)
        self.applications.show_line(applications_words(outcome.applications))
        self.hdfs.show_line(hdfs_words(outcome.hdfs))
        self.cost.show_line(cost_words(outcome))
        hours, took = hours_words(outcome.hours), duration(max(1.0, outcome.took_s))
        self._took.setText(
            _("{hours} rehearsed in {took}; an estimate from a simulation.").format(
                hours=hours, took=took
            )
        )
        self.chart.show_series(outcome.nodes, outcome.hours)
        self.timeline.show_events(outcome.events)
        rows = max(2, min(len(outcome.events), _ROWS))
        self.timeline.setFixedHeight(SIZES["head"] + rows * SIZES["row"] + 2)
        self._show_rest(outcome)
        self.setAccessibleName(f"{headline(outcome.level)}. {outcome.sentence}")

    def _show_rest(self, outcome: RehearsalOutcome) -> None:
        hdfs = outcome.hdfs
        files = hdfs.lost_files[:_MOST_FILES] if hdfs is not None else ()
        self.lost.show_lines(files, hdfs.lost_count if hdfs is not None else 0)
        names = outcome.applications.names
        self.names.show_lines(names[:_MOST_FILES], len(names))
        made_of = (*_made_of(outcome), *outcome.missing)
        self.missing.show_lines(made_of, len(made_of))


class _Lines(QWidget):
    """A title over lines; away where there is none."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.text = Label(tone="text-2", wrap=True, selectable=True)
        self.setLayout(column(Label(title, weight=600), 4, self.text, 12))

    def show_lines(self, lines: tuple[str, ...], total: int) -> None:
        """Show these, and how many more there are."""
        more = total - len(lines)
        rest = (ngettext("and {n} more", "and {n} more", more).format(n=count(more)),)
        self.text.setText("\n".join((*lines, *(rest if more > 0 else ()))))
        self.setVisible(bool(lines))


def _made_of(outcome: RehearsalOutcome) -> tuple[str, ...]:
    """How true the copy's HDFS was."""
    hdfs = outcome.hdfs
    if hdfs is None:
        return (_("HDFS: none in the copy."),)
    return {
        HdfsSource.BLOCKS: (_("HDFS: every file and replica as the NameNode told them."),),
        HdfsSource.TOTALS: (
            _("HDFS: the bytes of each node as read; files of equal size stand in for the rest."),
        ),
        HdfsSource.NONE: (_("HDFS: nothing was known of it; its files are made up."),),
    }[hdfs.source]
