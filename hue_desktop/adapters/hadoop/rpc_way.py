"""The way to HDFS over its own protocols: RPC to the NameNode, blocks from and to DataNodes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hue_desktop.adapters.hadoop.block_reading import BlockSource
from hue_desktop.adapters.hadoop.block_writing import write_file
from hue_desktop.adapters.hadoop.client_protocol import ClientProtocol, Located
from hue_desktop.adapters.hadoop.datanodes import DataNodes
from hue_desktop.adapters.hadoop.pages import check_same
from hue_desktop.adapters.hadoop.remote_errors import about
from hue_desktop.adapters.hadoop.way import Status
from hue_desktop.core.errors import HueError, Refused
from hue_desktop.core.file_systems import BlockPlace, Refusal, Source
from hue_desktop.core.storage import Checksum, Entry, Space
from hue_desktop.core.text import _

__all__ = ["RpcWay"]

FEW_BLOCKS = 32  #: so many come with a file's status; for more their part is asked for


class RpcWay:
    """The ``Way`` over RPC."""

    checks_writes = True

    def __init__(self, protocol: ClientProtocol, datanodes: DataNodes) -> None:
        self._protocol = protocol
        self._datanodes = datanodes

    def status(self, path: str) -> Status:
        """getFileInfo."""
        return self._protocol.status(path)

    def pages(self, path: str) -> Iterator[Sequence[Status]]:
        """getListing."""
        return self._protocol.pages(path)

    def open(self, path: str, offset: int, length: int | None, expected: Entry | None) -> Source:
        """Where the blocks are, and whether it is the file that is meant; then from DataNodes."""
        protocol = self._protocol
        size = expected.size if expected is not None else None
        if size is not None and size > FEW_BLOCKS * protocol.defaults().block_size:
            status = protocol.status(path)
            end = size if length is None else min(size, offset + length)
            blocks = protocol.located(path, offset, max(1, end - offset))[1]
        else:
            status, blocks = protocol.status_with_blocks(path)
        now = check_same(status, path, expected)
        rest = max(0, (now.size or 0) - offset)
        wanted = rest if length is None else min(length, rest)

        def locate(at: int) -> list[Located]:
            return protocol.located(path, at, max(1, offset + wanted - at))[1]

        return BlockSource(
            self._datanodes,
            path,
            blocks,
            offset,
            wanted,
            protocol.name,
            locate,
            protocol.namenodes.pause,
            now.modified,
            is_whole=offset == 0 and wanted == now.size,
        )

    def send(self, path: str, source: Source | None, *, parents: bool = True) -> tuple[int, int]:
        """create, addBlock, the pipeline, complete."""
        return write_file(self._protocol, self._datanodes, path, source, parents=parents)

    def make_folder(self, path: str, permission: int | None = None) -> None:
        """mkdirs."""
        self._protocol.mkdirs(path, 0o755 if permission is None else permission)

    def rename(self, source: str, target: str, *, overwrite: bool) -> None:
        """rename2."""
        try:
            self._protocol.rename(source, target, overwrite=overwrite)
        except Refused as error:
            raise about(error, target) from error

    def appear(
        self, temporary: str, target: str, modified: float | None, *, overwrite: bool
    ) -> None:
        """setTimes and rename2."""
        if modified is not None:
            self._protocol.set_times(temporary, round(modified * 1000))
        self.rename(temporary, target, overwrite=overwrite)

    def join(self, target: str, sources: Sequence[str]) -> None:
        """concat."""
        self._protocol.concat(target, sources)

    def delete(self, path: str, *, recursive: bool) -> bool:
        """delete."""
        return self._protocol.delete(path, recursive=recursive)

    def change(self, path: str, what: str, value: Any) -> None:
        """setPermission, setOwner, setReplication or setTimes."""
        protocol = self._protocol
        if what == "permission":
            protocol.set_permission(path, int(value))
        elif what in ("owner", "group"):
            owner, group = (value, None) if what == "owner" else (None, value)
            protocol.set_owner(path, owner, group)
        elif what == "modified":
            protocol.set_times(path, round(float(value) * 1000))
        elif not protocol.set_replication(path, int(value)):
            raise Refused(
                _("{path} is a folder; only files have replicas.").format(path=path),
                code=Refusal.IS_FOLDER,
            )

    def summary(self, path: str) -> Mapping[str, int]:
        """getContentSummary."""
        return self._protocol.summary(path)

    def blocks(self, path: str) -> tuple[BlockPlace, ...]:
        """getBlockLocations."""
        return tuple(
            BlockPlace(
                each.offset,
                each.block.length,
                tuple(node.host for node in each.nodes),
                each.corrupt,
                each.storages,
                tuple(node.rack for node in each.nodes),
            )
            for each in self._protocol.located(path)[1]
        )

    def checksum(self, path: str) -> Checksum | None:
        """CRC32C of all bytes, composed of what DataNodes keep of each block."""
        from awscrt.checksums import combine_crc32c

        crc = 0
        for each in self._protocol.located(path)[1]:
            found = self._datanodes.crc32c(each)
            if found is None:
                return None
            crc = combine_crc32c(crc, found, each.block.length)
        return Checksum("CRC32C", f"{crc:08x}")

    def properties(self, path: str) -> Mapping[str, str]:
        """Status, content summary, quota and ACL, in WebHDFS's words."""
        status = self._protocol.status(path)
        keys = ("owner", "group", "permission", "replication", "blockSize", "ecPolicy", "fileId")
        told = {key: str(status[key]) for key in keys if status.get(key) not in (None, "", 0)}
        if status.get("encBit"):
            told["encrypted"] = "yes"
        with contextlib.suppress(HueError):
            found = self._protocol.summary(path)
            told["files"], told["folders"] = str(found["fileCount"]), str(found["directoryCount"])
            told["bytes"] = str(found["length"])
            told["bytes_with_replicas"] = str(found["spaceConsumed"])
            if found["quota"] >= 0:
                told["name_quota"] = str(found["quota"])
            if found["spaceQuota"] >= 0:
                told["space_quota"] = str(found["spaceQuota"])
        with contextlib.suppress(HueError):
            entries = self._protocol.acl(path)
            if entries:
                told["acl"] = ", ".join(entries)
        return told

    def space(self) -> Space:
        """getFsStats."""
        return Space(*self._protocol.capacity())

    def block_size(self) -> int:
        """getServerDefaults."""
        return self._protocol.defaults().block_size

    def trash_root(self, path: str) -> str:
        """The user's; RPC clients work it out by themselves."""
        return f"/user/{self._protocol.namenodes.user}/.Trash"

    def empties_trash(self) -> bool:
        """getServerDefaults."""
        return bool(self._protocol.defaults().trash_interval)

    def close(self) -> None:
        """End all connections and all waiting."""
        self._protocol.close()
        self._datanodes.close()
