"""Finding the resources folder: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

import hue_desktop
from hue_desktop.core.errors import ConfigurationError
from hue_desktop.core.text import _

__all__ = ["resources_dir"]


def resources_dir() -> Path:
    """The folder with ``prices``, ``spot`` and ``icons``; ``ConfigurationError`` if it is gone."""
    package = Path(hue_desktop.__file__).resolve().parent
    for folder in (package / "_resources", package.parent / "resources"):
        if (folder / "prices").is_dir():
            return folder
    raise ConfigurationError(
        _("The resources of Hue Desktop are missing (looked beside {path}).").format(path=package),
        remedy=_("Install it again."),
    )
