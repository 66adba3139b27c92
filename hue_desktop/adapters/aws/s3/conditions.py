"""Writing only where nothing is: ``If-None-Match: *``, trusted once a server has honoured it.

Some servers ignore the header, and would replace what must stay. So an endpoint that is not AWS's
is asked with HEAD before each write, until it has once refused to write over what was just written.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TypeVar

from hue_desktop.adapters.aws.s3.calls import Calls, uri
from hue_desktop.core.errors import NotFound, Refused, ServiceError
from hue_desktop.core.file_systems import Refusal
from hue_desktop.core.text import _

__all__ = ["already_there", "exists", "unless_there"]

T = TypeVar("T")
CONDITION = {"if-none-match": "*"}
_proving = threading.Lock()


def unless_there(
    calls: Calls,
    operation: str,
    at: tuple[str, str],
    write: Callable[[Mapping[str, str]], T],
    *,
    may_repeat: bool,
) -> T:
    """``write(headers)``, if there is no object ``at``; else ``Refused`` (``ALREADY_EXISTS``).

    ``may_repeat`` when the same may be written twice at little cost, which proves the server.
    """
    feature = f"{operation} if-none-match"
    if not calls.honours(feature) and exists(calls, *at):
        raise already_there(*at)
    if calls.lacks(feature):
        return write({})
    try:
        written = write(CONDITION)
    except ServiceError as error:
        if error.code == "PreconditionFailed" and exists(calls, *at):
            raise already_there(*at) from error
        if error.code != "NotImplemented":
            raise
        calls.found_lacking(feature)
        return write({})
    if may_repeat and not calls.honours(feature) and _proving.acquire(blocking=False):
        try:
            _prove(calls, feature, write)
        finally:
            _proving.release()
    return written


def _prove(calls: Calls, feature: str, write: Callable[[Mapping[str, str]], object]) -> None:
    """Write the same once more: a server that honours the condition refuses."""
    try:
        write(CONDITION)
    except ServiceError as error:
        if error.code == "PreconditionFailed":
            calls.found_proven(feature)
        return
    calls.found_lacking(feature)


def exists(calls: Calls, bucket: str, key: str) -> bool:
    """Whether there is an object of exactly this key."""
    try:
        calls.send("HeadObject", "HEAD", bucket, key)
    except NotFound:
        return False
    return True


def already_there(bucket: str, key: str) -> Refused:
    """A target that must not be replaced."""
    return Refused(
        _("{what} exists already.").format(what=uri(bucket, key)),
        code=Refusal.ALREADY_EXISTS,
        remedy=_("Choose another name, or allow it to be replaced."),
    )
