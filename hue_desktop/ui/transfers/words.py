"""How transfers are said: routes, states, progress."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from hue_desktop.core.format import DASH, count, duration, percent, size
from hue_desktop.core.storage import Location
from hue_desktop.core.text import _, ngettext
from hue_desktop.core.transfers.values import (
    Route,
    Transfer,
    TransferProgress,
    TransferRequest,
    TransferState,
)
from hue_desktop.services.storage.locations import display
from hue_desktop.ui.parts import StateShape

__all__ = [
    "SHAPES",
    "Display",
    "amount_text",
    "headline",
    "moment",
    "percent_text",
    "problem_text",
    "rate_text",
    "route_name",
    "route_text",
    "share_of",
    "source_text",
    "state_word",
    "summary_badge",
    "time_left",
]

Display = Callable[[Location], str]
"""Writes a location for a person: the storage service's tells clusters from each other."""

SHAPES = {
    TransferState.WAITING: StateShape.WAITING,
    TransferState.LISTING: StateShape.STARTING,
    TransferState.RUNNING: StateShape.RUNNING,
    TransferState.PAUSED: StateShape.WAITING,
    TransferState.DONE: StateShape.DONE,
    TransferState.FAILED: StateShape.FAILED,
    TransferState.CANCELLED: StateShape.STOPPED,
}


def route_name(route: Route) -> str:
    """A route as a line of the sheet says it."""
    return {
        Route.STREAM: _("Stream through this machine"),
        Route.SERVER_SIDE: _("Server-side S3 copy"),
        Route.S3DISTCP: _("S3DistCp on the cluster"),
    }[route]


def route_text(transfer: Transfer) -> str:
    """A route in a column: ``S3DistCp · s-3F8K2L``."""
    word = {
        Route.STREAM: _("stream"),
        Route.SERVER_SIDE: _("server-side copy"),
        Route.S3DISTCP: _("S3DistCp"),
    }[transfer.route]
    return f"{word} · {transfer.step_id}" if transfer.step_id else word


def state_word(state: TransferState) -> str:
    """A state in a column."""
    return {
        TransferState.WAITING: _("waiting"),
        TransferState.LISTING: _("listing"),
        TransferState.RUNNING: _("running"),
        TransferState.PAUSED: _("paused"),
        TransferState.DONE: _("done"),
        TransferState.FAILED: _("failed"),
        TransferState.CANCELLED: _("cancelled"),
    }[state]


def source_text(request: TransferRequest, shown: Display = display) -> str:
    """Where a request copies from, in one line; ``shown`` writes a location."""
    first = shown(request.sources[0])
    more = len(request.sources) - 1
    if not more:
        return first
    return ngettext("{first} and {n} more", "{first} and {n} more", more).format(
        first=first, n=count(more)
    )


def headline(transfer: Transfer, shown: Display = display) -> str:
    """The transfer in one sentence, for assistive tools and messages."""
    return _("{source} to {target}, {state}").format(
        source=source_text(transfer.request, shown),
        target=shown(transfer.request.target),
        state=state_word(transfer.state),
    )


def share_of(progress: TransferProgress) -> float | None:
    """How much is done, from 0 to 1; ``None`` while it is not known how much there is."""
    if progress.bytes_total:
        return min(1.0, progress.bytes_done / progress.bytes_total)
    if progress.files_total:
        over = progress.files_done + progress.files_skipped
        return min(1.0, over / progress.files_total)
    return 1.0 if progress.listing_done else None


def amount_text(progress: TransferProgress) -> str:
    """``251 of 412 GiB``; the whole once it is done, the files where there are no bytes."""
    done, total = progress.bytes_done, progress.bytes_total
    if not total:
        return ngettext("{n} file", "{n} files", progress.files_total).format(
            n=count(progress.files_total)
        )
    if done >= total:
        return size(total)
    if not progress.listing_done:
        return _("{done} so far").format(done=size(done))
    whole = size(total)
    part, unit = size(done).rsplit("\N{NO-BREAK SPACE}", 1)
    if unit == whole.rsplit("\N{NO-BREAK SPACE}", 1)[1]:
        return _("{part} of {whole}").format(part=part, whole=whole)
    return _("{part} of {whole}").format(part=size(done), whole=whole)


def rate_text(bytes_per_s: float) -> str:
    """``1.3 GiB/s``; a dash where nothing moves."""
    return _("{size}/s").format(size=size(bytes_per_s)) if bytes_per_s >= 1 else DASH


def time_left(transfer: Transfer) -> str:
    """How long it will still take, or took."""
    if transfer.state.ended:
        if transfer.started is None or transfer.ended is None:
            return DASH
        return duration(max(0.0, transfer.ended - transfer.started))
    return duration(transfer.progress.eta_s)


def percent_text(progress: TransferProgress) -> str:
    """``61 %``; a dash while the whole is not known."""
    share = share_of(progress)
    return DASH if share is None else percent(100 * share)


def summary_badge(transfers: tuple[Transfer, ...]) -> str:
    """``3 running · 1 failed`` for a tab; empty when there is nothing to say."""
    states = Counter(one.state for one in transfers)
    asked = sum(bool(one.progress.files_asked) for one in transfers)
    parts = (
        (_("{n} running"), states[TransferState.RUNNING] + states[TransferState.LISTING]),
        (_("{n} waiting"), states[TransferState.WAITING]),
        (_("{n} paused"), states[TransferState.PAUSED]),
        (ngettext("{n} asks", "{n} ask", asked), asked),
        (_("{n} failed"), states[TransferState.FAILED]),
    )
    return " · ".join(text.format(n=count(n)) for text, n in parts if n)


def moment(epoch_s: float | None) -> datetime | None:
    """Epoch seconds as a moment."""
    return None if epoch_s is None else datetime.fromtimestamp(epoch_s, UTC)


def problem_text(transfer: Transfer) -> str:
    """What went wrong, or what waits for the person; empty when all is well."""
    progress = transfer.progress
    if transfer.state is TransferState.FAILED:
        if progress.files_failed and progress.files_total > 1:
            return _("{n} of {total} files failed: {error}").format(
                n=count(progress.files_failed),
                total=count(progress.files_total),
                error=transfer.error,
            )
        return transfer.error or _("It failed.")
    if progress.files_asked:
        return ngettext(
            "{n} file differs at the target and waits for your word",
            "{n} files differ at the target and wait for your word",
            progress.files_asked,
        ).format(n=count(progress.files_asked))
    return ""
