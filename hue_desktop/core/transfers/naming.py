"""What files are called at the target: where sources land, second names, names that do not fit.

Object stores hold keys that no folder can hold: ``a//b``, ``./a``, ``/a``. On the way into a store
with folders their parts are written with look-alikes, and on the way back as they were:

======================  ===========
part of the key         file name
======================  ===========
empty                   ``‛``
``.``                   ``．``
``..``                  ``．．``
``‛…``, ``．``, ``．．``   with ``‛`` before it
======================  ===========
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hue_desktop.core.errors import ConfigurationError
from hue_desktop.core.storage import Location, StoreKind
from hue_desktop.core.text import _
from hue_desktop.core.transfers.values import TransferRequest

__all__ = ["Landing", "adapt_name", "landing_of", "overlaps", "second_name"]

_QUOTE = "‛"
_TO_FILE = {"": _QUOTE, ".": "．", "..": "．．"}
_TO_KEY = {file: key for key, file in _TO_FILE.items()}


@dataclass(frozen=True, slots=True)
class Landing:
    """Where one source of a request lands.

    ``source`` is as the walk takes it: a folder ends in a slash. Relative paths are below ``base``;
    those of this source begin with ``prefix``, which for a single file is all of it.
    """

    source: Location
    base: Location
    prefix: str

    @property
    def root(self) -> Location:
        """The file or folder that this source becomes."""
        return self.base.child(self.prefix) if self.prefix else self.base

    def source_of(self, name: str) -> Location:
        """The source of a file that the walk called ``name``; empty for a single file."""
        return self.source.child(name) if name else self.source


def landing_of(request: TransferRequest, index: int, *, folder: bool) -> Landing:
    """Where source number ``index`` lands; ``folder``: that is what stands there."""
    source, target = request.sources[index], request.target
    if target.store.kind is StoreKind.S3 and not target.key:
        target = target.as_folder()
    if len(request.sources) > 1 and not target.is_folder:
        raise ConfigurationError(
            _("Several sources cannot all become {target}.").format(target=target),
            remedy=_("Name a folder as the target: end it with a slash."),
        )
    content = source.is_folder
    if folder:
        source = source.as_folder()
    if not target.is_folder:
        return Landing(source, target.parent(), target.name + ("/" if folder else ""))
    if not folder:
        return Landing(source, target, source.name)
    return Landing(source, target, "" if content or not source.name else source.name + "/")


def overlaps(one: Location, other: Location) -> bool:
    """Whether files of both could be the same ones."""
    if one.store != other.store:
        return False
    a, b = one.path.rstrip("/") + "/", other.path.rstrip("/") + "/"
    return a.startswith(b) or b.startswith(a)


def adapt_name(relative: str, source: StoreKind, target: StoreKind) -> str:
    """The relative path as the target's kind of store can hold it."""
    if (source is StoreKind.S3) == (target is StoreKind.S3):
        return relative
    if source is StoreKind.S3:
        return _each_part(relative, _to_file) if _is_odd(relative) else relative
    return _each_part(relative, _to_key) if _QUOTE in relative or "．" in relative else relative


def _is_odd(key: str) -> bool:
    return "//" in key or key[:1] == "/" or _ODD_PART.search(key) is not None


_ODD_PART = re.compile(r"(?:\A|/)(?:\.{1,2}(?:/|\Z)|‛|．)")


def _each_part(path: str, change: Callable[[str], str]) -> str:
    end = "/" if path.endswith("/") else ""
    whole = path[: len(path) - len(end)]
    return "/".join(change(part) for part in whole.split("/")) + end


def _to_file(part: str) -> str:
    found = _TO_FILE.get(part)
    if found is not None:
        return found
    return _QUOTE + part if part.startswith(_QUOTE) or part in _TO_KEY else part


def _to_key(part: str) -> str:
    found = _TO_KEY.get(part)
    if found is not None:
        return found
    return part[1:] if part.startswith(_QUOTE) else part


def second_name(relative: str, taken: Callable[[str], bool]) -> str:
    """A free name for a file whose name is taken: ``name (2).ext``, ``name (3).ext`` and so on."""
    folder, slash, name = relative.rpartition("/")
    stem, ending = _split_ending(name)
    number = 2
    while taken(found := f"{folder}{slash}{stem} ({number}){ending}"):
        number += 1
    return found


def _split_ending(name: str) -> Sequence[str]:
    match = re.fullmatch(r"(.+?)((?:\.tar)?\.[^./\s]{1,10})", name, re.DOTALL)
    return match.groups() if match else (name, "")
