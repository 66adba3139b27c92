"""Avro files, written here by the letter of the specification."""

from __future__ import annotations

import bz2
import json
import struct
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

from hue_desktop.core.storage import Location
from hue_desktop.services.storage.service import StorageService

SCHEMA = {
    "type": "record",
    "name": "Event",
    "namespace": "shop",
    "fields": [
        {"name": "id", "type": "long"},
        {"name": "name", "type": ["null", "string"]},
        {"name": "price", "type": "double"},
        {"name": "tags", "type": {"type": "array", "items": "string"}},
        {"name": "more", "type": {"type": "map", "values": "int"}},
        {"name": "day", "type": {"type": "int", "logicalType": "date"}},
        {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["BUY", "SELL"]}},
        {"name": "cost", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9,
                                  "scale": 2}},
        {"name": "again", "type": "Kind"},
    ],
}  # fmt: skip
SYNC = b"sixteen bytes..."


def long(value: int) -> bytes:
    value = value << 1 if value >= 0 else (-value << 1) - 1
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def text(value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return long(len(data)) + data


def record(number: int) -> bytes:
    name = long(0) if number % 2 else long(1) + text(f"näme {number}")
    tags = long(2) + text("a") + text("b") + long(0)
    more = long(-1) + long(3) + text("k") + long(-7) + long(0)
    return b"".join(
        (
            long(number),
            name,
            struct.pack("<d", 1.5),
            tags,
            more,
            long(20_000),
            long(1),
            text((-1234).to_bytes(2, "big", signed=True)),
            long(0),
        )
    )


def pack(codec: str, data: bytes) -> bytes:
    if codec == "deflate":
        compressor = zlib.compressobj(wbits=-15)
        return compressor.compress(data) + compressor.flush()
    if codec == "bzip2":
        return bz2.compress(data)
    if codec in ("snappy", "zstandard"):
        import pyarrow

        name = "zstd" if codec == "zstandard" else codec
        packed: bytes = pyarrow.Codec(name).compress(data, asbytes=True)
        return packed + struct.pack(">I", zlib.crc32(data)) if codec == "snappy" else packed
    return data


def head(codec: str, schema: Any = SCHEMA) -> bytes:
    meta = {"avro.schema": json.dumps(schema).encode(), "avro.codec": codec.encode()}
    start = b"Obj\x01" + long(len(meta))
    for key, value in meta.items():
        start += text(key) + text(value)
    return start + long(0) + SYNC


def container(codec: str, blocks: int = 1) -> bytes:
    data = pack(codec, b"".join(record(number) for number in range(60)))
    return head(codec) + (long(60) + text(data) + SYNC) * blocks


@pytest.mark.parametrize("codec", ["null", "deflate", "bzip2", "snappy", "zstandard"])
def test_schema_and_rows(storage: StorageService, home: Location, codec: str) -> None:
    Path(home.path, "a.avro").write_bytes(container(codec, 3))
    shown = storage.preview(home.child("a.avro"))
    assert shown.kind == "table"
    assert shown.note.endswith(f" · {codec}")
    assert shown.truncated
    assert len(shown.rows) == 100
    assert shown.columns[:3] == ("id", "name", "price")
    assert shown.rows[0] == (
        "0", "näme 0", "1.5", "[a, b]", "{k: -7}", "2024-10-04", "SELL", "-12.34", "BUY",
    )  # fmt: skip
    assert shown.rows[1][1] == ""
    assert dict(shown.schema) == {
        "id": "long",
        "name": "string?",
        "price": "double",
        "tags": "array<string>",
        "more": "map<int>",
        "day": "date",
        "kind": "enum Kind",
        "cost": "decimal(9, 2)",
        "again": "Kind",
    }


def test_a_whole_file_is_not_truncated(storage: StorageService, home: Location) -> None:
    Path(home.path, "a.avro").write_bytes(container("deflate"))
    shown = storage.preview(home.child("a.avro"))
    assert len(shown.rows) == 60
    assert not shown.truncated


@pytest.mark.parametrize("more", [-9, 1, 2, 50])
def test_rows_end_quietly_where_the_file_is_cut(
    storage: StorageService, home: Location, more: int
) -> None:
    end = len(container("deflate")) + more  # in the first block's mark or the second block
    Path(home.path, "cut.avro").write_bytes(container("deflate", 2)[:end])
    shown = storage.preview(home.child("cut.avro"))
    assert len(shown.rows) == 60
    assert shown.note.endswith(" · deflate")
    assert shown.truncated


def test_only_the_first_bytes_are_read(storage: StorageService, home: Location) -> None:
    with Path(home.path, "large.avro").open("wb") as file:
        file.write(container("null", 2))
        file.truncate(200 << 20)
    shown = storage.preview(home.child("large.avro"))
    assert len(shown.rows) == 100
    assert shown.truncated
    assert shown.bytes_read < 1 << 20
    Path(home.path, "block.avro").write_bytes(head("null") + long(1) + long(1 << 60) + b"x" * 99)
    assert storage.preview(home.child("block.avro")).rows == ()


def test_a_first_block_that_is_too_large_says_so(storage: StorageService, home: Location) -> None:
    with Path(home.path, "large.avro").open("wb") as file:
        file.write(head("null") + long(1) + long(100 << 20))
        file.truncate(101 << 20)
    shown = storage.preview(home.child("large.avro"))
    assert "larger than 16" in shown.note
    assert shown.bytes_read < 17 << 20
    assert shown.schema


def test_a_damaged_file_says_so(storage: StorageService, home: Location) -> None:
    Path(home.path, "wrong.avro").write_bytes(head("deflate") + long(60) + text(b"\xff" * 9) + SYNC)
    shown = storage.preview(home.child("wrong.avro"))
    assert "rows cannot be read" in shown.note
    assert dict(shown.schema)["id"] == "long"
    Path(home.path, "head.avro").write_bytes(container("deflate")[:50])
    assert storage.preview(home.child("head.avro")).kind == "hex"


def test_a_codec_that_nobody_knows(storage: StorageService, home: Location) -> None:
    Path(home.path, "a.avro").write_bytes(container("lzw"))
    shown = storage.preview(home.child("a.avro"))
    assert "lzw" in shown.note
    assert shown.schema


NODE = {
    "type": "record",
    "name": "Node",
    "fields": [{"name": "next", "type": ["null", "Node"]}],
}
NOTHING = {"type": "record", "name": "Nothing", "fields": [{"name": "none", "type": "null"}]}


@pytest.mark.parametrize(
    ("schema", "data", "why"),
    [
        (NODE, long(1) * 1_000_000 + long(0), "refers to itself"),
        ({"type": "array", "items": "null"}, long(1 << 50) + long(0), "without bytes"),
        ({"type": "array", "items": NOTHING}, long(1 << 50) + long(0), "without bytes"),
    ],
)
def test_a_file_made_to_break_the_reader_does_not(
    storage: StorageService, home: Location, schema: Any, data: bytes, why: str
) -> None:
    Path(home.path, "evil.avro").write_bytes(head("null", schema) + long(1) + text(data) + SYNC)
    shown = storage.preview(home.child("evil.avro"))
    assert why in shown.note
    assert shown.rows == ()
    assert shown.schema


def test_without_the_extra_it_is_said_what_to_install(
    storage: StorageService, home: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    for codec in ("snappy", "deflate"):
        Path(home.path, f"{codec}.avro").write_bytes(container(codec))
    monkeypatch.setitem(sys.modules, "cramjam", None)
    shown = storage.preview(home.child("snappy.avro"))
    assert "install hue-desktop[preview]" in shown.note
    assert "snappy" in shown.note
    assert shown.schema
    assert len(storage.preview(home.child("deflate.avro")).rows) == 60
    monkeypatch.setitem(sys.modules, "fastavro", None)
    shown = storage.preview(home.child("deflate.avro"))
    assert shown.kind == "hex"
    assert "install hue-desktop[preview]" in shown.note
