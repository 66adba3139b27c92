"""How ``hue-desktop copy`` says what became of a transfer, for people and as JSON."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from hue_desktop.core.format import count, duration, size
from hue_desktop.core.text import _, ngettext
from hue_desktop.core.transfers.values import Transfer, TransferFile, TransferState

__all__ = ["print_report", "report_json"]


def print_report(transfer: Transfer, failures: Sequence[TransferFile], *, quiet: bool) -> None:
    """How it ended: one line when all is well, each failed file with its reason otherwise."""
    for file in failures:
        if file.asks:
            reason = _("the target differs; choose with --conflict")
        else:
            reason = f"{file.error} {file.remedy}".strip()
        print(f"hue-desktop: {file.relative}: {reason}", file=sys.stderr)
    if not failures and transfer.error:
        print(f"hue-desktop: {transfer.error} {transfer.remedy}".rstrip(), file=sys.stderr)
    if transfer.state is not TransferState.DONE and transfer.state is not TransferState.WAITING:
        again = _("Try again with: hue-desktop copy --resume {id}").format(id=transfer.id)
        print(again, file=sys.stderr)
    if not quiet:
        print(_sentence(transfer))


def _sentence(transfer: Transfer) -> str:
    progress = transfer.progress
    parts = [
        ngettext("{n} file copied", "{n} files copied", progress.files_done).format(
            n=count(progress.files_done)
        ),
        size(progress.bytes_done),
    ]
    if progress.files_skipped:
        parts.append(_("{n} left as they were").format(n=count(progress.files_skipped)))
    if progress.files_failed:
        parts.append(_("{n} failed").format(n=count(progress.files_failed)))
    seconds = _seconds(transfer)
    if seconds is not None:
        parts.append(duration(seconds) if seconds >= 10 else f"{seconds:.1f} s")
        if seconds > 0 and progress.bytes_done:
            parts.append(f"{size(progress.bytes_done / seconds)}/s")
    if transfer.verified:
        parts.append(transfer.verified)
    return ", ".join(parts)


def _seconds(transfer: Transfer) -> float | None:
    if transfer.started is None or transfer.ended is None:
        return None
    return max(0.0, transfer.ended - transfer.started)


def report_json(transfer: Transfer, failures: Sequence[TransferFile]) -> dict[str, Any]:
    """How it ended, for machines."""
    progress = transfer.progress
    return {
        "id": transfer.id,
        "state": transfer.state.value,
        "route": transfer.route.value,
        "step_id": transfer.step_id,
        "files": progress.files_total,
        "files_copied": progress.files_done,
        "files_skipped": progress.files_skipped,
        "files_failed": progress.files_failed,
        "files_asked": progress.files_asked,
        "bytes": progress.bytes_total,
        "bytes_copied": progress.bytes_done,
        "seconds": _seconds(transfer),
        "verified": transfer.verified,
        "error": transfer.error,
        "remedy": transfer.remedy,
        "failures": [
            {
                "path": one.relative, "source": str(one.source), "target": str(one.target),
                "error": one.error, "asks": one.asks,
            }
            for one in failures
        ],
    }  # fmt: skip
