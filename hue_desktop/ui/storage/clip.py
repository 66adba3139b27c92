"""Files on the clipboard and under the pointer: ours with their store, local ones as URLs too."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QUrl

from hue_desktop.core.storage import LOCAL, Location, StoreId, StoreKind

__all__ = ["LOCATIONS", "is_move", "locations_in", "mime_of", "pack", "unpack"]

LOCATIONS = "application/x-hue-desktop-locations"
_KDE_CUT = "application/x-kde-cutselection"
_GNOME = "x-special/gnome-copied-files"


def mime_of(locations: Sequence[Location], *, move: bool = False) -> QMimeData:
    """What a drag or a copy carries.

    Other programs understand files of this machine (as URLs) and the text; only this window
    understands those of a store.
    """
    mime = QMimeData()
    data = {"move": move, "files": [_plain(location) for location in locations]}
    mime.setData(LOCATIONS, json.dumps(data).encode())
    local = [
        QUrl.fromLocalFile(location.path)
        for location in locations
        if location.store.kind is StoreKind.LOCAL
    ]
    if local and len(local) == len(locations):
        mime.setUrls(local)
        mime.setData(_KDE_CUT, b"1" if move else b"0")
        lines = ["cut" if move else "copy", *(url.toString() for url in local)]
        mime.setData(_GNOME, "\n".join(lines).encode())
    mime.setText("\n".join(str(location) for location in locations))
    return mime


def locations_in(mime: QMimeData) -> tuple[Location, ...]:
    """The files that ``mime`` carries, from this window or from another program."""
    if mime.hasFormat(LOCATIONS):
        try:
            return tuple(_location(item) for item in _read(mime)["files"])
        except (ValueError, KeyError, TypeError):
            return ()
    return tuple(_local(url) for url in mime.urls() if url.isLocalFile())


def is_move(mime: QMimeData) -> bool:
    """Whether the files were cut, not copied."""
    if mime.hasFormat(LOCATIONS):
        try:
            return bool(_read(mime)["move"])
        except (ValueError, KeyError, TypeError):
            return False
    if mime.hasFormat(_KDE_CUT):
        return bool(mime.data(_KDE_CUT).data() == b"1")
    return bytes(mime.data(_GNOME).data()).startswith(b"cut")


def pack(location: Location) -> str:
    """A location with its store as one line of text."""
    return json.dumps(_plain(location))


def unpack(text: str) -> Location | None:
    """What ``pack`` wrote; ``None`` for any other text."""
    try:
        return _location(json.loads(text))
    except (ValueError, KeyError, TypeError):
        return None


def _read(mime: QMimeData) -> Any:
    return json.loads(bytes(mime.data(LOCATIONS).data()))


def _local(url: QUrl) -> Location:
    path = Path(url.toLocalFile())
    text = path.as_posix()
    folder = path.is_dir() and not text.endswith("/")
    return Location(LOCAL, text + ("/" if folder else ""))


def _plain(location: Location) -> dict[str, str]:
    store = location.store
    return {
        "kind": store.kind.value,
        "connection": store.connection,
        "region": store.region,
        "cluster": store.cluster_id,
        "authority": store.authority,
        "protocol": store.protocol,
        "path": location.path,
    }


def _location(item: dict[str, str]) -> Location:
    store = StoreId(
        StoreKind(item["kind"]),
        item["connection"],
        item["region"],
        item["cluster"],
        item["authority"],
        item["protocol"],
    )
    return Location(store, item["path"])
