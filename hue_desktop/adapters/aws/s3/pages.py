"""Pages of a listing into columns: each element is gathered by itself, in one pass for the page.

Servers differ in the order of the elements, in which of them they send and in how they encode keys,
so that nothing here depends on positions: when the gathered columns are not equally long, the page
is read again object by object.
"""

from __future__ import annotations

import html
import re
from array import array
from calendar import timegm
from collections.abc import Sequence
from dataclasses import dataclass
from sys import intern
from typing import Any
from urllib.parse import unquote_plus

from hue_desktop.core.storage import EntryPage

__all__ = ["ListPage", "epoch", "read_page", "to_columns"]

_KEY = re.compile(r"<Key>([^<]*)</Key>")
_TIME = re.compile(r"<LastModified>([^<]*)</LastModified>")
_SIZE = re.compile(r"<Size>(\d+)</Size>")
_ETAG = re.compile(r"<ETag>([^<]*)</ETag>")
_CLASS = re.compile(r"<StorageClass>([^<]*)</StorageClass>")
_PREFIXES = re.compile(r"<CommonPrefixes>\s*<Prefix>([^<]*)</Prefix>\s*</CommonPrefixes>")
_OBJECT = re.compile(r"<Contents>(.*?)</Contents>", re.DOTALL)
_TOKEN = re.compile(r"<NextContinuationToken>([^<]*)</NextContinuationToken>")
_ENTITY = re.compile(r"&quot;|&#34;|\"")

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
    found = _TOKEN.search(document)
    return html.unescape(found[1]) if found else ""


def read_page(document: str) -> ListPage:
    """Gather what a page holds."""
    encoded = "<EncodingType>url</EncodingType>" in document
    keys, times, sizes = _KEY.findall(document), _TIME.findall(document), _SIZE.findall(document)
    etags, classes = _ETAG.findall(document), _CLASS.findall(document)
    count = len(keys)
    if not (len(times) == len(sizes) == count and len(etags) in (0, count)) or (
        len(classes) not in (0, count)
    ):
        keys, times, sizes, etags, classes = _one_by_one(document)
    prefixes = _PREFIXES.findall(document) if "<CommonPrefixes>" in document else []
    return ListPage(
        _decoded(keys, encoded),
        times,
        sizes,
        _bare(etags),
        classes,
        _decoded(prefixes, encoded),
        next_token(document),
    )


def _one_by_one(document: str) -> tuple[list[str], ...]:
    columns: tuple[list[str], ...] = ([], [], [], [], [])
    patterns = (_KEY, _TIME, _SIZE, _ETAG, _CLASS)
    for text in _OBJECT.findall(document):
        for column, pattern in zip(columns, patterns, strict=True):
            found = pattern.search(text)
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


def _bare(etags: list[str]) -> list[str]:
    """Without the quotes around them."""
    if not etags:
        return etags
    joined = "\n".join(etags)
    return _ENTITY.sub("", joined).split("\n")


def epoch(text: str) -> float:
    """Epoch seconds of an ISO 8601 time in UTC; NaN for none."""
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


def to_columns(page: ListPage, prefix: str, *, deep: bool) -> EntryPage:
    """The page as entries relative to ``prefix``; ``deep`` when no delimiter was asked for.

    The marker of ``prefix`` itself is a file with the name ``""``, so that ``child(name)`` gives
    its key; the folder ``a//`` below ``a/`` is a folder with the name ``""`` for the same reason.
    """
    cut = len(prefix)
    count, extra = len(page.keys), len(page.prefixes)
    names = [key[cut:] for key in page.keys] if cut else page.keys
    folders = bytearray(count + extra)
    if deep:
        for row, name in enumerate(names):
            if name[-1:] == "/":
                names[row] = name[:-1]
                folders[row] = 1
    sizes = array("q", map(int, page.sizes))
    times = array("d", map(epoch, page.times))
    etags: list[str] = page.etags or [""] * count
    classes = list(map(intern, page.classes)) or ["STANDARD"] * count
    if extra:
        names = [prefix[cut:-1] for prefix in page.prefixes] + names
        folders[:extra] = b"\1" * extra
        sizes = array("q", [-1]) * extra + sizes
        times = array("d", [float("nan")]) * extra + times
        etags = [""] * extra + etags
        classes = [""] * extra + classes
    columns: dict[str, Sequence[Any]] = {"storage_class": classes, "etag": etags}
    return EntryPage(names, folders, sizes, times, columns)
