"""Text, JSON, CSV, and the dump of what is none of them."""

from __future__ import annotations

import codecs
import csv
import io
import json

from hue_desktop.core.format import size
from hue_desktop.core.text import _
from hue_desktop.services.storage.previews.values import Preview

__all__ = ["hex_dump", "preview_text"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DUMP_BYTES = 4096
_ROWS = 500
_COLUMNS = 500
_CELL = 2000
_CONTROL = frozenset(range(32)) - {7, 8, 9, 10, 12, 13, 27}


def preview_text(data: bytes, name: str, total: int | None, *, whole: bool) -> Preview:
    """What the bytes say. ``total`` bytes the file has, where that is known."""
    decoded = _decode(data, whole)
    shown = "" if whole else _first(len(data), total)
    if decoded is None:
        note = " · ".join(filter(None, (_("binary"), size(total) if total else "", shown)))
        return Preview("hex", note, hex_dump(data), truncated=not whole or len(data) > _DUMP_BYTES)
    text, encoding = decoded
    ending = name.rpartition(".")[2].lower()
    made = None
    if ending in ("csv", "tsv", "psv"):
        made = _table(text, ending, whole)
    elif ending in ("json", "geojson", "ipynb", "avsc") or text.lstrip()[:1] in ("{", "["):
        made = _json(text, whole)
    if made is None:
        made = Preview("text", "", text)
    note = " · ".join(filter(None, (made.note, encoding, shown)))
    return Preview(
        made.kind, note, made.text, made.columns, made.rows, made.schema, truncated=not whole
    )


def _first(shown: int, total: int | None) -> str:
    if total is None:
        return _("the first {shown}").format(shown=size(shown))
    return _("the first {shown} of {total}").format(shown=size(shown), total=size(total))


def _decode(data: bytes, whole: bool) -> tuple[str, str] | None:
    """The text and its encoding's name; ``None`` for what is no text."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace"), encoding.removesuffix("-sig").upper()
    if b"\0" in data:
        wide = _wide(data)
        return (data.decode(wide, "replace"), wide.upper()) if wide else None
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(data, whole)
        encoding = "ASCII" if text.isascii() else "UTF-8"
    except UnicodeDecodeError:
        text, encoding = data.decode("cp1252", "replace"), _("perhaps Windows-1252")
    control = sum(data.count(bytes([code])) for code in _CONTROL)
    if control > len(data) // 100 or text.count("\ufffd") > len(text) // 50:
        return None
    return text, encoding


def _wide(data: bytes) -> str:
    """UTF-16 without a mark: every other byte is mostly zero."""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    half = len(data) // 2
    if odd > half * 0.6 and even < half * 0.05:
        return "utf-16-le"
    if even > half * 0.6 and odd < half * 0.05:
        return "utf-16-be"
    return ""


def _json(text: str, whole: bool) -> Preview | None:
    """Indented when it is one value; line by line when each line is one."""
    if whole:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            pass
        else:
            return Preview("text", "JSON", json.dumps(value, indent=2, ensure_ascii=False))
    lines = text.splitlines()
    if not whole:
        lines = lines[:-1]  # the last one may be cut
    records = []
    for line in lines[:_ROWS]:
        if not line.strip():
            continue
        try:
            records.append(json.loads(line))
        except (ValueError, RecursionError):
            return None
    if not records or not all(isinstance(record, dict) for record in records):
        return None
    return _records(records)


def _records(records: list[dict[str, object]]) -> Preview:
    """Objects, one a line, as a table of their keys."""
    columns = tuple({key: None for record in records for key in record})[:_COLUMNS]
    rows = tuple(tuple(_cell(record.get(key, "")) for key in columns) for record in records)
    return Preview("table", _("JSON, one object a line"), columns=columns, rows=rows)


def _cell(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text[:_CELL]


def _table(text: str, ending: str, whole: bool) -> Preview | None:
    if not whole:
        text = text[: text.rfind("\n") + 1]  # the last line may be cut
    if not text:
        return None
    delimiter = _delimiter(text, ending)
    try:
        reader = csv.reader(io.StringIO(text), delimiter=delimiter)
        lines = [line for _number, line in zip(range(_ROWS + 1), reader, strict=False) if line]
    except csv.Error:
        return None
    if not lines:
        return None
    width = min(max(map(len, lines)), _COLUMNS)
    lines = [(line + [""] * (width - len(line)))[:width] for line in lines]
    head: list[str] = [str(number) for number in range(1, width + 1)]
    if _is_head(lines):
        head, lines = lines[0], lines[1:]
    rows = tuple(tuple(cell[:_CELL] for cell in line) for line in lines[:_ROWS])
    return Preview("table", ending.upper(), columns=tuple(head), rows=rows)


def _delimiter(text: str, ending: str) -> str:
    if ending == "tsv":
        return "\t"
    first = text.split("\n", 1)[0]
    counts = {mark: first.count(mark) for mark in (",", ";", "\t", "|")}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] else ","


def _is_head(lines: list[list[str]]) -> bool:
    """Whether the first line names columns: none of it is a number, and all of it differs."""
    first = lines[0]
    if len(lines) < 2 or len(set(first)) < len(first):
        return False
    return not any(_is_number(cell) or not cell.strip() for cell in first)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def hex_dump(data: bytes) -> str:
    """Offset, sixteen bytes, and what of them can be printed, line by line."""
    lines = []
    for offset in range(0, min(len(data), _DUMP_BYTES), 16):
        piece = data[offset : offset + 16]
        left, right = piece[:8].hex(" "), piece[8:].hex(" ")
        plain = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in piece)
        lines.append(f"{offset:08x}  {left:<23}  {right:<23}  {plain}")
    return "\n".join(lines)
