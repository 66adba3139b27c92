"""Looking at an SSH server without logging in: does it answer, and is it the one we know?"""

from __future__ import annotations

import importlib
import socket
from typing import Any

from hue_desktop.adapters.ssh.hops import PRIMARY, split_host
from hue_desktop.adapters.ssh.host_keys import fingerprint, keys_in
from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import HueError, ProtocolError, Unreachable
from hue_desktop.core.text import _

__all__ = ["fingerprint", "probe_ssh", "split_host"]

TIMEOUT_S = 5.0


def probe_ssh(connection: Connection) -> str:
    """Reach the bastion and compare its host key with the pinned ones; a sentence on success.

    Raises ``Unreachable`` when nobody answers, ``ProtocolError`` for something that is not SSH or
    has another key than those pinned.
    """
    first = connection.ssh.bastion.split(",")[0].rpartition("@")[2].strip()
    if first == PRIMARY:
        return _("The way begins at each cluster’s primary node.")
    host, port = split_host(first)
    key, banner = _host_key(host, port)
    shown = fingerprint(key.asbytes())
    if not connection.ssh.host_keys:
        return _("{banner} answers with host key {key}; pin it as “{pin}”.").format(
            banner=banner, key=shown, pin=f"{key.get_name()} {key.get_base64()}"
        )
    if key.get_base64() not in keys_in(connection.ssh.host_keys):
        raise ProtocolError(
            _("{host} shows another host key ({key}) than those pinned.").format(
                host=host, key=shown
            ),
            remedy=_("Find out why before you connect; pin the new key if it is right."),
        )
    return _("{banner} answers with the pinned host key {key}.").format(banner=banner, key=shown)


def _host_key(host: str, port: int) -> tuple[Any, str]:
    """The server's key and what it calls itself."""
    paramiko: Any = importlib.import_module("paramiko")  # slow to import, and has no types
    try:
        opened = socket.create_connection((host, port), timeout=TIMEOUT_S)
    except OSError as error:
        raise _unreachable(host, port, error) from error
    with opened:
        transport = paramiko.Transport(opened)
        try:
            transport.banner_timeout = TIMEOUT_S
            transport.start_client(timeout=TIMEOUT_S)
            key = transport.get_remote_server_key()
            return key, transport.remote_version
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise ProtocolError(
                _("Something that is not SSH answers at {host}:{port}.").format(
                    host=host, port=port
                ),
                remedy=_("Check the bastion’s host and port."),
            ) from error
        finally:
            transport.close()


def _unreachable(host: str, port: int, error: OSError) -> HueError:
    return Unreachable(
        _("Nobody answers at {host}:{port} ({error}).").format(
            host=host, port=port, error=error.strerror or error
        ),
        remedy=_("Check the network, the security group and the bastion’s name."),
    )
