"""What the tour shows of transfers: some of each state, and the sheet of one that is yet to be."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.storage import LOCAL, Location, StoreId, StoreKind
from hue_desktop.core.text import _
from hue_desktop.core.transfers.values import (
    Conflict,
    Filter,
    TransferOptions,
    TransferRequest,
    TransferState,
)
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.page import TourStop
from hue_desktop.ui.tour_pages import largest_cluster, page_ready
from hue_desktop.ui.transfers.page import TransfersPage
from hue_desktop.ui.transfers.sheet import TransferSheet

__all__ = ["stops"]

_LAKE = "/demo-lake/"
_SLOW = 2 << 20  #: bytes per second of the one that is still running when the picture is taken


def stops() -> tuple[TourStop, ...]:
    """The page with its history, and the sheet over a page with the dock below it."""
    return (
        TourStop("transfers", _("Transfers"), _open_page, page_ready(TransfersPage, _settled)),
        TourStop("transfers-sheet", _("What a copy would do"), _open_sheet, _planned, _close_sheet),
    )


def _open_page(ctx: UiContext, _window: QWidget) -> None:
    ref = largest_cluster(ctx)
    if ref is not None and not ctx.app.transfers.transfers():
        for request in _requests(ref):
            ctx.app.transfers.submit(request)
    ctx.navigate.open_page("transfers")


def _requests(ref: ClusterRef) -> tuple[TransferRequest, ...]:
    """One that runs for long, some that end at once, one that cannot succeed."""
    lake, hdfs = _lake(ref), _hdfs(ref)
    overwrite = TransferOptions(conflict=Conflict.OVERWRITE)
    slow = TransferOptions(conflict=Conflict.OVERWRITE, bandwidth_limit=_SLOW)
    model = hdfs.child("projects/ml/models/churn/2026-10/model.bin")
    clicks = _warehouse(ref, "web.db/clicks_stream")
    some = TransferOptions(conflict=Conflict.OVERWRITE, filter=Filter(include=("**/hour=0?/*",)))
    blocked = Location(LOCAL, "/dev/null/customers/")
    return (
        TransferRequest((model,), lake.child("models", folder=True), slow),
        TransferRequest((lake.child("raw/orders"),), lake.child("backup", folder=True), overwrite),
        TransferRequest((clicks,), lake.child("warehouse/web.db", folder=True), some),
        TransferRequest((lake.child("raw/customers", folder=True),), blocked, overwrite),
    )


def _lake(ref: ClusterRef) -> Location:
    return Location(StoreId(StoreKind.S3, ref.connection, ref.region), _LAKE)


def _hdfs(ref: ClusterRef) -> Location:
    return Location(StoreId(StoreKind.HDFS, ref.connection, ref.region, ref.cluster_id), "/")


def _warehouse(ref: ClusterRef, name: str) -> Location:
    return _hdfs(ref).child("user/hive/warehouse/" + name)


def _settled(page: TransfersPage) -> bool:
    """Some have ended, and the slow one moves."""
    transfers = page.feed.transfers
    ended = sum(one.state.ended for one in transfers)
    moving = [one for one in transfers if one.state is TransferState.RUNNING]
    return ended >= 2 and any(one.progress.bytes_done for one in moving)


def _open_sheet(ctx: UiContext, _window: QWidget) -> None:
    ref = largest_cluster(ctx)
    if ref is None:
        return
    ctx.navigate.open_cluster(ref, "storage")
    ctx.navigate.show_dock("transfers")
    options = TransferOptions(conflict=Conflict.OVERWRITE)
    target = _lake(ref).child("warehouse", folder=True)
    source = _hdfs(ref).child("user/hive/warehouse", folder=True)
    ctx.navigate.review_transfer(TransferRequest((source,), target, options))


def _planned(_ctx: UiContext, window: QWidget) -> bool:
    sheets = [one for one in window.findChildren(TransferSheet) if one.isVisible()]
    return bool(sheets) and sheets[0].states.state != "loading"


def _close_sheet(_ctx: UiContext, window: QWidget) -> None:
    for sheet in window.findChildren(TransferSheet):
        sheet.close_sheet()
