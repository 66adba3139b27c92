"""Where the user's configuration and data lie.

platformdirs knows each system's custom; ``HUE_CONFIG_DIR`` and ``HUE_DATA_DIR`` override it, for
tests, the tour and people who carry their set-up around.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from hue_desktop.core.errors import StateError
from hue_desktop.core.text import _

__all__ = ["APPLICATION", "config_dir", "data_dir", "journal_database", "make_dir"]

APPLICATION = "hue-desktop"
_VARIABLES = "HUE_CONFIG_DIR / HUE_DATA_DIR"


def config_dir(environment: Mapping[str, str] = os.environ) -> Path:
    """The directory of ``connections.toml`` and ``settings.toml``; it may not exist yet."""
    chosen = environment.get("HUE_CONFIG_DIR")
    if chosen:
        return Path(chosen).expanduser().absolute()
    import platformdirs

    return platformdirs.user_config_path(APPLICATION, appauthor=False)


def data_dir(environment: Mapping[str, str] = os.environ) -> Path:
    """The directory of the database and of simulated regions; it may not exist yet."""
    chosen = environment.get("HUE_DATA_DIR")
    if chosen:
        return Path(chosen).expanduser().absolute()
    import platformdirs

    return platformdirs.user_data_path(APPLICATION, appauthor=False)


def journal_database(data: Path) -> Path:
    """The SQLite database in the data directory."""
    return data / "hue.sqlite3"


def make_dir(path: Path) -> Path:
    """The directory, made for this user alone if it is missing; ``StateError`` if it cannot be."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        in_the_way = next((each for each in (path, *path.parents) if each.is_file()), path)
        raise StateError(
            _("The directory {path} cannot be made: {file} is a file.").format(
                path=path, file=in_the_way
            ),
            remedy=_("Move the file away, or name another directory in {names}.").format(
                names=_VARIABLES
            ),
        ) from error
    except OSError as error:
        raise StateError(
            _("The directory {path} cannot be made: {error}.").format(
                path=path, error=error.strerror
            ),
            remedy=_("Make its parent writable, or name another directory in {names}.").format(
                names=_VARIABLES
            ),
        ) from error
    return path
