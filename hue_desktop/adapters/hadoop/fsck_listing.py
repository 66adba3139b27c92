"""Reading what ``/fsck?files&blocks&locations`` prints into the columns of a block table.

::

    /a/b c.orc 3500000 bytes, replicated: replication=3, 4 block(s):  OK
    0. BP-1-127.0.0.1-1:blk_1073741825_1001 len=1048576 Live_repl=3  [DatanodeInfoWithStorage[…
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from hue_desktop.core.errors import ProtocolError
from hue_desktop.core.shrink.blocks import BlockTableBuilder
from hue_desktop.core.text import _

__all__ = ["FsckReader", "lines_of"]

_FILE = re.compile(
    rb"(/.*) (\d+) bytes, (?:replicated: replication=(\d+)|erasure-coded: policy=([\w-]+))"
    rb", (\d+) block\(s\)(.*)"
)
_OLD_FILE = re.compile(rb"(/.*) (\d+) bytes, (\d+) block\(s\)(.*)")  #: Hadoop 2, without a factor
_BLOCK = re.compile(rb"\d+\. \S+:blk_-?\d+_\d+ len=(\d+) (.*)")
_HOLDER = re.compile(rb"(?:DatanodeInfoWithStorage)?\[?([0-9a-zA-Z.:_-]+:\d+)(?=,DS-|[],])")
_POLICY = re.compile(rb".*?-(\d+)-(\d+)-\d+k")


class FsckReader:
    """Fills a builder. ``numbers`` are the table's numbers of DataNodes by ``ip:port``."""

    def __init__(self, builder: BlockTableBuilder, numbers: Mapping[str, int], factor: int) -> None:
        self.builder = builder
        self._numbers = {key.encode(): number for key, number in numbers.items()}
        self._factor = factor  #: where a file's own is not told
        self._folders: dict[bytes, int] = {}
        self.ended = False

    def add(self, lines: Iterable[bytes]) -> None:
        """Take lines, in their order. ``ProtocolError`` when it is no such report."""
        for line in lines:
            first = line[:1]
            if first == b"/":
                self._file(line)
            elif first.isdigit():
                self._block(line)
            elif line.startswith(b"FSCK ended"):
                self.ended = True

    def _file(self, line: bytes) -> None:
        found = _FILE.fullmatch(line)
        if found is not None:
            path, size, rest = found[1], int(found[2]), found[6]
            units, factor = 1, int(found[3] or 1)
            policy = _POLICY.fullmatch(found[4] or b"")
            if policy is not None:
                units = int(policy[1])
                factor = units + int(policy[2])
        else:
            found = _OLD_FILE.fullmatch(line)
            if found is None:
                return  # a folder, or a symbolic link
            path, size, rest = found[1], int(found[2]), found[4]
            units, factor = 1, self._factor
        parent, _slash, name = path.rpartition(b"/")
        folder = self._folders.get(parent)
        if folder is None:
            folder = self._folders[parent] = self.builder.folder(parent or b"/")
        writing = b"OPENFORWRITE" in rest
        self.builder.add_file(folder, name, size, factor, writing=writing, units=units)

    def _block(self, line: bytes) -> None:
        found = _BLOCK.fullmatch(line)
        if found is None:
            return
        if not self.builder.files:
            raise ProtocolError(_("An answer of HDFS cannot be understood."))
        rest = found[2]
        holders: list[int] = []
        if b"CORRUPT!" not in rest:
            for address in _HOLDER.findall(rest[rest.find(b"[") :]):
                number = self._numbers.get(address)
                if number is None:
                    number = self.builder.host(address.rpartition(b":")[0].decode())
                if number not in holders:
                    holders.append(number)
        self.builder.add_block(int(found[1]), holders)


def lines_of(chunks: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Whole lines of a text that comes in pieces."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield lines
    if rest:
        yield [rest]
