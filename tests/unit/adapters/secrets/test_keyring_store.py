"""Secrets in a keyring, and what is said where there is none."""

from __future__ import annotations

import keyring.backends.fail
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from hue_desktop.adapters.secrets.keyring_store import KeyringSecrets
from hue_desktop.core.errors import ConfigurationError


class MemoryKeyring(KeyringBackend):
    """A real backend of the keyring library that forgets everything in the end."""

    priority = 1  # type: ignore[assignment]
    name = "memory"

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked("secret-in-a-text")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise PasswordDeleteError("not there")
        del self.kept[service, username]


def test_secrets_are_kept_by_reference() -> None:
    backend = MemoryKeyring()
    secrets = KeyringSecrets(backend)
    assert secrets.get("emr-key") is None
    secrets.set("emr-key", "open sesame")
    assert secrets.get("emr-key") == "open sesame"
    assert backend.kept == {("hue-desktop", "emr-key"): "open sesame"}
    secrets.remove("emr-key")
    secrets.remove("emr-key")
    assert secrets.get("emr-key") is None
    assert secrets.describe() == "memory"


def test_without_a_keyring_it_is_said_what_to_do() -> None:
    secrets = KeyringSecrets(keyring.backends.fail.Keyring())
    for use in (secrets.describe, lambda: secrets.get("x"), lambda: secrets.set("x", "y")):
        with pytest.raises(ConfigurationError, match="no keyring") as raised:
            use()
        assert "Install and unlock" in raised.value.remedy


def test_a_locked_keyring_gives_nothing_away() -> None:
    backend = MemoryKeyring()
    backend.locked = True
    with pytest.raises(ConfigurationError, match="KeyringLocked") as raised:
        KeyringSecrets(backend).get("x")
    assert "secret-in-a-text" not in str(raised.value)
    assert raised.value.__cause__ is None
