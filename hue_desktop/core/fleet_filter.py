"""The one-line filter of the fleet: ``state:waiting idle>2h @prod spot>50% -name``.

All terms must hold. A bare word is looked for in name, id and tags; ``@word`` in connection, class
and region; ``key:a,b`` takes any of its words; ``key>value`` compares a figure; ``-`` negates.
A term that is still being typed (``idle>``) restricts nothing; a term that cannot be understood is
reported in ``problem`` and restricts nothing either, so that the list never empties by a typo.
"""

from __future__ import annotations

import operator
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from hue_desktop.core.text import _

__all__ = ["FIGURES", "WORDS", "ClusterFacts", "FleetFilter", "parse_filter"]


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """What a filter can ask of a cluster. A figure that is not known is ``None`` and never matches.

    Times are seconds of the region's clock, shares are percent, money is USD per hour.
    """

    name: str
    cluster_id: str
    connection: str
    connection_class: str
    region: str
    state: str
    release: str = ""
    applications: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    marks: frozenset[str] = frozenset()  #: idle, attention, protected, ended, recorded …
    uptime_s: float | None = None
    idle_s: float | None = None
    usd_hour: float | None = None
    nodes: float | None = None
    spot_percent: float | None = None
    yarn_percent: float | None = None
    hdfs_percent: float | None = None


_Test = Callable[[ClusterFacts], bool]

#: figures that can be compared, and the field that holds them
FIGURES = {
    "idle": "idle_s",
    "uptime": "uptime_s",
    "cost": "usd_hour",
    "nodes": "nodes",
    "spot": "spot_percent",
    "yarn": "yarn_percent",
    "hdfs": "hdfs_percent",
}
#: keys that take words
WORDS = ("state", "is", "tag", "app", "release", "name", "id")

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
}
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}
_COMPARISON = re.compile(r"^([a-z]+)(>=|<=|>|<|=)(.*)$", re.IGNORECASE)
_KEYED = re.compile(r"^([a-z]+):(.*)$", re.IGNORECASE)
_ENDED = re.compile(
    r"(?:^|\s)(?:state:\S*terminated|is:ended|is:recorded|id:\S|j-\w{8})", re.IGNORECASE
)
_VALUE = re.compile(r"^\$?(\d+(?:\.\d+)?)\s*(%|[a-z]*)(?:/h)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FleetFilter:
    """A parsed filter; ``problem`` is a sentence about the first term that makes no sense.

    ``ended`` says whether it asks for ended clusters, which are otherwise left out.
    """

    text: str = ""
    tests: tuple[_Test, ...] = ()
    problem: str = ""
    ended: bool = False

    def matches(self, facts: ClusterFacts) -> bool:
        """Whether every term holds for this cluster."""
        return all(test(facts) for test in self.tests)

    @property
    def empty(self) -> bool:
        """Whether nothing is restricted."""
        return not self.tests


@lru_cache(maxsize=64)
def parse_filter(text: str) -> FleetFilter:
    """Read a filter line; never raises."""
    tests: list[_Test] = []
    problem = ""
    for word in _split(text):
        try:
            test = _term(word)
        except ValueError as error:
            problem = problem or str(error)
            continue
        if test is not None:
            tests.append(test)
    return FleetFilter(text, tuple(tests), problem, bool(_ENDED.search(text)))


def _split(text: str) -> list[str]:
    """Words, with quotes kept together; an open quote while typing is closed at the end."""
    for candidate in (text, text + '"', text + "'"):
        try:
            lexer = shlex.shlex(candidate, posix=True)
            lexer.whitespace_split = True
            lexer.commenters = ""
            lexer.escape = ""
            return list(lexer)
        except ValueError:
            continue
    return text.split()


def _term(word: str) -> _Test | None:
    if word.startswith("-") and len(word) > 1:
        inner = _term(word[1:])
        return None if inner is None else lambda facts: not inner(facts)
    if word in ("-", "@"):
        return None
    if word.startswith("@"):
        return _place(word[1:].lower())
    if comparison := _COMPARISON.match(word):
        return _comparison(*comparison.groups())
    if keyed := _KEYED.match(word):
        return _keyed(*keyed.groups())
    return _anywhere(word.lower())


def _place(word: str) -> _Test:
    def test(facts: ClusterFacts) -> bool:
        places = (facts.connection, facts.connection_class, facts.region)
        return any(place.lower().startswith(word) for place in places)

    return test


def _anywhere(word: str) -> _Test:
    def test(facts: ClusterFacts) -> bool:
        texts = [facts.name, facts.cluster_id, *(f"{key}={value}" for key, value in facts.tags)]
        return any(word in text.lower() for text in texts)

    return test


def _comparison(key: str, sign: str, value: str) -> _Test | None:
    key = key.lower()
    if key not in FIGURES:
        known = ", ".join(FIGURES)
        raise ValueError(_("“{key}” cannot be compared; {known} can.").format(key=key, known=known))
    if not value:
        return None
    wanted, compare, name = _number(key, value), _OPERATORS[sign], FIGURES[key]

    def test(facts: ClusterFacts) -> bool:
        have: float | None = getattr(facts, name)
        return have is not None and compare(have, wanted)

    return test


def _number(key: str, text: str) -> float:
    """Seconds, percent, dollars or a count, by the key."""
    found = _VALUE.match(text)
    if found is None:
        raise ValueError(_("“{text}” is not a number.").format(text=text))
    number, unit = float(found.group(1)), found.group(2).lower()
    if key in ("idle", "uptime"):
        if (unit or "h") not in _SECONDS:
            raise ValueError(_("“{text}” is not a time; write 30m, 2h or 3d.").format(text=text))
        return number * _SECONDS[unit or "h"]
    if unit not in ("", "%"):
        raise ValueError(_("“{unit}” is not a unit of {key}.").format(unit=unit, key=key))
    return number


def _keyed(key: str, value: str) -> _Test | None:
    key, words = key.lower(), [word.lower() for word in value.split(",") if word]
    if key not in WORDS:
        known = ", ".join(f"{word}:" for word in WORDS)
        raise ValueError(_("“{key}:” is not known; {known} are.").format(key=key, known=known))
    if not words:
        return None
    return lambda facts: any(_has(facts, key, word) for word in words)


def _has(facts: ClusterFacts, key: str, word: str) -> bool:
    if key == "state":
        return facts.state.lower().startswith(word)
    if key == "is":
        return any(mark.startswith(word) for mark in facts.marks)
    if key == "tag":
        return any(_tag_has(name, value, word) for name, value in facts.tags)
    if key == "app":
        return any(word in application.lower() for application in facts.applications)
    if key == "release":
        return word in facts.release.lower()
    return word in (facts.name if key == "name" else facts.cluster_id).lower()


def _tag_has(name: str, value: str, word: str) -> bool:
    wanted_name, equals, wanted_value = word.partition("=")
    if not equals:
        return wanted_name == name.lower() or wanted_name in value.lower()
    return name.lower() == wanted_name and wanted_value in value.lower()
