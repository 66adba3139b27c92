"""The order in which a listing shows its rows: folders first, sorted, filtered.

All of it works on columns and yields arrays of row numbers. The heavy parts are numpy calls that
let other threads run, or go page by page, so that a window stays smooth beside them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import translate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hue_desktop.services.storage.columns import Numbers, PackedPage, Same, Texts

__all__ = ["Rows", "SortKey", "find_start", "matching_rows", "sorted_rows"]

Rows = NDArray[np.int32]

_KEY_BYTES = 48  # names are compared by so many bytes at first; equal ones by all of them


@dataclass(frozen=True, slots=True)
class SortKey:
    """By what rows are sorted: ``name``, ``kind`` (the ending), ``size``, ``modified``, or a
    column of the store's own. ``fold`` takes upper and lower case as one."""

    key: str = "name"
    descending: bool = False
    fold: bool = False


def sorted_rows(pages: Sequence[PackedPage], rows: Rows, by: SortKey) -> Rows:
    """``rows`` in their order; rows that are equal stay as they came."""
    if len(rows) < 2:
        return rows
    if by.key in ("size", "modified"):
        order = np.argsort(_numbers(pages, by.key)[rows], kind="stable")
    elif by.key in ("name", "kind"):
        return _by_text(pages, rows, by)
    else:
        values = _detail_ranks(pages, by.key)
        order = np.argsort(values[rows], kind="stable")
    return rows[order[::-1]] if by.descending else rows[order]


def _numbers(pages: Sequence[PackedPage], key: str) -> NDArray[Any]:
    kind: Any = np.int64 if key == "size" else np.float64
    return np.concatenate([np.frombuffer(getattr(page, _FIELDS[key]), kind) for page in pages])


_FIELDS = {"size": "sizes", "modified": "modified"}


def _detail_ranks(pages: Sequence[PackedPage], key: str) -> NDArray[Any]:
    """A number for each row that sorts as the column's values do; what is not known comes first."""
    columns = [page.columns.get(key, Same(None, len(page))) for page in pages]
    if all(isinstance(each, Same | Numbers) for each in columns):
        single = {each.value for each in columns if isinstance(each, Same)}
        if all(value is None or isinstance(value, int) for value in single):
            return np.concatenate([_whole(each) for each in columns])
    known = {value for column in columns for value in column if value is not None}
    ranks = {value: rank for rank, value in enumerate(sorted(known, key=_mixed), 1)}
    return np.concatenate(
        [
            np.fromiter((ranks.get(value, 0) for value in column), np.int64, len(column))
            for column in columns
        ]
    )


def _whole(column: Sequence[Any]) -> NDArray[np.int64]:
    if isinstance(column, Numbers):
        return np.frombuffer(column.values, np.int64)
    value = column[0] if len(column) else None
    return np.full(len(column), -(1 << 63) if value is None else value, np.int64)


def _mixed(value: Any) -> tuple[str, Any]:
    return (type(value).__name__, value)


def _by_text(pages: Sequence[PackedPage], rows: Rows, by: SortKey) -> Rows:
    plain = all(page.names.blob.isascii() for page in pages) if by.fold else True
    if by.key == "kind" or not plain:
        texts = _chosen(pages, rows)
        keys = [_text_key(text, by) for text in texts]
        order = np.array(sorted(range(len(keys)), key=keys.__getitem__), np.int32)
        return rows[order[::-1]] if by.descending else rows[order]
    names, lengths = _name_bytes(pages, by.fold)
    width = names.shape[1]
    keys_ = names.view(f"S{width}").ravel()[rows]
    order = np.argsort(keys_, kind="stable").astype(np.int32)
    ordered = rows[order]
    if int(lengths.max()) > width:
        _settle_ties(pages, ordered, keys_[order], by.fold)
    return ordered[::-1] if by.descending else ordered


def _text_key(text: str, by: SortKey) -> Any:
    folded = text.casefold()
    if by.key == "kind":
        stem, dot, ending = folded.rpartition(".")
        return (ending if dot and stem else "", folded, text)
    return (folded, text)


def _chosen(pages: Sequence[PackedPage], rows: Rows) -> list[str]:
    starts = np.array([page.start for page in pages])
    which = np.searchsorted(starts, rows, "right") - 1
    inside = rows - starts[which]
    return [
        pages[page].names[row] for page, row in zip(which.tolist(), inside.tolist(), strict=True)
    ]


def _name_bytes(
    pages: Sequence[PackedPage], fold: bool
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The first bytes of each name, all rows equally wide, and how long each name is."""
    total = sum(len(page) for page in pages)
    all_lengths = [_lengths(page.names) for page in pages]
    lengths = np.concatenate(all_lengths)
    width = max(1, min(_KEY_BYTES, int(lengths.max())))
    names = np.zeros((total, width), np.uint8)
    for page, own in zip(pages, all_lengths, strict=True):
        _place_names(names[page.start : page.start + len(page)], page.names, own, fold)
    return names, lengths


def _lengths(names: Texts) -> NDArray[np.int64]:
    starts = np.frombuffer(names.starts, np.uint32).astype(np.int64)
    return starts[1:] - starts[:-1]


def _place_names(
    into: NDArray[np.uint8], names: Texts, lengths: NDArray[np.int64], fold: bool
) -> None:
    blob = np.frombuffer(names.blob.lower() if fold else names.blob, np.uint8)
    width = into.shape[1]
    starts = np.frombuffer(names.starts, np.uint32)[:-1].astype(np.int64)
    if len(lengths) and int(lengths.min()) == int(lengths.max()):
        whole = blob.reshape(len(lengths), -1)
        into[:, : whole.shape[1]] = whole[:, :width]
        return
    kept = np.minimum(lengths, width)
    rows = np.repeat(np.arange(len(kept)), kept)
    inside = np.arange(int(kept.sum())) - np.repeat(np.cumsum(kept) - kept, kept)
    into[rows, inside] = blob[np.repeat(starts, kept) + inside]


def _settle_ties(
    pages: Sequence[PackedPage], ordered: Rows, keys: NDArray[Any], fold: bool
) -> None:
    """Sort runs of rows whose first bytes are equal by their whole names, in place."""
    same = np.flatnonzero(keys[1:] == keys[:-1])
    if not len(same):
        return
    breaks = np.flatnonzero(np.diff(same) > 1)
    firsts = np.concatenate([same[:1], same[breaks + 1]])
    lasts = np.concatenate([same[breaks], same[-1:]]) + 2
    for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
        run = ordered[first:last].copy()
        texts = [text.encode("utf-8", "surrogateescape") for text in _chosen(pages, run)]
        if fold:
            texts = [text.lower() for text in texts]
        order = sorted(range(len(texts)), key=texts.__getitem__)
        ordered[first:last] = run[np.array(order)]


def matching_rows(page: PackedPage, text: str) -> NDArray[np.bool_]:
    """Which rows of a page hold ``text`` in their names, in whatever case; ``*`` and ``?`` make it
    a pattern for the whole name."""
    found = np.zeros(len(page), np.bool_)
    wanted = text.casefold()
    if "*" in wanted or "?" in wanted:
        match = re.compile(translate(wanted)).match
        found[:] = [match((name or "").casefold()) is not None for name in page.names]
    elif page.names.blob.isascii() and wanted.isascii():
        _search(page.names, wanted.encode(), found)
    else:
        found[:] = [wanted in (name or "").casefold() for name in page.names]
    return found


def _search(names: Texts, wanted: bytes, found: NDArray[np.bool_]) -> None:
    """Look through all names at once; a hit that reaches into the next name is none."""
    blob, starts = names.blob.lower(), names.starts
    row, at = 0, blob.find(wanted)
    rows = len(starts) - 1
    while at >= 0:
        while starts[row + 1] <= at:
            row += 1
        if at + len(wanted) <= starts[row + 1]:
            found[row] = True
            row += 1
            if row == rows:
                return
            at = blob.find(wanted, starts[row])
        else:
            at = blob.find(wanted, at + 1)


def find_start(pages: Sequence[PackedPage], order: Rows, start: str, after: int) -> int:
    """The next place in ``order`` behind ``after`` whose name begins so; begins anew at the top."""
    wanted = start.casefold()
    total = sum(len(page) for page in pages)
    hits = np.zeros(total, np.bool_)
    for page in pages:
        own = matching_rows(page, start) if "*" not in start and "?" not in start else None
        for row in np.flatnonzero(own).tolist() if own is not None else range(len(page)):
            if (page.names[row] or "").casefold().startswith(wanted):
                hits[page.start + row] = True
    places = np.flatnonzero(hits[order])
    if not len(places):
        return -1
    behind = places[places > after]
    return int(behind[0] if len(behind) else places[0])
