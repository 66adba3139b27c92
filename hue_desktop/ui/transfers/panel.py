"""The dock's Transfers: what runs, waits and has failed, while pages come and go."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from hue_desktop.core.text import _
from hue_desktop.core.transfers.values import Transfer, TransferState
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.parts import Button, FourStates, column, row
from hue_desktop.ui.transfers.doing import carry_out
from hue_desktop.ui.transfers.feed import TransferFeed
from hue_desktop.ui.transfers.speed_line import SpeedLine
from hue_desktop.ui.transfers.transfer_list import TransferList, TransfersModel
from hue_desktop.ui.transfers.words import summary_badge

__all__ = ["TransfersPanel"]

_SHOWN = 200  #: the page has them all


class TransfersPanel(QWidget):
    """``badge_changed`` tells how many run and failed; ``head`` stands beside the dock's tabs."""

    badge_changed = Signal(str)

    def __init__(self, ctx: UiContext) -> None:
        super().__init__()
        self.ctx = ctx
        self.badge = ""
        self.setAccessibleName(_("Transfers"))
        self.model = TransfersModel(ctx.app.storage.display)
        self.list = TransferList(self.model)
        self.list.requested.connect(self._carry_out)
        self.states = FourStates(self.list)
        self.setLayout(column(self.states))
        self.retry_button = Button(_("Retry failed"), kind="link", clicked=self.retry_failed)
        self.speed = SpeedLine()
        self.head = QWidget()
        self.head.setLayout(row(self.retry_button, self.speed, spacing=12, margins=(0, 0, 12, 0)))
        self.feed = TransferFeed(ctx, self)
        self.feed.arrived.connect(self._show)
        self.feed.clusters_changed.connect(self.list.viewport().update)
        self.feed.poll()

    def _carry_out(self, verb: str, transfers: tuple[Transfer, ...]) -> None:
        carry_out(self.ctx, verb, transfers, owner=self)

    def retry_failed(self) -> None:
        """Try the failed files of all transfers again."""
        self._carry_out("retry", self._failed())

    def _failed(self) -> tuple[Transfer, ...]:
        return tuple(one for one in self.feed.transfers if one.state is TransferState.FAILED)

    def _show(self, transfers: tuple[Transfer, ...]) -> None:
        self.model.show_transfers(transfers[:_SHOWN])
        self.retry_button.setVisible(bool(self._failed()))
        moving = any(one.state is TransferState.RUNNING for one in transfers)
        self.speed.show_rates(self.feed.rates() if moving else (), moving=moving)
        badge = summary_badge(transfers)
        if badge != self.badge:
            self.badge = badge
            self.badge_changed.emit(badge)
        if self.feed.problem is not None:
            self.states.show_failed(self.feed.problem)
        elif transfers:
            self.states.show_content()
        else:
            self.states.show_empty(
                _("No transfers yet"),
                _("Drag files from one pane of Storage to the other, or from the desktop."),
            )

    def showEvent(self, event: QShowEvent) -> None:
        """Follow progress while somebody looks."""
        super().showEvent(event)
        self.feed.run()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while nobody looks; states still show in the badge."""
        super().hideEvent(event)
        self.feed.rest()
