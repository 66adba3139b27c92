"""Logging in: is it the host that we know, and which key opens it."""

from __future__ import annotations

import importlib
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from hue_desktop.adapters.ssh.hops import Hop
from hue_desktop.adapters.ssh.host_keys import fingerprint, keys_in, names
from hue_desktop.core.connections import SshSettings
from hue_desktop.core.errors import (
    AccessDenied,
    ConfigurationError,
    HueError,
    NotConfirmed,
    ProtocolError,
    Unreachable,
)
from hue_desktop.core.ports import HostKeys
from hue_desktop.core.text import _

__all__ = ["Confirm", "Login", "Secrets"]

Confirm = Callable[[str, str], bool]
"""Asks the person whether ``host`` is right to have that fingerprint. Blocks."""

_SILENT = logging.NullHandler()
_DEFAULT_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")
_FEW_KEYS = 3
_NO_BANNER = "Error reading SSH protocol banner"  #: paramiko's words, then why; nothing: the end
#: Paramiko offers its fastest ciphers last: AES-GCM moves two to four times as much as AES-CTR with
#: a MAC of its own, as one pass encrypts and authenticates.
_FAST_CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com")


class Secrets(Protocol):
    """Where passphrases are kept."""

    def get(self, reference: str) -> str | None:
        """The secret of a reference; ``None`` when there is none."""


class Login:
    """Turns a connected socket into an SSH connection that is logged in."""

    def __init__(
        self,
        settings: SshSettings,
        host_keys: HostKeys,
        secrets: Secrets | None = None,
        confirm: Confirm | None = None,
    ) -> None:
        self._settings = settings
        self._host_keys = host_keys
        self._secrets = secrets
        self._confirm = confirm

    def run(self, opened: Any, hop: Hop, timeout_s: float, *, is_bastion: bool = False) -> Any:
        """A paramiko ``Transport``, logged in. Keys pinned without a host are the bastion's.

        ``AccessDenied``: no key fits, or the host is not confirmed. ``ProtocolError``: not SSH, or
        another host key than the pinned one. ``ConfigurationError``: there is no key to try.
        """
        paramiko: Any = importlib.import_module("paramiko")  # slow to import, and has no types
        logging.getLogger("paramiko").addHandler(_SILENT)  # it would write on the terminal
        transport = None
        try:
            transport = paramiko.Transport(opened)
            transport.daemon = True
            transport.banner_timeout = transport.auth_timeout = timeout_s
            transport.channel_timeout = timeout_s
            _prefer_fast(transport)
            self._prefer_known(transport, hop, is_bastion)
            self._greet(paramiko, transport, hop, timeout_s)
            self._check_host(transport.get_remote_server_key(), hop, is_bastion)
            self._authenticate(paramiko, transport, hop)
        except BaseException:
            if transport is not None:
                transport.close()
            raise
        return transport

    def _expected(self, hop: Hop, is_bastion: bool) -> frozenset[str]:
        """The keys of which the host must show one: the connection's own pins for it, else those
        of the file; empty when it is new to us."""
        pins = (each for each in self._settings.host_keys if is_bastion or names(each, hop.host))
        return keys_in(pins) or self._host_keys.known(hop.host, hop.port)

    def _prefer_known(self, transport: Any, hop: Hop, is_bastion: bool) -> None:
        """Ask for the kind of key that is pinned: a host has several, and all are its own."""
        pinned = {_key_type(key) for key in self._expected(hop, is_bastion)}
        options = transport.get_security_options()
        offered = tuple(options.key_types)
        families = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}
        wanted = {name for kind in pinned for name in families.get(kind, (kind,))}
        if wanted & set(offered):
            options.key_types = tuple(sorted(offered, key=lambda name: name not in wanted))

    def _greet(self, paramiko: Any, transport: Any, hop: Hop, timeout_s: float) -> None:
        try:
            transport.start_client(timeout=timeout_s)
        except (paramiko.SSHException, EOFError, OSError) as error:
            if "banner" not in str(error).lower() and not isinstance(error, paramiko.SSHException):
                raise _cut(hop, error) from error
            if isinstance(error, EOFError) or "timeout" in str(error).lower():
                raise _cut(hop, error) from error
            raise ProtocolError(
                _not_ssh_words(error).format(host=f"{hop.host}:{hop.port}", reason=error),
                remedy=_("Check the host and port of the SSH server."),
                retryable="banner" in str(error).lower(),  # a server that is starting or full
            ) from error

    def _check_host(self, key: Any, hop: Hop, is_bastion: bool) -> None:
        known = self._expected(hop, is_bastion)
        if key.get_base64() in (known or keys_in(self._settings.host_keys)):
            return
        shown = fingerprint(key.asbytes())
        if known:
            raise ProtocolError(
                _("{host} shows the host key {key}, but pinned is {pinned}.").format(
                    host=hop, key=shown, pinned=", ".join(sorted(map(_shown, known)))
                ),
                remedy=_(
                    "Somebody may be listening in between. If the host was made anew, remove its "
                    "line from {path} or from the connection’s host keys."
                ).format(path=self._host_keys.path),
            )
        if self._confirm is None:
            raise AccessDenied(
                _("The host key of {host}, {key}, is not known yet.").format(host=hop, key=shown),
                remedy=_("Compare it, and pin “{pin}” in the connection’s host keys.").format(
                    pin=f"{key.get_name()} {key.get_base64()}"
                ),
            )
        if not self._confirm(str(hop), shown):
            raise NotConfirmed(_("The host key of {host} was not confirmed.").format(host=hop))
        self._host_keys.pin(hop.host, hop.port, key.get_name(), key.get_base64())

    def _authenticate(self, paramiko: Any, transport: Any, hop: Hop) -> None:
        tried: list[str] = []
        for name, key in self._keys(paramiko):
            tried.append(name)
            try:
                transport.auth_publickey(hop.user, key)
            except paramiko.AuthenticationException as error:
                if not transport.is_active():
                    if len(tried) < _FEW_KEYS:  # no server ends the connection for so few tries
                        raise _cut(hop, error) from error
                    break
                continue
            except (paramiko.SSHException, EOFError, OSError) as error:
                raise _cut(hop, error) from error
            if transport.is_authenticated():
                return
        if not tried:
            raise ConfigurationError(
                _("There is no key file for this connection, and no SSH agent with keys."),
                remedy=_(
                    "Name the private key of the cluster’s EC2 key pair in the connection’s SSH "
                    "settings, or add it to your SSH agent."
                ),
            )
        raise AccessDenied(
            _("{user}@{host} accepts none of the keys tried ({keys}).").format(
                user=hop.user, host=hop, keys=", ".join(tried)
            ),
            remedy=_("Use the private key of the EC2 key pair that the cluster was made with."),
        )

    def _keys(self, paramiko: Any) -> Iterator[tuple[str, Any]]:
        """The connection's key file; without one those of the agent, and OpenSSH's usual files."""
        if self._settings.key_file:
            path = Path(self._settings.key_file).expanduser()
            yield self._settings.key_file, self._loaded(paramiko, path)
            return
        agent = paramiko.Agent()
        try:
            for key in agent.get_keys():
                yield _("one of the agent’s"), key
        except paramiko.SSHException:
            pass  # an agent that does not answer has no keys
        finally:
            agent.close()
        for name in _DEFAULT_KEYS:
            path = Path.home() / ".ssh" / name
            if os.access(path, os.R_OK):
                try:
                    yield f"~/.ssh/{name}", self._loaded(paramiko, path)
                except ConfigurationError:
                    continue  # nobody named this one

    def _loaded(self, paramiko: Any, path: Path) -> Any:
        secret = None
        if self._settings.passphrase_ref and self._secrets is not None:
            secret = self._secrets.get(self._settings.passphrase_ref)
        try:
            return paramiko.PKey.from_path(path, secret.encode() if secret else None)
        except FileNotFoundError as error:
            raise ConfigurationError(
                _("The key file {path} does not exist.").format(path=path),
                remedy=_("Correct the path in the connection’s SSH settings."),
            ) from error
        except OSError as error:
            raise ConfigurationError(
                _("The key file {path} cannot be read: {reason}.").format(
                    path=path, reason=error.strerror
                )
            ) from error
        except Exception as error:  # whatever the readers of a dozen formats raise
            raise self._unusable(paramiko, path, error, bool(secret)) from None

    def _unusable(self, paramiko: Any, path: Path, error: Exception, secret: bool) -> HueError:
        """Why a key cannot be loaded; without the cause, which could carry the passphrase."""
        locked = isinstance(error, paramiko.PasswordRequiredException) or "ssword" in str(error)
        if secret:
            return ConfigurationError(
                _("The key file {path} cannot be opened with the passphrase that is kept.").format(
                    path=path
                ),
                remedy=_("Enter the passphrase again in the connection’s SSH settings."),
            )
        if locked:
            return ConfigurationError(
                _("The key file {path} is protected by a passphrase.").format(path=path),
                remedy=_("Keep the passphrase in the keyring, or add the key to your SSH agent."),
            )
        return ConfigurationError(
            _("{path} is no private key that can be used.").format(path=path),
            remedy=_("Use the key in OpenSSH’s or PEM form, as EC2 hands it out."),
        )


def _prefer_fast(transport: Any) -> None:
    """Offer the fast ciphers first; the others stay for servers that lack them."""
    options = transport.get_security_options()
    options.ciphers = tuple(sorted(options.ciphers, key=lambda name: name not in _FAST_CIPHERS))


def _key_type(key: str) -> str:
    """The type that a base64 key begins with."""
    import base64

    try:
        blob = base64.b64decode(key)
        return blob[4 : 4 + int.from_bytes(blob[:4], "big")].decode("ascii")
    except ValueError:
        return ""


def _shown(key: str) -> str:
    import base64

    try:
        return fingerprint(base64.b64decode(key))
    except ValueError:
        return key[:16]


def _not_ssh_words(error: Exception) -> str:
    if str(error).strip() == _NO_BANNER:
        return _(
            "{host} ended the connection without a word: it is not SSH,"
            " or its server lets nobody in now."
        )
    return _("Something that is not SSH as we speak it answers at {host} ({reason}).")


def _cut(hop: Hop, error: Exception) -> Unreachable:
    return Unreachable(
        _("{host} ended the SSH connection ({reason}).").format(
            host=hop, reason=str(error) or type(error).__name__
        ),
        remedy=_("Check the network, and that the SSH server lets us in."),
    )
