"""A folder's entries while they come: read on one thread, arranged there, looked at from another.

A listing of a million rows has to be small and has to come at once: rows are kept packed
(``columns``), the order that is shown is an array of row numbers (``arranging``), and it is
replaced as a whole, so that whoever looks never waits.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from hue_desktop.core.errors import Cancelled, HueError
from hue_desktop.core.storage import EntryPage, Location, StoreKind
from hue_desktop.core.text import _
from hue_desktop.services.listeners import Listeners
from hue_desktop.services.storage.columns import PackedPage
from hue_desktop.services.storage.values import ListingState
from hue_desktop.services.storage.view import NO_ROWS

if TYPE_CHECKING:
    from hue_desktop.services.storage.arranger import Arranger
    from hue_desktop.services.storage.view import ListingView

__all__ = ["Listing"]

Listener = Callable[[], None]
Submit = Callable[[Callable[[], None]], object]
_log = logging.getLogger(__name__)
_TELL_S = 0.1  #: listeners hear no more often than this
_REST = 4.0  #: after arranging, so many times as long nothing is arranged while rows come


class Listing:
    """A folder that is being read. Everything may be called from any thread and returns at once.

    ``read`` gives the pages and may block; it runs where ``read_on`` puts it. Sorting and filtering
    run where ``arrange_on`` puts them. Listeners are called on either.
    """

    def __init__(
        self,
        location: Location,
        read: Callable[[], Iterator[EntryPage]],
        read_on: Submit,
        arrange_on: Submit,
    ) -> None:
        self.location = location
        self.error: HueError | None = None
        self.state = ListingState.LOADING
        self.size = 0  #: bytes of the files that came, shown or not
        self.total_count = 0  #: rows that came, shown or not
        self.columns: tuple[str, ...] = ()  #: details that the store tells, in its order
        self.read_at: float | None = None  #: when it was complete; epoch seconds
        self._read = read
        self._arrange_on = arrange_on
        self._lock = threading.Lock()
        self._arranging = threading.Lock()
        self._listeners: Listeners[[]] = Listeners("a listing")
        self._pages: list[PackedPage] = []
        self._arranger: Arranger | None = None
        self._wanted: tuple[str, bool, str] = ("name", False, "")
        self._view: ListingView | None = None
        self._cancelled = False
        self._next_s = 0.0
        self._changed = threading.Condition(self._lock)
        read_on(self._run)

    # -- looking ----------------------------------------------------------------------------

    @property
    def view(self) -> ListingView | None:
        """What is shown now; ``None`` until the first page has come. Take it once and use it for
        one drawing: the next one may be another."""
        return self._view

    @property
    def count(self) -> int:
        """Rows that are shown now."""
        view = self._view
        return view.count if view else 0

    @property
    def generation(self) -> int:
        """Another number whenever rows moved or went; see :class:`ListingView`."""
        view = self._view
        return view.generation if view else 0

    @property
    def folders(self) -> int:
        """How many of the rows are folders; they are the first ones."""
        view = self._view
        return view.folders if view else 0

    def rows(self, first: int, last: int) -> EntryPage:
        """Rows of the present view from ``first`` up to, not including, ``last``."""
        view = self._view
        return view.rows(first, last) if view else NO_ROWS

    def find(self, name: str) -> int:
        """Where a name stands now, or -1. Looks through the names: some 100 ms for a million."""
        view = self._view
        return view.find(name) if view else -1

    def find_start(self, start: str, after: int = -1) -> int:
        """The next row behind ``after`` whose name begins so, in whatever case, or -1; begins anew
        at the top. As slow as ``find``."""
        view = self._view
        if view is None or not start:
            return -1
        from hue_desktop.services.storage.arranging import find_start

        return find_start(view.pages, view.order, start, after)

    # -- asking -----------------------------------------------------------------------------

    def sort(self, key: str, descending: bool = False) -> None:
        """Sort by ``name``, ``kind``, ``size``, ``modified`` or a column; shows in a moment."""
        with self._lock:
            self._wanted = (key, descending, self._wanted[2])
        self._arrange_on(self._arrange_and_tell)

    def filter(self, text: str) -> None:
        """Show only names that hold the text (or match it, with ``*`` and ``?``)."""
        with self._lock:
            if text == self._wanted[2]:
                return
            self._wanted = (*self._wanted[:2], text)
        self._arrange_on(self._arrange_and_tell)

    def cancel(self) -> None:
        """Read no further; the rows that came stay."""
        with self._lock:
            self._cancelled = True
            if self.state is not ListingState.LOADING:
                return
            self.state = ListingState.CANCELLED
            self._changed.notify_all()
        self._listeners.tell()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` after changes, at most ten times a second; the answer ends it."""
        return self._listeners.add(listener)

    def wait(self, timeout_s: float) -> bool:
        """Wait until nothing more comes; for commands and tests, never on a window's thread."""
        with self._changed:
            return self._changed.wait_for(lambda: self.state is not ListingState.LOADING, timeout_s)

    # -- on the lane ------------------------------------------------------------------------

    def _run(self) -> None:
        state, error = ListingState.SHOWN, None
        try:
            self._take_pages()
        except Cancelled:
            state = ListingState.CANCELLED
        except HueError as problem:
            state, error = ListingState.FAILED, problem
        except Exception as problem:  # the border: a bug in a store's code is told, not lost
            _log.exception("Reading %s failed", self.location)
            state = ListingState.FAILED
            error = HueError(
                _("Reading failed: {error}.").format(error=f"{type(problem).__name__}: {problem}")
            )
        self._arrange()
        with self._changed:
            if self.state is ListingState.LOADING:
                self.state, self.error = state, error
                self.read_at = time.time()
            self._changed.notify_all()
        self._listeners.tell()

    def _take_pages(self) -> None:
        pages = self._read()
        try:
            for page in pages:
                if self._cancelled:
                    raise Cancelled(_("The listing was cancelled."))
                if len(page):
                    self._take(page)
                if time.monotonic() >= self._next_s:
                    self._arrange_and_tell()
        finally:
            close = getattr(pages, "close", None)
            if close is not None:
                close()

    def _take(self, page: EntryPage) -> None:
        packed = PackedPage(page, self.total_count)
        new = tuple(key for key in page.columns if key not in self.columns)
        if new:
            self.columns += new
        self.size += sum(size for size in packed.sizes if size > 0)
        self._pages.append(packed)
        self.total_count += len(packed)

    def _arrange_and_tell(self) -> None:
        started = time.monotonic()
        self._arrange()
        self._listeners.tell()
        ended = time.monotonic()
        self._next_s = ended + max(_TELL_S, _REST * (ended - started))

    def _arrange(self) -> None:
        """Bring the view up to what is wanted and there."""
        from hue_desktop.services.storage.arranger import Arranger
        from hue_desktop.services.storage.arranging import SortKey

        with self._arranging:
            if self._arranger is None:
                self._arranger = Arranger()
            while True:
                with self._lock:
                    wanted = self._wanted
                key, descending, text = wanted
                by = SortKey(key, descending, self.location.store.kind is StoreKind.LOCAL)
                view = self._arranger.arrange(self._pages, by, text, self._view)
                with self._lock:
                    self._view = view
                    if self._wanted == wanted:
                        return
