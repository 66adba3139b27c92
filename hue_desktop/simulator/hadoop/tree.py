"""The tree of one namespace: from paths to inodes, from inodes to the journal and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hue_desktop.simulator.hadoop.errors import HdfsError, invalid_path, not_found, of_protocol
from hue_desktop.simulator.hadoop.identity import SUPERGROUP, SUPERUSER
from hue_desktop.simulator.hadoop.inodes import Block, Directory, File, Inode, Lease
from hue_desktop.simulator.hadoop.journal import Journal

__all__ = ["SNAPSHOT_DIR", "Located", "Tree", "check_name", "components"]

Json = dict[str, Any]

SNAPSHOT_DIR = ".snapshot"
_ROOT_ID = 16385  #: as HDFS numbers its root
_VIEW_ID = -1  #: what a client sees of ``.snapshot``
_MAX_NAME_BYTES = 255


def components(path: str) -> list[str]:
    """The names of an absolute path; empty ones do not count."""
    return [name for name in path.split("/") if name]


def check_name(path: str) -> None:
    """Raise for a path that HDFS would not create anything at."""
    if not path.startswith("/"):
        raise invalid_path(path)
    for name in path[1:].removesuffix("/").split("/"):
        if name in (".", "..") or ":" in name or (not name and path != "/"):
            raise invalid_path(path)


@dataclass(slots=True)
class Located:
    """A path and what there is of it: the inodes from the root on, as far as they exist."""

    path: str
    names: list[str]
    chain: list[Inode]
    snapshot: bool = False  #: the path leads into a snapshot, which nobody can change

    @property
    def node(self) -> Inode | None:
        """What the path names, or None."""
        return self.chain[-1] if len(self.chain) > len(self.names) else None

    @property
    def last(self) -> Inode:
        """The deepest inode that exists."""
        return self.chain[-1]

    @property
    def ancestors(self) -> list[Inode]:
        """What has to be passed to get to the node, or as near to it as possible."""
        return self.chain[: len(self.names)]

    @property
    def missing(self) -> list[str]:
        """The names that do not exist, from the first one on."""
        return self.names[len(self.chain) - 1 :]

    def existing(self) -> Inode:
        """The node; raises ``FileNotFoundException`` if there is none."""
        node = self.node
        if node is None:
            raise not_found(f"File does not exist: {self.path}")
        return node

    def directory(self) -> Directory:
        """The node, which has to be a directory."""
        node = self.existing()
        if not isinstance(node, Directory):
            raise not_found(f"Directory does not exist: {self.path}")
        return node

    def file(self) -> File:
        """The node, which has to be a file."""
        node = self.existing()
        if not isinstance(node, File):
            raise not_found(f"Path is not a file: {self.path}")
        return node


class Tree:
    """All inodes of a namespace."""

    def __init__(self, journal: Journal, now: int) -> None:
        self._journal = journal
        self._next_id = _ROOT_ID + 1
        self.root = Directory(_ROOT_ID, "", SUPERUSER, SUPERGROUP, 0o755, now)
        self.written: dict[int, File] = {}  #: files under construction

    def locate(self, path: str, *, making: bool = False) -> Located:
        """What there is of a path.

        With ``making``, raises ``ParentNotDirectoryException`` for a path through a file.
        """
        names = components(path)
        shown = "/" + "/".join(names)
        chain: list[Inode] = [self.root]
        snapshot = False
        place = 0
        while place < len(names):
            parent = chain[-1]
            if not isinstance(parent, Directory):
                if making:
                    raise _not_a_directory(parent)
                break
            name = names[place]
            if name == SNAPSHOT_DIR and not snapshot:
                if parent.snapshots is None:
                    raise of_protocol(
                        "SnapshotException",
                        f"Directory is not a snapshottable directory: {parent.path}",
                    )
                snapshot = True
                child: Inode | None = _snapshot_view(parent)
            else:
                child = parent.children.get(name)
            if child is None:
                break
            chain.append(child)
            place += 1
        return Located(shown, names, chain, snapshot)

    def new_id(self) -> int:
        """The number of the next inode."""
        self._next_id += 1
        return self._next_id - 1

    def add(self, parent: Directory, child: Inode, now: int) -> None:
        """Put a new or moved inode into a directory."""
        if len(child.name.encode()) > _MAX_NAME_BYTES:
            raise _name_too_long(parent, child.name)
        parent.add(child)
        parent.mtime = now
        self.touch(parent, child)

    def remove(self, node: Inode, now: int) -> None:
        """Take an inode out of its directory; it and what is below stay in the journal."""
        parent = node.parent
        assert parent is not None
        parent.remove(node.name)
        parent.mtime = now
        self.touch(parent)

    def forget(self, node: Inode) -> Iterator[File]:
        """Strike an inode and everything below from the journal; the files among them."""
        for item in walk(node):
            self._journal.put("inodes", item.id, None)
            if isinstance(item, File):
                self.written.pop(item.id, None)
                yield item

    def touch(self, *nodes: Inode) -> None:
        """Note that inodes have changed."""
        for node in nodes:
            self._journal.put("inodes", node.id, _document(node))

    # Restoring

    def restore(self, blocks: dict[int, Block]) -> Iterator[File]:
        """Take over the inodes of the journal; the files among them, snapshots included."""
        nodes: dict[int, Inode] = {}
        places: list[tuple[Inode, Json]] = []
        for key, document in self._journal.rows("inodes"):
            node = _from_document(key, document, blocks)
            nodes[key] = node
            places.append((node, document))
        root = nodes.get(_ROOT_ID)
        if not isinstance(root, Directory):
            return
        self.root = root
        self._next_id = max(nodes) + 1
        for node, document in places:
            parent = nodes.get(document.get("p", 0))
            if not isinstance(parent, Directory):
                continue
            if "snapshot" in document and isinstance(node, Directory):
                node.parent = parent
                parent.snapshots = parent.snapshots or {}
                parent.snapshots[node.name] = node
            else:
                parent.add(node)
        for node in nodes.values():
            if isinstance(node, File):
                if node.lease is not None:
                    self.written[node.id] = node
                yield node


def walk(node: Inode) -> Iterator[Inode]:
    """An inode and everything below it, snapshots not included."""
    pending = [node]
    while pending:
        item = pending.pop()
        yield item
        if isinstance(item, Directory):
            pending.extend(item.children.values())


def _snapshot_view(directory: Directory) -> Directory:
    """The virtual directory that lists the snapshots of a directory."""
    view = Directory(_VIEW_ID, SNAPSHOT_DIR, "", "", 0o777, 0)
    view.parent = directory
    view.children = dict(directory.snapshots or {})
    return view


def _not_a_directory(node: Inode) -> HdfsError:
    return HdfsError(
        "org.apache.hadoop.fs.ParentNotDirectoryException",
        f"{node.path} (is not a directory)",
    )


def _name_too_long(parent: Directory, name: str) -> HdfsError:
    return HdfsError(
        "org.apache.hadoop.hdfs.protocol.FSLimitException$PathComponentTooLongException",
        f"The maximum path component name limit of {name} in directory {parent.path} is "
        f"exceeded: limit={_MAX_NAME_BYTES} length={len(name.encode())}",
    )


def _document(node: Inode) -> Json:
    document: Json = {
        "n": node.name,
        "o": node.owner,
        "g": node.group,
        "m": node.mode,
        "t": node.mtime,
        "p": node.parent.id if node.parent is not None else 0,
    }
    extra: Json = {
        "a": node.atime,
        "acl": node.acl,
        "x": node.xattrs,
        "policy": node.storage_policy,
        "origin": node.origin,
    }
    if isinstance(node, File):
        document |= {
            "r": node.replication,
            "s": node.block_size,
            "b": [block.id for block in node.blocks],
        }
        if node.frozen_length is not None:
            document["frozen"] = node.frozen_length
        if node.lease is not None:
            document["lease"] = [node.lease.holder, node.lease.since]
    elif isinstance(node, Directory):
        document["q"] = [node.name_quota, node.space_quota]
        extra["default"] = node.default_acl
        if node.snapshots is not None:
            document["snapshots"] = True
        if node.parent is not None and node.parent.children.get(node.name) is not node:
            document["snapshot"] = True
    document.update((name, value) for name, value in extra.items() if value)
    return document


def _from_document(key: int, document: Json, blocks: dict[int, Block]) -> Inode:
    common: Json = {
        "id": key,
        "name": document["n"],
        "owner": document["o"],
        "group": document["g"],
        "mode": document["m"],
        "mtime": document["t"],
        "atime": document.get("a", 0),
        "acl": document.get("acl", []),
        "xattrs": document.get("x", {}),
        "storage_policy": document.get("policy", 0),
        "origin": document.get("origin", 0),
    }
    if "b" in document:
        lease = document.get("lease")
        return File(
            **common,
            replication=document["r"],
            block_size=document["s"],
            blocks=[blocks[number] for number in document["b"] if number in blocks],
            lease=Lease(*lease) if lease else None,
            frozen_length=document.get("frozen"),
        )
    names, space = document["q"]
    return Directory(
        **common,
        name_quota=names,
        space_quota=space,
        default_acl=document.get("default", []),
        snapshots={} if "snapshots" in document else None,
    )
