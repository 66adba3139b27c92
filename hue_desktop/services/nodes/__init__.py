"""Nodes by role and market, with what they cost and what is wrong with them."""

from __future__ import annotations

from hue_desktop.services.nodes.attention import (
    attention_of,
    live_problems,
    node_problem,
    recorded_text,
    was_lost,
)
from hue_desktop.services.nodes.grouping import NodeGroup, node_groups

__all__ = [
    "NodeGroup",
    "attention_of",
    "live_problems",
    "node_groups",
    "node_problem",
    "recorded_text",
    "was_lost",
]
