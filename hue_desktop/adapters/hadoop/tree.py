"""Several folders at once: walking a tree, and the same act on many paths."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

from hue_desktop.adapters.hadoop.pages import page_of
from hue_desktop.core.errors import HueError
from hue_desktop.core.storage import EntryPage

__all__ = ["each_at_once", "walk"]

AT_ONCE = 8

A = TypeVar("A")
B = TypeVar("B")

Pages = Callable[[str], Iterator[Sequence[Mapping[str, Any]]]]


def walk(pages: Pages, root: str) -> Iterator[EntryPage]:
    """All files below ``root``, and the folders that are empty or cannot be read.

    The first listing's error comes out; those further down become rows.
    """
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hdfs-walk")
    under_way: set[Future[tuple[list[EntryPage], list[str]]]] = set()
    base = "" if root == "/" else root
    try:
        found, folders = _folder(pages, root, "")
        waiting = folders
        yield from found
        while under_way or waiting:
            while waiting and len(under_way) < 2 * AT_ONCE:
                name = waiting.pop()
                under_way.add(pool.submit(_read, pages, f"{base}/{name}", name))
            done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                found, folders = future.result()
                waiting += folders
                yield from found
    finally:
        for future in under_way:
            future.cancel()
        pool.shutdown(wait=False, cancel_futures=True)


def each_at_once(act: Callable[[A], B], things: Sequence[A]) -> list[B]:
    """What ``act`` answers for each, in order; several at a time."""
    if len(things) < 2:
        return [act(each) for each in things]
    with ThreadPoolExecutor(min(AT_ONCE, len(things)), thread_name_prefix="hdfs-many") as pool:
        return list(pool.map(act, things))


def _read(pages: Pages, path: str, name: str) -> tuple[list[EntryPage], list[str]]:
    try:
        return _folder(pages, path, name)
    except HueError as error:
        return [_lone_folder(name, error.message)], []


def _folder(pages: Pages, path: str, name: str) -> tuple[list[EntryPage], list[str]]:
    """The pages of a folder without its folders, and those; names relative to the root."""
    prefix = f"{name}/" if name else ""
    found: list[EntryPage] = []
    folders: list[str] = []
    rows = 0
    for statuses in pages(path):
        page = page_of([each for each in statuses if each["type"] != "DIRECTORY"], prefix)
        rows += len(statuses)
        if len(page):
            found.append(page)
        folders += [prefix + each["pathSuffix"] for each in statuses if each["type"] == "DIRECTORY"]
    if not rows and name:
        found.append(_lone_folder(name, ""))
    return found, [each for each in folders if not _is_ours(each)]


def _is_ours(name: str) -> bool:
    from hue_desktop.core.file_systems import is_temporary

    return is_temporary(name.rpartition("/")[2])


def _lone_folder(name: str, error: str) -> EntryPage:
    columns = {"error": [error]} if error else {}
    return EntryPage([name], bytearray(b"\1"), array("q", [-1]), array("d", [math.nan]), columns)
