"""How a verdict's level looks: shape, colour, word."""

from __future__ import annotations

from hue_desktop.core.shrink.values import Level
from hue_desktop.core.text import _
from hue_desktop.ui.parts import StateShape

__all__ = ["level_shape", "level_tone", "level_word"]

_SHAPES = {
    Level.OK: StateShape.RUNNING,
    Level.WARN: StateShape.ATTENTION,
    Level.BAD: StateShape.FAILED,
    Level.UNKNOWN: StateShape.WAITING,
}
_TONES = {Level.OK: "good", Level.WARN: "warn", Level.BAD: "critical", Level.UNKNOWN: "warn"}


def level_shape(level: Level) -> StateShape:
    """● passed, ▲ with a but, ✕ not safe, ○ not known; what is not known is never green."""
    return _SHAPES[level]


def level_tone(level: Level) -> str:
    """The colour of a word that says the same."""
    return _TONES[level]


def level_word(level: Level) -> str:
    """The level in a word, for the end of a sentence."""
    return {
        Level.OK: _("safe"),
        Level.WARN: _("possible"),
        Level.BAD: _("not safe"),
        Level.UNKNOWN: _("not known"),
    }[level]
