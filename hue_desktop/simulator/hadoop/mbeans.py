"""MBeans as Hadoop's ``/jmx`` page tells them: queries, and the beans that every daemon has."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

from hue_desktop.simulator.chance import Chance

__all__ = ["BadQuery", "answer", "jvm_metrics"]

Json = dict[str, Any]


_COLLECTED_S = 95.0  #: between two collections of the young heap


class BadQuery(Exception):
    """A query that is no ObjectName, or a ``get`` without an attribute; has Hadoop's answer."""

    def __init__(self, answer: Json) -> None:
        super().__init__()
        self.answer = answer


_NO_NAME: Json = {}
_NO_ATTRIBUTE: Json = {"result": "ERROR", "message": "query format is not as expected."}


def answer(beans: Sequence[Json], query_string: str) -> Json:
    """What ``/jmx?qry=…`` or ``/jmx?get=bean::attribute`` answers.

    Raises :class:`BadQuery`.
    """
    asked = parse_qs(query_string, keep_blank_values=True)
    if "get" in asked:
        return _attribute(beans, asked["get"][0])
    query = asked.get("qry", ["*:*"])[0] or "*:*"
    pattern = _parsed(query)
    return {"beans": [bean for bean in beans if _matches(bean["name"], pattern)]}


def _attribute(beans: Sequence[Json], get: str) -> Json:
    name, colons, attribute = get.partition("::")
    if not colons or not attribute:
        raise BadQuery(_NO_ATTRIBUTE)
    for bean in beans:
        if _matches(bean["name"], _parsed(name)):
            return {
                "beans": [
                    {
                        "name": bean["name"],
                        "modelerType": bean["modelerType"],
                        attribute: bean.get(attribute),
                    }
                ]
            }
    return {"beans": []}


def _parsed(name: str) -> tuple[str, dict[str, str], bool]:
    """Domain, key properties, and whether further properties may follow."""
    domain, colon, listed = name.partition(":")
    if not colon or not listed:
        raise BadQuery(_NO_NAME)
    properties: dict[str, str] = {}
    more = False
    for part in listed.split(","):
        key, equals, value = part.partition("=")
        if part == "*":
            more = True
        elif not equals or not key or not value:
            raise BadQuery(_NO_NAME)
        else:
            properties[key] = value
    return domain, properties, more


def _matches(name: str, pattern: tuple[str, dict[str, str], bool]) -> bool:
    domain, properties, more = pattern
    own_domain, own, _ = _parsed(name)
    if not fnmatch.fnmatchcase(own_domain, domain or "*"):
        return False
    if not more and own.keys() != properties.keys():
        return False
    return all(key in own and fnmatch.fnmatchcase(own[key], properties[key]) for key in properties)


def jvm_metrics(
    service: str, host: str, heap_max_mb: float, busy: float, up_s: float, chance: Chance
) -> Json:
    """The JvmMetrics bean: a heap that fills, the more the busier, until it is collected.

    ``busy`` is between 0 and 1; ``up_s`` says how long the process runs.
    """
    phase = chance.unit("gc", service, host)
    collections, fill = divmod(max(0.0, up_s) / _COLLECTED_S + phase, 1.0)
    low = 0.16 + 0.22 * busy + 0.04 * chance.unit("heap", service, host)
    used = heap_max_mb * min(0.97, low + (0.15 + 0.2 * busy) * fill)
    return {
        "name": f"Hadoop:service={service},name=JvmMetrics",
        "modelerType": "JvmMetrics",
        "tag.Context": "jvm",
        "tag.ProcessName": service,
        "tag.SessionId": None,
        "tag.Hostname": host,
        "MemNonHeapUsedM": round(62.0 + 30.0 * min(1.0, up_s / 3600.0), 5),
        "MemNonHeapCommittedM": 98.8125,
        "MemNonHeapMaxM": -1.0,
        "MemHeapUsedM": round(used, 5),
        "MemHeapCommittedM": round(min(heap_max_mb, max(256.0, 1.25 * used)), 4),
        "MemHeapMaxM": heap_max_mb,
        "MemMaxM": heap_max_mb,
        "GcCount": int(collections) + 2,
        "GcTimeMillis": 31 + 19 * int(collections),
        "GcNumWarnThresholdExceeded": 0,
        "GcNumInfoThresholdExceeded": 0,
        "GcTotalExtraSleepTime": int(up_s // 40),
        "ThreadsNew": 0,
        "ThreadsRunnable": 9,
        "ThreadsBlocked": 0,
        "ThreadsWaiting": 21,
        "ThreadsTimedWaiting": 64,
        "ThreadsTerminated": 0,
        "LogFatal": 0,
        "LogError": 0,
        "LogWarn": 3,
        "LogInfo": 420 + int(up_s // 15),
    }
