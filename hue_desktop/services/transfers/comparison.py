"""Comparing a request's sources with its targets without copying anything."""

from __future__ import annotations

from collections.abc import Callable

from hue_desktop.core.transfers.ports import Opener
from hue_desktop.core.transfers.values import (
    Comparison,
    PlannedFile,
    TransferRequest,
    TransferSummary,
)
from hue_desktop.services.transfers.listing import Lister

__all__ = ["compare_request"]


def compare_request(
    opener: Opener, request: TransferRequest, cancel: Callable[[], None], limit: int
) -> tuple[TransferSummary, tuple[PlannedFile, ...]]:
    """The counts of all files and the first ``limit`` of them."""
    lister = Lister(opener, request, cancel)
    landings = lister.prepare()
    files: list[PlannedFile] = []
    counts = dict.fromkeys(Comparison, 0)
    sizes = dict.fromkeys(Comparison, 0)
    for page in lister.pages():
        for file, reason in page:
            counts[file.comparison] += 1
            sizes[file.comparison] += file.size
            if len(files) < limit:
                landing = landings[file.source]
                files.append(
                    PlannedFile(
                        landing.source_of(file.name),
                        landing.base.child(file.target),
                        file.target,
                        file.size,
                        file.modified,
                        file.comparison,
                        reason,
                        file.folder,
                    )
                )
    new, same, differs = Comparison.NEW, Comparison.SAME, Comparison.DIFFERS
    summary = TransferSummary(
        files=sum(counts.values()),
        bytes=sum(sizes.values()),
        new=counts[new],
        new_bytes=sizes[new],
        same=counts[same],
        same_bytes=sizes[same],
        differing=counts[differs],
        differing_bytes=sizes[differs],
    )
    return summary, tuple(files)
