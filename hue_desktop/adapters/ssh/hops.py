"""How a cluster is reached over SSH: the machines that are logged in to, one through the other."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from hue_desktop.core.connections import SshSettings
from hue_desktop.core.errors import ConfigurationError
from hue_desktop.core.text import _

__all__ = ["PORT", "PRIMARY", "Hop", "route", "split_host"]

PORT = 22
PRIMARY = "primary"  #: stands for the cluster's primary node in a list of hops


@dataclass(frozen=True, slots=True)
class Hop:
    """A machine to log in to. The first is connected to; each other through the one before."""

    user: str
    host: str
    port: int = PORT

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORT else f"{host}:{self.port}"


def route(
    settings: SshSettings, *, primary_public: str = "", primary_private: str = ""
) -> tuple[Hop, ...]:
    """The hops of a connection's ``bastion``, written as OpenSSH's ProxyJump: ``a,b:2222,me@c``.

    ``primary`` among them is the cluster's primary node; without a bastion it is the only hop, by
    its public name, else by its private one. ``ConfigurationError`` when there is nothing to go by.
    """
    words = [word for word in (part.strip() for part in settings.bastion.split(",")) if word]
    if not words:
        words = [PRIMARY]
    hops: list[Hop] = []
    for word in words:
        user, _at, host = word.rpartition("@")
        if host == PRIMARY:
            host = (primary_private if hops else primary_public) or primary_private
            if not host:
                raise ConfigurationError(
                    _("Nothing says how to reach this cluster: it has no primary node yet."),
                    remedy=_("Wait until the cluster runs, or name a bastion in the connection."),
                )
        name, port = split_host(host)
        hops.append(Hop(user or settings.user, name, port))
    return tuple(hops)


def split_host(text: str) -> tuple[str, int]:
    """``host``, ``host:port`` and ``[::1]:port`` as host and port, else ``ConfigurationError``."""
    text = text.strip()
    if text.count(":") > 1 and not text.startswith("["):
        text = f"[{text}]"  # an address with colons of its own
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname or "", parts.port or PORT
        odd = bool(parts.path or parts.query or parts.username)
    except ValueError:
        host, port, odd = "", PORT, True
    if not host or odd:
        raise ConfigurationError(
            _("“{text}” is no host to reach over SSH.").format(text=text),
            remedy=_("Write it as host or host:port."),
        )
    return host, port
