"""Uploads in parts.

A file appears under a temporary name beside its target and is renamed when it is whole. A large
one is written as one file a part, in a temporary folder, from several threads at once; the
NameNode then joins them (``concat``), which moves no byte. The parts are as long as HDFS blocks, so
the file has the blocks it would have had; each is named after its place and its CRC32C, which is
all that is needed to go on after the process was killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Sequence

from hue_desktop.adapters.hadoop.way import Status, Way
from hue_desktop.core.errors import HueError, NotFound, Refused
from hue_desktop.core.file_systems import Part, Refusal, Source, temporary_name
from hue_desktop.core.storage import Entry, EntryKind
from hue_desktop.core.text import _

__all__ = ["HdfsUpload", "beside"]

JOIN_AT_ONCE = 200  #: WebHDFS has all of them in a URL
_PART = re.compile(r"(\d{6})-([0-9a-f]{8})")


class HdfsUpload:
    """The ``Upload`` port over either way."""

    def __init__(
        self,
        way: Way,
        folder: str,
        target: str,
        size: int,
        part_size: int,
        modified: float | None,
    ) -> None:
        self._way = way
        self._folder = folder
        self._target = target
        self.size = size
        self.part_size = part_size
        self._modified = modified
        self._ended = False
        self.token = json.dumps(
            {"target": target, "folder": folder, "size": size, "part": part_size, "at": modified}
        )

    @classmethod
    def begin(
        cls,
        way: Way,
        target: str,
        size: int,
        part_size: int,
        modified: float | None,
    ) -> HdfsUpload:
        """Make the temporary folder, and those above it."""
        folder = beside(target)
        way.make_folder(folder)
        return cls(way, folder, target, size, part_size, modified)

    @classmethod
    def from_token(cls, way: Way, token: str) -> HdfsUpload:
        """The upload that a token names. ``NotFound`` when it is none."""
        try:
            known = json.loads(token)
            return cls(
                way,
                str(known["folder"]),
                str(known["target"]),
                int(known["size"]),
                int(known["part"]),
                known["at"],
            )
        except (ValueError, KeyError, TypeError) as error:
            raise NotFound(_("There is no such upload."), code="NoSuchUpload") from error

    def write(self, index: int, offset: int, source: Source) -> Part:
        """Write a part as a file of its own."""
        draft = f"{self._folder}/{index:06d}.{os.urandom(4).hex()}"
        # the folder must not come back when the upload was aborted meanwhile
        crc, count = self._way.send(draft, source, parents=False)
        done = f"{self._folder}/{index:06d}-{crc:08x}"
        self._way.rename(draft, done, overwrite=True)
        return Part(index, offset, count, crc)

    def stored(self) -> Sequence[Part]:
        """The parts that are there whole. ``NotFound`` when nothing is left of the upload."""
        parts = []
        for status in self._statuses():
            named = _PART.fullmatch(status["pathSuffix"])
            if named is None:
                continue
            index, length = int(named[1]), int(status["length"])
            offset = index * self.part_size
            if length == min(self.part_size, max(0, self.size - offset)):
                parts.append(Part(index, offset, length, int(named[2], 16)))
        return sorted(parts, key=lambda part: part.index)

    def commit(self, parts: Sequence[Part], *, crc32c: int | None, overwrite: bool) -> Entry:
        """Join the parts, compare the checksum where HDFS tells one, and let the file appear."""
        ordered = sorted(parts, key=lambda part: part.index)
        got = sum(part.length for part in ordered)
        if got != self.size or [part.index for part in ordered] != list(range(len(ordered))):
            raise Refused(
                _("{path}: {got} of {size} bytes have arrived.").format(
                    path=self._target, got=got, size=self.size
                ),
                code=Refusal.INCOMPLETE,
            )
        whole = f"{self._folder}/whole"
        if not overwrite:
            self._refuse_existing()
        try:
            self._join(ordered, whole)
        except NotFound:  # a cut hid that they were joined, and they were to be joined again
            self._join(ordered, whole)
        self._compare(whole, crc32c)
        self._way.appear(whole, self._target, self._modified, overwrite=overwrite)
        self._ended = True
        with contextlib.suppress(HueError):  # an empty folder is left at worst
            self._way.delete(self._folder, recursive=True)
        name = self._target.rpartition("/")[2]
        return Entry(name, EntryKind.FILE, self.size, self._modified)

    def abort(self) -> None:
        """Remove the temporary folder with all that is in it."""
        if not self._ended:
            self._ended = True
            self._way.delete(self._folder, recursive=True)

    def _refuse_existing(self) -> None:
        """Before anything is joined: ``Refused`` when something stands at the target."""
        with contextlib.suppress(NotFound):
            self._way.status(self._target)
            raise Refused(
                _("{path} exists already.").format(path=self._target), code=Refusal.ALREADY_EXISTS
            )

    def _statuses(self) -> list[Status]:
        return [each for page in self._way.pages(self._folder) for each in page]

    def _join(self, parts: Sequence[Part], whole: str) -> None:
        """Make one file of the parts, in their order, whatever an earlier try has done of it."""
        lengths = {each["pathSuffix"]: int(each["length"]) for each in self._statuses()}
        if not parts:
            self._way.send(whole, None)
            return
        names = [f"{part.index:06d}-{part.crc32c:08x}" for part in parts]
        joined = 0
        if "whole" in lengths:
            joined = -(-lengths["whole"] // self.part_size)
        else:
            self._way.rename(f"{self._folder}/{names[0]}", whole, overwrite=True)
            joined = 1
        for first in range(joined, len(names), JOIN_AT_ONCE):
            sources = [f"{self._folder}/{name}" for name in names[first : first + JOIN_AT_ONCE]]
            self._way.join(whole, sources)

    def _compare(self, whole: str, crc32c: int | None) -> None:
        """``Refused`` when HDFS has other bytes than were sent."""
        length = int(self._way.status(whole)["length"])
        there = self._crc32c(whole) if crc32c is not None else None
        if length != self.size or (there is not None and there != crc32c):
            raise Refused(
                _("{path}: what arrived is not what was sent.").format(path=self._target),
                code=Refusal.BAD_CHECKSUM,
            )

    def _crc32c(self, path: str) -> int | None:
        """The file's CRC32C as HDFS has it; ``None`` where it does not tell one."""
        try:
            found = self._way.checksum(path)
        except HueError:
            return None
        return int(found.value, 16) if found is not None and found.algorithm == "CRC32C" else None


def beside(target: str) -> str:
    """A temporary name in the target's folder."""
    return f"{target.rpartition('/')[0]}/{temporary_name(os.urandom(6).hex())}"
