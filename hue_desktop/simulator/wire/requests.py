"""One HTTP request as the codecs see it, and who it says it is from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

__all__ = ["BadCredential", "Credential", "WireAnswer", "WireRequest", "credential_of"]

_CREDENTIAL = re.compile(r"Credential=([^,\s]+)")


@dataclass(frozen=True, slots=True)
class WireRequest:
    """An HTTP request that was read to its end."""

    method: str
    path: str
    query: str  #: the query string, still encoded
    headers: Mapping[str, str]  #: looked up without regard to case
    body: bytes


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """What goes back: status, content type, body and the headers a protocol adds."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Credential:
    """The credential scope a request was signed with. The signature itself is not verified."""

    access_key: str
    region: str
    scope: str  #: the signing name of the service


class BadCredential(Exception):
    """The request carries a signature that names no credential scope."""


def credential_of(request: WireRequest) -> Credential | None:
    """The scope from the ``Authorization`` header or a presigned query; ``None`` if unsigned.

    Raises :class:`BadCredential` when there is a signature without a readable scope.
    """
    header = request.headers.get("Authorization", "")
    if header:
        found = _CREDENTIAL.search(header)
        if found is None:
            raise BadCredential("Authorization header requires 'Credential' parameter.")
        return _parse_scope(found.group(1))
    if "X-Amz-Credential=" in request.query:
        pairs = dict(parse_qsl(request.query, keep_blank_values=True))
        return _parse_scope(pairs.get("X-Amz-Credential", ""))
    return None


def _parse_scope(text: str) -> Credential:
    parts = unquote(text).split("/")
    if len(parts) != 5 or parts[4] != "aws4_request" or not all(parts):
        raise BadCredential(
            "Credential must have exactly 5 slash-delimited elements, "
            "e.g. keyid/date/region/service/term"
        )
    return Credential(access_key=parts[0], region=parts[2], scope=parts[3].lower())
