"""A transfer that runs as an S3DistCp step: submitted, followed, and its result compared."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cached_property

from hue_desktop.core.errors import Cancelled, HueError, NotFound
from hue_desktop.core.storage import Location, StoreId, StoreKind
from hue_desktop.core.text import _
from hue_desktop.core.transfers.distcp import distcp_step
from hue_desktop.core.transfers.naming import Landing
from hue_desktop.core.transfers.ports import FileRow, Outcome, StepRunner, StoredTransfer
from hue_desktop.core.transfers.values import (
    Comparison,
    FileState,
    TransferProgress,
    TransferState,
)
from hue_desktop.services.transfers.listing import Lister
from hue_desktop.services.transfers.metering import Stop
from hue_desktop.services.transfers.removing import remove_sources
from hue_desktop.services.transfers.run import Ending, Engine
from hue_desktop.services.transfers.verifying import SIZE, verified_text
from hue_desktop.services.transfers.work import Work

__all__ = ["StepRun"]

_POLL_S = 2.0
_BATCH = 1_000
_UNANSWERED = 30  #: questions in a row about the step that may fail

logger = logging.getLogger(__name__)


class StepRun:
    """The work on one transfer whose bytes move on a cluster. ``perform`` blocks until it ends."""

    moved = 0  #: nothing passes through this machine

    def __init__(
        self,
        engine: Engine,
        stored: StoredTransfer,
        steps: StepRunner,
        say: Callable[[TransferState], None],
    ) -> None:
        self._engine = engine
        self._stored = stored
        self._transfer = stored.transfer
        self._id = stored.transfer.id
        self._request = stored.transfer.request
        self._steps = steps
        self._say = say
        self._stop = Stop()
        self._landings: list[Landing] = []
        self._counts = engine.store.counts(self._id)
        self.wanted = TransferState.RUNNING
        self.step_id = stored.transfer.step_id

    def stop(self, wanted: TransferState) -> None:
        """End early. A step cannot be held: only cancelling reaches it."""
        if wanted is not TransferState.PAUSED:
            self.wanted = wanted
            self._stop.set()

    def progress(self) -> TransferProgress:
        """Files as far as they were compared; a step does not tell how far it is."""
        counts = self._counts
        return TransferProgress(
            files_total=counts.files,
            files_done=counts.done,
            files_skipped=counts.skipped,
            files_failed=counts.failed,
            files_asked=counts.asked,
            bytes_total=counts.bytes_total,
            bytes_done=counts.bytes_done,
            listing_done=True,
        )

    def perform(self) -> Ending:
        """Do it."""
        try:
            ending = self._perform()
        except Cancelled:
            if self.wanted is TransferState.CANCELLED and self.step_id:
                self._cancel_step()
            ending = Ending(self.wanted)
        except HueError as error:
            ending = Ending(TransferState.FAILED, error.message, error.remedy)
        return ending

    def _perform(self) -> Ending:
        lister = Lister(self._engine.opener, self._request, self._stop.check)
        self._landings = lister.prepare()
        self._say(TransferState.LISTING)
        if not self._stored.listed:
            for page in lister.pages():
                self._engine.store.add_files(self._id, [found.file for found in page])
            self._engine.store.mark_listed(self._id)
        counts = self._counts = self._engine.store.counts(self._id)
        if counts.done + counts.skipped + counts.failed < counts.files:
            if not self.step_id:
                self.step_id = self._submit(lister)
            self._say(TransferState.RUNNING)
            failure = self._follow()
            self._compare()
            if failure:
                self._counts = self._engine.store.counts(self._id)
                return Ending(TransferState.FAILED, failure, _("Look at the step’s logs."))
        return self._ending()

    def _submit(self, lister: Lister) -> str:
        files = self._engine.store.files(self._id, limit=-1)
        same = [row.target for row in files if row.comparison is Comparison.SAME]
        waiting = [row for row in files if row.state is FileState.WAITING]
        differing = sum(row.comparison is Comparison.DIFFERS for row in waiting)
        folder = self._landings[0].source.is_folder
        step = distcp_step(self._request, same=same, differing=differing, folder=folder)
        if step.problem:
            raise HueError(step.problem, remedy=_("Choose another route."))
        name = _("Copy to {target}").format(target=self._request.target)
        return self._steps.submit(self._cluster, name, step.args)

    def _follow(self) -> str:
        """Wait for the step; why it failed, or nothing."""
        unanswered = 0
        while True:
            try:
                state = self._steps.state(self._cluster, self.step_id)
                unanswered = 0
            except HueError as error:
                unanswered += 1
                if not error.retryable or unanswered > _UNANSWERED:
                    raise
            else:
                if state.ended:
                    if state.state == "COMPLETED":
                        return ""
                    return state.failure or _("The step ended as {state}.").format(
                        state=state.state
                    )
            self._stop.wait(_POLL_S)
            self._stop.check()

    def _compare(self) -> None:
        """Which files have arrived, by their sizes."""
        outcomes: list[Outcome] = []
        targets = self._targets()
        after = 0
        while rows := self._engine.store.waiting(self._id, after=after, limit=_BATCH):
            after = rows[-1].id
            outcomes += [self._outcome(row, targets) for row in rows]
        self._engine.store.finish(outcomes)
        if self._request.options.move:
            remove_sources(self._work)

    def _targets(self) -> dict[str, int]:
        """Sizes at the target by path below the base folder."""
        found: dict[str, int] = {}
        for landing in self._landings:
            fs = self._engine.opener.of(landing.base.store)
            if not landing.source.is_folder:
                try:
                    found[landing.prefix] = fs.stat(landing.root).size or 0
                except NotFound:
                    continue
                continue
            try:
                for page in fs.walk(landing.root.as_folder()):
                    for name, size in zip(page.names, page.sizes, strict=True):
                        found[landing.prefix + name] = size
            except NotFound:
                continue
        return found

    def _outcome(self, row: FileRow, targets: dict[str, int]) -> Outcome:
        size = targets.get(row.target)
        if row.folder:  # S3DistCp leaves empty folders out
            base = self._landings[row.source].base
            self._engine.opener.of(base.store).make_folder(base.child(row.target).as_folder())
        if row.folder or size == row.size:
            return Outcome(row.id, FileState.DONE, row.attempts + 1, verified=SIZE)
        said = (
            _("The step did not copy it.")
            if size is None
            else _("It arrived with {size} bytes instead of {wanted}.").format(
                size=size, wanted=row.size
            )
        )
        return Outcome(row.id, FileState.FAILED, row.attempts + 1, said)

    def _ending(self) -> Ending:
        self._counts = self._engine.store.counts(self._id)
        verified = verified_text(self._engine.store.verified(self._id))
        failed = self._engine.store.files(self._id, (FileState.FAILED,), limit=1)
        if failed:
            said = f"{failed[0].target}: {failed[0].error}"
            return Ending(TransferState.FAILED, said, failed[0].remedy, verified)
        return Ending(TransferState.DONE, verified=verified)

    def _cancel_step(self) -> None:
        try:
            self._steps.cancel(self._cluster, self.step_id)
        except HueError as error:
            logger.warning("the step %s goes on: %s", self.step_id, error)

    @property
    def _cluster(self) -> StoreId:
        """The HDFS of the request: its cluster runs the step."""
        places: list[Location] = [*self._request.sources, self._request.target]
        for place in places:
            if place.store.kind is StoreKind.HDFS:
                return place.store
        raise HueError(_("Neither side is on a cluster."), remedy=_("Choose another route."))

    @cached_property
    def _work(self) -> Work:
        return Work(
            transfer_id=self._id,
            request=self._request,
            store=self._engine.store,
            opener=self._engine.opener,
            stop=self._stop,
            limits=self._engine.limits,
            later=lambda _delay, _piece, _heavy: None,
            add=lambda _piece, _heavy, _first: None,
            give_up=lambda _error: None,
            busy=lambda: 1,
            landings=self._landings,
        )
