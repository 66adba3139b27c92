"""Fewer nodes of a bigger type may be enough: the same YARN memory. Pure."""

from __future__ import annotations

import math

from hue_desktop.core.candidates.values import Candidate, EnoughNodes
from hue_desktop.core.format import count, decimal
from hue_desktop.core.text import _, ngettext

__all__ = ["enough_nodes"]


def enough_nodes(
    chosen: Candidate, own: Candidate | None, more: int, *, before: int = 0
) -> EnoughNodes | None:
    """How many nodes of the chosen type bring what ``more`` of the group's own type would have.

    ``before`` is the group's count now, to which the new nodes are added. ``None`` when there is no
    type to compare with, nothing is added, or fewer would not do.
    """
    if own is None or more <= 1 or chosen.name == own.name:
        return None
    if chosen.yarn_gib <= own.yarn_gib or own.yarn_gib <= 0:
        return None
    nodes = math.ceil(more * own.yarn_gib / chosen.yarn_gib - 1e-9)
    if nodes >= more:
        return None
    text = _("{n} × {type} give {a} GiB of YARN memory; {m} × {own} would have given {b} GiB.")
    return EnoughNodes(
        chosen.name,
        nodes,
        nodes * chosen.yarn_gib,
        own.name,
        more,
        more * own.yarn_gib,
        None if chosen.usd_hour is None else (more - nodes) * chosen.usd_hour,
        ngettext("{n} node may be enough", "{n} nodes may be enough", nodes).format(n=count(nodes)),
        text.format(
            n=count(nodes),
            type=chosen.name,
            a=decimal(nodes * chosen.yarn_gib, 0),
            m=count(more),
            own=own.name,
            b=decimal(more * own.yarn_gib, 0),
        ),
        before + nodes,
    )
