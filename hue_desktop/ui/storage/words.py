"""What a pane says about itself."""

from __future__ import annotations

from hue_desktop.core.format import count, size
from hue_desktop.core.storage import Location, StoreKind
from hue_desktop.core.text import _, ngettext

__all__ = [
    "join",
    "kind_words",
    "loading_words",
    "name_problem",
    "sums_words",
    "uppers",
    "what_is_here",
]


def uppers(location: Location) -> list[Location]:
    """The folders above, nearest first, the root last."""
    found: list[Location] = []
    here = location
    while here.path != "/":
        here = here.parent()
        found.append(here)
    return found


def loading_words(place: str) -> str:
    """What a pane says while its first page has not come."""
    return _("Reading {place}").format(place=place)


def what_is_here(location: Location) -> tuple[str, str]:
    """Title and sentence of a folder with nothing in it."""
    if location.store.kind is StoreKind.S3 and not location.bucket:
        return _("No buckets"), _("This connection sees no bucket in its account.")
    if location.store.kind is StoreKind.S3:
        return _("No keys here"), _("Drop files here, or paste them with Ctrl+V.")
    return _("This folder is empty"), _("Drop files here, or paste them with Ctrl+V.")


def kind_words(location: Location, folders: int, files: int) -> str:
    """``6 folders, 12 files`` in the words of the store."""
    s3 = location.store.kind is StoreKind.S3
    parts: list[str] = []
    if folders:
        if s3 and not location.bucket:
            text = ngettext("{n} bucket", "{n} buckets", folders)
        elif s3:
            text = ngettext("{n} prefix", "{n} prefixes", folders)
        else:
            text = ngettext("{n} folder", "{n} folders", folders)
        parts.append(text.format(n=count(folders)))
    if files:
        text = (
            ngettext("{n} key", "{n} keys", files)
            if s3
            else ngettext("{n} file", "{n} files", files)
        )
        parts.append(text.format(n=count(files)))
    return ", ".join(parts)


def sums_words(
    location: Location,
    counts: tuple[int, int],
    selected: int,
    amount: int | None,
    *,
    loading: bool,
) -> str:
    """``6 folders, 1 selected · 1.0 TiB``; ``amount`` in bytes of what is selected, or of all."""
    text = kind_words(location, *counts)
    if selected:
        chosen = _("{n} selected").format(n=count(selected))
        text = f"{text}, {chosen}" if text else chosen
    if amount:
        text = f"{text} · {size(amount)}"
    if loading and text:
        text = _("{what} · reading…").format(what=text)
    return text


def name_problem(name: str, location: Location, taken: bool) -> str:
    """What is wrong with a new name here, in a sentence; empty when nothing is."""
    if name in (".", ".."):
        return _("This name has a meaning of its own.")
    if "/" in name and location.store.kind is not StoreKind.S3:
        return _("A name cannot hold a slash.")
    if "\0" in name:
        return _("A name cannot hold a zero character.")
    if len(name.encode("utf-8", "surrogateescape")) > (
        1024 if location.store.kind is StoreKind.S3 else 255
    ):
        return _("This name is too long.")
    if taken:
        return _("There is something of this name already.")
    return ""


def join(parts: list[str]) -> str:
    """Facts side by side."""
    return " · ".join(part for part in parts if part)
