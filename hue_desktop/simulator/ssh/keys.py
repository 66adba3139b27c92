"""The bastion's keys: made once, kept in the state directory, readable by their owner only."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Keys", "keys_in", "new_host_key"]

_HOST = "host_ed25519"
_USER = "hue_simulator_ed25519"


@dataclass(frozen=True, slots=True)
class Keys:
    """Where the private keys are, and the public ones as a line."""

    host_key: Path
    host_public: str
    user_key: Path
    user_public: str


def keys_in(directory: Path) -> Keys:
    """The keys of a directory; those that are missing are made."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in (_HOST, _USER):
        if not _public(directory, name).exists():
            _make(directory, name)
    return Keys(
        directory / _HOST,
        _public(directory, _HOST).read_text().strip(),
        directory / _USER,
        _public(directory, _USER).read_text().strip(),
    )


def new_host_key(directory: Path) -> Keys:
    """Another host key in place of the one there was."""
    _make(directory, _HOST)
    return keys_in(directory)


def _public(directory: Path, name: str) -> Path:
    return directory / f"{name}.pub"


def _make(directory: Path, name: str) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
    )

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    _write(directory / name, private, 0o600)
    _write(_public(directory, name), public + b"\n", 0o644)  # last: it says that both are there


def _write(path: Path, data: bytes, mode: int) -> None:
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    draft.replace(path)
