"""The query of a WebHDFS request: names in any case, values with Hadoop's types and complaints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, quote, unquote

from hue_desktop.simulator.hadoop.errors import HdfsError, illegal_argument, not_found

__all__ = ["PREFIX", "Params", "quoted", "quoted_in_json", "read_target"]

PREFIX = "/webhdfs/v1"
_SAFE = "/!$&'()*+,-.:;=@_~"
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})|%00")


def read_target(target: str) -> tuple[str, Params]:
    """The HDFS path and the parameters of a request's target; raises 404 outside of WebHDFS.

    Like Java, it takes what is not UTF-8 for the replacement character.
    """
    raw_path, _, query = target.partition("?")
    return _path(raw_path), Params(query)


def _path(raw_path: str) -> str:
    if not raw_path.startswith(PREFIX):
        raise not_found(raw_path)
    if _BAD_ESCAPE.search(raw_path):
        raise illegal_argument(f"The path {raw_path} has an escape that is none.")
    path = unquote(raw_path[len(PREFIX) :])
    if path and not path.startswith("/"):
        raise not_found(raw_path)
    return path or "/"


def quoted(path: str) -> str:
    """An HDFS path as it stands in a redirect."""
    return quote(path, safe=_SAFE)


def quoted_in_json(path: str) -> str:
    """An HDFS path as it stands in the answer to ``noredirect``: only ASCII is escaped there."""
    return "".join(sign if ord(sign) > 127 else quote(sign, safe=_SAFE) for sign in path)


class Params(Mapping[str, str]):
    """The parameters of one request; the first of a name counts."""

    def __init__(self, query: str) -> None:
        pairs = parse_qsl(query, keep_blank_values=True)
        self._values = {name.lower(): value for name, value in reversed(pairs)}

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def text(self, name: str, default: str = "") -> str:
        """A parameter as text; an empty one counts as absent."""
        return self._values.get(name) or default

    def number(self, name: str, default: int, *, least: int | None = None) -> int:
        """A whole number."""
        text = self._values.get(name, "")
        if text in ("", "null"):
            return default
        try:
            value = int(text)
        except ValueError:
            raise _invalid(name, f'Failed to parse "{text}" as a radix-10 long integer.') from None
        if least is not None and value < least:
            raise _invalid(
                name,
                f"Invalid parameter range: {name} = {value} < {least}",
            )
        return value

    def required(self, name: str) -> str:
        """A parameter that has to be there."""
        text = self.text(name)
        if not text:
            op = self.text("op").upper()
            raise illegal_argument(f"Required param {name} for op: {op} is null or empty")
        return text

    def mode(self, name: str, default: int) -> int:
        """Permission bits in octal digits."""
        text = self._values.get(name, "")
        if text in ("", "null"):
            return default
        if not 1 <= len(text) <= 4 or not set(text) <= set("01234567"):
            raise _invalid(name, f'Failed to parse "{text}" as a radix-8 short integer.')
        value = int(text, 8)
        if value > 0o1777:
            raise _invalid(name, f"Invalid parameter range: {name} = {text} > 1777")
        return value

    def flag(self, name: str, default: bool) -> bool:
        """``true`` or ``false``."""
        text = self._values.get(name, "").lower()
        if text in ("", "null"):
            return default
        if text not in ("true", "false"):
            raise _invalid(name, f'Failed to parse "{text}" to Boolean.')
        return text == "true"


def _invalid(name: str, problem: str) -> HdfsError:
    return illegal_argument(f'Invalid value for webhdfs parameter "{name}": {problem}')
