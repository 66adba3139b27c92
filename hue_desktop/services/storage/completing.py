"""Completing a location that is being typed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from hue_desktop.core.errors import HueError
from hue_desktop.core.file_systems import FileSystem
from hue_desktop.core.storage import Location
from hue_desktop.services.storage.locations import S3_SCHEMES, Locations, home

__all__ = ["complete"]

_MOST = 50
_PAGES = 20  #: of a large folder only the beginning is looked at


def complete(
    text: str,
    near: Location | None,
    locations: Locations,
    file_system_of: Callable[[Location], FileSystem],
) -> tuple[str, ...]:
    """Texts that go on from ``text``, at most 50; none when its folder cannot be read. Blocks."""
    scheme, mark, rest = text.partition("://")
    if mark and "/" not in rest and scheme.lower() not in S3_SCHEMES:
        names = locations.cluster_names() if scheme.lower() == "hdfs" else ()
        return tuple(f"{scheme}://{name}/" for name in names if name.startswith(rest))
    base, slash, start = text.rpartition("/")
    if not slash and not text.startswith("~"):
        base = "."
    try:
        folder = locations.parse(base + "/", near or home()).as_folder()
        matches = _matches(file_system_of(folder), folder, start)
    except HueError:
        return ()
    written = base + slash if slash else ""
    return tuple(written + name for name in matches)


def _matches(file_system: FileSystem, folder: Location, start: str) -> list[str]:
    folded = start.casefold()
    folders: list[str] = []
    files: list[str] = []
    pages = file_system.list(folder)
    for page in islice(pages, _PAGES):
        for name, is_folder in zip(page.names, page.folders, strict=True):
            if not name or not name.casefold().startswith(folded):
                continue
            if name.startswith(".") and not start.startswith("."):
                continue
            if is_folder:
                folders.append(name + "/")
            else:
                files.append(name)
        if len(folders) >= _MOST:
            break
    close = getattr(pages, "close", None)
    if close is not None:
        close()
    return [*sorted(folders), *sorted(files)][:_MOST]
