"""Writing the user's small files so that no moment exists in which one is half there."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from hue_desktop.adapters.local.paths import make_dir
from hue_desktop.core.errors import ConfigurationError, StateError
from hue_desktop.core.text import _

__all__ = ["read_text", "replace_text"]


def read_text(path: Path) -> str | None:
    """The file's text, or ``None`` when there is no file. ``ConfigurationError`` if unreadable."""
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            _("{path} is not a text in UTF-8.").format(path=path),
            remedy=_("Save it as UTF-8, or move it away to start afresh."),
        ) from error
    except OSError as error:
        raise StateError(
            _("{path} cannot be read: {error}.").format(path=path, error=error.strerror),
            remedy=_("Correct its permissions."),
        ) from error


def replace_text(path: Path, text: str) -> None:
    """Write a temporary file beside ``path`` and put it in its place. ``StateError`` on failure."""
    import tempfile

    path = path.resolve()  # a link to the user's real file stays a link
    make_dir(path.parent)
    draft = ""
    try:
        handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError as error:
        if draft:
            with contextlib.suppress(OSError):
                os.unlink(draft)
        raise StateError(
            _("{path} cannot be written: {error}.").format(path=path, error=error.strerror),
            remedy=_("Make the directory writable, or name another one in HUE_CONFIG_DIR."),
        ) from error
