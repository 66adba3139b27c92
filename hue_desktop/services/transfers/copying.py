"""Copying one file, whole: the piece of work that most transfers consist of."""

from __future__ import annotations

import contextlib
import logging

from hue_desktop.core.errors import Cancelled, HueError, NotFound, Refused
from hue_desktop.core.file_systems import FileSystem, Refusal, Source
from hue_desktop.core.storage import Location, StoreKind
from hue_desktop.core.text import _
from hue_desktop.core.transfers.comparing import Facts
from hue_desktop.core.transfers.naming import second_name
from hue_desktop.core.transfers.ports import FileRow, Outcome
from hue_desktop.core.transfers.values import Comparison, Conflict, FileState, Route, Verify
from hue_desktop.services.transfers.large import LargeCopy
from hue_desktop.services.transfers.listing import look_closely
from hue_desktop.services.transfers.metering import Meter, MeteredSource
from hue_desktop.services.transfers.verifying import SERVER, SIZE, Verifier
from hue_desktop.services.transfers.widths import part_size_for
from hue_desktop.services.transfers.work import (
    Work,
    expected_entry,
    fatal,
    may_repeat,
    retry_delay_s,
)

__all__ = ["Copier"]

_CHANGES = 3  #: how often a source may change before its file is given up

logger = logging.getLogger(__name__)


class Copier:
    """Makes pieces of work of files."""

    def __init__(self, work: Work, route: Route) -> None:
        self._work = work
        self._options = work.request.options
        self._server_side = route is Route.SERVER_SIDE
        self._verifier = Verifier(thorough=self._options.verify is Verify.CHECKSUM)

    def attempt(self, row: FileRow, meter: Meter) -> None:
        """Copy the file; its outcome is noted, or another attempt is planned."""
        try:
            meter.now = row.target
            outcome = self._copy(row, meter)
        except Cancelled as error:
            meter.give_up()
            if not self._work.stop.is_set:
                self._fail(row, error)
        except HueError as error:
            meter.give_up()
            if not self._work.stop.is_set:
                self._after(row, error)
        except Exception as error:  # a bug must not take the worker with it, nor be silent
            meter.give_up()
            logger.exception("copying %r", row.target)
            self._fail(row, HueError(_("Internal error: {error!r}").format(error=error)))
        else:
            if outcome is not None:
                self._work.outcomes.append(outcome)

    # -- one attempt ------------------------------------------------------------------------
    def _copy(self, row: FileRow, meter: Meter) -> Outcome | None:
        work = self._work
        source_fs, source = work.source_of(row)
        target_fs, target = work.target_of(row)
        if row.folder:
            target_fs.make_folder(target.as_folder())
            return Outcome(row.id, FileState.DONE, row.attempts + 1)
        if self._server_side:
            return self._copy_within(row, meter, source, target_fs, target)
        part_size = part_size_for(row.size, target_fs.capabilities)
        if part_size is not None:
            LargeCopy(work, row, part_size, self._verifier, self).begin(meter)
            return None
        return self._put(row, meter, source_fs, source, target_fs, target)

    def _put(
        self, row: FileRow, meter: Meter,
        source_fs: FileSystem, source: Location, target_fs: FileSystem, target: Location,
    ) -> Outcome:  # fmt: skip
        opened = MeteredSource(source_fs.open(source, expected=expected_entry(row, source)), meter)
        try:
            if opened.length != row.size:
                raise source_changed(source)
            modified = own_time(opened, row)
            entry, crc = target_fs.put(
                target, opened, overwrite=overwrites(row, self._options.conflict),
                modified=modified,
            )  # fmt: skip
            try:
                opened.check()
                if entry.size is not None and entry.size != row.size:
                    raise source_changed(source)
                verified = self._check(crc, opened, source_fs, source, target_fs, target)
            except HueError:
                with contextlib.suppress(HueError):
                    target_fs.delete(target)
                raise
        finally:
            opened.close()
        meter.finish(row.size)
        return Outcome(row.id, FileState.DONE, row.attempts + 1, verified=verified)

    def _check(
        self, crc: int, opened: MeteredSource,
        source_fs: FileSystem, source: Location, target_fs: FileSystem, target: Location,
    ) -> str:  # fmt: skip
        if not self._verifier.thorough:
            return SIZE
        says = None
        if source.store.kind is not StoreKind.LOCAL:
            told = opened.checksum
            says = told
            if told is None and source.store.kind is StoreKind.HDFS:
                says = self._verifier.of_source(source_fs, source)
        return self._verifier.level(crc, source, says, target_fs, target)

    def _copy_within(
        self, row: FileRow, meter: Meter, source: Location, target_fs: FileSystem, target: Location
    ) -> Outcome:
        entry = target_fs.copy_within(
            source, target, overwrite=overwrites(row, self._options.conflict),
            expected=expected_entry(row, source), progress=meter.count,
        )  # fmt: skip
        if entry.size is not None and entry.size != row.size:
            raise source_changed(source)
        meter.finish(row.size)
        return Outcome(row.id, FileState.DONE, row.attempts + 1, verified=SERVER)

    # -- what follows a failure -------------------------------------------------------------
    def _after(self, row: FileRow, error: HueError) -> None:
        try:
            self.failed(row, error)
        except Cancelled:
            if not self._work.stop.is_set:
                self._fail(row, error)
        except HueError as again:
            self._fail(row, again)

    def failed(self, row: FileRow, error: HueError, *, repeated: bool = False) -> None:
        """Decide what becomes of a file after an attempt that failed.

        ``repeated``: what failed was tried several times already.
        """
        work = self._work
        again = row._replace(attempts=row.attempts + 1)
        code = getattr(error, "code", "")
        if fatal(error):
            work.give_up(error)
        elif code == Refusal.ALREADY_EXISTS:
            self._meet(again)
        elif code == Refusal.SOURCE_CHANGED and again.attempts <= _CHANGES:
            self._look_again(again)
        elif not repeated and may_repeat(error, again.attempts):
            work.complain(error, work.source_of(row)[1], work.target_of(row)[1])
            self._repeat(again, retry_delay_s(row.attempts))
        else:
            self._fail(row, error)

    def _repeat(self, row: FileRow, delay_s: float = 0.0) -> None:
        self._work.later(delay_s, lambda meter: self.attempt(row, meter), False)

    def _fail(self, row: FileRow, error: HueError) -> None:
        self._work.outcomes.append(
            Outcome(row.id, FileState.FAILED, row.attempts + 1, error.message, error.remedy)
        )

    def _look_again(self, row: FileRow) -> None:
        """The source is another than it was listed: take it as it is now, from its start."""
        source_fs, source = self._work.source_of(row)
        entry = source_fs.stat(source)
        if entry.is_folder or entry.size is None:
            raise source_changed(source)
        etag = str(entry.details.get("etag", "")) if row.etag else ""
        row = row._replace(size=entry.size, modified=entry.modified, etag=etag)
        self._work.outcomes.append(
            Outcome(
                row.id, FileState.WAITING, row.attempts, size=entry.size, modified=entry.modified
            )
        )
        self._repeat(row, retry_delay_s(row.attempts))

    def _meet(self, row: FileRow) -> None:
        """Something stands at the target that was not there when it was listed."""
        work = self._work
        source_fs, source = work.source_of(row)
        target_fs, target = work.target_of(row)
        try:
            there = target_fs.stat(target)
        except NotFound:
            return self._repeat(row)
        comparison, reason = Comparison.DIFFERS, _("a folder stands there")
        if not there.is_folder:
            mine = Facts(row.size, row.modified, row.etag)
            theirs = Facts(there.size or 0, there.modified)
            thorough = self._verifier.thorough
            comparison, reason = look_closely(
                source_fs, source, mine, target_fs, target, theirs, thorough
            )
        if comparison is Comparison.SAME:
            state = FileState.DONE if work.resumed else FileState.SKIPPED
            said = "" if work.resumed else reason
            outcome = Outcome(row.id, state, row.attempts, said, verified=SIZE)
            return work.outcomes.append(outcome)
        return self._by_rule(row, reason)

    def _by_rule(self, row: FileRow, reason: str) -> None:
        work, rule = self._work, self._options.conflict
        if rule is Conflict.OVERWRITE:
            return self._repeat(row._replace(comparison=Comparison.DIFFERS))
        if rule is Conflict.KEEP_BOTH:
            target_fs, _target = work.target_of(row)
            base = work.landings[row.source].base
            free = second_name(row.target, lambda path: stands(target_fs, base.child(path)))
            work.store.rename_target(row.id, free)
            return self._repeat(row._replace(target=free, comparison=Comparison.NEW))
        asks = rule is Conflict.ASK
        return work.outcomes.append(
            Outcome(row.id, FileState.SKIPPED, row.attempts, reason, asks=asks)
        )


def overwrites(row: FileRow, rule: Conflict) -> bool:
    """Whether what stands at the target may be replaced."""
    return row.comparison is Comparison.DIFFERS and rule is not Conflict.KEEP_BOTH


def own_time(source: Source, row: FileRow) -> float | None:
    """The file's own time: what came with the bytes, or what the listing said."""
    told = source.modified
    return row.modified if told is None else told


def stands(fs: FileSystem, location: Location) -> bool:
    """Whether something is there."""
    try:
        fs.stat(location)
    except NotFound:
        return False
    return True


def source_changed(source: Location) -> Refused:
    """The source is another than it was listed."""
    return Refused(
        _("{source} was changed while it was copied.").format(source=source),
        code=Refusal.SOURCE_CHANGED,
        remedy=_("Copy it again when nobody writes to it."),
    )
