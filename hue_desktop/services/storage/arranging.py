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

_WORD = 8
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
        return _by_name(pages, rows, by)
    else:
        columns = [page.columns.get(by.key) for page in pages]
        if all(isinstance(each, Texts) for each in columns):
            ordered = _by_bytes(pages, [each for each in columns if isinstance(each, Texts)], rows)
            return ordered[::-1] if by.descending else ordered
        order = np.argsort(_detail_ranks(pages, by.key)[rows], kind="stable")
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


def _by_name(pages: Sequence[PackedPage], rows: Rows, by: SortKey) -> Rows:
    plain = all(page.names.blob.isascii() for page in pages) if by.fold else True
    if by.key == "name" and plain:
        ordered = _by_bytes(pages, [page.names for page in pages], rows, by.fold)
    else:
        keys = [_text_key(text or "", by) for text in _chosen(pages, _names(pages), rows)]
        order = np.array(sorted(range(len(keys)), key=keys.__getitem__), np.int32)
        ordered = rows[order]
    return ordered[::-1] if by.descending else ordered


def _names(pages: Sequence[PackedPage]) -> list[Texts]:
    return [page.names for page in pages]


def _by_bytes(
    pages: Sequence[PackedPage], texts: Sequence[Texts], rows: Rows, fold: bool = False
) -> Rows:
    """Rows by the bytes of a column of texts, which is the order of code points."""
    words, lengths = _first_words(pages, texts, fold)
    order: Rows = np.arange(len(rows), dtype=np.int32)
    same = np.ones(max(0, len(rows) - 1), np.bool_)
    for number in reversed(range(words.shape[1])):  # stable, so the last word is sorted first
        word = words[:, number][rows].astype(np.uint64)
        if (word == word[0]).all():
            continue
        order = order[np.argsort(word[order], kind="stable")]
    ordered = rows[order]
    if int(lengths.max()) > words.shape[1] * _WORD:
        for number in range(words.shape[1]):
            word = words[:, number][ordered]
            same &= word[1:] == word[:-1]
        _settle_ties(pages, texts, ordered, np.flatnonzero(same), fold)
    return ordered


def _text_key(text: str, by: SortKey) -> Any:
    folded = text.casefold()
    if by.key == "kind":
        stem, dot, ending = folded.rpartition(".")
        return (ending if dot and stem else "", folded, text)
    return (folded, text)


def _chosen(pages: Sequence[PackedPage], texts: Sequence[Texts], rows: Rows) -> list[str | None]:
    starts = np.array([page.start for page in pages])
    which = np.searchsorted(starts, rows, "right") - 1
    inside = rows - starts[which]
    return [texts[page][row] for page, row in zip(which.tolist(), inside.tolist(), strict=True)]


def _first_words(
    pages: Sequence[PackedPage], texts: Sequence[Texts], fold: bool
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The first bytes of each text as words of eight that compare as they do, and how long each
    text is. Words, since numpy sorts texts without letting other threads run."""
    total = sum(len(page) for page in pages)
    all_lengths = [_lengths(each) for each in texts]
    lengths = np.concatenate(all_lengths)
    width = -(-max(1, min(_KEY_BYTES, int(lengths.max()))) // _WORD) * _WORD
    table = np.zeros((total, width), np.uint8)
    for page, column, own in zip(pages, texts, all_lengths, strict=True):
        _place(table[page.start : page.start + len(page)], column, own, fold)
    return table.view(">u8"), lengths


def _lengths(names: Texts) -> NDArray[np.int64]:
    starts = np.frombuffer(names.starts, np.uint32).astype(np.int64)
    return starts[1:] - starts[:-1]


def _place(into: NDArray[np.uint8], names: Texts, lengths: NDArray[np.int64], fold: bool) -> None:
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
    pages: Sequence[PackedPage],
    texts: Sequence[Texts],
    ordered: Rows,
    same: NDArray[np.int64],
    fold: bool,
) -> None:
    """Sort runs of rows whose first bytes are equal by their whole texts, in place.

    ``same`` are the places whose next one is equal.
    """
    if not len(same):
        return
    breaks = np.flatnonzero(np.diff(same) > 1)
    firsts = np.concatenate([same[:1], same[breaks + 1]])
    lasts = np.concatenate([same[breaks], same[-1:]]) + 2
    for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
        run = ordered[first:last].copy()
        whole = [
            (text or "").encode("utf-8", "surrogateescape") for text in _chosen(pages, texts, run)
        ]
        if fold:
            whole = [text.lower() for text in whole]
        order = sorted(range(len(whole)), key=whole.__getitem__)
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
    lowered = names.blob.lower()
    if wanted not in lowered:
        return
    blob = np.frombuffer(lowered, np.uint8)
    places = len(blob) - len(wanted) + 1
    hits = blob[:places] == wanted[0]
    for offset in range(1, len(wanted)):
        hits &= blob[offset : offset + places] == wanted[offset]
    starts = np.frombuffer(names.starts, np.uint32).astype(np.int64)
    at = np.flatnonzero(hits)
    rows = np.searchsorted(starts, at, "right") - 1
    found[rows[at + len(wanted) <= starts[rows + 1]]] = True


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
