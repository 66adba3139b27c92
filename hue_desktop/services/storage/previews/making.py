"""Making a preview: what the file is shows in its first bytes, its name helps where they do not."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hue_desktop.core.errors import Refused
from hue_desktop.core.file_systems import FileSystem, Refusal
from hue_desktop.core.format import size
from hue_desktop.core.storage import Entry, Location
from hue_desktop.core.text import _
from hue_desktop.services.storage.previews.range_file import RangeFile
from hue_desktop.services.storage.previews.texts import hex_dump, preview_text
from hue_desktop.services.storage.previews.values import Preview

__all__ = ["make_preview"]

_SNIFF_BYTES = 4096
_IMAGE_BYTES = 16 << 20
_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM")


def _open_zstd(file: Any) -> Any:
    """The standard library learns Zstandard with Python 3.14 only."""
    try:
        import pyarrow
    except ImportError:
        raise OSError(_("install hue-desktop[preview] to see what is in it")) from None
    return pyarrow.CompressedInputStream(pyarrow.PythonFile(file, "r"), "zstd")


_PACKED: dict[bytes, tuple[str, Callable[[Any], Any]]] = {
    b"\x1f\x8b": ("gzip", lambda file: gzip.GzipFile(fileobj=file)),
    b"BZh": ("bzip2", bz2.BZ2File),
    b"\xfd7zXZ\0": ("xz", lzma.LZMAFile),
    b"\x28\xb5\x2f\xfd": ("zstd", _open_zstd),
}


def make_preview(file_system: FileSystem, location: Location, entry: Entry, limit: int) -> Preview:
    """A preview from at most about ``limit`` bytes of text or some rows of a table. Blocks.

    ``Refused`` for a folder; what a format's reader cannot make sense of is shown as bytes.
    """
    if entry.is_folder:
        raise Refused(_("A folder has no preview."), code=Refusal.IS_FOLDER)
    file = RangeFile(file_system, location, entry)
    if file.size == 0:
        return Preview("empty", _("0 bytes"))
    head = file.head(max(_SNIFF_BYTES, limit) if _looks_plain(location.name) else _SNIFF_BYTES)
    made = _by_magic(file, location.name, head, limit)
    return replace(made, bytes_read=file.bytes_read)


def _by_magic(file: RangeFile, name: str, head: bytes, limit: int) -> Preview:
    from hue_desktop.services.storage.previews import containers, tables

    if head.startswith(b"PAR1"):
        return tables.parquet(file, head)
    if head.startswith(b"ORC"):
        return tables.orc(file, head)
    if head.startswith(b"Obj\x01"):
        from hue_desktop.services.storage.previews.avro import preview_avro

        return preview_avro(file)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return containers.preview_zip(file, head)
    if head.startswith(b"SEQ") and head[3:4] in (b"\4", b"\5", b"\6"):
        return containers.preview_sequence_file(head)
    if _is_image(head):
        return _image(file)
    for magic, (what, opener) in _PACKED.items():
        if head.startswith(magic):
            return _unpacked(file, name, what, opener, limit)
    if len(head) < min(limit, file.size):
        head += _rest(file, len(head), min(limit, file.size))
    return preview_text(head, name, file.size, whole=len(head) >= file.size)


def _looks_plain(name: str) -> bool:
    """Whether the name promises text, so that one request is enough."""
    ending = name.rpartition(".")[2].lower()
    return ending in ("txt", "csv", "tsv", "json", "jsonl", "ndjson", "log", "xml", "sql", "md")


def _rest(file: RangeFile, start: int, end: int) -> bytes:
    file.seek(start)
    return file.read(end - start) or b""


def _is_image(head: bytes) -> bool:
    webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    return webp or head.startswith(_IMAGES)


def _image(file: RangeFile) -> Preview:
    if file.size > _IMAGE_BYTES:
        note = _("A picture of {size}; too large for a preview").format(size=size(file.size))
        return Preview("hex", note, hex_dump(file.head(_SNIFF_BYTES)), truncated=True)
    return Preview("image", size(file.size), image=file.head(file.size))


def _unpacked(
    file: RangeFile,
    name: str,
    what: str,
    opener: Callable[[Any], Any],
    limit: int,
) -> Preview:
    """The beginning of what is inside; as much as could be read when the packing is damaged."""
    parts: list[bytes] = []
    left, problem = limit + 1, ""
    try:
        inner = opener(io.BufferedReader(file, 64 << 10))
        read = getattr(inner, "read1", inner.read)
        while left > 0 and (piece := read(min(left, 64 << 10))):
            parts.append(piece)
            left -= len(piece)
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
        problem = str(error)
    data = b"".join(parts)
    if problem and not data:
        note = _("{what}, cannot be unpacked: {problem}").format(what=what, problem=problem)
        return Preview("hex", note, hex_dump(file.head(_SNIFF_BYTES)), truncated=True)
    whole = len(data) <= limit and not problem
    plain_name = name.rpartition(".")[0] or name
    shown = preview_text(data[:limit], plain_name, len(data) if whole else None, whole=whole)
    note = f"{what}, {size(file.size)} · {shown.note}" if shown.note else what
    if problem:
        note = _("{note} · damaged further on").format(note=note)
    return replace(shown, note=note)
