"""Checks of a decoded request against its input shape, compiled once per shape.

Types that cannot be converted end the reading at once with a ``SerializationException``; broken
constraints are gathered and reported together in the wording that AWS's services share
("2 validation errors detected: Value null at 'clusterId' failed to satisfy constraint: …").
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

__all__ = ["MalformedRequest", "Problems", "ReadShape", "ReaderFactory", "parse_time"]

Problems = list[str]  #: broken constraints found so far
ReadShape = Callable[[Any, str, Problems], Any]

_INT_BITS = {"integer": 31, "long": 63, "short": 15, "byte": 7}
_SHOWN_CHARS = 200


class MalformedRequest(Exception):
    """The request cannot be turned into the operation's input; the text says why."""


def parse_time(value: object) -> datetime:
    """A timestamp as any of the protocols writes it: epoch seconds, ISO 8601 text, or a datetime.

    Raises :class:`MalformedRequest` when it is none of these. A time without a zone is UTC.
    """
    try:
        if isinstance(value, datetime):
            moment = value
        elif isinstance(value, str):
            moment = datetime.fromisoformat(value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            moment = datetime.fromtimestamp(value, UTC)
        else:
            raise MalformedRequest(f"{_kind(value)} can not be converted to a Timestamp")
    except (ValueError, OverflowError, OSError):
        raise MalformedRequest(f"{value!r} can not be converted to a Timestamp") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class ReaderFactory:
    """Compiles shapes into readers; structures are shared, so recursive shapes work."""

    def __init__(self, *, strict: bool = True) -> None:
        self._strict = strict
        self._structures: dict[str, ReadShape] = {}

    def of(self, shape: Shape) -> ReadShape:
        """The reader of ``shape``."""
        if isinstance(shape, StructureShape):
            return self._structure_reader(shape)
        if isinstance(shape, ListShape):
            return self._list_reader(shape)
        if isinstance(shape, MapShape):
            return self._map_reader(shape)
        return self._scalar_reader(shape)

    def _structure_reader(self, shape: StructureShape) -> ReadShape:
        if getattr(shape, "is_document_type", False):
            return _read_anything
        name = shape.name
        if name not in self._structures:
            # Set first: while the members compile, a shape that contains itself meets this.
            self._structures[name] = lambda value, path, problems: self._structures[name](
                value, path, problems
            )
            self._structures[name] = self._compile_structure(shape)
        return self._structures[name]

    def _compile_structure(self, shape: StructureShape) -> ReadShape:
        readers = {
            name: (self.of(member), name[:1].lower() + name[1:])
            for name, member in shape.members.items()
        }
        required = tuple(shape.required_members) if self._strict else ()

        def read(value: Any, path: str, problems: Problems) -> Any:
            if value.__class__ is not dict and not isinstance(value, Mapping):
                raise MalformedRequest(f"{_kind(value)} can not be converted to a Structure")
            prefix = path + "." if path else ""
            result = {}
            for name, item in value.items():
                entry = readers.get(name)
                if entry is not None and item is not None:
                    result[name] = entry[0](item, prefix + entry[1], problems)
            for name in required:
                if name not in result:
                    where = prefix + readers[name][1]
                    problems.append(_broken("null", where, "Member must not be null"))
            return result

        return read

    def _list_reader(self, shape: ListShape) -> ReadShape:
        read_member = self.of(shape.member)
        check = _length_check(shape) if self._strict else None

        def read(value: Any, path: str, problems: Problems) -> Any:
            if not isinstance(value, list):
                raise MalformedRequest(f"{_kind(value)} can not be converted to a List")
            if check is not None:
                check(value, path, problems)
            return [
                read_member(item, f"{path}.{number}.member", problems)
                for number, item in enumerate(value, 1)
                if item is not None
            ]

        return read

    def _map_reader(self, shape: MapShape) -> ReadShape:
        read_key = self.of(shape.key)
        read_value = self.of(shape.value)
        check = _length_check(shape) if self._strict else None

        def read(value: Any, path: str, problems: Problems) -> Any:
            if value.__class__ is not dict and not isinstance(value, Mapping):
                raise MalformedRequest(f"{_kind(value)} can not be converted to a Map")
            if check is not None:
                check(value, path, problems)
            return {
                read_key(key, path + ".key", problems): read_value(
                    item, f"{path}.{key}.member", problems
                )
                for key, item in value.items()
                if item is not None
            }

        return read

    def _scalar_reader(self, shape: Shape) -> ReadShape:
        kind = shape.type_name
        if kind in ("string", "char"):
            return _string_reader(shape, strict=self._strict)
        if kind in _INT_BITS:
            return _integer_reader(shape, strict=self._strict)
        if kind in ("float", "double"):
            return _float_reader(shape, strict=self._strict)
        if kind == "boolean":
            return _read_boolean
        if kind == "timestamp":
            return lambda value, path, problems: parse_time(value)
        if kind == "blob":
            return _read_blob
        raise TypeError(f"shape {shape.name} has the unknown type {kind}")


def _string_reader(shape: Shape, *, strict: bool) -> ReadShape:
    checks = _string_checks(shape) if strict else []

    def read(value: Any, path: str, problems: Problems) -> Any:
        if not isinstance(value, str):
            raise MalformedRequest(f"{_kind(value)} can not be converted to a String")
        if not value.isascii():
            _refuse_surrogates(value)
        for check in checks:
            check(value, path, problems)
        return value

    return read


def _string_checks(shape: Shape) -> list[Callable[[Any, str, Problems], None]]:
    checks: list[Callable[[Any, str, Problems], None]] = []
    length = _length_check(shape)
    if length is not None:
        checks.append(length)
    if shape.metadata.get("enum"):
        checks.append(_enum_check(tuple(shape.metadata["enum"])))
    pattern = _compiled(shape.metadata.get("pattern"))
    if pattern is not None:
        checks.append(_pattern_check(pattern))
    return checks


def _integer_reader(shape: Shape, *, strict: bool) -> ReadShape:
    limit = 2 ** _INT_BITS[shape.type_name]
    check = _range_check(shape) if strict else None
    label = shape.type_name.capitalize()

    def read(value: Any, path: str, problems: Problems) -> Any:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise MalformedRequest(f"{_kind(value)} can not be converted to {_an(label)}")
        if not -limit <= value < limit:
            raise MalformedRequest(f"{_shown(value)} is out of range for {_an(label)}")
        if check is not None:
            check(value, path, problems)
        return value

    return read


def _float_reader(shape: Shape, *, strict: bool) -> ReadShape:
    check = _range_check(shape) if strict else None

    def read(value: Any, path: str, problems: Problems) -> Any:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise MalformedRequest(f"{_kind(value)} can not be converted to a Double")
        try:
            number = float(value)
        except OverflowError:
            raise MalformedRequest(f"{_shown(value)} is out of range for a Double") from None
        if not math.isfinite(number):
            raise MalformedRequest(f"{number} can not be converted to a Double")
        if check is not None:
            check(number, path, problems)
        return number

    return read


def _read_boolean(value: Any, path: str, problems: Problems) -> Any:
    if not isinstance(value, bool):
        raise MalformedRequest(f"{_kind(value)} can not be converted to a Boolean")
    return value


def _read_blob(value: Any, path: str, problems: Problems) -> Any:
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        raise MalformedRequest(f"{_kind(value)} can not be converted to a Blob")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedRequest(f"the value at '{path}' is not base64") from None


def _read_anything(value: Any, path: str, problems: Problems) -> Any:
    return value


def _length_check(shape: Shape) -> Callable[[Any, str, Problems], None] | None:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is None and high is None:
        return None

    def check(value: Any, path: str, problems: Problems) -> None:
        size = len(value)
        if low is not None and size < low:
            rule = f"Member must have length greater than or equal to {low}"
            problems.append(_broken(_shown(value), path, rule))
        if high is not None and size > high:
            rule = f"Member must have length less than or equal to {high}"
            problems.append(_broken(_shown(value), path, rule))

    return check


def _range_check(shape: Shape) -> Callable[[Any, str, Problems], None] | None:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is None and high is None:
        return None

    def check(value: Any, path: str, problems: Problems) -> None:
        if low is not None and value < low:
            rule = f"Member must have value greater than or equal to {low}"
            problems.append(_broken(_shown(value), path, rule))
        if high is not None and value > high:
            rule = f"Member must have value less than or equal to {high}"
            problems.append(_broken(_shown(value), path, rule))

    return check


def _enum_check(allowed: tuple[str, ...]) -> Callable[[Any, str, Problems], None]:
    members = frozenset(allowed)
    rule = f"Member must satisfy enum value set: [{', '.join(allowed)}]"

    def check(value: Any, path: str, problems: Problems) -> None:
        if value not in members:
            problems.append(_broken(_shown(value), path, rule))

    return check


def _pattern_check(pattern: re.Pattern[str]) -> Callable[[Any, str, Problems], None]:
    rule = f"Member must satisfy regular expression pattern: {pattern.pattern}"

    def check(value: Any, path: str, problems: Problems) -> None:
        if pattern.fullmatch(value) is None:
            problems.append(_broken(_shown(value), path, rule))

    return check


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    """The pattern, or ``None`` where Java's syntax is not Python's (surrogate ranges)."""
    if not pattern or "\\uD8" in pattern or "\\p{" in pattern:
        return None
    try:
        return re.compile(pattern)
    except (re.error, OverflowError):
        return None


def _refuse_surrogates(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise MalformedRequest("a string holds half of a surrogate pair") from None


def _broken(value: str, path: str, rule: str) -> str:
    shown = value if value == "null" else f"'{value}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: {rule}"


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)[: _SHOWN_CHARS * 2]
    return text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "..."


def _kind(value: object) -> str:
    if value is None:
        return "NULL_VALUE"
    if isinstance(value, bool):
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    if isinstance(value, str):
        return "STRING_VALUE"
    if isinstance(value, int | float):
        return "NUMBER_VALUE"
    if isinstance(value, list):
        return "START_ARRAY"
    return "START_OBJECT" if isinstance(value, Mapping) else type(value).__name__.upper()


def _an(label: str) -> str:
    return f"an {label}" if label[0] in "AEIOU" else f"a {label}"
