"""The shape of a real HDFS, as a document, and the HDFS that is stood up from it.

A shape has either every file with its blocks and where their replicas are, or only what is in use
on each DataNode; files of equal size stand in for the content then. Nothing is on disk for either:
a block that somebody reads turns into a hole then. ``docs/simulator.md`` describes the members.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hue_desktop.simulator.hadoop.datanodes import DataNode
from hue_desktop.simulator.hadoop.hdfs import Hdfs
from hue_desktop.simulator.hadoop.identity import SUPERGROUP
from hue_desktop.simulator.hadoop.inodes import Directory, File
from hue_desktop.simulator.hadoop.tree import components

__all__ = ["ShapeError", "capacities_of", "check_shape", "load_shape"]

Json = Mapping[str, Any]

MAX_BLOCKS = 250_000
_STAND_INS = 4000  #: blocks at most that stand in for what nobody told
_STAND_IN_PATH = "/rehearsal/stand-in"
_BLOCK = 128 * 1024**2
_LONGEST = 1 << 50


class ShapeError(ValueError):
    """A shape that makes no sense; the text says where."""


def check_shape(shape: Json) -> None:
    """Raises :class:`ShapeError`; a shape that passes can be loaded."""
    nodes = shape.get("datanodes")
    if not isinstance(nodes, list) or not nodes:
        raise ShapeError("hdfs.datanodes must be a list with at least one DataNode.")
    for place, node in enumerate(nodes):
        if not isinstance(node, dict) or not isinstance(node.get("instance"), str):
            raise ShapeError(f"hdfs.datanodes[{place}].instance must be EC2's id.")
        for name in ("capacity", "used"):
            if name in node:
                _number(node[name], f"hdfs.datanodes[{place}].{name}")
    _number(shape.get("replication", 1), "hdfs.replication", low=1, high=512)
    files = shape.get("files")
    if files is not None:
        _check_files(files, len(nodes))


def _check_files(files: Any, nodes: int) -> None:
    if not isinstance(files, list):
        raise ShapeError("hdfs.files must be a list.")
    blocks = 0
    for place, item in enumerate(files):
        name = f"hdfs.files[{place}]"
        if not isinstance(item, list | tuple) or len(item) != 3:
            raise ShapeError(f"{name} must be [path, replication, blocks].")
        path, wanted, told = item
        if not isinstance(path, str) or not path.startswith("/") or not components(path):
            raise ShapeError(f"{name} has no absolute path.")
        _number(wanted, f"{name} replication", low=1, high=512)
        if not isinstance(told, list | tuple):
            raise ShapeError(f"{name} has no list of blocks.")
        blocks += len(told)
        if blocks > MAX_BLOCKS:
            raise ShapeError(f"hdfs.files has more than {MAX_BLOCKS} blocks.")
        for block in told:
            if not isinstance(block, list | tuple) or len(block) != 2:
                raise ShapeError(f"a block of {name} must be [length, DataNodes].")
            _number(block[0], f"a block of {name}", high=_LONGEST)
            for number in block[1]:
                _number(number, f"a replica of {name}", high=nodes - 1)


def _number(value: Any, name: str, *, low: int = 0, high: int = 1 << 62) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ShapeError(f"{name} must be a whole number from {low} to {high}.")


def capacities_of(shape: Json) -> dict[str, int]:
    """Bytes for HDFS by EC2 id, where the shape tells them."""
    return {
        node["instance"]: node["capacity"] for node in shape["datanodes"] if node.get("capacity")
    }


def load_shape(hdfs: Hdfs, shape: Json) -> None:
    """Put what a checked shape tells into an HDFS, inside a session that has its DataNodes."""
    by_key = {node.key: node for node in hdfs.blocks.datanodes.values()}
    nodes = [by_key.get(item["instance"]) for item in shape["datanodes"]]
    files = shape.get("files")
    if files is None:
        _stand_in(hdfs, shape, nodes)
        return
    for path, wanted, blocks in files:
        parts = [
            (length, [node for number in on if (node := nodes[number]) is not None])
            for length, on in blocks
        ]
        _add_file(hdfs, path, wanted, parts)


def _stand_in(hdfs: Hdfs, shape: Json, nodes: Sequence[DataNode | None]) -> None:
    """Files of one block each, until every DataNode holds as much as the shape says."""
    copies = int(shape.get("replication", 1))
    left = {
        node.number: int(item.get("used", 0))
        for item, node in zip(shape["datanodes"], nodes, strict=True)
        if node is not None
    }
    by_number = {node.number: node for node in nodes if node is not None}
    length = max(_BLOCK, sum(left.values()) // (_STAND_INS * copies) + 1)
    number = 0
    while left and max(left.values()) > length // 2:
        fullest = sorted(left, key=lambda each: (-left[each], each))[:copies]
        for each in fullest:
            left[each] -= length
        holders = [by_number[each] for each in fullest]
        path = f"{_STAND_IN_PATH}/part-{number:05d}"
        _add_file(hdfs, path, copies, [(length, holders)])
        number += 1


def _add_file(
    hdfs: Hdfs, path: str, wanted: int, blocks: Sequence[tuple[int, list[DataNode]]]
) -> None:
    located = hdfs.tree.locate(path)
    if located.node is not None or not isinstance(located.last, Directory):
        return
    parent = located.last
    for name in located.missing[:-1]:
        made = Directory(hdfs.tree.new_id(), name, "hadoop", SUPERGROUP, 0o755, hdfs.now)
        hdfs.tree.add(parent, made, hdfs.now)
        parent = made
    longest = max((length for length, _ in blocks), default=0)
    file = File(
        hdfs.tree.new_id(),
        components(path)[-1],
        "hadoop",
        SUPERGROUP,
        0o644,
        hdfs.now,
        hdfs.now,
        replication=wanted,
        block_size=max(hdfs.options.block_size, longest),
    )
    for length, holders in blocks:
        hdfs.blocks.place(file, length, holders)
    hdfs.tree.add(parent, file, hdfs.now)
