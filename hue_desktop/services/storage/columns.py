"""Columns of a listing, packed: a million rows cost what their text takes, not a million objects.

A page that arrives from a store holds Python strings of some ninety bytes each. Here their bytes
stand one behind the other, with one array that says where each begins.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, compress, islice
from operator import le
from typing import Any, NamedTuple, cast

from hue_desktop.core.storage import EntryPage

__all__ = ["Numbers", "PackedPage", "Run", "Same", "Texts", "pack"]

_NONE = b"\0"
_NO_NUMBER = -(1 << 63)


class Texts(Sequence[str | None]):
    """Texts as bytes in one piece; ``None`` is kept."""

    __slots__ = ("blob", "starts")

    def __init__(self, texts: Sequence[str | None]) -> None:
        whole = _joined(texts)
        if whole.isascii() and None not in texts:  # every letter is a byte
            self.blob = whole.encode()
            lengths: Iterable[int] = map(len, cast("Sequence[str]", texts))
        else:
            parts = [_NONE if text is None else _encode(text) for text in texts]
            self.blob = b"".join(parts)
            lengths = map(len, parts)
        self.starts = array("I", accumulate(lengths, initial=0))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: Any) -> Any:
        if not 0 <= row < len(self.starts) - 1:
            raise IndexError(row)
        part = self.blob[self.starts[row] : self.starts[row + 1]]
        return None if part == _NONE else part.decode("utf-8", "surrogateescape")

    def __iter__(self) -> Iterator[str | None]:
        return (self[row] for row in range(len(self)))

    def find(self, text: bytes) -> int:
        """The row that holds exactly these bytes, or -1."""
        at = self.blob.find(text)
        while at >= 0:
            row = bisect_left(self.starts, at)
            if (
                row < len(self)
                and self.starts[row] == at
                and self.starts[row + 1] == at + len(text)
            ):
                return row
            at = self.blob.find(text, at + 1)
        return -1


class Numbers(Sequence[int | None]):
    """Whole numbers; ``None`` is kept."""

    __slots__ = ("values",)

    def __init__(self, values: Sequence[int | None]) -> None:
        self.values = array("q", (_NO_NUMBER if each is None else each for each in values))

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, row: Any) -> Any:
        value = self.values[row]
        return None if value == _NO_NUMBER else value


class Same(Sequence[Any]):
    """One value in all rows."""

    __slots__ = ("rows", "value")

    def __init__(self, value: Any, rows: int) -> None:
        self.value = value
        self.rows = rows

    def __len__(self) -> int:
        return self.rows

    def __getitem__(self, row: Any) -> Any:
        if not 0 <= row < self.rows:  # what ends an iteration
            raise IndexError(row)
        return self.value


def pack(values: Sequence[Any]) -> Sequence[Any]:
    """The smallest of the above that holds the values, or they themselves."""
    first = values[0] if values else None
    if values.count(first) == len(values):
        return Same(first, len(values))
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {str}:
        return Texts(values)
    if kinds == {int} and all(each is None or abs(each) < -_NO_NUMBER for each in values):
        return Numbers(values)
    return list(values)


class Run(NamedTuple):
    """The names of a page's files, or of its folders: whether they came in order, and the ends."""

    in_order: bool
    first: str
    last: str

    @classmethod
    def of(cls, names: Sequence[str]) -> Run | None:
        """``None`` when there are no names."""
        if not names:
            return None
        return cls(all(map(le, names, islice(names, 1, None))), names[0], names[-1])


class PackedPage:
    """A page of a listing, packed. ``start`` is the row of the listing that its first row is."""

    __slots__ = (
        "columns",
        "file_run",
        "folder_run",
        "folders",
        "modified",
        "names",
        "sizes",
        "start",
    )

    def __init__(self, page: EntryPage, start: int) -> None:
        self.start = start
        self.names = Texts(page.names)
        self.folders = bytes(page.folders)
        marks = self.folders
        self.folder_run = Run.of(list(compress(page.names, marks))) if any(marks) else None
        self.file_run = Run.of(
            [name for name, mark in zip(page.names, marks, strict=True) if not mark]
            if self.folder_run
            else page.names
        )
        self.sizes = page.sizes if isinstance(page.sizes, array) else array("q", page.sizes)
        self.modified = (
            page.modified if isinstance(page.modified, array) else array("d", page.modified)
        )
        self.columns = {key: pack(values) for key, values in page.columns.items()}

    def __len__(self) -> int:
        return len(self.folders)


def _joined(texts: Sequence[str | None]) -> str:
    try:
        return "".join(cast("Sequence[str]", texts))
    except TypeError:  # not all of them are known
        return "".join(text or "" for text in texts)


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
