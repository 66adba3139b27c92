"""What would make it safe: fixes to tick, what each takes, what it cures."""

from __future__ import annotations

import re
from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from hue_desktop.core.format import duration
from hue_desktop.core.shrink.values import Finding, Fix, Level, Verdict
from hue_desktop.core.text import _
from hue_desktop.ui.parts import Label, Rule, StateMark, StateShape, TextField, column, row
from hue_desktop.ui.shrink.fixing import Deed

__all__ = ["FixLine", "FixList", "first_choice"]

SNAPSHOT = "snapshot_to_s3"
_INDENT = 34  #: what belongs to a box stands under its words
_FOLDER = re.compile(r"s3[an]?://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?")
#: fixes that only change what is asked, not the cluster
_OF_THE_REQUEST = frozenset(("choose_others", "raise_timeout"))


def first_choice(verdict: Verdict) -> tuple[str, ...]:
    """The suggested fixes that suffice for what is not safe: the first that cures each finding."""
    open_keys = {one.key for one in verdict.findings if one.level is Level.BAD}
    chosen = []
    for fix in verdict.fixes:
        if fix.suggested and open_keys.intersection(fix.cures):
            chosen.append(fix.key)
            open_keys.difference_update(fix.cures)
    return tuple(chosen)


class FixLine(QWidget):
    """One fix with its box."""

    def __init__(self, fix: Fix, cures: Iterable[Finding], target: str = "") -> None:
        super().__init__()
        self.fix = fix
        self.box = QCheckBox()
        self.box.setAccessibleName(fix.title)
        self.box.setAccessibleDescription(fix.text)
        text = fix.text
        if fix.seconds is not None and not text:
            text = _("about {time}").format(time=duration(fix.seconds))
        note = Label(text, tone="text-2", wrap=True)
        note.setContentsMargins(_INDENT, 0, 0, 0)
        self.target: TextField | None = None
        names = ", ".join(finding.title for finding in cures)
        cured = Label(names, tone="good", elide=True)
        cured.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        mark = StateMark(StateShape.RUNNING, 8)
        mark.setVisible(bool(names))
        title = _Title(fix.title, self.box)
        head = row(self.box, title, mark, cured, spacing=6)
        head.setStretchFactor(title, 1)
        layout = column(Rule("h"), 4, head, note)
        if fix.key == SNAPSHOT:
            self.target = TextField(
                target, name=_("Folder on S3"), placeholder="s3://bucket/folder/"
            )
            layout.addLayout(row(self.target, margins=(_INDENT, 4, 0, 0)))
            self.target.setVisible(self.box.isChecked())
            self.box.toggled.connect(self.target.setVisible)
            self.target.textChanged.connect(lambda _text: self.problem())
        layout.addSpacing(6)
        self.setLayout(layout)

    def problem(self) -> str:
        """What is wrong with the line as it is filled in; empty when it can be applied."""
        if self.target is None or not self.box.isChecked():
            return ""
        right = _FOLDER.fullmatch(self.target.text().strip())
        sentence = "" if right else _("Say where on S3, for example s3://bucket/folder/.")
        self.target.set_problem(sentence)
        return sentence


class _Title(Label):
    """The words of a box; unlike the box's own they wrap. A click ticks the box."""

    def __init__(self, text: str, box: QCheckBox) -> None:
        super().__init__(text, wrap=True)
        self._box = box

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self._box.click()


class FixList(QWidget):
    """``changed`` after a box was ticked or not."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._lines: dict[str, FixLine] = {}
        self._target = ""
        self.offered: tuple[Fix, ...] | None = None
        self._title = Label(_("Make it safe"), weight=600)
        self._nothing = Label(tone="text-2", wrap=True)
        self._place = column()
        self.setLayout(column(self._title, 8, self._nothing, self._place, None))

    @property
    def ticked(self) -> tuple[str, ...]:
        """Keys of the ticked fixes, in the order in which they are done."""
        return tuple(key for key, line in self._lines.items() if line.box.isChecked())

    @property
    def fixes(self) -> tuple[Fix, ...]:
        """The ticked fixes."""
        return tuple(self._lines[key].fix for key in self.ticked)

    def deeds(self) -> tuple[Deed, ...]:
        """What the ticked fixes do to the cluster; those that change the request are not in it."""
        found = []
        for key in self.ticked:
            line = self._lines[key]
            if key not in _OF_THE_REQUEST:
                target = line.target.text().strip() if line.target is not None else ""
                found.append(Deed(key, line.fix.title, target))
        return tuple(found)

    def problem(self) -> str:
        """What is wrong with what is ticked."""
        return next((text for line in self._lines.values() if (text := line.problem())), "")

    def line(self, key: str) -> FixLine:
        """The line of a fix (KeyError where it is not offered)."""
        return self._lines[key]

    def show_verdict(self, verdict: Verdict, ticked: Iterable[str]) -> None:
        """Offer the fixes of a verdict, some of them ticked."""
        for line in self._lines.values():
            line.hide()
            line.deleteLater()
        chosen = set(ticked)
        old = self._lines.get(SNAPSHOT)
        if old is not None and old.target is not None:
            self._target = old.target.text()
        self._lines = {}
        self.offered = verdict.fixes
        for fix in verdict.fixes:
            found = [verdict.finding(key) for key in fix.cures]
            line = FixLine(fix, [one for one in found if one is not None], self._target)
            line.box.setChecked(fix.key in chosen)
            line.problem()
            line.box.toggled.connect(lambda _on: self.changed.emit())
            self._lines[fix.key] = line
            self._place.addWidget(line)
        self._nothing.setVisible(not verdict.fixes)
        self._nothing.setText(_nothing_to_mend(verdict.level))


def _nothing_to_mend(level: Level) -> str:
    if level is Level.OK:
        return _("Nothing needs mending.")
    if level is Level.UNKNOWN:
        return _("What would help is known once the cluster has been read.")
    return _("Nothing that can be done from here would change the verdict.")
