"""The packaged price snapshot, described in ``resources/prices/README.md``."""

from __future__ import annotations

import gzip
import json
import threading
from datetime import date
from pathlib import Path
from typing import Any

from hue_desktop.core.errors import ConfigurationError
from hue_desktop.core.pricing import PriceSource, TypePrice
from hue_desktop.core.text import _

__all__ = ["SnapshotPrices"]

FORMAT = "hue-desktop-prices"
VERSION = 1
SOURCE_NAME = "snapshot"


class SnapshotPrices:
    """The ``PriceBook`` port for one region; read at the first question, then kept.

    A region that the snapshot does not have knows no prices.
    """

    def __init__(self, folder: Path, region: str) -> None:
        self._path = folder / f"{region}.json.gz"
        self._lock = threading.Lock()
        self._document: dict[str, Any] | None = None
        self._rows: dict[str, int] = {}

    def type_price(self, instance_type: str) -> TypePrice | None:
        """The list prices of a type, dated by the older of its two sources."""
        document = self._read()
        row = self._rows.get(instance_type)
        if row is None:
            return None
        columns = document["types"]
        sources = (columns["on_demand_source"][row], columns["emr_source"][row])
        return TypePrice(
            instance_type,
            columns["on_demand_usd_hour"][row],
            columns["emr_usd_hour"][row],
            PriceSource(SOURCE_NAME, self._oldest(sources)),
        )

    def ebs_usd_gib_month(self, volume_type: str) -> tuple[float | None, PriceSource]:
        """The list price of a GiB-month of a volume type."""
        for volume in self._read().get("ebs", ()):
            if volume["volume_type"] == volume_type:
                ids = [source["id"] for source in self._read()["sources"]]
                source = ids.index(volume["source"]) if volume["source"] in ids else None
                return volume["usd_gib_month"], PriceSource(SOURCE_NAME, self._oldest((source,)))
        return None, PriceSource(SOURCE_NAME)

    def _read(self) -> dict[str, Any]:
        with self._lock:
            if self._document is None:
                self._document = _load(self._path)
                names = self._document.get("types", {}).get("name", [])
                self._rows = {name: row for row, name in enumerate(names)}
            return self._document

    def _oldest(self, sources: tuple[int | None, ...]) -> date | None:
        named = [self._read()["sources"][place]["date"] for place in sources if place is not None]
        days = [day for day in map(_day, named) if day is not None]
        return min(days, default=None)


def _load(path: Path) -> dict[str, Any]:
    try:
        with gzip.open(path, "rb") as file:
            document = json.load(file)
    except FileNotFoundError:
        return {"types": {"name": []}, "ebs": [], "sources": []}
    except (OSError, EOFError, ValueError) as error:
        raise _unusable(path, str(error)) from error
    if document.get("format") != FORMAT or document.get("version", 0) > VERSION:
        raise _unusable(path, _("another format or version"))
    return dict(document)


def _unusable(path: Path, reason: str) -> ConfigurationError:
    return ConfigurationError(
        _("The price snapshot {path} cannot be read: {reason}.").format(path=path, reason=reason),
        remedy=_("Install Hue Desktop again."),
    )


def _day(text: str) -> date | None:
    """``2026``, ``2026-07`` and ``2026-07-20`` as the first day that they can mean."""
    parts = [int(part) for part in text.split("-") if part.isdigit()]
    if not parts:
        return None
    year, month, day = (*parts, 1, 1)[:3]
    return date(year, month, day)
