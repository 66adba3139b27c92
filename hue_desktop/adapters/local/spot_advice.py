"""Interruption classes of the AWS Spot Advisor: those packaged, and newer ones the user has read.

Both are files of one format (``spot/interruption.json``, described in ``prices/README.md`` of the
resources). The newer one is used; a copy in the user's data directory that cannot be read is left
where it is, and said to be of no use.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from hue_desktop.adapters.local.files import replace_text
from hue_desktop.core.capacity_ports import SpotAdvisorData
from hue_desktop.core.errors import ConfigurationError
from hue_desktop.core.pricing import Interruption, PriceSource
from hue_desktop.core.text import _

__all__ = ["RegionSpotAdvice", "SpotAdviceFiles"]

FORMAT = "hue-desktop-spot-interruption"
VERSION = 1
SOURCE_NAME = "AWS Spot Advisor"
FILE = "interruption.json"
_OPEN_END = 0.2  #: the last class is "more than 20 %"; the file's upper end of it is a guess
_LAST_END = 0.4  #: that guess, so that older readers find one


@dataclass(frozen=True)
class _Loaded:
    """A file's content, and when it was made."""

    day: date
    regions: Mapping[str, Mapping[str, Interruption]]

    @property
    def source(self) -> PriceSource:
        return PriceSource(SOURCE_NAME, self.day)


class SpotAdviceFiles:
    """The ``SpotAdviceStore`` port; ``user`` is the folder of the user's own copy, if any."""

    def __init__(self, packaged: Path, user: Path | None = None) -> None:
        self._packaged = packaged / FILE
        self._user = user / FILE if user else None
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None
        self._read = False
        self._problem = ""

    @property
    def source(self) -> PriceSource | None:
        """See the port."""
        found = self._load()
        return found.source if found else None

    @property
    def problem(self) -> str:
        """See the port."""
        self._load()
        return self._problem

    def of(self, region: str) -> Mapping[str, Interruption]:
        """The classes of a region by type; ConfigurationError when the packaged file is damaged."""
        found = self._load()
        return found.regions.get(region, {}) if found else {}

    def save(self, data: SpotAdvisorData) -> None:
        """See the port."""
        if self._user is None:
            return
        replace_text(self._user, _text_of(data))
        with self._lock:
            self._read = False

    def _load(self) -> _Loaded | None:
        with self._lock:
            if not self._read:
                self._problem = ""
                mine = self._mine()
                theirs = _read(self._packaged)
                known = [each for each in (mine, theirs) if each is not None]
                self._loaded = max(known, key=lambda each: each.day, default=None)
                self._read = True
            return self._loaded

    def _mine(self) -> _Loaded | None:
        """The user's copy; one that is damaged costs only itself."""
        if self._user is None:
            return None
        try:
            return _read(self._user)
        except ConfigurationError as error:
            text = _("{reason} The data that came with Hue Desktop are used.")
            self._problem = text.format(reason=error)
            return None


class RegionSpotAdvice:
    """The ``SpotAdvice`` port for one region; read at the first question.

    A region that is not in the file knows nothing, and neither does a missing file.
    """

    def __init__(self, files: SpotAdviceFiles | Path, region: str) -> None:
        self._files = SpotAdviceFiles(files) if isinstance(files, Path) else files
        self._region = region

    def interruption(self, instance_type: str) -> Interruption | None:
        """The class of a type; ConfigurationError when the packaged file is damaged."""
        return self._files.of(self._region).get(instance_type)


def _read(path: Path) -> _Loaded | None:
    """The file's content, ``None`` when there is no file; ConfigurationError when it is damaged."""
    try:
        document = json.loads(path.read_bytes())
        if document["format"] != FORMAT or document["version"] > VERSION:
            raise ValueError(_("another format or version"))
        day = _day(document["source"]["date"])
        classes = [_class(one, day) for one in document["classes"]]
        regions = {
            region: {name: classes[_place(row)] for name, row in rows.items()}
            for region, rows in document["regions"].items()
        }
        return _Loaded(day, regions)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            _("The interruption classes in {path} cannot be read: {reason}.").format(
                path=path, reason=error
            ),
            remedy=_("Read them anew, or install Hue Desktop again."),
        ) from error


def _place(row: Any) -> int:
    place = row[0]
    if not isinstance(place, int) or place < 0:
        raise ValueError(_("a class is no number"))
    return place


def _class(one: dict[str, Any], day: date) -> Interruption:
    low = float(one["monthly_min"])
    high = None if low >= _OPEN_END else float(one["monthly_max"])
    return Interruption(low, high, PriceSource(SOURCE_NAME, day))


def _day(text: str) -> date:
    """A day, or the first of a month (``2025-06``)."""
    return date.fromisoformat(text if text.count("-") == 2 else f"{text}-01")


def _text_of(data: SpotAdvisorData) -> str:
    document = {
        "format": FORMAT,
        "version": VERSION,
        "source": {
            "id": f"spot-advisor-{data.day.isoformat()}",
            "date": data.day.isoformat(),
            "quality": "live",
            "text": "AWS Spot Instance Advisor (Linux)",
        },
        "classes": [
            {
                "label": _label(low, high),
                "monthly_min": low,
                "monthly_max": _LAST_END if high is None else high,
            }
            for low, high in data.classes
        ],
        "regions": {
            region: {name: list(pair) for name, pair in sorted(rows.items())}
            for region, rows in sorted(data.regions.items())
        },
    }
    return json.dumps(document, separators=(",", ":")) + "\n"


def _label(low: float, high: float | None) -> str:
    if high is None:
        return f">{100 * low:.0f}%"
    return f"<{100 * high:.0f}%" if low == 0 else f"{100 * low:.0f}-{100 * high:.0f}%"
