"""Pages of a list and the tokens that lead from one to the next."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import TypeVar

__all__ = ["InvalidToken", "decode_token", "encode_token", "page"]

T = TypeVar("T")


class InvalidToken(ValueError):
    """A token that this operation did not give out."""


def encode_token(scope: str, *parts: object) -> str:
    """A token that :func:`decode_token` understands for the same ``scope`` only."""
    text = json.dumps([scope, *parts], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode("ascii")


def decode_token(scope: str, token: str) -> list[object]:
    """The parts of a token; raises :class:`InvalidToken` for one made for another ``scope``."""
    try:
        found = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (binascii.Error, ValueError) as error:
        raise InvalidToken(token) from error
    if not isinstance(found, list) or not found or found[0] != scope:
        raise InvalidToken(token)
    return found[1:]


def page(
    items: Sequence[T], token: str | None, size: int, scope: str
) -> tuple[Sequence[T], str | None]:
    """The items that follow ``token``, at most ``size``, and the token of the next page.

    Raises :class:`InvalidToken`.
    """
    start = 0
    if token:
        parts = decode_token(scope, token)
        if len(parts) != 1 or not isinstance(parts[0], int) or parts[0] < 0:
            raise InvalidToken(token)
        start = parts[0]
    end = start + size
    return items[start:end], encode_token(scope, end) if end < len(items) else None
