"""Where the simulator's data files are: a checkout keeps them at its top, a wheel inside."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

__all__ = ["read_json", "resources_dir"]

_PACKAGE = Path(__file__).resolve().parents[1]


def resources_dir() -> Path:
    """The folder with ``prices/`` and ``spot/``.

    Raises ``FileNotFoundError`` when the installation lacks it.
    """
    for folder in (_PACKAGE.parent / "resources", _PACKAGE / "_resources"):
        if (folder / "prices").is_dir():
            return folder
    raise FileNotFoundError(
        f"the data files of hue-desktop are missing beside {_PACKAGE}; install it again"
    )


def read_json(path: Path, expected: str, newest: int) -> dict[str, Any]:
    """Read a data file, gzipped or not, whose ``format`` is ``expected``.

    Raises ``ValueError`` when it is something else or of a version above ``newest``.
    """
    data = path.read_bytes()
    document = json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
    found = document.get("format") if isinstance(document, dict) else None
    if found != expected:
        raise ValueError(f"{path} is not a {expected} file")
    version = document.get("version")
    if not isinstance(version, int) or version > newest:
        raise ValueError(f"{path} has version {version}; this program reads up to {newest}")
    return dict(document)
