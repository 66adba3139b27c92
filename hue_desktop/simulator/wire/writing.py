"""Checks of an answer against its output shape, compiled once per shape.

An answer that the model does not allow is a bug of the region, not of the client: it raises
:class:`WrongAnswer`, which the front logs and answers with an internal error. A member that is
``None`` counts as absent.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

__all__ = ["WriteShape", "WriterFactory", "WrongAnswer", "iso_time", "write_scalar"]

WriteShape = Callable[[Any], Any]

_INTEGERS = frozenset({"integer", "long", "short", "byte"})
_FLOATS = frozenset({"float", "double"})


class WrongAnswer(Exception):
    """An operation answered something that its output shape does not allow."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.path: list[str] = []

    def __str__(self) -> str:
        return f"{'.'.join(reversed(self.path)) or 'answer'}: {self.problem}"


def iso_time(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, as AWS's XML protocols write it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class WriterFactory:
    """Compiles output shapes into functions that check and convert.

    With ``cbor`` timestamps and bytes stay what they are; without, they become what JSON can say.
    """

    def __init__(self, *, cbor: bool) -> None:
        self._cbor = cbor
        self._structures: dict[str, WriteShape] = {}

    def of(self, shape: Shape) -> WriteShape:
        """The writer of ``shape``."""
        if isinstance(shape, StructureShape):
            return self._structure_writer(shape)
        if isinstance(shape, ListShape):
            return self._list_writer(shape)
        if isinstance(shape, MapShape):
            return self._map_writer(shape)
        if shape.type_name == "timestamp":
            return _write_moment if self._cbor else _json_time_writer(shape)
        if shape.type_name == "blob":
            return _write_bytes if self._cbor else _write_base64
        return write_scalar(shape)

    def _structure_writer(self, shape: StructureShape) -> WriteShape:
        if getattr(shape, "is_document_type", False):
            return lambda value: value
        name = shape.name
        if name not in self._structures:
            # Set first: while the members compile, a shape that contains itself meets this.
            self._structures[name] = lambda value: self._structures[name](value)
            self._structures[name] = self._compile_structure(shape)
        return self._structures[name]

    def _compile_structure(self, shape: StructureShape) -> WriteShape:
        writers = {}
        for name, member in shape.members.items():
            writer = self.of(member)
            writers[name] = (member.serialization.get("name", name), _PLAIN.get(writer), writer)
        required = tuple(shape.required_members)

        def write(value: Any) -> Any:
            if value.__class__ is not dict and not isinstance(value, Mapping):
                raise WrongAnswer(f"{type(value).__name__} is no structure {shape.name}")
            result = {}
            name = ""
            try:
                for name, item in value.items():
                    if item is not None:
                        wire_name, plain, writer = writers[name]
                        result[wire_name] = item if item.__class__ is plain else writer(item)
            except KeyError:
                raise WrongAnswer(f"{shape.name} has no member {name!r}") from None
            except WrongAnswer as wrong:
                wrong.path.append(name)
                raise
            for name in required:
                if value.get(name) is None:
                    raise WrongAnswer(f"{shape.name} lacks its required member {name!r}")
            return result

        return write

    def _list_writer(self, shape: ListShape) -> WriteShape:
        writer = self.of(shape.member)

        def write(value: Any) -> Any:
            if not isinstance(value, list | tuple):
                raise WrongAnswer(f"{type(value).__name__} is no list")
            return [writer(item) for item in value]

        return write

    def _map_writer(self, shape: MapShape) -> WriteShape:
        write_key, write_value = self.of(shape.key), self.of(shape.value)

        def write(value: Any) -> Any:
            if value.__class__ is not dict and not isinstance(value, Mapping):
                raise WrongAnswer(f"{type(value).__name__} is no map")
            return {write_key(key): write_value(item) for key, item in value.items()}

        return write


def write_scalar(shape: Shape) -> WriteShape:
    """The writer of a string, number or boolean shape; the value keeps its Python type."""
    kind = shape.type_name
    if kind in ("string", "char"):
        allowed = frozenset(shape.metadata.get("enum", ()))
        return _enum_writer(shape.name, allowed) if allowed else _write_string
    if kind in _INTEGERS:
        return _write_integer
    if kind in _FLOATS:
        return _write_float
    if kind == "boolean":
        return _write_boolean
    raise TypeError(f"shape {shape.name} has the unknown type {kind}")


def _write_string(value: Any) -> Any:
    if not isinstance(value, str):
        raise WrongAnswer(f"{value!r} is no string")
    return value


def _enum_writer(name: str, allowed: frozenset[str]) -> WriteShape:
    def write(value: Any) -> Any:
        if value not in allowed:
            raise WrongAnswer(f"{value!r} is not in the enum {name}")
        return value

    return write


def _write_integer(value: Any) -> Any:
    if not isinstance(value, int) or isinstance(value, bool):
        raise WrongAnswer(f"{value!r} is no integer")
    return value


def _write_float(value: Any) -> Any:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise WrongAnswer(f"{value!r} is no finite number")
    return float(value)


def _write_boolean(value: Any) -> Any:
    if not isinstance(value, bool):
        raise WrongAnswer(f"{value!r} is no boolean")
    return value


def _write_moment(value: Any) -> Any:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise WrongAnswer(f"{value!r} is no time with a zone")
    return value


def _json_time_writer(shape: Shape) -> WriteShape:
    style = shape.serialization.get("timestampFormat", "unixTimestamp")

    def write(value: Any) -> Any:
        moment = _write_moment(value)
        if style == "iso8601":
            return iso_time(moment)
        if style == "rfc822":
            return format_datetime(moment.astimezone(UTC), usegmt=True)
        return round(moment.timestamp(), 3)

    return write


def _write_bytes(value: Any) -> Any:
    if not isinstance(value, bytes):
        raise WrongAnswer(f"{type(value).__name__} is no blob")
    return value


def _write_base64(value: Any) -> Any:
    return base64.b64encode(_write_bytes(value)).decode("ascii")


#: What a writer lets pass as it is; asking for the class first saves most calls of large answers.
_PLAIN: dict[WriteShape, type] = {_write_string: str, _write_integer: int, _write_boolean: bool}
