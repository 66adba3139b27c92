"""Making sure that what arrived is what was there, as strongly as both stores allow.

Sizes are compared always. ``put`` and ``Upload.write`` give the CRC32C of the bytes that passed
through this machine; it is compared with what the source's store says of its file, and with what
the target's store says of what it got. S3 compares what it gets by itself, as each request carries
the checksum, and so do DataNodes over HDFS's own protocol. Local disks say nothing: what was read
from them and written to them counts.
"""

from __future__ import annotations

from collections.abc import Mapping

from hue_desktop.core.errors import HueError, ProtocolError
from hue_desktop.core.file_systems import FileSystem
from hue_desktop.core.format import count
from hue_desktop.core.storage import Checksum, Location, StoreId, StoreKind
from hue_desktop.core.text import _, ngettext

__all__ = ["CRC_BOTH", "CRC_SOURCE", "CRC_TARGET", "SIZE", "Verifier", "mismatch", "verified_text"]

CRC_BOTH = "crc32c"  #: from the source's store to the target's store
CRC_TARGET = "crc32c-target"  #: from this machine on; the source's store offers none
CRC_SOURCE = "crc32c-source"  #: up to this machine; the target's store offers none
SIZE = "size"
SERVER = "server"  #: the store copied by itself and says that it is whole


class Verifier:
    """Compares checksums for one transfer. Which stores offer none is learnt, not asked again."""

    def __init__(self, *, thorough: bool) -> None:
        self.thorough = thorough
        self._silent: set[StoreId] = set()

    def of_source(
        self, fs: FileSystem, location: Location, told: Checksum | None = None
    ) -> Checksum | None:
        """What the source's store says of the whole file; ``told`` is what came with the bytes."""
        if told is not None and told.algorithm == "CRC32C":
            return told
        kind = location.store.kind
        if kind is StoreKind.HDFS or (kind is StoreKind.S3 and told is None):
            return self._ask(fs, location)
        return None

    def level(
        self,
        crc: int,
        source: Location,
        source_says: Checksum | None,
        target_fs: FileSystem,
        target: Location,
    ) -> str:
        """How well a copy was checked. ``ProtocolError`` when a checksum is another."""
        if not self.thorough:
            return SIZE
        from_source = source.store.kind is StoreKind.LOCAL
        if source_says is not None:
            _compare(crc, source_says, source)
            from_source = True
        checked = target_fs.capabilities.checks_writes
        to_target = checked or target.store.kind is not StoreKind.HDFS
        if not to_target and (says := self._ask(target_fs, target)) is not None:
            _compare(crc, says, target)
            to_target = True
        if from_source and to_target:
            return CRC_BOTH
        return CRC_TARGET if to_target else CRC_SOURCE if from_source else SIZE

    def _ask(self, fs: FileSystem, location: Location) -> Checksum | None:
        if not self.thorough or location.store in self._silent:
            return None
        try:
            found = fs.checksum(location)
        except HueError:
            return None
        if found is not None and found.algorithm == "CRC32C":
            return found
        if location.store.kind is StoreKind.HDFS:  # on S3 it is another for each object
            self._silent.add(location.store)
        return None


def _compare(crc: int, says: Checksum, location: Location) -> None:
    if says.algorithm == "CRC32C" and says.value != f"{crc:08x}":
        raise mismatch(location)


def mismatch(location: Location) -> ProtocolError:
    """What was copied is not what the store has."""
    return ProtocolError(
        _("{location}: the checksum is another than that of what was copied.").format(
            location=location
        ),
        retryable=True,
    )


def verified_text(levels: Mapping[str, int]) -> str:
    """How the copies of a transfer were checked, in words."""
    all_words = {
        CRC_BOTH: _("CRC32C of all bytes"),
        CRC_TARGET: _("CRC32C of all bytes on the way to the target"),
        CRC_SOURCE: _("CRC32C of all bytes on the way from the source"),
        SERVER: _("copied within the store, size compared"),
        SIZE: _("size alone"),
    }
    parts = []
    for level, words in all_words.items():
        files = levels.get(level, 0)
        if files:
            text = ngettext("{words}, {files} file", "{words}, {files} files", files)
            parts.append(text.format(words=words, files=count(files)))
    return "; ".join(parts)
