"""The versions that S3 keeps of an object."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtWidgets import QWidget

from hue_desktop.core.format import date_time, size
from hue_desktop.core.storage import Entry, StoreKind
from hue_desktop.core.text import _
from hue_desktop.ui.parts import row
from hue_desktop.ui.storage.columns import storage_class_text
from hue_desktop.ui.storage.panel import Panel, Target
from hue_desktop.ui.storage.preview_panel import TextTable

__all__ = ["VersionsPanel"]


class VersionsPanel(Panel):
    """Newest first, with what each version is."""

    key = "versions"
    title = _("Versions")
    icon = "clock"

    def make_content(self) -> QWidget:
        self.table = TextTable(_("Versions"))
        holder = QWidget()
        holder.setLayout(row(self.table, margins=(18, 4, 0, 0)))
        return holder

    @classmethod
    def fits(cls, target: Target) -> bool:
        return target.kind is StoreKind.S3 and not target.is_folder

    def begin(self, target: Target) -> None:
        service = self.source.service
        self.ask(lambda: tuple(service.versions(target.location)), self._show)

    def _show(self, versions: tuple[Entry, ...]) -> None:
        if not versions:
            self.states.show_empty(
                _("No versions"),
                _("Versioning is off: a new object replaces the old one for good."),
            )
            return
        heads = (_("Modified"), _("Size"), _("Class"), _("Version"))
        self.table.show_rows(heads, [_cells(entry) for entry in versions], frozenset((1,)))
        self.states.show_content()


def _cells(entry: Entry) -> tuple[str, ...]:
    moment = None
    if entry.modified is not None:
        moment = datetime.fromtimestamp(entry.modified, UTC)
    details = entry.details
    gone = bool(details.get("delete_marker"))
    return (
        date_time(moment),
        _("deleted") if gone else size(entry.size),
        storage_class_text(details.get("storage_class")),
        str(details.get("version_id") or "–"),
    )
