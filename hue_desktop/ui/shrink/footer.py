"""The footer's words: what the verdict becomes with the ticked fixes, what the buttons do."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from hue_desktop.core.format import count, duration
from hue_desktop.core.shrink.values import Level, Verdict
from hue_desktop.core.text import _, ngettext
from hue_desktop.ui.parts import Label, StateMark, StateShape, row
from hue_desktop.ui.shrink.judging import Judged
from hue_desktop.ui.shrink.levels import level_shape, level_tone, level_word
from hue_desktop.ui.shrink.wish import Wish

__all__ = ["Becomes", "footer_sentence", "passes", "primary_words"]


class Becomes(QWidget):
    """``▲ possible, 1 h 14 min``; away where no fix is ticked."""

    def __init__(self) -> None:
        super().__init__()
        self._mark = StateMark(StateShape.WAITING, 10)
        self.words = Label(weight=600)
        self.setLayout(row(self._mark, self.words, spacing=6))

    def show_verdict(self, verdict: Verdict | None) -> None:
        """Show what the verdict becomes."""
        self.setVisible(verdict is not None)
        if verdict is None:
            return
        self._mark.set_shape(level_shape(verdict.level))
        self.words.set_tone(level_tone(verdict.level))
        word = level_word(verdict.level)
        time = duration(verdict.seconds) if verdict.seconds is not None else ""
        self.words.setText(f"{word}, {time}" if time else word)


def passes(judged: Judged | None) -> bool:
    """Whether the shrink can be asked for without insisting."""
    return judged is not None and judged.verdict.level in (Level.OK, Level.WARN)


def primary_words(wish: Wish, ticked: Sequence[str]) -> str:
    """``Apply 2 fixes, check again`` or ``Shrink to 6…``."""
    if ticked:
        text = ngettext("Apply {n} fix, check again", "Apply {n} fixes, check again", len(ticked))
        return text.format(n=len(ticked))
    return _("Shrink to {n}…").format(n=count(wish.count))


def footer_sentence(judged: Judged | None, wish: Wish, *, blind: bool) -> str:
    """What stands at the left of the footer."""
    if blind:
        return _("Without reading HDFS nobody can say what would be lost.")
    if judged is None:
        return ""
    if not wish.goes:
        return _("Choose a smaller target, or the nodes that leave.")
    if judged.becomes is not None:
        return ngettext("With this fix:", "With these fixes:", len(judged.ticked))
    return _("Nothing is changed before the next question.")
