"""Files that hold others or Hadoop's records: what is told of them without unpacking."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

from hue_desktop.core.format import count, date_time, size
from hue_desktop.core.text import _
from hue_desktop.services.storage.previews.range_file import RangeFile
from hue_desktop.services.storage.previews.texts import hex_dump
from hue_desktop.services.storage.previews.values import Preview

__all__ = ["preview_sequence_file", "preview_zip"]

_ROWS = 500
_NAME_BYTES = 200


def preview_zip(file: RangeFile, head: bytes) -> Preview:
    """The names in a zip archive or a jar; only its directory at the end is read."""
    try:
        with zipfile.ZipFile(io.BufferedReader(file, 64 << 10)) as archive:
            found = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        note = _("a zip archive, but it cannot be read: {error}").format(error=error)
        return Preview("hex", note, hex_dump(head), truncated=True)
    rows = tuple(
        (each.filename, size(each.file_size), _moment(each.date_time)) for each in found[:_ROWS]
    )
    note = _("zip archive · {n} files · {size} unpacked").format(
        n=count(sum(not each.is_dir() for each in found)),
        size=size(sum(each.file_size for each in found)),
    )
    columns = (_("Name"), _("Size"), _("Modified"))
    return Preview("table", note, columns=columns, rows=rows, truncated=len(found) > _ROWS)


def preview_sequence_file(head: bytes) -> Preview:
    """A SequenceFile of Hadoop: the classes of its keys and values, and how it is packed."""
    names = []
    at = 4  # "SEQ" and the version
    for _field in range(2):
        length = head[at] if at < len(head) else 0
        names.append(head[at + 1 : at + 1 + length].decode("utf-8", "replace"))
        at += 1 + length
        if not 0 < length < min(128, _NAME_BYTES):  # longer ones have a longer count; none is known
            return Preview("hex", _("Hadoop SequenceFile"), hex_dump(head), truncated=True)
    packed, by_block = head[at : at + 1] == b"\1", head[at + 1 : at + 2] == b"\1"
    how = _("packed by block") if by_block else _("packed") if packed else _("not packed")
    short = [name.rpartition(".")[2] for name in names]
    note = _("Hadoop SequenceFile · {key} → {value} · {how}").format(
        key=short[0], value=short[1], how=how
    )
    schema = ((_("key"), names[0]), (_("value"), names[1]))
    return Preview("hex", note, hex_dump(head), schema=schema, truncated=True)


def _moment(parts: tuple[int, int, int, int, int, int]) -> str:
    try:
        return date_time(datetime(*parts).astimezone())
    except ValueError:  # an archive may hold any number
        return ""
