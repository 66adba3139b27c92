"""Which files a transfer would copy, of those that were compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hue_desktop.core.transfers.values import (
    Comparison,
    Conflict,
    PlannedFile,
    TransferRequest,
    TransferSummary,
)

__all__ = ["Selection", "is_chosen", "select"]


@dataclass(frozen=True, slots=True)
class Selection:
    """What will be copied. ``replaced`` counts the targets that exist and differ."""

    files: int = 0
    bytes: int = 0
    replaced: int = 0
    large: int = 0  #: files that are sent in parts; of a long list as in its beginning
    large_bytes: int = 0


def select(
    summary: TransferSummary, files: Sequence[PlannedFile], request: TransferRequest,
    *, part_size: int = 16 * 1024 * 1024,
) -> Selection:  # fmt: skip
    """Count by the summary, less what was taken out; ``files`` may be the first ones only."""
    skips = request.options.conflict is Conflict.SKIP
    count, total = summary.new, summary.new_bytes
    replaced = 0 if skips else summary.differing
    if not skips:
        count, total = count + summary.differing, total + summary.differing_bytes
    known = large = large_bytes = 0
    for one in files:
        differs = one.comparison is Comparison.DIFFERS
        if one.comparison is Comparison.SAME or (differs and skips):
            continue
        if one.relative in request.unticked:
            count, total, replaced = count - 1, total - one.size, replaced - differs
            continue
        known += 1
        if one.size > part_size:
            large, large_bytes = large + 1, large_bytes + one.size
    if 0 < known < count:
        large, large_bytes = large * count // known, min(total, large_bytes * count // known)
    return Selection(max(0, count), max(0, total), max(0, replaced), large, large_bytes)


def is_chosen(file: PlannedFile, request: TransferRequest) -> bool:
    """Whether this file will be copied."""
    if file.comparison is Comparison.SAME or file.relative in request.unticked:
        return False
    return file.comparison is Comparison.NEW or request.options.conflict is not Conflict.SKIP
