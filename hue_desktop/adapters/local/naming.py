"""Giving a finished file its name, in one step, with or without replacing what has it."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from functools import cache

__all__ = ["appear", "link_or_look"]

_HERE = -100  # AT_FDCWD
_NO_REPLACE = 1  # RENAME_NOREPLACE
_UNKNOWN = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)


def appear(temporary: str, target: str, *, overwrite: bool) -> None:
    """Rename. OSError; FileExistsError when ``target`` is there and must stay."""
    if overwrite:
        os.replace(temporary, target)
        return
    rename = _renameat2()
    if rename is not None:
        problem = rename(os.fsencode(temporary), os.fsencode(target))
        if not problem:
            return
        if problem not in _UNKNOWN:  # else this file system does not know the flag
            raise OSError(problem, os.strerror(problem), target)
    link_or_look(temporary, target)


def link_or_look(temporary: str, target: str) -> None:
    """The other call that never replaces; where links are not known, look and then rename."""
    try:
        os.link(temporary, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target) from None
        os.rename(temporary, target)
    else:
        os.unlink(temporary)


@cache
def _renameat2() -> Callable[[bytes, bytes], int] | None:
    """Linux's rename that does not replace; it answers with an error number, 0 for none."""
    if sys.platform != "linux":
        return None
    import ctypes

    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):  # a C library that lacks it
        return None
    call.argtypes = (
        ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint,
    )  # fmt: skip

    def rename(old: bytes, new: bytes) -> int:
        failed = call(_HERE, old, _HERE, new, _NO_REPLACE)
        return ctypes.get_errno() if failed else 0

    return rename
