"""Values of core as JSON and back, following their type annotations.

Members of a union are told apart by a ``type`` entry. A field that a row lacks gets its default and
one that we do not know is ignored, so rows of older versions stay readable.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any

__all__ = ["decode", "encode"]

TYPE = "type"


def encode(value: Any) -> Any:
    """The value in terms of JSON; TypeError for a kind that no row holds."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [encode(part) for part in value]
    if isinstance(value, frozenset):
        return sorted(encode(part) for part in value)
    if isinstance(value, Mapping):
        return {str(key): encode(part) for key, part in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {
            field.name: encode(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
        return {TYPE: type(value).__name__, **fields}
    raise TypeError(f"no JSON for {type(value).__name__}")


def decode(data: Any, kind: Any) -> Any:
    """The value of type ``kind``; ValueError when the JSON is not one."""
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return _decode_union(data, typing.get_args(kind))
    if origin is tuple:
        return _decode_tuple(data, typing.get_args(kind))
    if origin is frozenset:
        return frozenset(_decode_tuple(data, (*typing.get_args(kind), Ellipsis)))
    if origin is not None and issubclass(origin, Mapping):
        _key, part = typing.get_args(kind)
        return {key: decode(value, part) for key, value in _expect(data, dict).items()}
    if isinstance(kind, type):
        return _decode_plain(data, kind)
    raise ValueError(f"cannot read a {kind}")


def _decode_plain(data: Any, kind: type) -> Any:
    if dataclasses.is_dataclass(kind):
        return _decode_fields(_expect(data, dict), kind)
    if issubclass(kind, Enum):
        return kind(data)
    if issubclass(kind, datetime | date):
        return kind.fromisoformat(_expect(data, str))
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return kind(*_decode_tuple(data, tuple(typing.get_type_hints(kind).values())))
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    return _expect(data, kind)


def _decode_fields(data: dict[str, Any], kind: Any) -> Any:
    hints = _hints(kind)
    given = {name: decode(data[name], hint) for name, hint in hints.items() if name in data}
    try:
        return kind(**given)
    except TypeError as error:
        raise ValueError(f"an incomplete {kind.__name__}") from error


def _decode_union(data: Any, kinds: tuple[Any, ...]) -> Any:
    if data is None and type(None) in kinds:
        return None
    if isinstance(data, dict) and TYPE in data:
        for kind in kinds:
            if getattr(kind, "__name__", "") == data[TYPE]:
                return decode(data, kind)
        raise ValueError(f"an unknown kind {data[TYPE]!r}")
    for kind in kinds:
        if kind is type(None):
            continue
        try:
            return decode(data, kind)
        except ValueError:
            continue
    raise ValueError(f"{data!r} is none of {kinds}")


def _decode_tuple(data: Any, kinds: tuple[Any, ...]) -> tuple[Any, ...]:
    values = _expect(data, list)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(decode(value, kinds[0]) for value in values)
    if len(values) != len(kinds):
        raise ValueError(f"{len(values)} values for {len(kinds)}")
    return tuple(decode(value, kind) for value, kind in zip(values, kinds, strict=True))


def _expect(data: Any, kind: type) -> Any:
    if isinstance(data, kind) and not (isinstance(data, bool) and kind is not bool):
        return data
    raise ValueError(f"{data!r} is not a {kind.__name__}")


@cache
def _hints(kind: type) -> dict[str, Any]:
    names = {field.name for field in dataclasses.fields(kind)}
    return {name: hint for name, hint in typing.get_type_hints(kind).items() if name in names}
