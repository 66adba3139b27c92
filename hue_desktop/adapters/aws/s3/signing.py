"""AWS Signature Version 4 for S3, as small as S3 allows.

The payload is not hashed (``UNSIGNED-PAYLOAD``): its CRC32C travels in a signed header instead, and
the server compares it. Only ``Host`` and the ``x-amz-`` headers are signed. Source: "Signature
Calculations for the Authorization Header" in the Amazon S3 API reference.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
import time
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import quote

__all__ = ["STREAMED", "UNSIGNED", "Credentials", "Signer", "query_string", "quoted"]

UNSIGNED = "UNSIGNED-PAYLOAD"
STREAMED = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"  #: in chunks, the checksum behind them

_ODD = re.compile(r"[^A-Za-z0-9\-_.~/]")


class Credentials(Protocol):
    """What botocore's frozen credentials offer."""

    @property
    def access_key(self) -> str: ...
    @property
    def secret_key(self) -> str: ...
    @property
    def token(self) -> str | None: ...


def quoted(path: str) -> str:
    """A path with everything percent-encoded that S3 wants so; slashes stay."""
    if _ODD.search(path) is None:
        return path
    return quote(path, safe="-_.~/", errors="surrogateescape")


def query_string(parameters: Mapping[str, Any]) -> str:
    """The canonical query: encoded, then sorted; an empty value is written with ``=``."""
    encoded = sorted([(_encoded(name), _encoded(str(value))) for name, value in parameters.items()])
    return "&".join([f"{name}={value}" for name, value in encoded])


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~", errors="surrogateescape")


class Signer:
    """Signs requests; remembers the key of the day for each region."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[tuple[str, str, str, str], bytes] = {}
        self._second = (0, "")
        self.skew_s = 0.0  #: what the server's clock is ahead of ours

    def authorize(
        self,
        credentials: Credentials,
        method: str,
        path: str,
        query: str,
        headers: dict[str, str],
        *,
        region: str,
        service: str = "s3",
    ) -> None:
        """Add ``x-amz-date``, the token and ``authorization`` to ``headers``.

        ``headers`` have lower-case names and hold ``host`` and ``x-amz-content-sha256``.
        """
        stamp = self._stamp()
        headers["x-amz-date"] = stamp
        if credentials.token:
            headers["x-amz-security-token"] = credentials.token
        signed = sorted(name for name in headers if name.startswith("x-amz-") or name == "host")
        lines = "".join([f"{name}:{headers[name]}\n" for name in signed])
        names = ";".join(signed)
        payload = headers["x-amz-content-sha256"]
        canonical = f"{method}\n{path}\n{query}\n{lines}\n{names}\n{payload}"
        scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
        signature = self._signature(credentials, stamp, scope, canonical, region, service)
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        )

    def presign(
        self,
        credentials: Credentials,
        path: str,
        host: str,
        expires_s: int,
        *,
        region: str,
        service: str = "s3",
    ) -> str:
        """The query of a GET that needs no credentials for ``expires_s`` seconds."""
        stamp = self._stamp()
        scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
        parameters = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": f"{credentials.access_key}/{scope}",
            "X-Amz-Date": stamp,
            "X-Amz-Expires": str(expires_s),
            "X-Amz-SignedHeaders": "host",
        }
        if credentials.token:
            parameters["X-Amz-Security-Token"] = credentials.token
        query = query_string(parameters)
        canonical = f"GET\n{path}\n{query}\nhost:{host}\n\nhost\n{UNSIGNED}"
        signature = self._signature(credentials, stamp, scope, canonical, region, service)
        return f"{query}&X-Amz-Signature={signature}"

    def _signature(
        self,
        credentials: Credentials,
        stamp: str,
        scope: str,
        canonical: str,
        region: str,
        service: str,
    ) -> str:
        digest = hashlib.sha256(canonical.encode("utf-8", "surrogateescape")).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"
        key = self._key(credentials, stamp[:8], region, service)
        return hmac.digest(key, text.encode(), "sha256").hex()

    def _key(self, credentials: Credentials, day: str, region: str, service: str) -> bytes:
        known = (credentials.secret_key, day, region, service)
        key = self._keys.get(known)
        if key is None:
            key = ("AWS4" + credentials.secret_key).encode()
            for part in (day, region, service, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            with self._lock:
                if len(self._keys) > 16:  # renewed credentials, other days
                    self._keys.clear()
                self._keys[known] = key
        return key

    def _stamp(self) -> str:
        now = int(time.time() + self.skew_s)
        second, stamp = self._second
        if now != second:
            stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
            self._second = (now, stamp)
        return stamp
