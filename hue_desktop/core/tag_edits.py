"""Editing the tags of a cluster: what to set, what to remove, and what AWS would refuse.

Limits: 128 characters for a key and 256 for a value, 50 tags a resource, ``aws:`` is AWS's own
(AWS General Reference, tagging).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hue_desktop.core.text import _

__all__ = ["TagEdits", "tag_edits", "tag_problems"]

_KEY_LENGTH, _VALUE_LENGTH, _TAGS = 128, 256, 50


@dataclass(frozen=True, slots=True)
class TagEdits:
    """The difference between two sets of tags, as the two calls AWS has for it."""

    set: Mapping[str, str]
    remove: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.set or self.remove)


def tag_edits(before: Iterable[tuple[str, str]], after: Iterable[tuple[str, str]]) -> TagEdits:
    """What must be set and removed so that ``before`` becomes ``after``."""
    old, new = dict(before), dict(after)
    changed = {key: value for key, value in new.items() if old.get(key) != value}
    return TagEdits(changed, tuple(sorted(old.keys() - new.keys())))


def tag_problems(tags: Iterable[tuple[str, str]]) -> dict[int, str]:
    """One sentence for each row that AWS would refuse, by row number from 0."""
    rows = list(tags)
    times = Counter(key for key, _value in rows)
    problems: dict[int, str] = {}
    for row, (key, value) in enumerate(rows):
        problem = _problem(key, value, times[key])
        if problem:
            problems[row] = problem
    if len(rows) > _TAGS and not problems:
        problems[_TAGS] = _("A cluster can have {limit} tags at most.").format(limit=_TAGS)
    return problems


def _problem(key: str, value: str, times: int) -> str:
    if not key.strip():
        return _("A tag needs a key.")
    if key.lower().startswith("aws:"):
        return _("Keys that begin with aws: belong to AWS.")
    if times > 1:
        return _("The key {key} is there twice.").format(key=key)
    if len(key) > _KEY_LENGTH:
        return _("A key has {limit} characters at most.").format(limit=_KEY_LENGTH)
    if len(value) > _VALUE_LENGTH:
        return _("A value has {limit} characters at most.").format(limit=_VALUE_LENGTH)
    return ""
