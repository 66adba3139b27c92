"""Which files of a tree are taken: shell patterns on relative paths, compiled once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from hue_desktop.core.transfers.values import Filter

__all__ = ["compile_filter", "pattern_expression"]


def compile_filter(chosen: Filter) -> Callable[[str], bool]:
    """A predicate on paths relative to the source; see ``Filter`` for the rules."""
    included = _any_of(chosen.include)
    excluded = _any_of(chosen.exclude)

    def takes(relative: str) -> bool:
        return (included is None or included(relative)) and not (excluded and excluded(relative))

    return takes


def _any_of(patterns: Iterable[str]) -> Callable[[str], bool] | None:
    found = [pattern_expression(pattern) for pattern in patterns if pattern]
    if not found:
        return None
    match = re.compile("|".join(f"(?:{each})" for each in found), re.DOTALL).fullmatch
    return lambda relative: match(relative) is not None


def pattern_expression(pattern: str) -> str:
    """The pattern as a regular expression for the whole relative path.

    ``*`` and ``?`` stay within one name, ``**`` crosses folders, ``[a-z]`` and ``[!a-z]`` are one
    character; a pattern without ``/`` is about the last name, one that ends in ``/`` about all
    that lies in folders of that name.
    """
    rooted = "/" in pattern.rstrip("/")
    if pattern.endswith("/"):
        pattern += "**"
    body = _translate(pattern.lstrip("/"))
    return body if rooted else f"(?:.*/)?{body}"


def _translate(pattern: str) -> str:
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        if pattern.startswith("**/", at):
            parts.append("(?:.*/)?")
            at += 3
        elif pattern.startswith("**", at):
            parts.append(".*")
            at += 2
        elif pattern[at] == "*":
            parts.append("[^/]*")
            at += 1
        elif pattern[at] == "?":
            parts.append("[^/]")
            at += 1
        elif pattern[at] == "[" and (end := pattern.find("]", at + 2)) > 0:
            parts.append(_characters(pattern[at + 1 : end]))
            at = end + 1
        else:
            parts.append(re.escape(pattern[at]))
            at += 1
    return "".join(parts)


def _characters(inside: str) -> str:
    negated = inside[0] in "!^"
    chosen = inside[1:] if negated else inside
    chosen = re.sub(r"([\\\[\]^&~|])", r"\\\1", chosen)
    return f"[^/{chosen}]" if negated else f"[{chosen}]"
