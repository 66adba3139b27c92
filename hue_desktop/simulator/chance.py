"""Seeded randomness by name: the same question always gets the same answer.

A sequential generator would make a region's future depend on how often somebody looked at it. Here
each draw is keyed by what it is about, so state stays a function of stored facts and the clock, and
a region that is killed and started again takes the same course.
"""

from __future__ import annotations

import hashlib
import random

__all__ = ["Chance"]

_ID_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Chance:
    """Random numbers that depend on the seed and a key only."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def of(self, *key: object) -> random.Random:
        """A generator for ``key``, always in the same initial state."""
        text = "\x1f".join(map(str, (self.seed, *key)))
        digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
        return random.Random(int.from_bytes(digest, "big"))

    def unit(self, *key: object) -> float:
        """A number in [0, 1) for ``key``; cheaper than :meth:`of`."""
        text = "\x1f".join(map(str, (self.seed, *key)))
        digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") / 2**64

    def emr_id(self, prefix: str, *key: object) -> str:
        """An id as EMR writes them: ``j-``, ``ig-``, ``if-``, ``ci-`` or ``s-`` and 13 signs."""
        draw = self.of("id", prefix, *key)
        return prefix + "".join(draw.choices(_ID_ALPHABET, k=13))

    def hex_id(self, prefix: str, *key: object) -> str:
        """An id as EC2 writes them: ``i-``, ``vol-`` … and 17 hexadecimal digits."""
        return f"{prefix}{self.of('id', prefix, *key).getrandbits(68):017x}"
