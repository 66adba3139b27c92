"""Directories of regions that keep nothing; one that was killed is cleaned up after by the next."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

from hue_desktop.simulator.s3.weed import end_orphan

__all__ = ["new_scratch"]

_PREFIX = "hue-simulator-"
_NAME = re.compile(rf"{_PREFIX}(\d+)-.*")


def new_scratch() -> Path:
    """A new directory of this process, for its owner only; removes those of processes that died."""
    _sweep()
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))


def _sweep() -> None:
    if os.name != "posix":  # elsewhere there is no asking for a process without a side effect
        return
    for directory in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        found = _NAME.fullmatch(directory.name)
        if found and _is_dead(int(found[1])):
            end_orphan(directory / "s3")
            shutil.rmtree(directory, ignore_errors=True)


def _is_dead(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False
