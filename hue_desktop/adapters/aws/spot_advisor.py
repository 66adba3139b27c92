"""The Spot Advisor's published data: how often EC2 took Spot nodes back in the last month.

AWS publishes them as one public file that its own web page reads; there is no API and no promise
about its form, so everything in it is checked before it is believed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from hue_desktop.core.capacity_ports import SpotAdvisorData
from hue_desktop.core.errors import ProtocolError, Unreachable
from hue_desktop.core.text import _

__all__ = ["PUBLISHED_AT", "HttpSpotAdvisor"]

PUBLISHED_AT = "https://spot-bid-advisor.s3.amazonaws.com/spot-advisor-data.json"
TIMEOUT_S = 20.0
MOST_BYTES = 32 * 1024 * 1024  #: the file has about 2 MB
LEAST_TYPES = 20  #: a region with fewer is no region of AWS's
_LABEL = re.compile(
    r"\s*(?:<\s*(?P<under>\d+)|(?P<low>\d+)\s*-\s*(?P<high>\d+)|>\s*(?P<over>\d+))\s*%?"
)


class HttpSpotAdvisor:
    """The ``SpotAdvisorFeed`` port over HTTP."""

    def __init__(self, url: str = PUBLISHED_AT) -> None:
        self._url = url

    def read(self) -> SpotAdvisorData:
        """See the port; ``Unreachable`` when nobody answers."""
        import urllib.error
        import urllib.request

        request = urllib.request.Request(self._url, headers={"Accept": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                body = answer.read(MOST_BYTES + 1)
                day = _day(answer.headers.get("Last-Modified"))
        except (urllib.error.URLError, TimeoutError, OSError) as error:
            raise Unreachable(
                _("The Spot Advisor’s data could not be read from {url}: {reason}.").format(
                    url=self._url, reason=getattr(error, "reason", error)
                ),
                remedy=_("What is known already stays in use. Try again later."),
            ) from error
        return _parsed(body, day, self._url)


def _parsed(body: bytes, day: date, url: str) -> SpotAdvisorData:
    try:
        if len(body) > MOST_BYTES:
            raise ValueError(_("it is too long"))
        document = json.loads(body)
        classes = tuple(_bounds(one) for one in sorted(document["ranges"], key=_index))
        regions = {
            region: _rows(systems["Linux"], len(classes))
            for region, systems in document["spot_advisor"].items()
            if systems.get("Linux")
        }
        if not any(len(rows) >= LEAST_TYPES for rows in regions.values()):
            raise ValueError(_("it has hardly any types"))
        return SpotAdvisorData(day, classes, regions)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProtocolError(
            _("What {url} answers is not the Spot Advisor’s data: {reason}.").format(
                url=url, reason=error
            ),
            remedy=_("What is known already stays in use."),
        ) from error


def _index(one: Mapping[str, Any]) -> int:
    return int(one["index"])


def _bounds(one: Mapping[str, Any]) -> tuple[float, float | None]:
    """``<5%``, ``5-10%`` and ``>20%`` as shares."""
    found = _LABEL.match(str(one["label"]))
    if found is None:
        raise ValueError(_("the class {label} is not understood").format(label=one["label"]))
    if found["under"]:
        return 0.0, int(found["under"]) / 100
    if found["over"]:
        return int(found["over"]) / 100, None
    return int(found["low"]) / 100, int(found["high"]) / 100


def _rows(types: Mapping[str, Any], classes: int) -> dict[str, tuple[int, int]]:
    rows = {name: (int(item["r"]), int(item["s"])) for name, item in types.items()}
    if any(not 0 <= place < classes for place, _saving in rows.values()):
        raise ValueError(_("it names a class that it does not have"))
    return rows


def _day(last_modified: str | None) -> date:
    """When AWS made the file, as its server says; today when it does not."""
    if last_modified:
        try:
            return parsedate_to_datetime(last_modified).date()
        except ValueError:
            pass
    return datetime.now(UTC).date()
