"""Whether a target is the same as its source, judged from what listings say.

A listing of S3 shows when an object was stored, not the file's own time, so it can decide only
where sizes differ or both sides show the same ETag. Where it cannot decide, ``judge`` answers
``None``: then one looks closer (``judge_closely``) with what a request for the single file tells.
"""

from __future__ import annotations

from typing import NamedTuple

from hue_desktop.core.format import size as size_text
from hue_desktop.core.storage import Checksum, StoreKind
from hue_desktop.core.text import _
from hue_desktop.core.transfers.values import Comparison

__all__ = ["TIME_TOLERANCE_S", "Facts", "judge", "judge_closely", "same_time"]

#: HDFS keeps milliseconds, S3 metadata and local files fractions that a float cannot hold exactly.
TIME_TOLERANCE_S = 0.0015


class Facts(NamedTuple):
    """What a listing says of a file; ``modified`` in epoch seconds, ``etag`` only on S3."""

    size: int
    modified: float | None = None
    etag: str = ""
    folder: bool = False


Verdict = tuple[Comparison, str]


def judge(
    source_kind: StoreKind, source: Facts, target_kind: StoreKind, target: Facts | None
) -> Verdict | None:
    """The comparison and its reason; ``None`` when the listings do not tell."""
    if target is None:
        return Comparison.NEW, ""
    if source.folder or target.folder:
        if source.folder and target.folder:
            return Comparison.SAME, _("the folder is there")
        return Comparison.DIFFERS, _kinds_differ(target)
    if source.size != target.size:
        return Comparison.DIFFERS, _sizes_differ(source, target)
    if source_kind is target_kind is StoreKind.S3:
        same = bool(source.etag) and source.etag == target.etag
        return (Comparison.SAME, _("the same ETag")) if same else None
    if StoreKind.S3 in (source_kind, target_kind):
        return None
    if same_time(source.modified, target.modified):
        return Comparison.SAME, _("the same size and time")
    return Comparison.DIFFERS, _times_differ(source.modified, target.modified)


def judge_closely(
    source: Facts,
    target: Facts,
    source_checksum: Checksum | None = None,
    target_checksum: Checksum | None = None,
) -> Verdict:
    """The comparison of two files of the same size, with times that are the files' own."""
    if source.size != target.size:
        return Comparison.DIFFERS, _sizes_differ(source, target)
    if (
        source_checksum is not None
        and target_checksum is not None
        and source_checksum.algorithm == target_checksum.algorithm
    ):
        if source_checksum.value == target_checksum.value:
            return Comparison.SAME, _("the same {algorithm}").format(
                algorithm=source_checksum.algorithm
            )
        return Comparison.DIFFERS, _("another {algorithm}").format(
            algorithm=source_checksum.algorithm
        )
    if same_time(source.modified, target.modified):
        return Comparison.SAME, _("the same size and time")
    return Comparison.DIFFERS, _times_differ(source.modified, target.modified)


def same_time(one: float | None, other: float | None) -> bool:
    """Whether two times are the same as far as stores keep them."""
    return one is not None and other is not None and abs(one - other) <= TIME_TOLERANCE_S


def _kinds_differ(target: Facts) -> str:
    return _("a folder stands there") if target.folder else _("a file stands there")


def _sizes_differ(source: Facts, target: Facts) -> str:
    theirs, ours = size_text(target.size), size_text(source.size)
    if theirs == ours:
        return _("{bytes} bytes there, {ours} here").format(bytes=target.size, ours=source.size)
    return _("{theirs} there, {ours} here").format(theirs=theirs, ours=ours)


def _times_differ(source: float | None, target: float | None) -> str:
    if source is None or target is None:
        return _("the same size, the time is not known")
    return _("the target is newer") if target > source else _("the source is newer")
