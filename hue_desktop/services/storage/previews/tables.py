"""Parquet and ORC through pyarrow: the schema and the first rows, without reading the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hue_desktop.core.errors import HueError
from hue_desktop.core.format import count, size
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.storage.previews.range_file import RangeFile
from hue_desktop.services.storage.previews.texts import hex_dump
from hue_desktop.services.storage.previews.values import Preview

__all__ = ["orc", "parquet", "short"]

_ROWS = 100
_COLUMNS = 200
_CELL = 500
_STRIPE_BYTES = 32 << 20  # ORC is read by the stripe: a larger one is not read for a look


def parquet(file: RangeFile, head: bytes) -> Preview:
    """A Parquet file; only the footer and the first pages of its columns are read."""
    return _read(file, head, "Parquet", _parquet)


def orc(file: RangeFile, head: bytes) -> Preview:
    """An ORC file; its first stripe is read when it is not too large."""
    return _read(file, head, "ORC", _orc)


def _read(
    file: RangeFile, head: bytes, what: str, reader: Callable[[RangeFile], Preview]
) -> Preview:
    try:
        import pyarrow
    except ImportError:
        note = _("{what}: install hue-desktop[preview] to see its schema and rows").format(
            what=what
        )
        return Preview("hex", note, hex_dump(head), truncated=True)
    try:
        return reader(file)
    except HueError:
        raise
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        cause: BaseException | None = error
        while cause is not None:  # pyarrow passes on what our file raised
            if isinstance(cause, HueError):
                raise cause from error
            cause = cause.__cause__ or cause.__context__
        note = _("{what}, but it cannot be read: {error}").format(what=what, error=_line(error))
        return Preview("hex", note, hex_dump(head), truncated=True)


def _parquet(file: RangeFile) -> Preview:
    from pyarrow import parquet as pq

    opened = pq.ParquetFile(file, buffer_size=128 << 10, pre_buffer=False)
    meta = opened.metadata
    schema = _schema(opened.schema_arrow)
    names = [name for name, _type in schema[:_COLUMNS]]
    batch: Any = None
    if meta.num_rows:
        batches = opened.iter_batches(batch_size=_ROWS, columns=names, use_threads=False)
        batch = next(batches, None)
    packing = meta.row_group(0).column(0).compression if meta.num_row_groups else ""
    parts = (
        _("Parquet"),
        _rows_text(meta.num_rows),
        ngettext("{n} row group", "{n} row groups", meta.num_row_groups).format(
            n=count(meta.num_row_groups)
        ),
        packing.lower(),
    )
    note = " · ".join(part for part in parts if part)
    columns, rows = _cells(batch)
    return Preview(
        "table",
        note,
        columns=columns,
        rows=rows,
        schema=schema,
        truncated=len(rows) < meta.num_rows or len(names) < len(schema),
    )


def _orc(file: RangeFile) -> Preview:
    from pyarrow import orc as pyarrow_orc

    opened = pyarrow_orc.ORCFile(file)
    schema = _schema(opened.schema)
    stripes = ngettext("{n} stripe", "{n} stripes", opened.nstripes).format(
        n=count(opened.nstripes)
    )
    note = " · ".join((_("ORC"), _rows_text(opened.nrows), stripes))
    stripe_bytes = file.size // max(1, opened.nstripes)
    if not opened.nstripes or stripe_bytes > _STRIPE_BYTES:
        if opened.nstripes:
            note = _("{note} · no rows are shown: a stripe has {size}").format(
                note=note, size=size(stripe_bytes)
            )
        return Preview("table", note, schema=schema, truncated=bool(opened.nrows))
    batch = opened.read_stripe(0).slice(0, _ROWS)
    columns, rows = _cells(batch)
    return Preview(
        "table",
        note,
        columns=columns,
        rows=rows,
        schema=schema,
        truncated=len(rows) < opened.nrows,
    )


def _schema(schema: Any) -> tuple[tuple[str, str], ...]:
    return tuple((field.name, str(field.type)) for field in schema)


def _cells(batch: Any) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    if batch is None:
        return (), ()
    names = tuple(batch.schema.names)[:_COLUMNS]
    columns = [batch.column(number).to_pylist() for number in range(len(names))]
    rows = tuple(tuple(short(value) for value in row) for row in zip(*columns, strict=True))
    return names, rows


def short(value: object) -> str:
    """A value as a cell shows it; nothing for null."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        text = value[:_CELL].hex()
    elif isinstance(value, Sequence) and not isinstance(value, str):
        text = "[" + ", ".join(short(each) for each in value[:50]) + "]"
    elif isinstance(value, dict):
        text = "{" + ", ".join(f"{key}: {short(each)}" for key, each in value.items()) + "}"
    else:
        text = str(value)
    return text if len(text) <= _CELL else text[:_CELL] + "…"


def _line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _rows_text(rows: int) -> str:
    return ngettext("{n} row", "{n} rows", rows).format(n=count(rows))
