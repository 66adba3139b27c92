"""Pages of a listing into columns, in one pass over each page.

Servers differ in the order of the elements, in which of them they send and in how they encode keys:
the order is learned from the first object of a page, and pages that are not uniform are read object
by object.
"""

from __future__ import annotations

import html
import re
from array import array
from calendar import timegm
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import methodcaller
from sys import intern
from typing import Any
from urllib.parse import unquote_plus

from hue_desktop.core.storage import EntryPage

__all__ = ["ListPage", "epoch", "read_page", "to_columns"]

_FIELDS = ("Key", "LastModified", "Size", "ETag", "StorageClass")
_PATTERNS = {
    "Key": "<Key>([^<]*)</Key>",
    "LastModified": "<LastModified>([^<]*)</LastModified>",
    "Size": "<Size>([^<]*)</Size>",
    "ETag": '<ETag>(?:&quot;|&#34;|")?([^<&"]*)(?:&quot;|&#34;|")?</ETag>',
    "StorageClass": "<StorageClass>([^<]*)</StorageClass>",
}
_ONE = {name: re.compile(pattern) for name, pattern in _PATTERNS.items()}
_OBJECT = re.compile(r"<Contents>(.*?)</Contents>", re.DOTALL)
_ELEMENT = re.compile(r"<(\w+)>[^<]*</\1>")
_PREFIXES = re.compile(r"<CommonPrefixes>\s*<Prefix>([^<]*)</Prefix>\s*</CommonPrefixes>")
_TOKEN = re.compile(r"<NextContinuationToken>([^<]*)</NextContinuationToken>")

_QUOTES = ("&quot;", "&#34;", '"')
EDGE = 4096  #: characters at each end of a page where the token is looked for first

_times: dict[str, float] = {}
_minutes: dict[str, float] = {}


@dataclass(slots=True)
class ListPage:
    """One answer of ListObjectsV2; keys decoded, columns as long as ``keys``."""

    keys: list[str]
    times: list[str]
    sizes: list[str]
    etags: list[str]
    classes: list[str]
    prefixes: list[str]
    token: str  #: of the page that follows; empty at the end

    def drop_first(self) -> None:
        """Leave out the first object."""
        for column in (self.keys, self.times, self.sizes, self.etags, self.classes):
            del column[:1]


def next_token(document: str) -> str:
    """The token of the page that follows."""
    size = len(document)
    for start, end in ((0, EDGE), (max(0, size - EDGE), size)):
        found = _TOKEN.search(document, start, end)
        if found:
            return html.unescape(found[1])
        if document.find("<IsTruncated>false", start, end) >= 0:
            return ""
    found = _TOKEN.search(document)
    return html.unescape(found[1]) if found else ""


def read_page(document: str) -> ListPage:
    """Gather what a page holds."""
    encoded = "<EncodingType>url</EncodingType>" in document
    keys, times, sizes, etags, classes = _columns(document)
    prefixes = _PREFIXES.findall(document) if "<CommonPrefixes>" in document else []
    return ListPage(
        _decoded(keys, encoded),
        times,
        sizes,
        etags,
        classes,
        _decoded(prefixes, encoded),
        next_token(document),
    )


def _columns(document: str) -> list[list[str]]:
    """Key, time, size, ETag and class of all objects.

    All objects of a page are mostly written alike: then one pattern, made from the first of them,
    finds all. Where it does not find as many as there are, each is read by itself.
    """
    count = document.count("<Contents>")
    if not count:
        return [[] for _ in _FIELDS]
    first = _OBJECT.search(document)
    if first is not None:
        order = tuple(_ELEMENT.findall(first[1]))
        if order.count("Key") == 1:
            quote = next((each for each in _QUOTES if f"<ETag>{each}" in first[1]), "")
            rows = _pattern_of(order, quote).findall(document)
            if len(rows) == count:
                return _by_field(order, rows)
    return _one_by_one(document)


@lru_cache(maxsize=64)
def _pattern_of(order: tuple[str, ...], quote: str) -> re.Pattern[str]:
    """Objects whose elements come in this order; elements that we do not want are skipped."""
    etag = {"ETag": f'<ETag>{quote}([^<&"]*){quote}</ETag>'}
    wanted = _PATTERNS | etag
    parts = [wanted.get(name, f"<{name}>[^<]*</{name}>") for name in order]
    return re.compile(f"<Contents>{''.join(parts)}</Contents>")


def _by_field(order: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[list[str]]:
    found = [name for name in order if name in _PATTERNS]
    if len(found) == 1:
        rows = [(row,) for row in rows]  # type: ignore[misc]
    columns = dict(zip(found, map(list, zip(*rows, strict=True)), strict=True))
    empty = [""] * len(rows)
    return [columns.get(name, empty) for name in _FIELDS]


def _one_by_one(document: str) -> list[list[str]]:
    columns: list[list[str]] = [[] for _ in _FIELDS]
    for text in _OBJECT.findall(document):
        for column, name in zip(columns, _FIELDS, strict=True):
            found = _ONE[name].search(text)
            column.append(found[1] if found else "")
    return columns


def _decoded(names: list[str], encoded: bool) -> list[str]:
    if not names:
        return names
    joined = "\n".join(names)
    if "&" in joined:
        joined = html.unescape(joined)
        names = joined.split("\n")
    if not encoded or not ("%" in joined or "+" in joined):
        return names
    if "%0A" not in joined and "%0a" not in joined:
        return unquote_plus(joined, errors="surrogateescape").split("\n")
    return [unquote_plus(name, errors="surrogateescape") for name in names]


def epoch(text: str) -> float:
    """Epoch seconds of an ISO 8601 time in UTC; NaN for none. Listings repeat their times."""
    known = _times.get(text)
    if known is None:
        known = _epoch(text)
        if len(_times) > 50_000:
            _times.clear()
        _times[text] = known
    return known


def _epoch(text: str) -> float:
    minute = text[:16]
    base = _minutes.get(minute)
    if base is None:
        try:
            year, month, day = int(text[:4]), int(text[5:7]), int(text[8:10])
            base = float(timegm((year, month, day, int(text[11:13]), int(text[14:16]), 0)))
        except ValueError:
            return float("nan")
        if len(_minutes) > 100_000:
            _minutes.clear()
        _minutes[minute] = base
    try:
        return base + float(text[17:].rstrip("Z") or 0)
    except ValueError:
        return base


_ends_in_slash = methodcaller("endswith", "/")


def to_columns(page: ListPage, prefix: str, *, deep: bool) -> EntryPage:
    """The page as entries relative to ``prefix``; ``deep`` when no delimiter was asked for.

    The marker of ``prefix`` itself is a file with the name ``""``, so that ``child(name)`` gives
    its key; the folder ``a//`` below ``a/`` is a folder with the name ``""`` for the same reason.
    """
    cut = len(prefix)
    count, extra = len(page.keys), len(page.prefixes)
    names = [key[cut:] for key in page.keys] if cut else page.keys
    folders = bytearray(count + extra)
    if deep and any(map(_ends_in_slash, names)):
        names = list(names)
        for row, name in enumerate(names):
            if name[-1:] == "/":
                names[row] = name[:-1]
                folders[row] = 1
    sizes = array("q", [int(size or -1) for size in page.sizes])
    times = array("d", map(epoch, page.times))
    etags = page.etags
    classes = list(map(intern, page.classes))
    if extra:
        names = [prefix[cut:-1] for prefix in page.prefixes] + names
        folders[:extra] = b"\1" * extra
        sizes = array("q", [-1]) * extra + sizes
        times = array("d", [float("nan")]) * extra + times
        etags = [""] * extra + etags
        classes = [""] * extra + classes
    columns: dict[str, Sequence[Any]] = {"storage_class": classes, "etag": etags}
    return EntryPage(names, folders, sizes, times, columns)
