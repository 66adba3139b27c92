"""Instance advice: rules over what is known and measured of a cluster. Pure."""

from __future__ import annotations

from hue_desktop.core.advice.values import (
    ActionKind,
    Advice,
    AdviceAction,
    Confidence,
    Evidence,
    Risk,
    TypeChange,
)

__all__ = [
    "ActionKind",
    "Advice",
    "AdviceAction",
    "Confidence",
    "Evidence",
    "Risk",
    "TypeChange",
]
