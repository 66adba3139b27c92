"""The NameNode’s ``ClientProtocol``: calls with our values (``ClientNamenodeProtocol.proto``)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hue_desktop.adapters.hadoop.asking import Address
from hue_desktop.adapters.hadoop.protobuf import Fields, Value, pack, read_varint, unpack
from hue_desktop.adapters.hadoop.rpc import RpcNameNodes
from hue_desktop.core.errors import NotFound
from hue_desktop.core.text import _

__all__ = ["Block", "ClientProtocol", "Located", "Node", "ServerDefaults"]

_TYPES = {1: "DIRECTORY", 2: "FILE", 3: "SYMLINK"}
_HAS_ACL, _HAS_CRYPT, _HAS_EC = 1, 2, 4
_DISK = 1
_STORAGE = {1: "DISK", 2: "SSD", 3: "ARCHIVE", 4: "RAM_DISK", 5: "PROVIDED", 6: "NVDIMM"}


@dataclass(frozen=True, slots=True)
class Block:
    """A block's identity and length, as messages carry it."""

    pool: str
    id: int
    stamp: int
    length: int

    def packed(self, length: int | None = None) -> bytes:
        """``ExtendedBlockProto``, with another length where one is given."""
        size = self.length if length is None else length
        return pack(((1, self.pool), (2, self.id), (3, self.stamp), (4, size)))


class Node:
    """A DataNode, by the whole message that names it. It is read when somebody asks: of the three
    that a block has, mostly one is talked to."""

    __slots__ = ("_told", "message")

    def __init__(self, message: bytes) -> None:
        self.message = message
        self._told: Fields | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Node) and self.address == other.address

    def __hash__(self) -> int:
        return hash(self.address)

    @property
    def host(self) -> str:
        """The name the cluster has for it."""
        return self._id().text(2)

    @property
    def address(self) -> Address:
        """Where blocks are talked about."""
        told = self._id()
        return (told.text(2) or told.text(1), told.number(4))

    @property
    def rack(self) -> str:
        """Where it stands."""
        return unpack(self.message).text(8)

    def _id(self) -> Fields:
        if self._told is None:
            self._told = unpack(self.message).message(1)
        return self._told


@dataclass(frozen=True, slots=True)
class Located:
    """A block of a file and who has it."""

    block: Block
    offset: int
    nodes: tuple[Node, ...]
    token: bytes
    corrupt: bool = False
    storages: tuple[str, ...] = ()
    storage_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServerDefaults:
    """What the NameNode gives where a client says nothing."""

    block_size: int
    chunk: int
    replication: int
    encrypts: bool
    trash_interval: int


class ClientProtocol:
    """Calls by path. Every call may be sent twice: the NameNode remembers those it has answered."""

    def __init__(self, namenodes: RpcNameNodes) -> None:
        self.namenodes = namenodes
        self.name = f"hue-desktop-{uuid.uuid4().hex[:12]}"  #: who holds the leases
        self._defaults: ServerDefaults | None = None

    # -- looking ----------------------------------------------------------------------------
    def status(self, path: str) -> Mapping[str, Any]:
        """getFileInfo, in WebHDFS's words."""
        answer = self._call("getFileInfo", path, (1, path))
        if 1 not in answer:
            raise missing(path)
        return status_of(answer.message(1))

    def pages(self, path: str) -> Iterator[list[Mapping[str, Any]]]:
        """getListing, a page at a time."""
        start = b""
        while True:
            answer = self._call("getListing", path, (1, path), (2, start), (3, False))
            if 1 not in answer:
                raise missing(path)
            listing = answer.message(1)
            raw = listing.messages(1)
            yield [status_of(each) for each in raw]
            if not listing.number(2) or not raw:
                return
            start = raw[-1].data(2)

    def status_with_blocks(self, path: str) -> tuple[Mapping[str, Any], list[Located]]:
        """A file's status with the places of its blocks, in one call (getListing of the file)."""
        answer = self._call("getListing", path, (1, path), (2, b""), (3, True))
        if 1 not in answer:
            raise missing(path)
        raw = answer.message(1).messages(1)
        if len(raw) != 1 or raw[0].data(2):  # what is in a folder
            return self.status(path), []
        return status_of(raw[0]), [located_of(each) for each in raw[0].message(12).messages(2)]

    def located(
        self, path: str, offset: int = 0, length: int = 1 << 62
    ) -> tuple[int, list[Located]]:
        """getBlockLocations: the file's length, and its blocks that touch the range."""
        answer = self._call("getBlockLocations", path, (1, path), (2, offset), (3, length))
        if 1 not in answer:
            raise missing(path)
        found = answer.message(1)
        blocks = [located_of(each) for each in found.messages(2)]
        return found.number(1), blocks

    def defaults(self) -> ServerDefaults:
        """getServerDefaults, asked once."""
        if self._defaults is None:
            told = self._call("getServerDefaults", "").message(1)
            self._defaults = ServerDefaults(
                told.number(1, 128 << 20),
                told.number(2, 512),
                told.number(4, 3),
                bool(told.number(6)),
                told.number(7),
            )
        return self._defaults

    def capacity(self) -> tuple[int, int, int]:
        """getFsStats: capacity, used, remaining; bytes."""
        told = self._call("getFsStats", "")
        return told.number(1), told.number(2), told.number(3)

    def summary(self, path: str) -> Mapping[str, int]:
        """getContentSummary, in WebHDFS's words."""
        told = self._call("getContentSummary", path, (1, path)).message(1)
        names = ("length", "fileCount", "directoryCount", "quota", "spaceConsumed", "spaceQuota")
        return {name: _signed(told.number(at)) for at, name in enumerate(names, 1)}

    def acl(self, path: str) -> list[str]:
        """getAclStatus: the entries that go beyond the permission, as ``setfacl`` writes them."""
        told = self._call("getAclStatus", path, (1, path)).message(1)
        return [_acl_entry(each) for each in told.messages(4)]

    # -- changing ---------------------------------------------------------------------------
    def mkdirs(self, path: str, permission: int = 0o755) -> None:
        """mkdirs with parents; nothing happens when it is there."""
        self._call("mkdirs", path, (1, path), (2, pack(((1, permission),))), (3, True))

    def delete(self, path: str, *, recursive: bool = False) -> bool:
        """delete; whether there was something."""
        return bool(self._call("delete", path, (1, path), (2, recursive)).number(1))

    def rename(self, source: str, target: str, *, overwrite: bool = False) -> None:
        """rename2, atomic."""
        self._call("rename2", source, (1, source), (2, target), (3, overwrite))

    def concat(self, target: str, sources: Sequence[str]) -> None:
        """concat: appends the blocks of the sources, which are gone then."""
        self._call("concat", target, (1, target), *((2, each) for each in sources))

    def set_times(self, path: str, modified_ms: int) -> None:
        """setTimes; the access time stays."""
        self._call("setTimes", path, (1, path), (2, modified_ms), (3, -1))

    def set_permission(self, path: str, permission: int) -> None:
        """setPermission."""
        self._call("setPermission", path, (1, path), (2, pack(((1, permission),))))

    def set_owner(self, path: str, owner: str | None, group: str | None) -> None:
        """setOwner."""
        self._call("setOwner", path, (1, path), (2, owner), (3, group))

    def set_replication(self, path: str, replication: int) -> bool:
        """setReplication; false for a folder."""
        return bool(self._call("setReplication", path, (1, path), (2, replication)).number(1))

    # -- writing ----------------------------------------------------------------------------
    def create(self, path: str, *, parents: bool = True) -> int:
        """create, replacing what is there; the file's id."""
        defaults = self.defaults()
        answer = self._call(
            "create",
            path,
            (1, path),
            (2, pack(((1, 0o644),))),
            (3, self.name),
            (4, 1 | 2),  # CREATE and OVERWRITE
            (5, parents),
            (6, defaults.replication),
            (7, defaults.block_size),
        )
        return answer.message(1).number(13)

    def add_block(
        self, path: str, file_id: int, previous: bytes | None, avoid: Sequence[Node] = ()
    ) -> Located:
        """addBlock: where the next block goes."""
        answer = self._call(
            "addBlock",
            path,
            (1, path),
            (2, self.name),
            (3, previous),
            *((4, node.message) for node in avoid),
            (5, file_id),
        )
        return located_of(answer.message(1))

    def abandon_block(self, path: str, file_id: int, block: Block) -> None:
        """abandonBlock: what was begun is given up."""
        self._call(
            "abandonBlock", path, (1, block.packed()), (2, path), (3, self.name), (4, file_id)
        )

    def complete(self, path: str, file_id: int, last: bytes | None) -> bool:
        """complete: whether the NameNode has heard of enough replicas to close the file."""
        answer = self._call("complete", path, (1, path), (2, self.name), (3, last), (4, file_id))
        return bool(answer.number(1))

    def live_datanodes(self) -> list[Node]:
        """getDatanodeReport of those that are up; only superusers may ask."""
        return [
            Node(bytes(each)) for each in self._call("getDatanodeReport", "", (1, 2)).get(1, ())
        ]

    def renew_lease(self) -> None:
        """renewLease of the files that are being written."""
        self._call("renewLease", "", (1, self.name))

    def close(self) -> None:
        """End all connections."""
        self.namenodes.close()

    def _call(self, method: str, path: str, *fields: tuple[int, Value]) -> Fields:
        return self.namenodes.call(method, *fields, what=path)


def status_of(told: Fields) -> dict[str, Any]:
    """``HdfsFileStatusProto`` in WebHDFS's words."""
    kind = _TYPES.get(told.number(1), "FILE")
    flags = told.number(18)
    status: dict[str, Any] = {
        "type": kind,
        "pathSuffix": told.data(2).decode("utf-8", "surrogateescape"),
        "length": told.number(3),
        "permission": f"{told.message(4).number(1):o}",
        "owner": told.text(5),
        "group": told.text(6),
        "modificationTime": told.number(7),
        "replication": told.number(10),
        "blockSize": told.number(11),
        "fileId": told.number(13),
    }
    if flags & _HAS_CRYPT or 15 in told:
        status["encBit"] = True
    if flags & _HAS_EC or 17 in told:
        status["ecBit"] = True
        status["ecPolicy"] = told.message(17).text(1)
    return status


def located_of(told: Fields) -> Located:
    """``LocatedBlockProto``."""
    block = told.message(1)
    return Located(
        Block(block.text(1), block.number(2), block.number(3), block.number(4)),
        told.number(2),
        tuple(Node(bytes(each)) for each in told.get(3, ())),
        told.data(5),
        bool(told.number(4)),
        tuple(_STORAGE.get(each, "DISK") for each in _numbers(told, 7)),
        tuple(bytes(each).decode() for each in told.get(8, ())),
    )


def missing(path: str) -> NotFound:
    """The error of what is not there."""
    return NotFound(_("{path} does not exist.").format(path=path), code="FileNotFoundException")


def _numbers(told: Fields, field: int) -> list[int]:
    """A repeated enumeration, packed or not."""
    found: list[int] = []
    for each in told.get(field, ()):
        if isinstance(each, int):
            found.append(each)
            continue
        at = 0
        while at < len(each):
            number, at = read_varint(each, at)
            found.append(number)
    return found


def _signed(number: int) -> int:
    return number - (1 << 64) if number >> 63 else number


def _acl_entry(told: Fields) -> str:
    kinds = ("user", "group", "mask", "other")
    bits = told.number(3)
    permission = "".join(
        sign if bits & bit else "-" for sign, bit in (("r", 4), ("w", 2), ("x", 1))
    )
    scope = "default:" if told.number(2) else ""
    return f"{scope}{kinds[told.number(1) & 3]}:{told.text(4)}:{permission}"
