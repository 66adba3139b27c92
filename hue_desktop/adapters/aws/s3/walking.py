"""Walking a tree of keys. One listing is one slow stream, so idle workers take parts of it.

A tree of one page costs one request. A larger one is listed without a delimiter, in the order of
its keys, until a worker has nothing to do: then whoever lists goes on with the delimiter ``/``, and
hands over each folder that comes up. A folder is split again in the same way, so that skewed trees
keep all workers busy, and flat ones cost not one request more.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from hue_desktop.adapters.aws.s3.calls import Calls
from hue_desktop.adapters.aws.s3.listing import PAGE, raw_pages
from hue_desktop.adapters.aws.s3.pages import ListPage, to_columns
from hue_desktop.core.storage import EntryPage

__all__ = ["walk_prefix"]

WIDTH_OWN = 3  #: against one server: more do not make it faster
WIDTH_AWS = 16  #: a page takes AWS a tenth of a second, however many are asked for
PAGES_WAITING = 32  #: read ahead of whoever consumes
LAST = "\U0010ffff"  #: sorts after whatever a key goes on with


@dataclass(frozen=True, slots=True)
class _Segment:
    """Keys that begin with ``prefix`` and sort after ``after``."""

    prefix: str
    after: str = ""


def walk_prefix(
    calls: Calls, bucket: str, prefix: str, *, width: int | None = None, limit: int = PAGE
) -> Iterator[EntryPage]:
    """All keys below ``prefix``; beyond the first page in no order. ``limit`` keys a page."""
    first = raw_pages(calls, bucket, prefix, limit=limit, ahead=lambda: False)
    page = next(first)
    if page.keys:
        yield to_columns(page, prefix, deep=True)
    if not page.token or not page.keys:
        yield from (to_columns(each, prefix, deep=True) for each in first)
        return
    chosen = width or (WIDTH_OWN if calls.endpoints.is_own else WIDTH_AWS)
    walk = _Walk(calls, bucket, prefix, limit)
    yield from walk.pages(_Segment(prefix, page.keys[-1]), chosen)


class _Walk:
    """Workers that share out segments, and the pages that they have read."""

    def __init__(self, calls: Calls, bucket: str, prefix: str, limit: int) -> None:
        self._calls, self._bucket, self._prefix, self._limit = calls, bucket, prefix, limit
        self._changed = threading.Condition()
        self._segments: deque[_Segment] = deque()
        self._ready: deque[EntryPage] = deque()
        self._idle = 0
        self._busy = 0
        self._error: BaseException | None = None
        self._stopped = False

    def pages(self, rest: _Segment, width: int) -> Iterator[EntryPage]:
        """The pages of ``rest`` as they come; the workers end with the iterator."""
        self._segments.append(rest)
        workers = [
            threading.Thread(target=self._work, name=f"s3-walk-{number}", daemon=True)
            for number in range(width)
        ]
        for worker in workers:
            worker.start()
        try:
            while (page := self._next()) is not None:
                yield page
        finally:
            with self._changed:
                self._stopped = True
                self._changed.notify_all()

    def _next(self) -> EntryPage | None:
        with self._changed:
            while not self._ready and (self._segments or self._busy) and self._error is None:
                self._changed.wait()
            if self._error is not None:
                raise self._error
            if not self._ready:
                return None
            page = self._ready.popleft()
            if len(self._ready) == PAGES_WAITING - 1:
                self._changed.notify_all()
            return page

    def _work(self) -> None:
        while (segment := self._take()) is not None:
            try:
                self._list(segment)
            except BaseException as error:  # it is raised where the pages are read
                with self._changed:
                    self._error = self._error or error
                    self._stopped = True
            with self._changed:
                self._busy -= 1
                self._changed.notify_all()

    def _take(self) -> _Segment | None:
        with self._changed:
            self._idle += 1
            while not self._segments and self._busy and not self._stopped:
                self._changed.wait()
            self._idle -= 1
            if self._stopped or not self._segments:
                return None
            self._busy += 1
            return self._segments.popleft()

    def _hungry(self) -> bool:
        return self._idle > len(self._segments)

    def _list(self, segment: _Segment) -> None:
        """List a segment; once somebody has nothing to do, share out its folders."""
        last = segment.after
        if not self._hungry():
            pages = raw_pages(
                self._calls,
                self._bucket,
                segment.prefix,
                start_after=segment.after,
                limit=self._limit,
                ahead=lambda: not self._hungry(),
            )
            for page in pages:
                self._put(page)
                if not page.token or self._stopped:
                    return
                last = page.keys[-1] if page.keys else last
                if self._hungry():
                    break
        self._share(_Segment(segment.prefix, last))

    def _share(self, segment: _Segment) -> None:
        """List one level; its folders become segments of their own."""
        known = _folder_of(segment)
        if known:
            self._add([_Segment(known, segment.after)])
        pages = raw_pages(
            self._calls,
            self._bucket,
            segment.prefix,
            delimiter="/",
            start_after=known + LAST if known else segment.after,
            limit=self._limit,
        )
        for page in pages:
            self._add([_Segment(each) for each in page.prefixes if each != known])
            page.prefixes = []
            self._put(page)
            if self._stopped:
                return

    def _add(self, segments: list[_Segment]) -> None:
        with self._changed:
            self._segments += segments
            self._changed.notify_all()

    def _put(self, page: ListPage) -> None:
        if not page.keys:
            return
        entries = to_columns(page, self._prefix, deep=True)
        with self._changed:
            while len(self._ready) >= PAGES_WAITING and not self._stopped:
                self._changed.wait()
            self._ready.append(entries)
            self._changed.notify_all()


def _folder_of(segment: _Segment) -> str:
    """The folder right below the prefix that the last key is in; empty when it is in none."""
    name, slash, _rest = segment.after[len(segment.prefix) :].partition("/")
    return f"{segment.prefix}{name}/" if slash else ""
