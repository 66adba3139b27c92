"""How entities become documents and come back: plain JSON values, one document per entity.

Instants are epoch seconds; ``math.inf`` means "not yet known" and is written as ``null``, since
JSON has no infinity. A field that equals its default is left out, so that a hundred thousand
instances stay small on disk. Fields marked :data:`UNSTORED` are rebuilt, never written.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import MISSING, fields
from functools import cache
from typing import Any, ClassVar, Self, cast

__all__ = ["NEVER", "UNSTORED", "Stored"]

#: The instant of what has not been decided yet.
NEVER = math.inf

#: Metadata of a dataclass field that is rebuilt and not part of the document.
UNSTORED = {"stored": False}

_ABSENT = object()


@cache
def _stored_fields(cls: Any) -> tuple[tuple[str, bool, Any], ...]:
    """``(name, is an instant, default)`` of each stored field."""
    found = []
    for spec in fields(cls):
        if spec.metadata.get("stored", True):
            default: Any = _ABSENT
            if spec.default is not MISSING:
                default = spec.default
            elif spec.default_factory is not MISSING:
                default = spec.default_factory()
            found.append((spec.name, spec.type == "float", default))
    return tuple(found)


@cache
def _instants(cls: Any) -> dict[str, bool]:
    """Whether each stored field is an instant."""
    return {name: instant for name, instant, _ in _stored_fields(cls)}


class Stored:
    """An entity with a document; subclasses are slotted dataclasses whose ``KIND`` names them."""

    __slots__ = ()
    KIND: ClassVar[str] = ""

    @property
    def key(self) -> str:
        """What tells this entity from the others of its kind."""
        return str(getattr(self, "id"))  # noqa: B009 - subclasses declare ``id``

    def to_document(self) -> dict[str, Any]:
        """The entity as plain JSON values."""
        document: dict[str, Any] = {}
        for name, instant, default in _stored_fields(cast(Hashable, type(self))):
            value = getattr(self, name)
            if value != default:
                document[name] = None if instant and value == NEVER else value
        return document

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Self:
        """The entity that wrote ``document``; members this version does not know are ignored."""
        instants = _instants(cast(Hashable, cls))
        return cls(
            **{
                name: NEVER if value is None and instants[name] else value
                for name, value in document.items()
                if name in instants
            }
        )
