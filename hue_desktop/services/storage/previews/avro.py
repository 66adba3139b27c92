"""Avro object container files through fastavro: the schema and the first rows.

fastavro's compiled reader follows a schema wherever it leads: data nested deeply by a schema that
refers to itself ends the whole process, and items that take no bytes never end. Files come from
anywhere, so :func:`_no_rows` keeps such schemas from it; their schema is still shown.
"""

from __future__ import annotations

import importlib
import json
import sys
from itertools import islice
from typing import Any

from hue_desktop.core.errors import HueError
from hue_desktop.core.format import size
from hue_desktop.core.text import _
from hue_desktop.services.storage.previews.range_file import RangeFile
from hue_desktop.services.storage.previews.tables import short
from hue_desktop.services.storage.previews.texts import hex_dump
from hue_desktop.services.storage.previews.values import Preview

__all__ = ["preview_avro"]

_ROWS = 100
_FIRST_BYTES = 16 << 20
#: What fastavro unpacks these with; what else it knows comes with Python.
_UNPACKERS = {
    "snappy": "cramjam",
    "zstandard": "backports.zstd" if sys.version_info < (3, 14) else "compression.zstd",
}


def preview_avro(file: RangeFile) -> Preview:
    """Schema and rows from the file's first bytes; rows end where these end."""
    try:
        import fastavro
    except ImportError:
        note = _("Avro: install hue-desktop[preview] to see its schema and rows")
        return Preview("hex", note, hex_dump(file.head(4096)), truncated=True)
    first = _First(file)
    try:
        stream: Any = first
        reader: Any = fastavro.reader(stream, handle_unicode_errors="replace")
        schema = json.loads(reader.metadata["avro.schema"])  # as it was written, with short names
        no_rows = _no_rows(reader.writer_schema) or _no_unpacker(reader.codec)
    except HueError:
        raise
    except Exception as error:  # whatever fastavro and its unpackers raise for damaged bytes
        note = _("Avro, but its head cannot be read: {error}").format(error=_line(error))
        return Preview("hex", note, hex_dump(file.head(4096)), truncated=True)
    rows: list[tuple[str, ...]] = []
    if not no_rows:
        no_rows = _read(reader, rows, first)
    note = f"Avro · {size(file.size)} · {reader.codec}"
    fields = schema.get("fields", []) if isinstance(schema, dict) else []
    types = tuple((str(each.get("name")), _type_text(each.get("type"))) for each in fields)
    return Preview(
        "table",
        f"{note} · {no_rows}" if no_rows else note,
        columns=tuple(name for name, _type in types) or ("value",),
        rows=tuple(rows),
        schema=types or (("value", _type_text(schema)),),
        truncated=bool(no_rows) or first.cut or first.at < file.size or len(rows) >= _ROWS,
    )


def _read(reader: Any, rows: list[tuple[str, ...]], first: _First) -> str:
    """Append the first rows; why there are no more, where the file's end is not the reason."""
    try:
        for value in islice(reader, _ROWS):
            cells = value.values() if isinstance(value, dict) else (value,)
            rows.append(tuple(short(cell) for cell in cells))
    except HueError:
        raise
    except Exception as error:  # as above
        if not first.ended:
            return _("rows cannot be read: {error}").format(error=_line(error))
        first.cut = True
        if not rows and first.at >= _FIRST_BYTES:
            return _("no rows are shown: the first block is larger than {size}").format(
                size=size(_FIRST_BYTES)
            )
    return ""


class _First:
    """The first bytes of a file, which end after ``_FIRST_BYTES`` as if the file ended there.

    A damaged length asks for any number of bytes: no more is ever read than there may be.
    """

    def __init__(self, file: RangeFile) -> None:
        self._file = file
        self.at = 0
        self.ended = False  #: there was less than was asked for
        self.cut = False  #: and that in the midst of a block
        file.seek(0)

    def read(self, count: int) -> bytes:
        """As many as there are of ``count`` bytes."""
        if count < 0:
            raise ValueError(_("a length below zero"))
        data = self._file.read(min(count, _FIRST_BYTES - self.at)) or b""
        self.at += len(data)
        self.ended = len(data) < count
        return data


def _no_unpacker(codec: str) -> str:
    """Why the rows cannot be unpacked here; empty when they can."""
    try:
        if codec in _UNPACKERS:
            importlib.import_module(_UNPACKERS[codec])
    except ImportError:
        return _(
            "install hue-desktop[preview] to see its rows, which are packed with {codec}"
        ).format(codec=codec)
    return ""


def _no_rows(schema: Any) -> str:
    """Why rows of the schema are better not read; empty when they may be."""
    shapes = _Shapes()
    shapes.least_bytes(schema)
    return shapes.problem


class _Shapes:
    """Walks through a schema as fastavro has parsed it: names are full names."""

    def __init__(self) -> None:
        self._least: dict[str, int | None] = {}  # ``None`` while a type is walked through
        self.problem = ""

    def least_bytes(self, schema: Any) -> int:
        """How many bytes a value takes at least; says in ``problem`` what is wrong on the way."""
        if isinstance(schema, list):
            for each in schema:
                self.least_bytes(each)
            return 1
        if not isinstance(schema, dict):
            return self._named(str(schema))
        kind = schema.get("type")
        if kind in ("record", "error", "enum", "fixed"):
            return self._new(schema, str(kind))
        if kind == "map":
            self.least_bytes(schema.get("values"))
            return 1
        if kind == "array":
            if not self.least_bytes(schema.get("items")):
                self._empty()
            return 1
        return self.least_bytes(kind)

    def _named(self, name: str) -> int:
        if name not in self._least:
            return 0 if name == "null" else 1  # a primitive type
        least = self._least[name]
        if least is None:
            self.problem = _("no rows are shown: the schema refers to itself")
            return 1
        return least

    def _new(self, schema: dict[str, Any], kind: str) -> int:
        name = str(schema.get("name"))
        self._least[name] = None
        least = 1
        if kind == "fixed":
            least = int(schema.get("size", 0))
        elif kind != "enum":
            least = sum(self.least_bytes(each.get("type")) for each in schema.get("fields", ()))
        if not least:
            self._empty()
        self._least[name] = least
        return least

    def _empty(self) -> None:
        self.problem = self.problem or _("no rows are shown: the schema has values without bytes")


def _type_text(kind: Any) -> str:
    """A type as people write it: ``string?``, ``array<long>``, ``timestamp-millis``."""
    if isinstance(kind, list):
        inner = [each for each in kind if each != "null"]
        text = " | ".join(_type_text(each) for each in inner)
        return text + "?" if len(inner) < len(kind) else text
    if not isinstance(kind, dict):
        return str(kind)
    if kind.get("logicalType") == "decimal":
        return f"decimal({kind.get('precision')}, {kind.get('scale', 0)})"
    if "logicalType" in kind:
        return str(kind["logicalType"])
    name = kind.get("type")
    if name == "array":
        return f"array<{_type_text(kind.get('items'))}>"
    if name == "map":
        return f"map<{_type_text(kind.get('values'))}>"
    if name in ("record", "enum", "fixed"):
        return f"{name} {kind.get('name', '')}".strip()
    return _type_text(name)


def _line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
