"""The little TOML that we write, and cutting a TOML text into its tables.

The standard library reads TOML but neither writes it nor survives an error in it. Cutting first
keeps an error within its table, and keeps the text of the tables that are not ours to touch.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Table", "cut_tables", "toml_key", "toml_value"]

_HEADER = re.compile(r"^\s*\[")
_BARE = re.compile(r"^[A-Za-z0-9_-]+$")
_ERROR_LINE = re.compile(r"\(at line (\d+)")


@dataclass(frozen=True, slots=True)
class Table:
    """One ``[table]`` of a text: ``lines`` start at ``first_line`` (1-based) with its comments.

    ``path`` is the table's name in parts, empty for what stands before the first header. A table
    that is not TOML has ``error`` and ``error_line`` and no values.
    """

    path: tuple[str, ...]
    lines: tuple[str, ...]
    first_line: int
    header_line: int
    values: Mapping[str, Any]
    error: str = ""
    error_line: int = 0

    def line_of(self, key: str) -> int:
        """The line that sets ``key``; the header's when it cannot be found."""
        pattern = re.compile(rf"^\s*[\"']?{re.escape(key)}[\"']?\s*[=.]")
        for number, line in enumerate(self.lines, self.first_line):
            if number > self.header_line and pattern.match(line):
                return number
        return self.header_line


def cut_tables(text: str) -> tuple[Table, ...]:
    """The tables in order; every line of the text is in exactly one of them."""
    lines = text.split("\n")  # splitlines would also split at signs that texts may hold
    headers = [number for number, line in enumerate(lines) if _is_header(lines, number, line)]
    starts = [_with_comments(lines, number) for number in headers]
    tables = []
    if not starts or starts[0] > 0:
        end = starts[0] if starts else len(lines)
        tables.append(_table(lines, 0, None, end))
    for place, header in enumerate(headers):
        end = starts[place + 1] if place + 1 < len(starts) else len(lines)
        tables.append(_table(lines, starts[place], header, end))
    return tuple(tables)


def toml_key(key: str) -> str:
    """A key, quoted where TOML wants it."""
    return key if _BARE.match(key) else toml_value(key)


def toml_value(value: object) -> str:
    """A text, number, truth value or list of them as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        # JSON's escapes are TOML's, but for the one control character that JSON lets pass
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml_value(part) for part in value) + "]"
    raise TypeError(f"no TOML for {type(value).__name__}")


def _is_header(lines: list[str], number: int, line: str) -> bool:
    if not _HEADER.match(line):
        return False
    # inside an array over several lines a line may start with a bracket as well
    before = next((text for text in reversed(lines[:number]) if text.strip()), "")
    return not before.rstrip().endswith(("[", ","))


def _with_comments(lines: list[str], header: int) -> int:
    """Where a table starts when the comment right above its header belongs to it."""
    start = header
    while start > 0 and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return start


def _table(lines: list[str], start: int, header: int | None, end: int) -> Table:
    own = tuple(lines[start:end])
    header_line = (start if header is None else header) + 1
    path: tuple[str, ...] = ()
    try:
        if header is not None:
            path = _path(lines[header])
        # empty lines in front make the parser count the lines of the whole text
        values = tomllib.loads("\n" * start + "\n".join(own) + "\n")
        for part in path:
            values = values[part]
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        found = _ERROR_LINE.search(str(error))
        line = int(found.group(1)) if found and path else header_line
        return Table(path, own, start + 1, header_line, {}, _reason(str(error)), line)
    return Table(path, own, start + 1, header_line, values)


def _path(header: str) -> tuple[str, ...]:
    nested = tomllib.loads(header)
    path = []
    while isinstance(nested, dict) and nested:
        (key, nested), *_rest = nested.items()
        path.append(key)
    return tuple(path)


def _reason(message: str) -> str:
    """The parser's sentence without its own place."""
    return message.partition(" (at ")[0]
