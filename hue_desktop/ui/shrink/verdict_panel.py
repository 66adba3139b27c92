"""The verdict: mark and headline, what it saves, one sentence, and a line for each finding."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from hue_desktop.core.format import MINUS, money_rate
from hue_desktop.core.shrink.values import Finding, Level, Verdict
from hue_desktop.core.text import _
from hue_desktop.ui.parts import FactLine, Label, Rule, StateMark, StateShape, column, row
from hue_desktop.ui.shrink.levels import level_shape, level_tone, level_word

__all__ = ["FindingLine", "VerdictPanel"]


_WIDE = 480


class FindingLine(FactLine):
    """What was looked at, what was found, and what that is measured against."""

    def show_finding(self, finding: Finding) -> None:
        """Show one; what passed is quiet at the right, what did not has its colour."""
        passed = finding.level is Level.OK
        self.title.setText(finding.title)
        self.show_fact(
            level_shape(finding.level),
            finding.text,
            finding.note,
            note_tone="text-2" if passed else level_tone(finding.level),
        )
        said = (finding.title, level_word(finding.level), finding.text, finding.note)
        self.setAccessibleName(", ".join(one for one in said if one))


class VerdictPanel(QWidget):
    """The left column: the largest words of the sheet."""

    def __init__(self) -> None:
        super().__init__()
        self.verdict: Verdict | None = None
        self.mark = StateMark(StateShape.WAITING, 18)
        self.headline = Label(size="large", weight=600, wrap=True)
        self._saves_words = Label(_("would save"), tone="text-2")
        self._saves = Label(tone="good", weight=600)
        self.sentence = Label(wrap=True, selectable=True)
        self._missing = Label(wrap=True, tone="text-2")
        self._lines: list[FindingLine] = []
        head = row(self.mark, self.headline, self._saves_words, self._saves, spacing=8)
        head.setStretchFactor(self.headline, 1)
        self._findings = column()
        self.setLayout(
            column(head, 6, self.sentence, 10, Rule("h"), self._findings, 10, self._missing, None)
        )

    def show_verdict(self, verdict: Verdict) -> None:
        """Show a verdict in place of the last one."""
        self.verdict = verdict
        self.mark.set_shape(level_shape(verdict.level))
        self.headline.setText(verdict.headline)
        self.headline.set_tone(level_tone(verdict.level))
        saves = verdict.saves_usd_hour
        self._saves.setVisible(bool(saves))
        self._saves.setText(f"{MINUS}{money_rate(saves)}" if saves else "")
        self._name_saving()
        self.sentence.setText(verdict.sentence)
        self.sentence.setVisible(bool(verdict.sentence))
        self._missing.setText("\n".join(verdict.missing))
        self._missing.setVisible(bool(verdict.missing))
        self.setAccessibleName(f"{verdict.headline}. {verdict.sentence}")
        self._show_findings(verdict.findings)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow column the figure says by itself that it is saved."""
        super().resizeEvent(event)
        self._name_saving()

    def _name_saving(self) -> None:
        self._saves_words.setVisible(bool(self._saves.text()) and self.width() >= _WIDE)

    def _show_findings(self, findings: Sequence[Finding]) -> None:
        while len(self._lines) < len(findings):
            line = FindingLine()
            self._lines.append(line)
            self._findings.addWidget(line)
        for at, line in enumerate(self._lines):
            line.setVisible(at < len(findings))
            if at < len(findings):
                line.show_finding(findings[at])
