"""Copying one large file in parts: begun or taken up again, written in parallel, then committed.

The journal knows of an upload before the store does (``?``), and of each part soon after the store
has it. So whatever moment the process ends at, the next one can go on, or clean up.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from hue_desktop.core.errors import Cancelled, HueError, NotFound, ProtocolError, Refused
from hue_desktop.core.file_systems import Part, Refusal, Upload
from hue_desktop.core.storage import Checksum, Entry, StoreKind
from hue_desktop.core.text import _
from hue_desktop.core.transfers.crc import crc32c_of_parts
from hue_desktop.core.transfers.ports import FileRow, Outcome
from hue_desktop.core.transfers.values import Comparison, Conflict, FileState
from hue_desktop.services.transfers.metering import Meter, MeteredSource
from hue_desktop.services.transfers.verifying import Verifier, mismatch
from hue_desktop.services.transfers.work import Work, expected_entry, may_repeat, retry_delay_s

if TYPE_CHECKING:
    from hue_desktop.services.transfers.copying import Copier

__all__ = ["ABOUT_TO_BEGIN", "LargeCopy"]

_COMMIT = -1
ABOUT_TO_BEGIN = "?"  #: the token of an upload that the store may or may not have begun

logger = logging.getLogger(__name__)


class LargeCopy:
    """One attempt at one large file. Its parts are pieces of work of their own."""

    def __init__(
        self, work: Work, row: FileRow, part_size: int, verifier: Verifier, copier: Copier
    ) -> None:
        self._work = work
        self._row = row
        self._wanted_part_size = part_size
        self._verifier = verifier
        self._copier = copier
        self._source_fs, self._source = work.source_of(row)
        self._target_fs, self._target = work.target_of(row)
        self._expected: Entry = expected_entry(row, self._source)
        self._upload: Upload | None = None
        self._source_says: Checksum | None = None
        self._lock = threading.Lock()
        self._parts: dict[int, Part] = {}
        self._left: list[int] = []  #: parts that nobody has taken yet, last one first
        self._missing = 0  #: parts that are not stored yet
        self._failures: dict[int, int] = {}  #: by part; ``_COMMIT`` stands for the commit
        self._ended = False
        self._counted = 0  #: bytes that meters have as done for this attempt

    # -- beginning --------------------------------------------------------------------------
    def begin(self, meter: Meter) -> None:
        """Open the upload and hand out its parts; the caller deals with errors."""
        entry = self._source_fs.stat(self._source)
        modified = self._compare(entry)
        self._source_says = self._verifier.of_source(self._source_fs, self._source)
        upload = self._taken_up() or self._new_upload(modified)
        self._upload = upload
        numbers = range(-(-self._row.size // upload.part_size))
        self._left = [number for number in reversed(numbers) if number not in self._parts]
        self._missing = len(self._left)
        self._count(meter, sum(part.length for part in self._parts.values()), moved=False)
        if not self._missing:
            self._work.add(self._commit, False, True)
            return
        parallel = self._target_fs.capabilities.parallel_parts
        for _each in range(self._missing if parallel else 1):
            self._work.add(self._part, True, True)

    def _compare(self, entry: Entry) -> float | None:
        """The source's own time; ``Refused`` when the source is not as it was listed."""
        from hue_desktop.services.transfers.copying import source_changed

        listed = self._row.modified
        changed = entry.size != self._row.size
        if self._source.store.kind is not StoreKind.S3 and None not in (listed, entry.modified):
            changed = changed or entry.modified != listed
        elif self._row.etag and entry.details.get("etag"):
            changed = changed or entry.details["etag"] != self._row.etag
        if changed:
            self._forget()
            raise source_changed(self._source)
        return entry.modified if entry.modified is not None else listed

    def _taken_up(self) -> Upload | None:
        """The upload of an earlier run, with the parts that both sides know."""
        token = self._row.token
        if not token or token == ABOUT_TO_BEGIN:
            return None
        try:
            upload = self._target_fs.resume(token)
            noted = {part.index: part for part in self._work.store.parts(self._row.id)}
            for part in upload.stored():
                mine = noted.get(part.index)
                if mine is not None and mine.length == part.length:
                    self._parts[part.index] = mine
                elif part.crc32c > 0:  # of the others nobody knows it: they are sent again
                    self._parts[part.index] = part
        except NotFound:
            self._parts = {}
            self._work.store.set_token(self._row.id, "")
            self._row = self._row._replace(token="")
            self._refuse_if_there()
            return None
        return upload

    def _refuse_if_there(self) -> None:
        """The store has forgotten the upload: perhaps because it was committed and not noted."""
        try:
            self._target_fs.stat(self._target)
        except NotFound:
            return
        raise Refused(
            _("{target} exists already.").format(target=self._target),
            code=Refusal.ALREADY_EXISTS,
        )

    def _new_upload(self, modified: float | None) -> Upload:
        store = self._work.store
        store.set_token(self._row.id, ABOUT_TO_BEGIN)
        try:
            upload = self._target_fs.upload(
                self._target, self._row.size, modified=modified, part_size=self._wanted_part_size
            )
        except Exception:
            store.set_token(self._row.id, "")
            raise
        store.set_token(self._row.id, upload.token)
        self._row = self._row._replace(token=upload.token)
        return upload

    # -- parts ------------------------------------------------------------------------------
    def _part(self, meter: Meter) -> None:
        """Write the next part; the last one to come commits the file."""
        with self._lock:
            if self._ended or not self._left:
                return
            number = self._left.pop()
        try:
            meter.now = self._row.target
            part = self._write(number, meter)
            with self._lock:
                if self._is_over():
                    meter.give_up()
                    return
                self._parts[number] = part
                self._missing -= 1
                last = not self._missing
            self._count(meter, part.length)
            self._work.parts.append((self._row.id, part))
            if last:
                self._commit(meter)
            elif not self._target_fs.capabilities.parallel_parts:
                self._work.add(self._part, True, True)
        except Cancelled as error:
            meter.give_up()
            self._end(error, meter)
        except HueError as error:
            meter.give_up()
            self._part_failed(number, error, meter)
        except Exception as error:  # a bug must not take the worker with it, nor be silent
            meter.give_up()
            logger.exception("copying %r", self._row.target)
            text = _("Internal error: {error!r}").format(error=error)
            self._end(HueError(text), meter)

    def _write(self, number: int, meter: Meter) -> Part:
        assert self._upload is not None
        size = self._upload.part_size
        offset = number * size
        length = min(size, self._row.size - offset)
        source = MeteredSource(
            self._source_fs.open(self._source, offset, length, expected=self._expected), meter
        )
        try:
            part = self._upload.write(number, offset, source)
            source.check()
        finally:
            source.close()
        return part

    def _part_failed(self, number: int, error: HueError, meter: Meter) -> None:
        self._work.complain(error, self._source, self._target)
        with self._lock:
            failures = self._failures[number] = self._failures.get(number, 0) + 1
            again = number not in self._parts and not self._ended
            if again and may_repeat(error, failures):
                self._left.append(number)
            else:
                again = False
        if again:
            self._work.later(retry_delay_s(failures - 1), self._part, True)
        else:
            self._end(error, meter)

    # -- the end ----------------------------------------------------------------------------
    def _commit(self, meter: Meter) -> None:
        """All parts are stored: let the file appear."""
        try:
            self._finish()
        except Cancelled as error:
            self._end(error, meter)
        except HueError as error:
            self._work.complain(error, self._target)
            failures = self._failures[_COMMIT] = self._failures.get(_COMMIT, 0) + 1
            if may_repeat(error, failures) and not isinstance(error, ProtocolError):
                self._work.later(retry_delay_s(failures), self._commit, False)
            else:
                self._end(error, meter)

    def _finish(self) -> None:
        assert self._upload is not None
        upload = self._upload
        parts = [self._parts[number] for number in sorted(self._parts)]
        crc = crc32c_of_parts((part.crc32c, part.length) for part in parts)
        says = self._source_says
        if says is not None and says.algorithm == "CRC32C" and says.value != f"{crc:08x}":
            raise mismatch(self._source)
        if self._source.store.kind is not StoreKind.S3:
            self._compare(self._source_fs.stat(self._source))
        rule = self._work.request.options.conflict
        replace = self._row.comparison is Comparison.DIFFERS and rule is not Conflict.KEEP_BOTH
        try:
            entry = upload.commit(parts, crc32c=crc, overwrite=replace)
        except Refused as error:
            if error.code != Refusal.ALREADY_EXISTS or rule is not Conflict.OVERWRITE:
                raise
            entry = upload.commit(parts, crc32c=crc, overwrite=True)
        if entry.size is not None and entry.size != self._row.size:
            raise mismatch(self._target)
        with self._lock:
            self._ended = True
        verified = self._verifier.level(crc, self._source, says, self._target_fs, self._target)
        self._work.store.set_token(self._row.id, "")
        self._work.outcomes.append(
            Outcome(self._row.id, FileState.DONE, self._row.attempts + 1, verified=verified)
        )

    def _end(self, error: HueError, meter: Meter) -> None:
        """This attempt is over: leave nothing behind, and let the rules decide what follows."""
        if self._work.stop.is_set:
            return  # the upload stays for the next run
        with self._lock:
            if self._ended:
                return
            self._ended = True
        self._count(meter, -self._counted, moved=False)
        self._forget()
        row = self._row._replace(token="")
        # single requests were repeated already; only other bytes are a reason to start anew
        repeated = not isinstance(error, ProtocolError)
        self._guarded(lambda: self._copier.failed(row, error, repeated=repeated), row, error)

    def _guarded(self, decide: Callable[[], None], row: FileRow, error: HueError) -> None:
        try:
            decide()
        except HueError as again:
            self._work.outcomes.append(
                Outcome(row.id, FileState.FAILED, row.attempts + 1, str(again or error))
            )

    def _forget(self) -> None:
        """Remove what the upload has written; the journal keeps the token if that fails."""
        token = self._row.token
        try:
            if self._upload is not None:
                self._upload.abort()
            elif token and token != ABOUT_TO_BEGIN:
                self._target_fs.discard(token)
        except HueError as error:
            logger.warning("the upload to %s stays behind: %s", self._target, error)
            return
        with contextlib.suppress(HueError):
            self._work.store.set_token(self._row.id, "")
        self._row = self._row._replace(token="")

    def _is_over(self) -> bool:
        return self._ended

    def _count(self, meter: Meter, length: int, *, moved: bool = True) -> None:
        with self._lock:
            self._counted += length
        if moved:
            meter.finish(length)
        else:
            meter.done += length
