"""What a shrink would do to the data, the disks and the work. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from hue_desktop.core.shrink.blocks import BlockTable
from hue_desktop.core.shrink.values import CoreNode, ShrinkLimits, ShrinkRequest, Verdict

__all__ = ["judge", "with_fixes"]


def judge(
    blocks: BlockTable,
    nodes: Sequence[CoreNode],
    request: ShrinkRequest,
    limits: ShrinkLimits | None = None,
) -> Verdict:
    """The verdict on a request.

    ``nodes`` are the core nodes; replicas on hosts that are not among them count as lost already.
    """
    raise NotImplementedError


def with_fixes(
    blocks: BlockTable,
    nodes: Sequence[CoreNode],
    request: ShrinkRequest,
    limits: ShrinkLimits | None,
    keys: Sequence[str],
) -> Verdict:
    """The verdict as it becomes with those fixes applied first (keys of ``Fix``)."""
    raise NotImplementedError
