"""Directories of regions that keep nothing; one that was killed is cleaned up after by the next.

A region holds a lock on its directory, which the system drops with the process, however that ends.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from hue_desktop.simulator.s3.weed import end_orphan

__all__ = ["Scratch"]

_PREFIX = "hue-region-"
_YOUNG_S = 60.0  #: a directory that may have no lock yet


class Scratch:
    """A directory for its owner only, which goes with this object."""

    def __init__(self) -> None:
        _sweep()
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._lock = _locked(self.path)

    def remove(self) -> None:
        """Remove it with all it holds."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _sweep() -> None:
    """Remove the directories of regions that were killed; those of other users stay."""
    for directory in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - directory.stat().st_mtime < _YOUNG_S:
                continue
            lock = _locked(directory)
            if lock is not None:
                end_orphan(directory / "s3")
                shutil.rmtree(directory, ignore_errors=True)
                os.close(lock)


def _locked(directory: Path) -> int | None:
    """A descriptor with the lock on a directory; ``None`` when another has it, or on Windows."""
    if sys.platform == "win32":
        return None
    import fcntl

    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
