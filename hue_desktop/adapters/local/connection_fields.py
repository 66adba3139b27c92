"""The fields of a connection in TOML: their names, their types, and what is wrong with a value."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any

from hue_desktop.adapters.local.toml_text import toml_key, toml_value
from hue_desktop.core.connections import Connection, ConnectionClass, Simulation, SshSettings
from hue_desktop.core.text import _

__all__ = ["FieldError", "connection_of", "nearest", "render_connection"]

ROOT = "connections"


class FieldError(Exception):
    """A value that cannot be used: in which table part, which key, and what would be right."""

    def __init__(self, part: str, key: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.part = part
        self.key = key
        self.message = message
        self.remedy = remedy


def nearest(word: str, words: Iterable[str]) -> str:
    """A sentence that offers the most similar right word, or lists them."""
    known = list(words)
    near = difflib.get_close_matches(word, known, 1, 0.5)
    if near:
        return _("Did you mean “{near}”?").format(near=near[0])
    return _("Possible: {words}.").format(words=", ".join(known))


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(_("a text in quotes"))
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(_("true or false"))
    return value


def _positive(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise ValueError(_("a number above 0"))
    return float(value)


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise ValueError(_('a list of texts, for example ["us-east-1"]'))
    return tuple(value)


def _regions(value: object) -> tuple[str, ...]:
    regions = _strings([value]) if isinstance(value, str) else _strings(value)
    if not regions or not all(regions):
        raise ValueError(_('a list of at least one region, for example ["us-east-1"]'))
    return regions


def _class(value: object) -> ConnectionClass:
    words = [choice.value for choice in ConnectionClass]
    if value not in words:
        raise ValueError(_("one of {words}").format(words=", ".join(words)))
    return ConnectionClass(value)


def _url(value: object) -> str:
    url = _string(value)
    if url and not url.startswith(("http://", "https://")):
        raise ValueError(_("a URL that starts with https:// or http://"))
    return url


Check = Callable[[object], Any]

#: TOML key -> (field of ``Connection``, check). The order is the order in which they are written.
CONNECTION: Mapping[str, tuple[str, Check]] = {
    "class": ("connection_class", _class),
    "profile": ("profile", _string),
    "regions": ("regions", _regions),
    "endpoint_url": ("endpoint_url", _url),
    "aws_config_file": ("aws_config_file", _string),
    "read_only": ("read_only", _truth),
    "hourly_budget_usd": ("hourly_budget_usd", _positive),
}
SSH: Mapping[str, tuple[str, Check]] = {
    "user": ("user", _string),
    "key_file": ("key_file", _string),
    "passphrase_ref": ("passphrase_ref", _string),
    "bastion": ("bastion", _string),
    "host_keys": ("host_keys", _strings),
}
SIMULATION: Mapping[str, tuple[str, Check]] = {
    "scenario": ("scenario", _string),
    "speed": ("speed", _positive),
    "state_dir": ("state_dir", _string),
}
PARTS: Mapping[str, Mapping[str, tuple[str, Check]]] = {"ssh": SSH, "simulation": SIMULATION}


def connection_of(name: str, values: Mapping[str, Mapping[str, Any]]) -> Connection:
    """The connection that a file describes; ``values`` by part, its own under ``""``.

    Raises ``FieldError`` for the first thing that is wrong.
    """
    own = dict(values.get("", {}))
    parts = {part: dict(values.get(part, {})) for part in PARTS if part in values}
    for part in PARTS:
        inline = own.pop(part, None)
        if isinstance(inline, Mapping):
            parts[part] = {**inline, **parts.get(part, {})}
        elif inline is not None:
            raise FieldError(
                "", part, _("“{key}” must be a table.").format(key=part), _("See the examples.")
            )
    arguments = _checked("", own, CONNECTION)
    if "ssh" in parts:
        arguments["ssh"] = SshSettings(**_checked("ssh", parts["ssh"], SSH))
    if "simulation" in parts:
        checked = _checked("simulation", parts["simulation"], SIMULATION)
        arguments["simulation"] = Simulation(**checked)
    return Connection(name=name, **arguments)


def _checked(
    part: str, values: Mapping[str, Any], known: Mapping[str, tuple[str, Check]]
) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for key, value in values.items():
        if key not in known:
            words = [*known, *(PARTS if not part else ())]
            message = _("there is no setting “{key}”.").format(key=key)
            raise FieldError(part, key, message, nearest(key, words))
        field, check = known[key]
        try:
            arguments[field] = check(value)
        except ValueError as error:
            message = _("“{key}” must be {wanted}.").format(key=key, wanted=error)
            words = [choice.value for choice in ConnectionClass] if key == "class" else []
            remedy = nearest(value, words) if words and isinstance(value, str) else ""
            raise FieldError(
                part, key, message, remedy if isinstance(value, str) else ""
            ) from error
    return arguments


def render_connection(connection: Connection) -> list[str]:
    """The lines of a connection: its table, and those of its parts that differ from nothing."""
    path = f"{ROOT}.{toml_key(connection.name)}"
    lines = [f"[{path}]", *_lines(connection, CONNECTION, always=("class", "regions"))]
    if connection.ssh != SshSettings():
        lines += ["", f"[{path}.ssh]", *_lines(connection.ssh, SSH)]
    if connection.simulation is not None:
        lines += ["", f"[{path}.simulation]"]
        lines += _lines(connection.simulation, SIMULATION, always=("scenario", "speed"))
    return lines


def _lines(
    value: Connection | SshSettings | Simulation,
    known: Mapping[str, tuple[str, Check]],
    always: tuple[str, ...] = (),
) -> list[str]:
    defaults = {field.name: field.default for field in fields(value)}
    lines = []
    for key, (field, _check) in known.items():
        current = getattr(value, field)
        if current == defaults[field] and key not in always:
            continue
        shown = current.value if isinstance(current, ConnectionClass) else current
        lines.append(f"{key} = {toml_value(shown)}")
    return lines
