"""Host keys that were pinned: a file of ours, and the lines of a connection.

The file has OpenSSH's ``known_hosts`` form without hashing: ``[host]:port type key``. It is
Hue Desktop's own, so that nothing here changes what the user's ``ssh`` trusts.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import threading
from collections.abc import Iterable
from pathlib import Path

from hue_desktop.core.errors import StateError
from hue_desktop.core.text import _

__all__ = ["HostKeyFile", "fingerprint", "keys_in", "names"]


class HostKeyFile:
    """The ``HostKeys`` port. Another process may write the file too: it is read at each use."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def known(self, host: str, port: int) -> frozenset[str]:
        """The keys (base64) that are pinned for that host."""
        place = _place(host, port)
        return frozenset(key for name, key in self._lines() if name == place)

    def pin(self, host: str, port: int, key_type: str, key: str) -> None:
        """Remember the host's key (base64)."""
        with self._lock:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with open(self.path, "a", encoding="utf-8") as file:
                    file.write(f"{_place(host, port)} {key_type} {key}\n")
            except OSError as error:
                raise self._unusable(error) from error

    def forget(self, host: str, port: int) -> bool:
        """Remove the host's keys; whether there were any."""
        place = _place(host, port)
        with self._lock:
            try:
                lines = self.path.read_text(encoding="utf-8").splitlines(keepends=True)
                kept = [line for line in lines if line.split(" ", 1)[0] != place]
                if len(kept) == len(lines):
                    return False
                draft = self.path.with_name(f"{self.path.name}.{os.getpid()}")
                draft.write_text("".join(kept), encoding="utf-8")
                os.replace(draft, self.path)
            except FileNotFoundError:
                return False
            except OSError as error:
                raise self._unusable(error) from error
        return True

    def _lines(self) -> list[tuple[str, str]]:
        with contextlib.suppress(FileNotFoundError):
            try:
                text = self.path.read_text(encoding="utf-8", errors="replace")
            except FileNotFoundError:
                raise
            except OSError as error:
                raise self._unusable(error) from error
            rows = (line.split() for line in text.splitlines())
            return [(row[0], row[2]) for row in rows if len(row) >= 3 and row[0][0] != "#"]
        return []

    def _unusable(self, error: OSError) -> StateError:
        return StateError(
            _("The file of pinned host keys, {path}, cannot be used: {reason}.").format(
                path=self.path, reason=error.strerror or error
            ),
            remedy=_("Make it readable and writable, or remove it."),
        )


def keys_in(lines: Iterable[str]) -> frozenset[str]:
    """The key (base64) of each line: a known_hosts line, ``type key``, or the key alone."""
    found = (next((word for word in line.split() if word.startswith("AAAA")), "") for line in lines)
    return frozenset(key for key in found if key)


def names(line: str, host: str) -> bool:
    """Whether a known_hosts line is about that host; a line without hosts is about none."""
    first = line.split()[0] if line.split() else ""
    hosts = [each.strip("[]").partition("]")[0].lower() for each in first.split(",")]
    return host.lower() in hosts


def fingerprint(key: bytes) -> str:
    """A host key as ``ssh-keygen -l`` shows it."""
    digest = base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")
    return f"SHA256:{digest}"


def _place(host: str, port: int) -> str:
    return f"[{host.lower()}]:{port}"
