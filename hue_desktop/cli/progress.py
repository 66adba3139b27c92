"""A line of progress on a terminal."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn
from rich.progress import Progress as Lines

from hue_desktop.core.format import count, duration, size
from hue_desktop.core.text import _, ngettext
from hue_desktop.core.transfers.values import Transfer, TransferState

__all__ = ["Progress"]


class Progress:
    """Files, bytes, speed and time left of one transfer, on standard error."""

    def __init__(self) -> None:
        self._lines = Lines(
            TextColumn("{task.fields[files]}", markup=False),
            BarColumn(bar_width=None),
            TextColumn("{task.percentage:>3.0f} %", markup=False),
            TextColumn("{task.fields[amount]}", markup=False),
            TextColumn("{task.fields[rate]}", markup=False),
            TextColumn("{task.fields[left]}", markup=False),
            console=Console(stderr=True),
            transient=True,
            expand=True,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Progress:
        self._lines.start()
        self._task = self._lines.add_task("", total=None, files="", amount="", rate="", left="")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lines.stop()

    def show(self, transfer: Transfer) -> None:
        """Another snapshot."""
        if self._task is None:
            return
        progress = transfer.progress
        over = progress.files_done + progress.files_skipped + progress.files_failed
        listing = "" if progress.listing_done else "+"
        waits = transfer.state is TransferState.WAITING
        self._lines.update(
            self._task,
            total=progress.bytes_total or None,
            completed=progress.bytes_done,
            files=_("waiting") if waits else _files_text(over, progress.files_total, listing),
            amount=_("{done} of {total}").format(
                done=size(progress.bytes_done), total=size(progress.bytes_total)
            ),
            rate=f"{size(progress.bytes_per_s)}/s",
            left=duration(progress.eta_s) if progress.eta_s is not None else "",
        )


def _files_text(over: int, total: int, more: str) -> str:
    text = ngettext("{over} of {total}{more} file", "{over} of {total}{more} files", total)
    return text.format(over=count(over), total=count(total), more=more)
