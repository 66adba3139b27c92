"""What a request is about: its sources walked, each file compared with its target.

Nothing is copied here and nothing is written. Pages come out as the stores give them, so that the
first files are on their way while the last ones are still being listed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

from hue_desktop.core.errors import AccessDenied, ConfigurationError, HueError, NotFound
from hue_desktop.core.file_systems import FileSystem
from hue_desktop.core.storage import Checksum, EntryPage, Location, StoreKind
from hue_desktop.core.text import _
from hue_desktop.core.transfers.comparing import Facts, judge, judge_closely
from hue_desktop.core.transfers.naming import (
    Landing,
    adapt_name,
    landing_of,
    overlaps,
    second_name,
)
from hue_desktop.core.transfers.patterns import compile_filter
from hue_desktop.core.transfers.ports import NewFile, Opener
from hue_desktop.core.transfers.values import (
    Comparison,
    Conflict,
    FileState,
    TransferRequest,
    Verify,
)
from hue_desktop.services.lanes import Lane

__all__ = ["Found", "Lister", "look_closely"]

_LOOKING = 16  #: files that are looked at closely at the same time

Targets = dict[str, Facts]


class Found(NamedTuple):
    """A file of a listing, what is to become of it, and why."""

    file: NewFile
    reason: str


class Lister:
    """Lists one request. ``check`` is called between pages and raises ``Cancelled``."""

    def __init__(self, opener: Opener, request: TransferRequest, check: Callable[[], None]) -> None:
        self._opener = opener
        self._request = request
        self._check = check
        self._takes = compile_filter(request.options.filter)
        self._seen: set[str] | None = set() if len(request.sources) > 1 else None
        self.landings: list[Landing] = []

    def prepare(self) -> list[Landing]:
        """Where each source lands. ``NotFound``; ``ConfigurationError`` when it makes no sense."""
        self.landings.clear()
        for index, source in enumerate(self._request.sources):
            folder = source.is_folder
            if not folder:
                folder = self._opener.of(source.store).stat(source).is_folder
            landing = landing_of(self._request, index, folder=folder)
            _refuse_loops(landing)
            self.landings.append(landing)
        return self.landings

    def pages(self) -> Iterator[list[Found]]:
        """All files, source by source."""
        if self._seen is not None:
            self._seen.clear()
        for index, landing in enumerate(self.landings or self.prepare()):
            for page in _Source(self, index, landing).pages():
                self._check()
                yield page

    def is_second(self, target: str) -> bool:
        """Whether another source has that target already."""
        if self._seen is None:
            return False
        if target in self._seen:
            return True
        self._seen.add(target)
        return False


class _Source:
    """One source of a request."""

    def __init__(self, lister: Lister, index: int, landing: Landing) -> None:
        self._lister = lister
        self._index = index
        self._landing = landing
        self._request = lister._request
        self._source: FileSystem = lister._opener.of(landing.source.store)
        self._target: FileSystem = lister._opener.of(landing.base.store)
        self._kinds = (landing.source.store.kind, landing.base.store.kind)

    def pages(self) -> Iterator[list[Found]]:
        """Its files, compared."""
        landing = self._landing
        if not landing.source.is_folder:
            yield self._single()
            return
        targets = self._targets()
        try:
            for page in self._source.walk(landing.source):
                if len(page):
                    yield self._page(page, targets)
        finally:
            self._looker.shutdown(wait=False)

    def _single(self) -> list[Found]:
        """The source is one file."""
        source = self._source.stat(self._landing.source)
        if not self._lister._takes(self._landing.source.name):
            return []
        targets: Targets = {}
        try:
            found = self._target.stat(self._landing.root)
        except (NotFound, AccessDenied):
            pass
        else:
            etag = str(found.details.get("etag", ""))
            size = -1 if found.size is None else found.size
            targets[""] = Facts(size, found.modified, etag, found.is_folder)
        etag = str(source.details.get("etag", ""))
        facts = Facts(source.size or 0, source.modified, etag, False)
        return self._judged([("", facts, "")], targets)

    def _targets(self) -> Targets:
        """What is at the target already, by path below it."""
        found: Targets = {}
        try:
            for page in self._target.walk(self._landing.root.as_folder()):
                self._lister._check()
                for name, facts in _facts(page):
                    found[name] = facts
                    if self._kinds[1] is not StoreKind.S3:
                        _add_folders(found, name)
            if self._kinds[1] is not StoreKind.S3:
                found.setdefault("", Facts(-1, folder=True))
        except (NotFound, AccessDenied):
            return found  # nothing there, or nothing to be seen: the write itself refuses then
        except HueError as error:
            if getattr(error, "code", "") == "NotFolder":
                return {"": Facts(-1)}
            raise
        return found

    def _page(self, page: EntryPage, targets: Targets) -> list[Found]:
        takes = self._lister._takes
        problems = page.columns.get("error")
        skipped = page.columns.get("skipped")
        wanted: list[tuple[str, Facts, str]] = []
        left_out: list[Found] = []
        for row, (name, facts) in enumerate(_facts(page)):
            if name == "" and facts.folder and self._landing.prefix == "":
                continue  # the marker of the folder itself
            if not takes(name):
                continue
            problem = problems[row] if problems else ""
            note = skipped[row] if skipped else ""
            if problem:
                left_out.append(self._found(name, facts, FileState.FAILED, reason=problem))
            elif note:
                left_out.append(self._found(name, facts, FileState.SKIPPED, reason=note))
            else:
                wanted.append((name, facts, ""))
        return left_out + self._judged(wanted, targets)

    def _judged(self, wanted: list[tuple[str, Facts, str]], targets: Targets) -> list[Found]:
        source_kind, target_kind = self._kinds
        found: list[Found | None] = []
        unclear: list[tuple[int, str, Facts, Facts]] = []
        for name, facts, _reason in wanted:
            there = targets.get(self._adapted(name)) if targets else None
            if there is None:
                found.append(self._decide(name, facts, (Comparison.NEW, ""), targets))
                continue
            verdict = judge(source_kind, facts, target_kind, there)
            if verdict is None:
                unclear.append((len(found), name, facts, there))
                found.append(None)
            else:
                found.append(self._decide(name, facts, verdict, targets))
        if unclear:
            verdicts = self._looker.map(lambda each: self._look(*each[1:]), unclear)
            for (place, name, facts, _there), verdict in zip(unclear, verdicts, strict=True):
                found[place] = self._decide(name, facts, verdict, targets)
        return [each for each in found if each is not None]

    def _look(self, name: str, source: Facts, target: Facts) -> tuple[Comparison, str]:
        self._lister._check()
        landing = self._landing
        to = landing.root if not name else landing.root.as_folder().child(self._adapted(name))
        thorough = self._request.options.verify is Verify.CHECKSUM
        return look_closely(
            self._source, landing.source_of(name), source, self._target, to, target, thorough
        )

    @cached_property
    def _looker(self) -> Lane:
        return Lane("transfers-compare", _LOOKING)

    def _adapted(self, name: str) -> str:
        return adapt_name(name, *self._kinds) if name else name

    def _decide(
        self, name: str, facts: Facts, verdict: tuple[Comparison, str], targets: Targets
    ) -> Found:
        comparison, reason = verdict
        if comparison is Comparison.NEW:
            return self._found(name, facts, FileState.WAITING, comparison)
        if comparison is Comparison.SAME:
            return self._found(name, facts, FileState.SKIPPED, comparison, reason)
        rule = self._request.options.conflict
        there = targets.get(self._adapted(name))
        if there is not None and there.folder != facts.folder:
            return self._found(name, facts, FileState.FAILED, comparison, reason)
        if rule is Conflict.OVERWRITE:
            return self._found(name, facts, FileState.WAITING, comparison, reason)
        if rule is Conflict.KEEP_BOTH:
            return self._kept_both(name, facts, reason, targets)
        asks = rule is Conflict.ASK
        return self._found(name, facts, FileState.SKIPPED, comparison, reason, asks=asks)

    def _kept_both(self, name: str, facts: Facts, reason: str, targets: Targets) -> Found:
        prefix = self._landing.prefix
        if name:
            free = second_name(self._adapted(name), lambda path: path in targets)
            targets[free] = facts
            target = prefix + free
        else:
            base = self._landing.base
            target = second_name(prefix, lambda path: _exists(self._target, base.child(path)))
        return self._found(
            name, facts, FileState.WAITING, Comparison.DIFFERS, reason, target=target
        )

    def _found(
        self,
        name: str,
        facts: Facts,
        state: FileState,
        comparison: Comparison = Comparison.NEW,
        reason: str = "",
        *,
        asks: bool = False,
        target: str = "",
    ) -> Found:
        target = target or self._landing.prefix + self._adapted(name)
        if facts.folder and not name:
            target = target.removesuffix("/")
        if target in self._request.unticked:
            state, reason, asks = FileState.SKIPPED, _("taken out by hand"), False
        elif self._lister.is_second(target):
            state, asks = FileState.FAILED, False
            reason = _("Another source has a file of this name; only the first is copied.")
        error = reason if state in (FileState.SKIPPED, FileState.FAILED) else ""
        size = 0 if facts.folder or facts.size < 0 else facts.size
        file = NewFile(
            self._index, name, target, size, facts.modified, facts.etag, facts.folder, state,
            comparison, error, asks,
        )  # fmt: skip
        return Found(file, reason)


def look_closely(
    source_fs: FileSystem, source: Location, source_facts: Facts,
    target_fs: FileSystem, target: Location, target_facts: Facts, thorough: bool,
) -> tuple[Comparison, str]:  # fmt: skip
    """Compare two files of the same size with one request for each, or two.

    ``thorough``: where times differ, checksums are compared, and a local file is read for it.
    """
    if source.store.kind is StoreKind.S3:
        source_facts = _own_facts(source_fs, source, source_facts)
    if target.store.kind is StoreKind.S3:
        target_facts = _own_facts(target_fs, target, target_facts)
    verdict = judge_closely(source_facts, target_facts)
    if verdict[0] is Comparison.SAME or not thorough or source_facts.size != target_facts.size:
        return verdict
    checksums = _checksums(source_fs, source, target_fs, target)
    return judge_closely(source_facts, target_facts, *checksums)


def _checksums(
    source_fs: FileSystem, source: Location, target_fs: FileSystem, target: Location
) -> tuple[Checksum | None, Checksum | None]:
    """Both checksums, where both sides have one; a local file is read only for the other's sake."""
    try:
        theirs = [
            None if place.store.kind is StoreKind.LOCAL else fs.checksum(place)
            for fs, place in ((source_fs, source), (target_fs, target))
        ]
        if theirs[0] is None and _is_crc(theirs[1]) and source.store.kind is StoreKind.LOCAL:
            theirs[0] = source_fs.checksum(source, cheap=False)
        if theirs[1] is None and _is_crc(theirs[0]) and target.store.kind is StoreKind.LOCAL:
            theirs[1] = target_fs.checksum(target, cheap=False)
    except HueError:
        return None, None
    return theirs[0], theirs[1]


def _is_crc(checksum: Checksum | None) -> bool:
    return checksum is not None and checksum.algorithm == "CRC32C"


def _own_facts(fs: FileSystem, location: Location, listed: Facts) -> Facts:
    """With the object's own time, which only a request for it shows."""
    entry = fs.stat(location)
    size = listed.size if entry.size is None else entry.size
    return Facts(size, entry.modified, str(entry.details.get("etag", "")), listed.folder)


def _facts(page: EntryPage) -> Iterator[tuple[str, Facts]]:
    etags = page.columns.get("etag")
    folders, sizes, times = page.folders, page.sizes, page.modified
    for row, name in enumerate(page.names):
        modified = times[row]
        # The marker of an S3 prefix is told as a nameless file, and stands for a folder.
        folder = bool(folders[row]) or (not name and sizes[row] <= 0)
        if folder and name[-1:] == "/":
            name = name[:-1]
        yield (
            name,
            Facts(
                sizes[row],
                None if math.isnan(modified) else modified,
                etags[row] if etags else "",
                folder,
            ),
        )


def _add_folders(found: Targets, name: str) -> None:
    """A folder with files in it is not listed itself, and a file may want its name."""
    folder = name.rpartition("/")[0]
    while folder and folder not in found:
        found[folder] = Facts(-1, folder=True)
        folder = folder.rpartition("/")[0]


def _exists(fs: FileSystem, location: Location) -> bool:
    try:
        fs.stat(location)
    except NotFound:
        return False
    return True


def _refuse_loops(landing: Landing) -> None:
    """A folder cannot be copied into itself, nor a file onto itself."""
    source, root = landing.source, landing.root
    if source.store != root.store:
        return
    inside = root.path.startswith(source.path) if source.is_folder else root.path == source.path
    if inside or (overlaps(source, root) and source.path == root.as_folder().path):
        raise ConfigurationError(
            _("{source} cannot be copied into itself.").format(source=source),
            remedy=_("Choose another target."),
        )
