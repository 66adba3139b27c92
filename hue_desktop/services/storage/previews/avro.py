"""Avro object container files: the schema and the first rows.

pyarrow does not read Avro; the format is small enough to be read here (Apache Avro 1.11
specification, "Object Container Files" and "Binary Encoding").
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hue_desktop.core.format import size
from hue_desktop.core.text import _
from hue_desktop.services.storage.previews.range_file import RangeFile
from hue_desktop.services.storage.previews.tables import short
from hue_desktop.services.storage.previews.texts import hex_dump
from hue_desktop.services.storage.previews.values import Preview

__all__ = ["preview_avro"]

_ROWS = 100
_BLOCK_BYTES = 16 << 20
_DAMAGED = (EOFError, ValueError, KeyError, TypeError, struct.error, zlib.error, RecursionError)


def preview_avro(file: RangeFile) -> Preview:
    """Schema and rows; the rows may be missing where the packing cannot be undone here."""
    file.seek(0)
    reader = _Reader(lambda count: file.read(count) or b"")
    try:
        reader.take(4)
        meta = _metadata(reader)
        sync = reader.take(16)
        schema = json.loads(meta["avro.schema"])
    except _DAMAGED as error:
        note = _("Avro, but its head cannot be read: {error}").format(error=error)
        return Preview("hex", note, hex_dump(file.head(4096)), truncated=True)
    codec = meta.get("avro.codec", b"null").decode("ascii", "replace")
    note = f"Avro · {size(file.size)} · {codec}"
    fields = schema.get("fields", []) if isinstance(schema, dict) else []
    names = tuple(str(field.get("name")) for field in fields) or ("value",)
    types = tuple((str(each.get("name")), _type_text(each.get("type"))) for each in fields)
    rows: list[tuple[str, ...]] = []
    problem = ""
    try:
        _read_rows(reader, schema, codec, sync, rows, file)
    except _DAMAGED as error:
        problem = _("rows cannot be read: {error}").format(error=error)
    if problem:
        note = f"{note} · {problem}"
    return Preview(
        "table",
        note,
        columns=names,
        rows=tuple(rows),
        schema=types or (("value", _type_text(schema)),),
        truncated=file.tell() < file.size or len(rows) >= _ROWS,
    )


def _read_rows(
    reader: _Reader,
    schema: Any,
    codec: str,
    sync: bytes,
    rows: list[tuple[str, ...]],
    file: RangeFile,
) -> None:
    decoder = _Decoder(schema)
    while len(rows) < _ROWS and file.tell() < file.size:
        many, length = reader.long(), reader.long()
        if not 0 <= length <= _BLOCK_BYTES:
            raise ValueError(_("a block of {size}").format(size=size(length)))
        data = _unpack(codec, reader.take(length))
        if reader.take(16) != sync:
            raise ValueError(_("a block does not end where it should"))
        at = 0

        def take(count: int, data: bytes = data) -> bytes:
            nonlocal at
            at += count
            return data[at - count : at]

        block = _Reader(take)
        for _number in range(min(many, _ROWS - len(rows))):
            value = decoder.read(schema, block)
            cells = value.values() if isinstance(value, dict) else (value,)
            rows.append(tuple(short(cell) for cell in cells))


def _unpack(codec: str, data: bytes) -> bytes:
    if codec == "null":
        return data
    if codec == "deflate":
        return zlib.decompress(data, -15)
    if codec == "bzip2":
        import bz2

        return bz2.decompress(data)
    if codec == "xz":
        import lzma

        return lzma.decompress(data)
    try:
        import pyarrow
    except ImportError:
        raise ValueError(_("{codec} needs hue-desktop[preview]").format(codec=codec)) from None
    if codec == "snappy":  # its length stands in front, a CRC-32 behind
        reader = _Reader(_slices(data))
        unpacked = pyarrow.Codec("snappy").decompress(data[:-4], reader.unsigned(), asbytes=True)
        return bytes(unpacked)
    if codec == "zstandard":
        with pyarrow.CompressedInputStream(pyarrow.BufferReader(data), "zstd") as stream:
            return bytes(stream.read())
    raise ValueError(_("the codec {codec} is not known").format(codec=codec))


def _slices(data: bytes) -> Callable[[int], bytes]:
    at = 0

    def take(count: int) -> bytes:
        nonlocal at
        at += count
        return data[at - count : at]

    return take


def _metadata(reader: _Reader) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    while many := reader.long():
        if many < 0:
            many = -many
            reader.long()
        for _number in range(many):
            key = reader.bytes().decode()
            found[key] = reader.bytes()
    return found


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


class _Reader:
    """Avro's primitive encodings over a function that gives bytes."""

    def __init__(self, take: Callable[[int], bytes]) -> None:
        self._take = take

    def take(self, count: int) -> bytes:
        """Exactly so many bytes. EOFError."""
        if count < 0:
            raise ValueError(_("a length below zero"))
        data = self._take(count) if count else b""
        if len(data) < count:
            raise EOFError(_("the file ends early"))
        return data

    def unsigned(self) -> int:
        """Seven bits a byte, lowest first."""
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > 63:
                raise ValueError(_("a number that is too long"))

    def long(self) -> int:
        """Zigzag."""
        value = self.unsigned()
        return (value >> 1) ^ -(value & 1)

    def bytes(self) -> bytes:
        """A length and so many bytes."""
        return self.take(self.long())


class _Decoder:
    """Values by their schema."""

    def __init__(self, schema: Any) -> None:
        self._named: dict[str, Any] = {}
        self._collect(schema)

    def _collect(self, schema: Any) -> None:
        if isinstance(schema, list):
            for each in schema:
                self._collect(each)
        elif isinstance(schema, dict):
            if schema.get("name") and schema.get("type") in ("record", "enum", "fixed", "error"):
                space = schema.get("namespace")
                self._named[schema["name"]] = schema
                if space:
                    self._named[f"{space}.{schema['name']}"] = schema
            for key in ("items", "values", "type"):
                if isinstance(schema.get(key), dict | list):
                    self._collect(schema[key])
            for each in schema.get("fields", ()):
                self._collect(each.get("type"))

    def read(self, schema: Any, reader: _Reader) -> Any:
        """The next value."""
        if isinstance(schema, list):
            return self.read(schema[reader.long()], reader)
        if isinstance(schema, str):
            if schema in _PRIMITIVES:
                return _PRIMITIVES[schema](reader)
            return self.read(
                self._named.get(schema) or self._named[schema.rpartition(".")[2]], reader
            )
        return _logical(schema, self._plain(schema, reader))

    def _plain(self, schema: dict[str, Any], reader: _Reader) -> Any:
        kind = schema["type"]
        if kind in ("record", "error"):
            return {each["name"]: self.read(each["type"], reader) for each in schema["fields"]}
        if kind == "enum":
            return schema["symbols"][reader.long()]
        if kind == "fixed":
            return reader.take(schema["size"])
        if kind == "array":
            return [self.read(schema["items"], reader) for _item in _items(reader)]
        if kind == "map":
            return {
                reader.bytes().decode("utf-8", "replace"): self.read(schema["values"], reader)
                for _item in _items(reader)
            }
        return self.read(kind, reader)


def _items(reader: _Reader) -> Any:
    while many := reader.long():
        if many < 0:
            many = -many
            reader.long()
        yield from range(many)


_PRIMITIVES: dict[str, Callable[[_Reader], Any]] = {
    "null": lambda _reader: None,
    "boolean": lambda reader: reader.take(1) != b"\0",
    "int": _Reader.long,
    "long": _Reader.long,
    "float": lambda reader: struct.unpack("<f", reader.take(4))[0],
    "double": lambda reader: struct.unpack("<d", reader.take(8))[0],
    "bytes": _Reader.bytes,
    "string": lambda reader: reader.bytes().decode("utf-8", "replace"),
}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _logical(schema: dict[str, Any], value: Any) -> Any:
    logical = schema.get("logicalType")
    try:
        if logical == "date":
            return date(1970, 1, 1) + timedelta(days=value)
        if logical in ("timestamp-millis", "local-timestamp-millis"):
            return _EPOCH + timedelta(milliseconds=value)
        if logical in ("timestamp-micros", "local-timestamp-micros"):
            return _EPOCH + timedelta(microseconds=value)
        if logical == "decimal":
            unscaled = int.from_bytes(value, "big", signed=True)
            return Decimal(unscaled).scaleb(-int(schema.get("scale", 0)))
    except (OverflowError, TypeError):
        return value
    return value
