"""Scaling and auto-termination policies: what EMR refuses, what never fires, what does harm.

Each rule is one function with a name; ``idle_rules`` and ``scaling_rules`` hold the tables. The
limits are those of EMR's API and management guide.
"""

from hue_desktop.core.policies.ceiling import Ceiling, Growth, ceiling_of
from hue_desktop.core.policies.idle_rules import IDLE_RULES, IDLE_TIMEOUT_S, judge_idle
from hue_desktop.core.policies.scaling_rules import SCALING_RULES, judge_scaling
from hue_desktop.core.policies.values import (
    Measured,
    PolicyFacts,
    Pool,
    Remark,
    RemarkLevel,
    is_task_only,
    units_word,
    worst,
)

__all__ = [
    "IDLE_RULES",
    "IDLE_TIMEOUT_S",
    "SCALING_RULES",
    "Ceiling",
    "Growth",
    "Measured",
    "PolicyFacts",
    "Pool",
    "Remark",
    "RemarkLevel",
    "ceiling_of",
    "is_task_only",
    "judge_idle",
    "judge_scaling",
    "units_word",
    "worst",
]
