"""What the headers of HEAD and GET say of an object."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from hue_desktop.core.storage import Entry, EntryKind

__all__ = ["MTIME", "carried", "entry_of", "full_crc32c", "kept_time", "mtime_text", "name_of"]

MTIME = "x-amz-meta-mtime"  #: rclone's: epoch seconds with a fraction

_DETAILS = {
    "x-amz-storage-class": "storage_class",
    "x-amz-version-id": "version_id",
    "content-type": "content_type",
    "x-amz-restore": "restore",
}


_CARRIED = frozenset(
    {
        "cache-control",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-type",
        "expires",
        "x-amz-storage-class",
        "x-amz-website-redirect-location",
    }
)


def carried(headers: Mapping[str, str]) -> dict[str, str]:
    """What a new object has to be told to be like this one."""
    return {
        name: text
        for name, text in headers.items()
        if name in _CARRIED or name.startswith("x-amz-meta-")
    }


def entry_of(headers: Mapping[str, str], key: str) -> Entry:
    """The object as an entry; the modification time is the kept one where there is one."""
    details: dict[str, Any] = {"etag": headers.get("etag", "").strip('"')}
    for header, name in _DETAILS.items():
        if header in headers:
            details[name] = headers[header]
    details.setdefault("storage_class", "STANDARD")
    return Entry(name_of(key), EntryKind.FILE, _size(headers), _modified(headers), details)


def full_crc32c(headers: Mapping[str, str]) -> int | None:
    """The CRC32C of the whole object if the answer tells it; a composite of parts is none."""
    text = headers.get("x-amz-checksum-crc32c", "")
    if not text or "-" in text or headers.get("x-amz-checksum-type") == "COMPOSITE":
        return None
    try:
        return int.from_bytes(base64.b64decode(text, validate=True), "big")
    except binascii.Error:
        return None


def name_of(key: str) -> str:
    """The last part of a key; that of a marker is without its slash."""
    return (key[:-1] if key.endswith("/") else key).rpartition("/")[2]


def mtime_text(modified: float) -> str:
    """A time as rclone writes it into the metadata."""
    return repr(modified).removesuffix(".0")


def _size(headers: Mapping[str, str]) -> int | None:
    total = headers.get("content-range", "").rpartition("/")[2]
    text = total if total.isdigit() else headers.get("content-length", "")
    return int(text) if text.isdigit() else None


def _modified(headers: Mapping[str, str]) -> float | None:
    kept = kept_time(headers)
    return _http_date(headers.get("last-modified", "")) if kept is None else kept


def kept_time(headers: Mapping[str, str]) -> float | None:
    """The modification time that was kept with the object."""
    try:
        return float(headers[MTIME])
    except (KeyError, ValueError):  # none, or somebody else's use of the name
        return None


@lru_cache(maxsize=4096)
def _http_date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None
