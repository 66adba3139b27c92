"""Tables as folders show them: Hive keeps a table's files below ``…/warehouse/[database.db/]``."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from hue_desktop.core.shrink.blocks import BlockTable

__all__ = ["TableFolder", "tables_of"]

_WAREHOUSE = b"/warehouse/"


@dataclass(frozen=True, slots=True)
class TableFolder:
    """A table's folder; ``size`` is bytes without replicas. ``name`` is ``database.table``."""

    name: str
    path: str
    files: int
    size: int


def tables_of(table: BlockTable) -> tuple[TableFolder, ...]:
    """The tables with data, the largest first. A catalog may name other folders, too."""
    count = len(table.folders)
    files = np.bincount(table.folder_of, minlength=count)
    sizes = np.zeros(count, np.int64)
    np.add.at(sizes, table.folder_of, table.sizes)
    held: dict[bytes, list[int]] = defaultdict(lambda: [0, 0])
    for number, folder in enumerate(table.folders):
        root = _root_of(folder + b"/") if files[number] else b""
        if root:
            held[root][0] += int(files[number])
            held[root][1] += int(sizes[number])
    found = [
        TableFolder(_name(root), root.decode("utf-8", "replace"), *counted)
        for root, counted in held.items()
        if counted[1]
    ]
    return tuple(sorted(found, key=lambda each: (-each.size, each.name)))


def _root_of(folder: bytes) -> bytes:
    """The table's folder that this one is, or lies below; empty for another."""
    at = folder.find(_WAREHOUSE)
    if at < 0:
        return b""
    begin = at + len(_WAREHOUSE)
    parts = folder[begin:].split(b"/")
    depth = 2 if parts[0].endswith(b".db") else 1
    if len(parts) <= depth or not all(parts[:depth]):
        return b""
    return folder[:begin] + b"/".join(parts[:depth])


def _name(root: bytes) -> str:
    parts = root.decode("utf-8", "replace").rpartition("/warehouse/")[2].split("/")
    if len(parts) == 1:
        return f"default.{parts[0]}"
    return f"{parts[0].removesuffix('.db')}.{parts[1]}"
