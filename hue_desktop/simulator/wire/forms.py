"""Requests of the query and EC2 protocols: a flat form becomes the model's nested members."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from botocore.model import ListShape, MapShape, Shape, StructureShape

from hue_desktop.simulator.wire.reading import MalformedRequest

__all__ = ["form_fields", "form_params"]

Node = dict[str, Any]  #: part of a dotted name -> Node, with the value itself under ``""``

_MAX_FIELDS = 10_000
_MAX_DEPTH = 24
_INTEGERS = frozenset({"integer", "long", "short", "byte"})


def form_fields(body: bytes, query: str) -> dict[str, str]:
    """The fields of a form body, or of the query string of a request without one.

    Raises :class:`MalformedRequest` for text that is not UTF-8 or has too many fields.
    """
    try:
        text = body.decode("utf-8") or query
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict")
    except (UnicodeDecodeError, ValueError) as error:
        raise MalformedRequest(f"the form cannot be read: {error}") from None
    return dict(pairs)


def form_params(fields: dict[str, str], shape: Shape | None, *, ec2: bool) -> dict[str, Any]:
    """The members of ``shape`` that ``fields`` set, with numbers and booleans converted."""
    if shape is None:
        return {}
    root: Node = {}
    for name, value in fields.items():
        parts = name.split(".")
        if len(parts) > _MAX_DEPTH:
            raise MalformedRequest(f"{name[:80]}... is nested too deeply")
        if not all(parts):
            continue  # no member has an empty name; the empty key is where values are
        node = root
        for part in parts:
            node = node.setdefault(part, {})
        node[""] = value
    members: dict[str, Any] = _Form(ec2=ec2).value(shape, root)
    return members


class _Form:
    def __init__(self, *, ec2: bool) -> None:
        self._ec2 = ec2

    def value(self, shape: Shape, node: Node) -> Any:
        if isinstance(shape, StructureShape):
            return self._structure(shape, node)
        if isinstance(shape, ListShape):
            return self._list(shape, node)
        if isinstance(shape, MapShape):
            return self._map(shape, node)
        return _scalar(shape, node.get("", ""))

    def _structure(self, shape: StructureShape, node: Node) -> dict[str, Any]:
        result = {}
        for name, member in shape.members.items():
            wire_name = self._name(member, name)
            if isinstance(member, ListShape) and self._is_renamed(member):
                wire_name = member.member.serialization["name"]
            found = node.get(wire_name)
            if found is not None:
                result[name] = self.value(member, found)
        return result

    def _list(self, shape: ListShape, node: Node) -> list[Any]:
        if not self._ec2 and not shape.serialization.get("flattened"):
            node = node.get(shape.member.serialization.get("name", "member"), {})
        numbers = sorted(int(part) for part in node if part.isdecimal() and len(part) < 8)
        by_number = {int(part): child for part, child in node.items() if part.isdecimal()}
        return [self.value(shape.member, by_number[number]) for number in numbers]

    def _map(self, shape: MapShape, node: Node) -> dict[str, Any]:
        if not shape.serialization.get("flattened"):
            node = node.get("entry", {})
        key_name = shape.key.serialization.get("name", "key")
        value_name = shape.value.serialization.get("name", "value")
        result = {}
        for entry in node.values():
            if isinstance(entry, dict) and key_name in entry:
                key = entry[key_name].get("", "")
                result[key] = self.value(shape.value, entry.get(value_name, {}))
        return result

    def _name(self, shape: Shape, member_name: str) -> str:
        if not self._ec2:
            name: str = shape.serialization.get("name", member_name)
            return name
        if "queryName" in shape.serialization:
            query_name: str = shape.serialization["queryName"]
            return query_name
        if "name" in shape.serialization:
            location: str = shape.serialization["name"]
            return location[:1].upper() + location[1:]
        return member_name

    def _is_renamed(self, shape: ListShape) -> bool:
        flattened = shape.serialization.get("flattened") and not self._ec2
        return bool(flattened and shape.member.serialization.get("name"))


def _scalar(shape: Shape, text: str) -> Any:
    kind = shape.type_name
    try:
        if kind in _INTEGERS:
            return int(text)
        if kind in ("float", "double"):
            return float(text)
    except ValueError:
        raise MalformedRequest(f"Invalid value '{text[:80]}' for a number") from None
    if kind == "boolean":
        if text.lower() not in ("true", "false"):
            raise MalformedRequest(f"Invalid value '{text[:80]}' for a boolean")
        return text.lower() == "true"
    return text
