"""What takes up the space below a folder: a tree that grows while files are counted."""

from __future__ import annotations

import heapq
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from hue_desktop.core.errors import Cancelled, HueError
from hue_desktop.core.storage import EntryPage, Location
from hue_desktop.core.text import _
from hue_desktop.services.listeners import Listeners
from hue_desktop.services.storage.values import ListingState

__all__ = ["Usage", "UsageNode"]

_log = logging.getLogger(__name__)
_TELL_S = 0.2
_DEEPEST = 12  #: folders further down are counted with the one above them
_LARGEST = 24  #: so many files of a folder are kept by name


@dataclass(frozen=True, slots=True)
class UsageNode:
    """A folder or a file with what is in it. ``path`` is relative to the folder that is counted.

    ``children`` are the largest ones, largest first; what they leave out is ``rest_bytes`` and
    ``rest_files``.
    """

    name: str
    path: str
    folder: bool
    bytes: int
    files: int
    children: tuple[UsageNode, ...] = ()
    rest_bytes: int = 0
    rest_files: int = 0


class Usage:
    """A count under way. Everything but ``wait`` returns at once, on any thread."""

    def __init__(
        self,
        location: Location,
        read: Callable[[], Iterator[EntryPage]],
        run_on: Callable[[Callable[[], None]], object],
        expect: Callable[[], tuple[int, int] | None] = lambda: None,
    ) -> None:
        self.location = location
        self.state = ListingState.LOADING
        self.error: HueError | None = None
        self.unreadable: list[str] = []  #: folders that could not be read
        self.expected: tuple[int, int] | None = (
            None  #: files and bytes, where the store keeps count
        )
        self._read = read
        self._expect = expect
        self.newest: float | None = None  #: of what was counted, in epoch seconds
        self._root = _Folder(location.name)
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._listeners: Listeners[[]] = Listeners("a count")
        self._cancelled = False
        self._next_s = 0.0
        run_on(self._run)

    @property
    def bytes(self) -> int:
        """Bytes counted so far."""
        return self._root.bytes

    @property
    def files(self) -> int:
        """Files counted so far."""
        return self._root.files

    def tree(self, path: str = "", *, depth: int = 2, most: int = 40) -> UsageNode | None:
        """The folder ``path`` as it is counted now, ``depth`` levels down, of each folder the
        ``most`` largest children; ``None`` when there is no such folder."""
        with self._lock:
            node: _Folder | None = self._root
            for part in path.split("/") if path else ():
                node = node.folders.get(part) if node is not None else None
            return _frozen(node, path, depth, most) if node is not None else None

    def cancel(self) -> None:
        """Count no further; what was counted stays."""
        with self._changed:
            self._cancelled = True
            if self.state is ListingState.LOADING:
                self.state = ListingState.CANCELLED
                self._changed.notify_all()
        self._listeners.tell()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` on a service thread, up to five times a second; the answer ends it."""
        return self._listeners.add(listener)

    def wait(self, timeout_s: float) -> bool:
        """Wait until all is counted; for commands and tests."""
        with self._changed:
            return self._changed.wait_for(lambda: self.state is not ListingState.LOADING, timeout_s)

    # -- on the lane ------------------------------------------------------------------------

    def _run(self) -> None:
        state, error = ListingState.SHOWN, None
        try:
            self.expected = self._expect()
            for page in self._read():
                if self._cancelled:
                    raise Cancelled(_("Counting was cancelled."))
                self._take(page)
                if time.monotonic() >= self._next_s:
                    self._next_s = time.monotonic() + _TELL_S
                    self._listeners.tell()
        except Cancelled:
            state = ListingState.CANCELLED
        except HueError as problem:
            state, error = ListingState.FAILED, problem
        except Exception as problem:  # the border: a bug in a store's code is told, not lost
            _log.exception("Counting %s failed", self.location)
            state = ListingState.FAILED
            error = HueError(
                _("Counting failed: {error}.").format(error=f"{type(problem).__name__}: {problem}")
            )
        with self._changed:
            if self.state is ListingState.LOADING:
                self.state, self.error = state, error
            self._changed.notify_all()
        self._listeners.tell()

    def _take(self, page: EntryPage) -> None:
        errors = page.columns.get("error")
        with self._lock:
            for row, name in enumerate(page.names):
                if errors is not None and errors[row]:
                    self.unreadable.append(name)
                elif not page.folders[row]:
                    self._root.add(name, max(0, page.sizes[row]))
                    modified = page.modified[row]
                    if modified > (self.newest or 0.0):  # not for NaN: the store did not say
                        self.newest = modified


@dataclass(slots=True)
class _Folder:
    """A folder that is being counted."""

    name: str
    bytes: int = 0
    files: int = 0
    folders: dict[str, _Folder] = field(default_factory=dict)
    own_bytes: int = 0
    own_files: int = 0
    largest: list[tuple[int, str]] = field(default_factory=list)  #: a heap, smallest first

    def add(self, relative: str, size: int) -> None:
        """Count one file, here and in the folders above it."""
        folder = self
        parts = relative.split("/")
        name = parts[-1]
        for part in parts[: min(len(parts) - 1, _DEEPEST)]:
            folder.bytes += size
            folder.files += 1
            below = folder.folders.get(part)
            if below is None:
                below = folder.folders[part] = _Folder(part)
            folder = below
        folder.bytes += size
        folder.files += 1
        folder.own_bytes += size
        folder.own_files += 1
        if len(folder.largest) < _LARGEST:
            heapq.heappush(folder.largest, (size, name))
        elif size > folder.largest[0][0]:
            heapq.heapreplace(folder.largest, (size, name))


def _frozen(folder: _Folder, path: str, depth: int, most: int) -> UsageNode:
    if depth <= 0:
        return UsageNode(folder.name, path, True, folder.bytes, folder.files)
    base = path + "/" if path else ""
    candidates = [(below.bytes, name, True) for name, below in folder.folders.items()]
    candidates += [(size, name, False) for size, name in folder.largest]
    children = []
    for size, name, is_folder in heapq.nlargest(most, candidates):
        if is_folder:
            children.append(_frozen(folder.folders[name], base + name, depth - 1, most))
        else:
            children.append(UsageNode(name, base + name, False, size, 1))
    return UsageNode(
        folder.name,
        path,
        True,
        folder.bytes,
        folder.files,
        tuple(children),
        folder.bytes - sum(child.bytes for child in children),
        folder.files - sum(child.files for child in children),
    )
