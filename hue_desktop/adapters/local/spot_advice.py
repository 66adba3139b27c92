"""The packaged interruption classes of the AWS Spot Advisor (``spot/interruption.json``)."""

from __future__ import annotations

import json
import threading
from datetime import date
from pathlib import Path
from typing import Any

from hue_desktop.core.errors import ConfigurationError
from hue_desktop.core.pricing import Interruption, PriceSource
from hue_desktop.core.text import _

__all__ = ["PackagedSpotAdvice"]

FORMAT = "hue-desktop-spot-interruption"
VERSION = 1
SOURCE_NAME = "AWS Spot Advisor"
_OPEN_END = 0.2  #: the last class is "more than 20 %"; the file's upper end of it is a guess


class PackagedSpotAdvice:
    """The ``SpotAdvice`` port for one region; read at the first question, then kept.

    A region that is not in the file knows nothing, and neither does a missing file.
    """

    def __init__(self, folder: Path, region: str) -> None:
        self._path = folder / "interruption.json"
        self._region = region
        self._lock = threading.Lock()
        self._classes: dict[str, Interruption] | None = None

    def interruption(self, instance_type: str) -> Interruption | None:
        """The class of a type; ConfigurationError when the file is damaged."""
        with self._lock:
            if self._classes is None:
                self._classes = _read(self._path, self._region)
            return self._classes.get(instance_type)


def _read(path: Path, region: str) -> dict[str, Interruption]:
    try:
        document = json.loads(path.read_bytes())
        if document["format"] != FORMAT or document["version"] > VERSION:
            raise ValueError(_("another format or version"))
        classes = [_class(one, document["source"]["date"]) for one in document["classes"]]
        rows = document["regions"].get(region, {})
        return {name: classes[row[0]] for name, row in rows.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise ConfigurationError(
            _("The interruption classes in {path} cannot be read: {reason}.").format(
                path=path, reason=error
            ),
            remedy=_("Install Hue Desktop again."),
        ) from error


def _class(one: dict[str, Any], month: str) -> Interruption:
    """A class of the file; ``month`` is ``2025-06``."""
    low = float(one["monthly_min"])
    high = None if low >= _OPEN_END else float(one["monthly_max"])
    day = date.fromisoformat(f"{month}-01")
    return Interruption(low, high, PriceSource(SOURCE_NAME, day))
