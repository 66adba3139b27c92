"""Carrying out what a person wants of transfers: the same from the dock, the page and the keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from hue_desktop.core.errors import HueError
from hue_desktop.core.storage import Location
from hue_desktop.core.text import _
from hue_desktop.core.transfers.values import Conflict, Transfer
from hue_desktop.ui.context import UiContext

if TYPE_CHECKING:
    from hue_desktop.services.transfers import TransferService

__all__ = ["answer", "carry_out"]


def carry_out(ctx: UiContext, verb: str, transfers: Sequence[Transfer], *, owner: QObject) -> None:
    """Do it to each. ``verb``: pause, resume, retry, cancel, forget, open, details."""
    if not transfers:
        return
    first = transfers[0]
    if verb == "details":
        ctx.navigate.open_page("transfers", select=str(first.id))
        return
    if verb == "open":
        ctx.navigate.open_storage(_folder_of(first))
        return
    service = ctx.app.transfers
    ids = [transfer.id for transfer in transfers]

    def work() -> None:
        for transfer_id in ids:
            _do(service, verb, transfer_id)

    ctx.tasks.run(
        "local",
        lambda _token: work(),
        owner=owner,
        failed=lambda error: _tell(ctx, error),
    )


def answer(
    ctx: UiContext, transfer: Transfer, names: Sequence[str], rule: Conflict, *, owner: QObject
) -> None:
    """Decide for files that wait for the person's word."""
    service = ctx.app.transfers

    def work() -> None:
        for relative in names:
            service.answer(transfer.id, relative, rule)

    ctx.tasks.run(
        "local",
        lambda _token: work(),
        owner=owner,
        failed=lambda error: _tell(ctx, error),
    )


def _do(service: TransferService, verb: str, transfer_id: int) -> None:
    act = {
        "pause": service.pause,
        "resume": service.resume,
        "retry": service.retry_failed,
        "cancel": service.cancel,
        "forget": service.forget,
    }[verb]
    act(transfer_id)


def _folder_of(transfer: Transfer) -> Location:
    target = transfer.request.target
    return target if target.is_folder else target.parent()


def _tell(ctx: UiContext, error: HueError) -> None:
    ctx.ask.message(_("That did not work"), str(error))
