"""Taking secrets out of what is written down.

People put passwords into classifications, step arguments and bootstrap arguments. The journal is to
say what was done, not to become the place where they can be found.
"""

from __future__ import annotations

import json
import re
from typing import Any

__all__ = ["HIDDEN", "redact", "redact_text"]

HIDDEN = "•••"

_NAME = r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|credential|(?:api|access|private)[_.-]?key)"
#: Tags stand in the console for everybody, and an undo must put them back as they were.
_OPEN = ("tags",)
_SECRET_KEY = re.compile(_NAME, re.IGNORECASE)
#: ``--db-password=abc``, ``token: abc`` and alike, within a text
_ASSIGNED = re.compile(rf"([\w.-]*{_NAME}[\w.-]*\s*[=:]\s*)([^\s,;&\"']+)", re.IGNORECASE)
_NAMED = re.compile(rf"^[\w.-]*{_NAME}[\w.-]*$", re.IGNORECASE)
_OPTION = re.compile(rf"^-{{1,2}}[\w.-]*{_NAME}[\w.-]*$", re.IGNORECASE)
_ACCESS_KEY = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")
_IN_URL = re.compile(r"(\w+://[^/\s:@]+:)([^@\s/]+)(@)")


def redact_text(text: str) -> str:
    """The text with the values of things that are named like secrets hidden."""
    text = _ACCESS_KEY.sub(HIDDEN, text)
    text = _IN_URL.sub(rf"\1{HIDDEN}\3", text)
    return _ASSIGNED.sub(rf"\1{HIDDEN}", text)


def redact(data: Any, key: str = "") -> Any:
    """JSON data with secrets hidden: by the name of a key, an option or an assignment."""
    if isinstance(data, dict):
        return {
            name: value if name in _OPEN else redact(value, str(name))
            for name, value in data.items()
        }
    if isinstance(data, list):
        return _redact_list(data)
    if not isinstance(data, str):
        return data
    if key.endswith("_json"):
        return _redact_json(data)
    if _SECRET_KEY.search(key):
        return HIDDEN if data else data
    return redact_text(data)


def _redact_list(values: list[Any]) -> list[Any]:
    """A list; what follows an option or name such as ``--password`` is hidden, too."""
    found: list[Any] = []
    name = ""
    for value in values:
        text = value if isinstance(value, str) else ""
        found.append(HIDDEN if name and text and not text.startswith("-") else redact(value))
        # in a pair the first is the name, in a list of arguments an option is
        name = text if _OPTION.match(text) or (_is_pair(values) and _NAMED.match(text)) else ""
    return found


def _is_pair(values: list[Any]) -> bool:
    """Whether the list is a (name, value) pair, as properties are."""
    return len(values) == 2 and all(isinstance(value, str) for value in values)


def _redact_json(text: str) -> str:
    try:
        data = json.loads(text)
    except ValueError:
        return redact_text(text)
    hidden = redact(data)
    return text if hidden == data else json.dumps(hidden)
