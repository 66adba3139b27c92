"""The shrink pre-flight: what leaves with core nodes, how long it takes, what makes it safe."""

from __future__ import annotations

from hue_desktop.core.shrink.blocks import BlockTable, BlockTableBuilder
from hue_desktop.core.shrink.judge import judge, with_fixes
from hue_desktop.core.shrink.values import (
    DEFAULT_TIMEOUT_S,
    AdminState,
    CoreNode,
    DrainRate,
    Finding,
    Fix,
    Level,
    LostFile,
    NodeRoom,
    RateSource,
    ShrinkLimits,
    ShrinkRequest,
    TargetOption,
    Verdict,
)

__all__ = [
    "DEFAULT_TIMEOUT_S",
    "AdminState",
    "BlockTable",
    "BlockTableBuilder",
    "CoreNode",
    "DrainRate",
    "Finding",
    "Fix",
    "Level",
    "LostFile",
    "NodeRoom",
    "RateSource",
    "ShrinkLimits",
    "ShrinkRequest",
    "TargetOption",
    "Verdict",
    "judge",
    "with_fixes",
]
