"""Answers as the query and EC2 protocols write them: XML, straight from the output shape."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from botocore.model import ListShape, MapShape, Shape, StructureShape

from hue_desktop.simulator.wire.writing import WrongAnswer, iso_time, write_scalar

__all__ = ["WriteXml", "XmlWriterFactory", "xml_text"]

WriteXml = Callable[[Any, list[str]], None]  #: appends the inside of an element
_Element = Callable[[Any, list[str]], None]  #: appends whole elements

# Characters that no XML 1.0 document may hold; AWS never returns them either.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLAIN = re.compile("[\x20-\x25\x27-;=?-~]*")  # needs no care: ASCII without &, < and >


def xml_text(text: str) -> str:
    """``text`` escaped for an element; characters XML cannot hold become U+FFFD."""
    if _PLAIN.fullmatch(text):
        return text
    return escape(_FORBIDDEN.sub("\ufffd", text))


class XmlWriterFactory:
    """Compiles output shapes into functions that check and append XML."""

    def __init__(self) -> None:
        self._structures: dict[str, WriteXml] = {}

    def of(self, shape: Shape) -> WriteXml:
        """The writer of what stands inside the element of ``shape``."""
        if isinstance(shape, StructureShape):
            return self._structure_writer(shape)
        if isinstance(shape, ListShape):
            return self._list_writer(shape)
        if isinstance(shape, MapShape):
            return self._map_writer(shape)
        return _scalar_writer(shape)

    def _structure_writer(self, shape: StructureShape) -> WriteXml:
        name = shape.name
        if name not in self._structures:
            # Set first: while the members compile, a shape that contains itself meets this.
            self._structures[name] = lambda value, parts: self._structures[name](value, parts)
            self._structures[name] = self._compile_structure(shape)
        return self._structures[name]

    def _compile_structure(self, shape: StructureShape) -> WriteXml:
        writers = {name: self._member(name, member) for name, member in shape.members.items()}

        def write(value: Any, parts: list[str]) -> None:
            if value.__class__ is not dict and not isinstance(value, Mapping):
                raise WrongAnswer(f"{type(value).__name__} is no structure {shape.name}")
            name = ""
            try:
                for name, item in value.items():
                    if item is not None:
                        writers[name](item, parts)
            except KeyError:
                raise WrongAnswer(f"{shape.name} has no member {name!r}") from None
            except WrongAnswer as wrong:
                wrong.path.append(name)
                raise

        return write

    def _member(self, name: str, shape: Shape) -> _Element:
        """The element (or, for flattened lists, the elements) of one structure member."""
        tag = shape.serialization.get("name", name)
        if isinstance(shape, ListShape) and shape.serialization.get("flattened"):
            inner = self.of(shape.member)
            return _repeated(shape.member.serialization.get("name", tag), inner)
        return _wrapped(tag, self.of(shape))

    def _list_writer(self, shape: ListShape) -> WriteXml:
        return _repeated(shape.member.serialization.get("name", "member"), self.of(shape.member))

    def _map_writer(self, shape: MapShape) -> WriteXml:
        write_key = _wrapped(shape.key.serialization.get("name", "key"), self.of(shape.key))
        write_value = _wrapped(shape.value.serialization.get("name", "value"), self.of(shape.value))

        def write(value: Any, parts: list[str]) -> None:
            if value.__class__ is not dict and not isinstance(value, Mapping):
                raise WrongAnswer(f"{type(value).__name__} is no map")
            for key, item in value.items():
                parts.append("<entry>")
                write_key(key, parts)
                write_value(item, parts)
                parts.append("</entry>")

        return write


def _wrapped(tag: str, inner: WriteXml) -> _Element:
    opening, closing = f"<{tag}>", f"</{tag}>"

    def write(value: Any, parts: list[str]) -> None:
        parts.append(opening)
        inner(value, parts)
        parts.append(closing)

    return write


def _repeated(tag: str, inner: WriteXml) -> WriteXml:
    element = _wrapped(tag, inner)

    def write(value: Any, parts: list[str]) -> None:
        if not isinstance(value, list | tuple):
            raise WrongAnswer(f"{type(value).__name__} is no list")
        for item in value:
            element(item, parts)

    return write


def _scalar_writer(shape: Shape) -> WriteXml:
    if shape.type_name == "timestamp":
        return _append_time
    if shape.type_name == "blob":
        return _append_blob
    convert = write_scalar(shape)

    def write(value: Any, parts: list[str]) -> None:
        parts.append(_as_text(convert(value)))

    return write


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return xml_text(value) if isinstance(value, str) else str(value)


def _append_time(value: Any, parts: list[str]) -> None:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise WrongAnswer(f"{value!r} is no time with a zone")
    parts.append(iso_time(value))


def _append_blob(value: Any, parts: list[str]) -> None:
    if not isinstance(value, bytes):
        raise WrongAnswer(f"{type(value).__name__} is no blob")
    parts.append(base64.b64encode(value).decode("ascii"))
