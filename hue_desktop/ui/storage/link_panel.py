"""A URL that reads an object without credentials until it expires."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from hue_desktop.core.format import date_time
from hue_desktop.core.storage import StoreKind
from hue_desktop.core.text import _
from hue_desktop.ui.parts import Button, ComboField, Label, column, row
from hue_desktop.ui.storage.panel import Panel, Target
from hue_desktop.ui.storage.preview_panel import ReadOnlyText

__all__ = ["LinkPanel"]

_HOUR = 3600


class LinkPanel(Panel):
    """The person says for how long; the URL is made at once and copied on a click."""

    key = "link"
    title = _("Link")
    icon = "external"

    def make_content(self) -> QWidget:
        lengths = ((_HOUR, _("1 hour")), (12 * _HOUR, _("12 hours")), (24 * _HOUR, _("1 day")),
                   (7 * 24 * _HOUR, _("7 days")))  # fmt: skip
        self.length = ComboField(
            [(str(seconds), text) for seconds, text in lengths], name=_("How long the link works")
        )
        self.length.currentIndexChanged.connect(lambda _at: self.read_again())
        self.url = ReadOnlyText(_("Presigned URL"))
        self.url.setLineWrapMode(ReadOnlyText.LineWrapMode.WidgetWidth)
        self.url.setMaximumHeight(160)
        self.until = Label("", tone="text-2", wrap=True)
        self.copy = Button(_("Copy link"), kind="primary", icon_name="copy", clicked=self._copy)
        content = QWidget()
        choose = row(Label(_("Works for")), self.length, None, self.copy)
        layout = column(choose, self.url, self.until, spacing=12, margins=(24, 16, 24, 16))
        layout.addStretch(1)
        content.setLayout(layout)
        return content

    @classmethod
    def fits(cls, target: Target) -> bool:
        return target.kind is StoreKind.S3 and not target.is_folder

    def begin(self, target: Target) -> None:
        service, seconds = self.source.service, int(self.length.key or _HOUR)

        def show(url: str) -> None:
            self.url.setPlainText(url)
            ends = datetime.now(UTC) + timedelta(seconds=seconds)
            self.until.setText(
                _(
                    "Whoever has this link can read the object until {time}, or until the"
                    " credentials that signed it expire."
                ).format(time=date_time(ends))
            )
            self.states.show_content()

        self.ask(lambda: str(service.presigned(target.location, seconds)), show)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.url.toPlainText())
        self.ctx.navigate.notify(_("The link is on the clipboard."))
