"""The HTTP proxy of the environment, if a request has to go through one."""

from __future__ import annotations

import base64
from urllib.parse import unquote, urlsplit

__all__ = ["proxy_for"]


def proxy_for(url: str) -> tuple[str, int, str] | None:
    """Host, port and authorization of the proxy for ``url``; loopback is never proxied."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in ("localhost", "::1") or host.startswith("127."):
        return None
    from urllib.request import getproxies, proxy_bypass

    proxy = getproxies().get(parts.scheme)
    if not proxy or proxy_bypass(host):
        return None
    named = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    authorization = ""
    if named.username:
        pair = f"{unquote(named.username)}:{unquote(named.password or '')}"
        authorization = "Basic " + base64.b64encode(pair.encode()).decode()
    return named.hostname or "", named.port or 80, authorization
