"""Secrets by reference in the system's keyring. They are never written anywhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hue_desktop.core.errors import ConfigurationError
from hue_desktop.core.text import _

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

__all__ = ["KeyringSecrets"]

SERVICE = "hue-desktop"


class KeyringSecrets:
    """Passphrases and passwords by reference; keyring is imported by the first use.

    ``backend`` is the keyring to use; ``None``: the one that the system offers.
    """

    def __init__(self, backend: KeyringBackend | None = None) -> None:
        self._chosen = backend

    def get(self, reference: str) -> str | None:
        """The secret, or ``None`` when nothing is kept under that reference."""
        from keyring.errors import KeyringError

        try:
            return self._backend().get_password(SERVICE, reference)
        except KeyringError as error:
            raise _refused(error) from None  # a cause could carry the secret

    def set(self, reference: str, secret: str) -> None:
        """Keep a secret, in place of the one that was kept."""
        from keyring.errors import KeyringError

        try:
            self._backend().set_password(SERVICE, reference, secret)
        except KeyringError as error:
            raise _refused(error) from None

    def remove(self, reference: str) -> None:
        """Forget a secret; nothing happens when there is none."""
        from keyring.errors import KeyringError, PasswordDeleteError

        try:
            self._backend().delete_password(SERVICE, reference)
        except PasswordDeleteError:
            return
        except KeyringError as error:
            raise _refused(error) from None

    def describe(self) -> str:
        """Which keyring is used, for the doctor; ``ConfigurationError`` when there is none."""
        return str(self._backend().name)

    def _backend(self) -> KeyringBackend:
        import keyring
        import keyring.backends.fail

        try:
            backend = self._chosen or keyring.get_keyring()
        except Exception as error:  # a back-end of somebody else's, named in the environment
            raise _refused(error) from None
        if isinstance(backend, keyring.backends.fail.Keyring):
            raise ConfigurationError(
                _("This system has no keyring to keep secrets in."),
                remedy=_(
                    "Install and unlock one (GNOME Keyring, KWallet), "
                    "or use a key that needs no passphrase."
                ),
            )
        return backend


def _refused(error: Exception) -> ConfigurationError:
    return ConfigurationError(
        _("The keyring refused: {kind}.").format(kind=type(error).__name__),
        remedy=_("Unlock the keyring, and try again."),
    )
