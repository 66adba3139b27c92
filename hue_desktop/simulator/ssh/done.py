"""What a command of the shell came to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Done"]


@dataclass(frozen=True, slots=True)
class Done:
    """Exit status, output (which may be read piece by piece) and errors."""

    status: int
    output: Iterable[bytes] = ()
    errors: str = ""
