"""HDFS's trash: folders of the user that the NameNode empties by itself.

Moving there is the client's work. It is done as Hadoop's shell does it, so that both find what the
other threw away: ``/user/NAME/.Trash/Current`` and the whole path below it; checkpoints, named by
date, stand beside ``Current``.
"""

from __future__ import annotations

import re
import time

from hue_desktop.adapters.hadoop.way import Way
from hue_desktop.core.errors import Refused
from hue_desktop.core.file_systems import Refusal
from hue_desktop.core.text import _

__all__ = ["move", "origin"]

_TRASHED = re.compile(r"(?:/.*)?/\.Trash(?:/[^/]+)?/(?:Current|\d{10,16}(?:-\d+)?)(/.+)", re.DOTALL)


def move(way: Way, path: str) -> str:
    """Move into the trash; where it now is. ``Refused`` for what is or holds the trash."""
    root = way.trash_root(path)
    if path == root or path.startswith(root + "/") or root.startswith(path.rstrip("/") + "/"):
        raise Refused(
            _("{path} cannot be moved to the trash, which it is or holds.").format(path=path),
            code=Refusal.NOT_OFFERED,
            remedy=_("Delete it for good instead."),
        )
    place = f"{root}/Current{path}"
    way.make_folder(place.rpartition("/")[0], 0o700)
    try:
        way.rename(path, place, overwrite=False)
    except Refused as error:
        if error.code != Refusal.ALREADY_EXISTS:
            raise
        place += str(int(time.time() * 1000))  # as Hadoop's own shell tells two apart
        way.rename(path, place, overwrite=False)
    return place


def origin(path: str) -> str | None:
    """Where something in a trash was; ``None`` when the path is in none."""
    found = _TRASHED.fullmatch(path)
    return found[1] if found else None
