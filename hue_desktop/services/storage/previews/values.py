"""What a preview is."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Preview"]


@dataclass(frozen=True, slots=True)
class Preview:
    """The beginning of a file.

    ``kind``: ``empty``, ``text``, ``table`` (``columns``, ``rows``, perhaps ``schema``), ``image``
    (the file's bytes in ``image``) or ``hex`` (a dump in ``text``). ``note`` says in half a line
    what it is and how much of it is shown.
    """

    kind: str
    note: str = ""
    text: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    schema: tuple[tuple[str, str], ...] = ()  #: name and type of each column
    image: bytes = b""
    truncated: bool = False  #: there is more than is shown
    bytes_read: int = 0  #: what was read from the store for it
