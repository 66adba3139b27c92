"""The query of a WebHDFS request: names in any case, values with Hadoop's types and complaints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, quote, unquote

from hue_desktop.simulator.hadoop.errors import HdfsError, illegal_argument, not_found

__all__ = ["PREFIX", "Params", "path_of", "quoted"]

PREFIX = "/webhdfs/v1"


def path_of(raw_path: str) -> str:
    """The HDFS path of a request's undecoded path; raises 404 outside of WebHDFS."""
    if not raw_path.startswith(PREFIX):
        raise not_found(raw_path)
    try:
        path = unquote(raw_path[len(PREFIX) :], errors="strict")
    except UnicodeDecodeError:
        raise illegal_argument(f"The path {raw_path} is not UTF-8.") from None
    if path and not path.startswith("/"):
        raise not_found(raw_path)
    return path or "/"


def quoted(path: str) -> str:
    """An HDFS path as it stands in a URL."""
    return quote(path, safe="/!$&'()*,-.:;=@_~")


class Params(Mapping[str, str]):
    """The parameters of one request."""

    def __init__(self, query: str) -> None:
        pairs = parse_qsl(query, keep_blank_values=True)
        self._values = {name.lower(): value for name, value in pairs}

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
