"""What Hadoop's exceptions mean, whether WebHDFS or RPC brought them."""

from __future__ import annotations

import json

from hue_desktop.core.errors import (
    AccessDenied,
    HueError,
    NotFound,
    ProtocolError,
    Refused,
    ServiceError,
    Throttled,
    Unreachable,
)
from hue_desktop.core.file_systems import Refusal
from hue_desktop.core.text import _

__all__ = ["Standby", "about", "from_answer", "from_exception"]

_DENIED = {"AccessControlException", "AuthorizationException", "SecurityException"}
_NO_SPACE = ("could only be written to", "could only be replicated to")
_PASSING = {"RetriableException", "RetryStartFileException", "SocketTimeoutException"}


class Standby(Unreachable):
    """This NameNode is the standby of a pair; the other one answers."""


def from_answer(status: int, body: bytes, what: str) -> HueError:
    """The error that an HTTP answer is. ``what``: the path or operation, for the sentence."""
    try:
        remote = json.loads(body)["RemoteException"]
        name, message = str(remote["exception"]), str(remote.get("message") or "")
    except (ValueError, KeyError, TypeError):
        return _without_exception(status, what)
    return from_exception(name, message, what, status=status)


def from_exception(name: str, message: str, what: str, *, status: int = 0) -> HueError:
    """The error that a Java exception is, by its simple class name and message."""
    first = message.strip().partition("\n")[0].strip()
    if "Path is not a file" in first:
        return Refused(_("{path} is a folder.").format(path=what), code=Refusal.IS_FOLDER)
    if name in ("FileNotFoundException", "PathNotFoundException"):
        return NotFound(_("{path} does not exist.").format(path=what), code=name)
    if name in _DENIED:
        return _denied(first)
    if name in ("StandbyException", "ObserverRetryOnActiveException"):
        return Standby(_("The NameNode that was asked is on standby."))
    if name == "SafeModeException" or "in safe mode" in first:
        return Refused(
            _("HDFS is in safe mode: it can be read, not changed."),
            code="SafeModeException",
            remedy=_("Wait until the NameNode has left it, or see why blocks are missing."),
            retryable=True,
        )
    if name in _PASSING:
        return Throttled(first or name, code=name)
    refused = _refused(name, first, what)
    if refused is not None:
        return refused
    if status >= 500 and name not in ("RuntimeException", "NullPointerException"):
        return ServiceError(_said(first or name, what), code=name, retryable=True)
    return ServiceError(_said(first or name, what), code=name, retryable=False)


def _refused(name: str, message: str, what: str) -> HueError | None:
    if "FileAlreadyExists" in name:
        return Refused(_("{path} exists already.").format(path=what), code=Refusal.ALREADY_EXISTS)
    if "NotEmpty" in name or "is non empty" in message:
        return Refused(_("{path} is not empty.").format(path=what), code=Refusal.NOT_EMPTY)
    if any(text in message for text in _NO_SPACE):
        return Refused(
            _("HDFS found no DataNode with room for a block of {path}.").format(path=what),
            code=Refusal.NO_SPACE,
            remedy=_("Free space in HDFS, or see which DataNodes are up."),
            retryable=True,
        )
    if "QuotaExceeded" in name:
        return Refused(
            message or name,
            code=Refusal.NO_SPACE,
            remedy=_("Raise the folder’s quota, or free space below it."),
        )
    if "ParentNotDirectory" in name or "is not a directory" in message.lower():
        return Refused(_said(message, what), code=Refusal.NOT_FOLDER)
    if name == "BlockMissingException" or "Could not obtain block" in message:
        return Refused(
            _("A block of {path} cannot be read: no live DataNode has it.").format(path=what),
            code="BlockMissingException",
            remedy=_("Bring its DataNodes back; if they are gone, the data is lost."),
            retryable=True,
        )
    if "must both be directories" in message:
        return Refused(_("{path} is a folder.").format(path=what), code=Refusal.IS_FOLDER)
    if "InvalidPath" in name + message or "Invalid name" in message or "ComponentTooLong" in name:
        return Refused(
            _("HDFS does not allow the name {path}.").format(path=what), code=Refusal.INVALID_NAME
        )
    if name in ("IllegalArgumentException", "HadoopIllegalArgumentException"):
        return Refused(_said(message or name, what), code=name)
    if name == "UnsupportedOperationException":
        return Refused(_said(message or name, what), code=Refusal.NOT_OFFERED)
    if name == "SnapshotException":
        return Refused(_said(message or name, what), code=name)
    return None


def _denied(message: str) -> AccessDenied:
    return AccessDenied(
        _("HDFS does not allow this: {reason}").format(reason=message),
        remedy=_("Ask for the permission, or act as another user."),
    )


def _without_exception(status: int, what: str) -> HueError:
    if status == 401:
        return AccessDenied(
            _("HDFS wants a proof of who we are (Kerberos), which Hue Desktop has not."),
            remedy=_("Use a gateway that accepts a user name, such as HttpFS, if there is one."),
        )
    if status == 403:
        return _denied(_("status 403"))
    if status == 404:
        return NotFound(_("{path} does not exist.").format(path=what), code="404")
    if status in (429, 503):
        return Throttled(
            _("The server is too busy (status {n}).").format(n=status), code=str(status)
        )
    if status >= 500:
        return ServiceError(
            _("The server failed with status {n}.").format(n=status),
            code=str(status),
            retryable=True,
        )
    return ProtocolError(
        _("The server answered {path} with status {n} and no reason.").format(n=status, path=what)
    )


def _said(message: str, what: str) -> str:
    return message if what in message else f"{what}: {message}"


def about(error: HueError, target: str) -> HueError:
    """The same refusal, about the file that was meant and not its temporary name."""
    if not isinstance(error, Refused):
        return error
    texts = {
        Refusal.ALREADY_EXISTS: _("{path} exists already."),
        Refusal.IS_FOLDER: _("{path} is a folder."),
        Refusal.NOT_FOLDER: _("A folder above {path} is a file."),
        Refusal.INVALID_NAME: _("HDFS does not allow the name {path}."),
    }
    text = next((texts[code] for code in texts if code == error.code), "")
    if not text:
        return error
    return Refused(text.format(path=target), code=error.code, remedy=error.remedy)
