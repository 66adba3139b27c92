"""Previews of real files of each kind, and how little is read for them."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import orc
from pyarrow import parquet as pq

from hue_desktop.core.errors import NotFound, Refused
from hue_desktop.core.storage import Location
from hue_desktop.services.storage.previews.values import Preview
from hue_desktop.services.storage.service import StorageService

TABLE = pa.table(
    {
        "id": pa.array(range(5000), pa.int64()),
        "name": pa.array([f"row {n}" for n in range(5000)]),
        "amount": pa.array([Decimal(n) / 100 for n in range(5000)], pa.decimal128(10, 2)),
        "tags": pa.array([["a", "b"] if n % 2 else None for n in range(5000)]),
        "at": pa.array([datetime(2026, 1, 1, tzinfo=UTC)] * 5000, pa.timestamp("ms", "UTC")),
    }
)


def preview(storage: StorageService, home: Location, name: str, data: bytes) -> Preview:
    Path(home.path, name).write_bytes(data)
    return storage.preview(home.child(name))


def test_an_empty_file(storage: StorageService, home: Location) -> None:
    assert preview(storage, home, "empty", b"").kind == "empty"


def test_a_folder_and_nothing(storage: StorageService, home: Location) -> None:
    with pytest.raises(Refused):
        storage.preview(home)
    with pytest.raises(NotFound):
        storage.preview(home.child("missing"))


def test_plain_text(storage: StorageService, home: Location) -> None:
    shown = preview(storage, home, "a.txt", "grüße\nzweite Zeile".encode())
    assert (shown.kind, shown.text, shown.truncated) == ("text", "grüße\nzweite Zeile", False)
    assert "UTF-8" in shown.note


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16-LE"),
        ("utf-8-sig", "UTF-8"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_encodings(storage: StorageService, home: Location, encoding: str, note: str) -> None:
    text = "Größe der Straße — naïve\n" * 20
    shown = preview(storage, home, "a.txt", text.encode(encoding))
    assert (shown.kind, shown.text) == ("text", text)
    assert note in shown.note


def test_a_long_text_shows_its_beginning_and_reads_no_more(
    storage: StorageService, home: Location
) -> None:
    line = "a line with ümläuts\n"
    Path(home.path, "log").write_text(line * 200_000, encoding="utf-8")
    shown = storage.preview(home.child("log"), 100_001)
    assert shown.truncated
    assert shown.text.startswith(line * 100)
    assert "\ufffd" not in shown.text
    assert "of" in shown.note
    assert shown.bytes_read <= 600_000


def test_bytes_are_dumped(storage: StorageService, home: Location) -> None:
    shown = preview(storage, home, "blob", bytes(range(256)) * 4)
    assert shown.kind == "hex"
    assert shown.text.splitlines()[2].startswith("00000020  20 21 22")
    assert "!\"#$%&'()*+,-./" in shown.text


def test_json_is_indented(storage: StorageService, home: Location) -> None:
    shown = preview(storage, home, "a.json", b'{"b":[1,2],"a":"\xc3\xa4"}')
    assert shown.text == json.dumps({"b": [1, 2], "a": "ä"}, indent=2, ensure_ascii=False)
    assert preview(storage, home, "b.json", b'{"b":[1,2').text == '{"b":[1,2'


def test_json_lines_are_a_table(storage: StorageService, home: Location) -> None:
    shown = preview(storage, home, "a.jsonl", b'{"a":1,"b":"x"}\n{"a":2,"c":[3]}\n')
    assert shown.columns == ("a", "b", "c")
    assert shown.rows == (("1", "x", ""), ("2", "", "[3]"))


def test_csv_is_a_table(storage: StorageService, home: Location) -> None:
    shown = preview(storage, home, "a.csv", b'id;text\n1;"semi;colon"\n2;"two\nlines"\n')
    assert shown.columns == ("id", "text")
    assert shown.rows == (("1", "semi;colon"), ("2", "two\nlines"))
    bare = preview(storage, home, "b.csv", b"1,2\n3,4,5\n")
    assert bare.columns == ("1", "2", "3")
    assert bare.rows == (("1", "2", ""), ("3", "4", "5"))
    tabs = preview(storage, home, "c.tsv", b"a\tb\nc,d\te\n")
    assert tabs.rows == (("c,d", "e"),)


def zstd(data: bytes) -> bytes:
    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, "zstd") as stream:
        stream.write(data)
    return bytes(out.getvalue())


@pytest.mark.parametrize(
    ("ending", "compress"),
    [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress), ("zst", zstd)],
)
def test_packed_files(
    storage: StorageService, home: Location, ending: str, compress: object
) -> None:
    assert callable(compress)
    shown = preview(storage, home, f"a.csv.{ending}", compress(b"id,text\n1,one\n"))
    assert (shown.kind, shown.rows) == ("table", (("1", "one"),))
    long = compress(b"0123456789abcdef\n" * 100_000)
    shown = preview(storage, home, f"long.{ending}", long)
    assert shown.truncated
    assert shown.text.startswith("0123456789abcdef\n0123")
    assert len(shown.text) <= 300_000


def test_a_damaged_packing_shows_what_was_whole(storage: StorageService, home: Location) -> None:
    data = gzip.compress(b"line of text\n" * 10_000, compresslevel=0)
    shown = preview(storage, home, "cut.gz", data[: len(data) // 2])
    assert shown.text.startswith("line of text\n")
    assert "damaged" in shown.note
    assert preview(storage, home, "none.gz", b"\x1f\x8bnonsense").kind == "hex"
    assert preview(storage, home, "none.zst", b"\x28\xb5\x2f\xfdnonsense").kind == "hex"


def test_parquet(storage: StorageService, home: Location) -> None:
    path = Path(home.path, "a.parquet")
    pq.write_table(TABLE, path, row_group_size=1000, compression="zstd")
    shown = storage.preview(home.child("a.parquet"))
    assert shown.kind == "table"
    assert shown.columns == ("id", "name", "amount", "tags", "at")
    assert shown.rows[1] == ("1", "row 1", "0.01", "[a, b]", "2026-01-01 00:00:00+00:00")
    assert len(shown.rows) == 100
    assert ("amount", "decimal128(10, 2)") in shown.schema
    assert "5 row groups" in shown.note


def test_a_large_parquet_is_not_read_whole(storage: StorageService, home: Location) -> None:
    import numpy as np

    random = np.random.default_rng(1)
    columns = {f"c{n}": random.random(200_000) for n in range(10)}
    path = Path(home.path, "large.parquet")
    pq.write_table(pa.table(columns), path, use_dictionary=False, compression="none")
    assert path.stat().st_size > 15_000_000
    shown = storage.preview(home.child("large.parquet"))
    assert len(shown.rows) == 100
    assert shown.bytes_read < path.stat().st_size // 2


def test_a_damaged_parquet_is_shown_as_bytes(storage: StorageService, home: Location) -> None:
    shown = preview(storage, home, "bad.parquet", b"PAR1" + bytes(1000) + b"PAR1")
    assert shown.kind == "hex"
    assert "cannot be read" in shown.note


def test_orc(storage: StorageService, home: Location) -> None:
    path = Path(home.path, "a.orc")
    orc.write_table(TABLE.drop_columns(["at"]), str(path))
    shown = storage.preview(home.child("a.orc"))
    assert shown.kind == "table"
    assert shown.rows[3][:2] == ("3", "row 3")
    assert len(shown.rows) == 100
    assert shown.note.endswith("rows · 1 stripe")
    assert dict(shown.schema)["id"] == "int64"


def test_an_archive_is_listed_without_being_read(storage: StorageService, home: Location) -> None:
    path = Path(home.path, "a.jar")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
        archive.writestr("big.bin", bytes(8 << 20))
    shown = storage.preview(home.child("a.jar"))
    assert [row[0] for row in shown.rows] == ["META-INF/MANIFEST.MF", "big.bin"]
    assert "2 files" in shown.note
    assert shown.bytes_read < 1 << 20
    assert preview(storage, home, "cut.zip", path.read_bytes()[:5000]).kind == "hex"


def test_a_sequence_file_tells_its_classes(storage: StorageService, home: Location) -> None:
    key, value = b"org.apache.hadoop.io.LongWritable", b"org.apache.hadoop.io.Text"
    head = b"SEQ\x06" + bytes([len(key)]) + key + bytes([len(value)]) + value + b"\1\1"
    shown = preview(storage, home, "part-00000", head + bytes(100))
    assert "LongWritable → Text · packed by block" in shown.note
    assert preview(storage, home, "SEQ.txt", b"SEQUENCE of words").kind == "text"


def test_a_picture(storage: StorageService, home: Location) -> None:
    data = b"\x89PNG\r\n\x1a\n" + bytes(100)
    shown = preview(storage, home, "a.png", data)
    assert (shown.kind, shown.image) == ("image", data)
