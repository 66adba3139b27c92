"""Translates what the operating system raises for a file into what a person can be told."""

from __future__ import annotations

import errno

from hue_desktop.core.errors import AccessDenied, HueError, NotFound, Refused, Unreachable
from hue_desktop.core.file_systems import Refusal
from hue_desktop.core.text import _

__all__ = ["not_offered", "refused", "translate_os_error", "translated"]

_MISSING = {errno.ENOENT, errno.ESTALE}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG}
_AWAY = {errno.EIO, errno.ETIMEDOUT, errno.ENODEV, errno.ENXIO}
_NAME = {errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ, errno.ELOOP}


def translate_os_error(error: OSError | ValueError, path: str) -> HueError:
    """The error that says it in our words; ``path`` is the file it is about."""
    if isinstance(error, ValueError):  # a NUL in the name
        return refused(Refusal.INVALID_NAME, _("{path} is no name for a file.").format(path=path))
    code, why = error.errno, error.strerror or str(error)
    if code in _MISSING:
        return NotFound(_("{path} does not exist.").format(path=path), code="NotFound")
    if code in _DENIED:
        return AccessDenied(
            _("{path}: {why}.").format(path=path, why=why),
            remedy=_("Change the permissions of the file or its folder, or pick another folder."),
        )
    if code in _FULL:
        return refused(
            Refusal.NO_SPACE,
            _("No space is left for {path}: {why}.").format(path=path, why=why),
            remedy=_("Free some space, or pick another folder."),
        )
    if code == errno.EEXIST:
        return refused(Refusal.ALREADY_EXISTS, _("{path} exists already.").format(path=path))
    if code == errno.ENOTEMPTY:
        return refused(Refusal.NOT_EMPTY, _("The folder {path} is not empty.").format(path=path))
    if code == errno.EISDIR:
        return refused(Refusal.IS_FOLDER, _("{path} is a folder.").format(path=path))
    if code == errno.ENOTDIR:
        return refused(Refusal.NOT_FOLDER, _("{path} is no folder.").format(path=path))
    if code in _NAME:
        return refused(
            Refusal.INVALID_NAME,
            _("{path} is no name that this file system takes: {why}.").format(path=path, why=why),
        )
    if code in _AWAY:
        return Unreachable(_("{path} cannot be read: {why}.").format(path=path, why=why))
    return refused("", _("{path}: {why}.").format(path=path, why=why))


class translated:
    """Whatever the operating system raises inside comes out as a ``HueError`` about ``path``.

    A class, since it stands around each call and a generator would take four times as long.
    """

    __slots__ = ("_path",)

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OSError | ValueError):
            raise translate_os_error(error, self._path) from error


def refused(code: str, message: str, *, remedy: str = "") -> Refused:
    """A refusal that trying again does not change."""
    return Refused(message, code=code, remedy=remedy)


def not_offered(what: str) -> Refused:
    """The refusal of something that a local disk does not have."""
    return refused(
        Refusal.NOT_OFFERED, _("A local disk does not offer this: {what}.").format(what=what)
    )
