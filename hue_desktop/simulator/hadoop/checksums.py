"""File checksums as HDFS computes them from the CRC32C of every 512 bytes.

``MD5-of-MD5-of-CRC32C`` depends on the block size; ``COMPOSITE-CRC32C`` is the plain CRC32C of the
whole file and does not.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["FileChecksum", "block_md5", "composite", "composite_crc", "md5_of_md5s"]

BYTES_PER_CRC = 512
_READ = 1 << 20
_BUFFER = 32  #: Hadoop hashes its whole buffer, which begins so large and doubles
#: What Hadoop answers for a file without blocks: a value of old versions, kept for comparison.
_EMPTY = bytes.fromhex("70bc8f4b72a86921468bf8e8441dce51")


@dataclass(frozen=True, slots=True)
class FileChecksum:
    """A checksum in WebHDFS's words."""

    algorithm: str
    data: bytes
    length: int

    def to_json(self) -> dict[str, object]:
        """The body of GETFILECHECKSUM's answer."""
        return {
            "FileChecksum": {
                "algorithm": self.algorithm,
                "bytes": self.data.hex(),
                "length": self.length,
            }
        }


def block_md5(path: Path, length: int) -> bytes:
    """MD5 over the CRC32C of each 512 bytes of a block."""
    from awscrt.checksums import crc32c

    digest = hashlib.md5(usedforsecurity=False)
    left = length
    with path.open("rb", buffering=0) as stream:
        while left > 0:
            data = stream.read(min(_READ, left))
            if not data:
                break
            left -= len(data)
            view = memoryview(data)
            sums = [
                crc32c(view[start : start + BYTES_PER_CRC])
                for start in range(0, len(data), BYTES_PER_CRC)
            ]
            digest.update(struct.pack(f">{len(sums)}I", *sums))
    return digest.digest()


def md5_of_md5s(blocks: Sequence[bytes], first_length: int) -> FileChecksum:
    """The checksum of a file from those of its blocks; ``first_length`` is the first one's size."""
    if not blocks:
        return FileChecksum("MD5-of-0MD5-of-0CRC32", _padded(0, 0, _EMPTY), 28)
    per_block = -(-first_length // BYTES_PER_CRC) if len(blocks) > 1 else 0
    room = _BUFFER
    while room < 16 * len(blocks):
        room *= 2
    joined = b"".join(blocks).ljust(room, b"\0")
    digest = hashlib.md5(joined, usedforsecurity=False).digest()
    return FileChecksum(
        f"MD5-of-{per_block}MD5-of-{BYTES_PER_CRC}CRC32C",
        _padded(BYTES_PER_CRC, per_block, digest),
        28,
    )


def composite_crc(path: Path, length: int, before: int = 0) -> int:
    """CRC32C of a block's bytes, going on from what came before it."""
    from awscrt.checksums import crc32c

    left = length
    with path.open("rb", buffering=0) as stream:
        while left > 0:
            data = stream.read(min(_READ, left))
            if not data:
                break
            left -= len(data)
            before = crc32c(data, before)
    return before


def composite(crc: int) -> FileChecksum:
    """The checksum of a file whose CRC32C is known."""
    return FileChecksum("COMPOSITE-CRC32C", struct.pack(">I", crc), 4)


def _padded(bytes_per_crc: int, crc_per_block: int, digest: bytes) -> bytes:
    """Hadoop prints its buffer, which is four bytes longer than what is in it."""
    return struct.pack(">iq", bytes_per_crc, crc_per_block) + digest + bytes(4)
