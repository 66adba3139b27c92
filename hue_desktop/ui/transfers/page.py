"""The page Transfers: what was copied, what runs, and why some files did not arrive."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.format import count
from hue_desktop.core.text import _, ngettext
from hue_desktop.core.transfers.values import Transfer, TransferState
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.page import Page
from hue_desktop.ui.parts import (
    Button,
    Choice,
    FourStates,
    Heading,
    Rule,
    SearchField,
    Segmented,
    column,
    row,
)
from hue_desktop.ui.transfers.detail import TransferDetail
from hue_desktop.ui.transfers.doing import carry_out
from hue_desktop.ui.transfers.feed import TransferFeed
from hue_desktop.ui.transfers.speed_line import SpeedLine
from hue_desktop.ui.transfers.transfer_list import TransferList, TransfersModel
from hue_desktop.ui.transfers.words import source_text, summary_badge

__all__ = ["TransfersPage"]


class TransfersPage(Page):
    """A list with filters over the detail of the one that is picked."""

    def __init__(self, ctx: UiContext, ref: ClusterRef | None = None) -> None:
        super().__init__(ctx, ref)
        self._wanted_id = 0
        self.heading = Heading(_("Transfers"))
        self.speed = SpeedLine()
        self.which = Segmented(
            (
                Choice("all", _("All")),
                Choice("busy", _("Running")),
                Choice("failed", _("Failed")),
                Choice("done", _("Done")),
            ),
            name=_("Which transfers"),
        )
        self.which.chosen.connect(lambda _key: self._show())
        self.search = SearchField(_("filter"), hint="/", name=_("Find a transfer"))
        self.search.setMaximumWidth(220)
        self.search.searched.connect(lambda _text: self._show())
        self.retry_button = Button(_("Retry failed"), clicked=self.retry_failed)
        self.clear_button = Button(_("Clear done"), clicked=self.clear_done)
        self.model = TransfersModel(ctx.app.storage.display)
        self.list = TransferList(self.model)
        self.list.requested.connect(self._requested)
        self.list.picked.connect(self._picked)
        self.detail = TransferDetail(ctx)
        self.detail.hide()
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(1)
        self.split.addWidget(self.list)
        self.split.addWidget(self.detail)
        self.split.setStretchFactor(0, 1)
        self.split.setStretchFactor(1, 1)
        self.states = FourStates(self.split)
        head = row(self.heading, self.speed, margins=(24, 14, 24, 6))
        head.setStretchFactor(self.heading, 1)
        bar = row(self.which, self.search, None, self.retry_button, self.clear_button, spacing=12,
                  margins=(24, 4, 24, 10))  # fmt: skip
        self._bar = QWidget()
        self._bar.setLayout(bar)
        self.setLayout(column(head, self._bar, Rule("h"), self.states))
        self.layout().setStretch(3, 1)  # type: ignore[union-attr]
        self.feed = TransferFeed(ctx, self)
        self.feed.arrived.connect(lambda _all: self._show())
        self.feed.clusters_changed.connect(self.list.viewport().update)
        self.feed.clusters_changed.connect(self.detail.show_place)
        self.feed.poll()

    @property
    def title(self) -> str:
        return _("Transfers")

    def shown(self) -> None:
        self.feed.run()

    def hidden(self) -> None:
        self.feed.rest()

    def refresh(self) -> None:
        self.feed.poll()
        self.detail.read_files()

    def focus_filter(self) -> bool:
        self.search.setFocus()
        return True

    def select(self, what: str) -> None:
        """Point at the transfer of that number."""
        self._wanted_id = int(what) if what.isdigit() else 0
        self.which.set_current("all")
        self.search.clear()
        self._show()

    def keys(self) -> tuple[tuple[str, str], ...]:
        return (
            (_("Space"), _("pause or go on")),
            (_("Enter"), _("show the files")),
            (_("Del"), _("cancel, or remove from the list")),
        )

    def retry_failed(self) -> None:
        """Try the failed files of all transfers again."""
        carry_out(self.ctx, "retry", self._in(TransferState.FAILED), owner=self)

    def clear_done(self) -> None:
        """Take those off the list that are done; what was copied stays."""
        carry_out(self.ctx, "forget", self._in(TransferState.DONE), owner=self)

    def _in(self, state: TransferState) -> tuple[Transfer, ...]:
        return tuple(one for one in self.feed.transfers if one.state is state)

    def _requested(self, verb: str, transfers: tuple[Transfer, ...]) -> None:
        if verb == "details":
            self.list.select_id(transfers[0].id)
            self.detail.table.setFocus()
        else:
            carry_out(self.ctx, verb, transfers, owner=self)

    def _picked(self, transfer: Transfer | None) -> None:
        self.detail.show_transfer(transfer)

    def _show(self) -> None:
        every = self.feed.transfers
        moving = any(one.state is TransferState.RUNNING for one in every)
        self.speed.show_rates(self.feed.rates() if moving else (), moving=moving)
        self.heading.subtitle.setText(_subtitle(every))
        self.retry_button.setVisible(bool(self._in(TransferState.FAILED)))
        self.clear_button.setVisible(bool(self._in(TransferState.DONE)))
        self._bar.setVisible(bool(every))
        chosen = tuple(one for one in every if self._wanted(one))
        self.model.show_transfers(chosen)
        if self.feed.problem is not None:
            self.states.show_failed(self.feed.problem)
            return
        if not every:
            self.states.show_empty(
                _("No transfers yet"),
                _("Drag files from one pane of Storage to the other, or from the desktop."),
                _("Open Storage"),
                lambda: self.ctx.navigate.open_page("stores"),
            )
            return
        if not chosen:
            self.states.show_empty(_("No transfer like that"), _("Choose All or another filter."))
            return
        self.states.show_content()
        if self._wanted_id and self.list.select_id(self._wanted_id):
            self._wanted_id = 0
        elif self.list.current is None:
            self.list.select_id(chosen[0].id)
        self.detail.show_transfer(self.list.current)

    def _wanted(self, transfer: Transfer) -> bool:
        which, state = self.which.current, transfer.state
        fits = {
            "all": True,
            "busy": not state.ended,
            "failed": state is TransferState.FAILED,
            "done": state is TransferState.DONE,
        }[which]
        text = self.search.text().strip().lower()
        request, shown = transfer.request, self.ctx.app.storage.display
        places = f"{source_text(request, shown)} {shown(request.target)}".lower()
        return fits and text in places


def _subtitle(transfers: tuple[Transfer, ...]) -> str:
    whole = ngettext("{n} transfer", "{n} transfers", len(transfers)).format(
        n=count(len(transfers))
    )
    badge = summary_badge(transfers)
    if not transfers:
        return ""
    return f"{whole} · {badge}" if badge else whole
