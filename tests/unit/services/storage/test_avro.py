"""Avro files, written here by the letter of the specification."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path

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


def container(codec: str, blocks: int = 1) -> bytes:
    meta = {"avro.schema": json.dumps(SCHEMA).encode(), "avro.codec": codec.encode()}
    head = b"Obj\x01" + long(len(meta))
    for key, value in meta.items():
        head += text(key) + text(value)
    data = b"".join(record(number) for number in range(60))
    if codec == "deflate":
        compressor = zlib.compressobj(wbits=-15)
        data = compressor.compress(data) + compressor.flush()
    if codec == "snappy":
        import pyarrow

        packed = pyarrow.Codec("snappy").compress(data, asbytes=True)
        data = packed + struct.pack(">I", zlib.crc32(data))
    return head + long(0) + SYNC + (long(60) + text(data) + SYNC) * blocks


@pytest.mark.parametrize("codec", ["null", "deflate", "snappy"])
def test_schema_and_rows(storage: StorageService, home: Location, codec: str) -> None:
    Path(home.path, "a.avro").write_bytes(container(codec, 3))
    shown = storage.preview(home.child("a.avro"))
    assert shown.kind == "table"
    assert codec in shown.note
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


def test_a_damaged_file_says_so(storage: StorageService, home: Location) -> None:
    whole = container("deflate")
    Path(home.path, "cut.avro").write_bytes(whole[:-30])
    shown = storage.preview(home.child("cut.avro"))
    assert shown.kind == "table"
    assert "rows cannot be read" in shown.note
    assert dict(shown.schema)["id"] == "long"
    Path(home.path, "head.avro").write_bytes(whole[:50])
    assert storage.preview(home.child("head.avro")).kind == "hex"


def test_a_codec_that_nobody_knows(storage: StorageService, home: Location) -> None:
    Path(home.path, "a.avro").write_bytes(container("lzw"))
    shown = storage.preview(home.child("a.avro"))
    assert "lzw" in shown.note
    assert shown.schema
