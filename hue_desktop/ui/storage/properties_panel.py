"""Everything that a store tells of a file, under the store's own words."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QWidget

from hue_desktop.core.format import date_time, size
from hue_desktop.core.text import _
from hue_desktop.ui.parts import Button, Label, Scroll, row
from hue_desktop.ui.storage.columns import (
    FileRow,
    permission_text,
    storage_class_text,
)
from hue_desktop.ui.storage.panel import Panel, Target

__all__ = ["PropertiesPanel"]

_TOLD = frozenset(
    ("owner", "group", "permission", "replication", "blocksize", "size", "length", "modified",
     "lastmodified", "contentlength", "storageclass", "linktarget")
)  # fmt: skip
_LONG_WORD = 44  #: a longer word cannot wrap, so it is cut and told in full by its tooltip


class PropertiesPanel(Panel):
    """What the listing said, at once; the rest when the store has answered."""

    key = "properties"
    title = _("Properties")
    icon = "info"

    def make_content(self) -> QWidget:
        body = QWidget()
        self._grid = QGridLayout(body)
        self._grid.setContentsMargins(24, 16, 24, 16)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        return Scroll(body)

    def begin(self, target: Target) -> None:
        service = self.source.service

        def show(more: Mapping[str, str]) -> None:
            told = {key: _value(key, value) for key, value in more.items() if not _known(key)}
            self.show_facts({**self.known(target), **told})

        self.ask(lambda: dict(service.properties(target.location)), show)

    def known(self, target: Target) -> dict[str, str]:
        """What is known without asking."""
        entry = target.row.entry
        facts = {_("Location"): self.source.display(target.location)}
        if entry.size is not None and not entry.is_folder:
            facts[_("Size")] = f"{size(entry.size)} ({entry.size:,} B)".replace(",", " ")
        if entry.modified is not None:
            facts[_("Modified")] = _modified(target.row)
        details = entry.details
        for key, title in (
            ("storage_class", _("Storage class")),
            ("owner", _("Owner")),
            ("group", _("Group")),
            ("replication", _("Replication")),
            ("link_target", _("Points to")),
        ):
            if details.get(key) not in (None, ""):
                value = details[key]
                facts[title] = storage_class_text(value) if key == "storage_class" else str(value)
        if details.get("block_size"):
            facts[_("Block size")] = size(int(details["block_size"]))
        if permission_text(entry):
            facts[_("Permissions")] = f"{permission_text(entry)} ({int(details['permission']):o})"
        return facts

    def show_facts(self, facts: Mapping[str, str]) -> None:
        """Lay them out, one a line; each can be selected."""
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for line, (key, value) in enumerate(facts.items()):
            caption = Label(_words(key), tone="text-2")
            caption.setAlignment(Qt.AlignmentFlag.AlignTop)
            long_word = max(map(len, str(value).split()), default=0) > _LONG_WORD
            text = Label(str(value), wrap=not long_word, elide=long_word, selectable=True)
            text.setAccessibleName(f"{_words(key)}: {value}")
            self._grid.addWidget(caption, line, 0)
            self._grid.addWidget(text, line, 1)
        copy = Button(
            _("Copy all"),
            kind="link",
            icon_name="copy",
            clicked=lambda: _copy(facts),
        )
        last = len(facts)
        self._grid.addLayout(row(copy, None), last, 0, 1, 2)
        self._grid.setRowStretch(last + 1, 1)
        self.states.show_content()


def _modified(row_: FileRow) -> str:
    from datetime import UTC, datetime

    moment = datetime.fromtimestamp(row_.entry.modified or 0.0, UTC)
    return f"{date_time(moment)} ({moment:%Y-%m-%d %H:%M:%S} UTC)"


def _known(key: str) -> bool:
    """Whether the listing said it already, perhaps under another spelling."""
    return "".join(filter(str.isalnum, key)).lower() in _TOLD


def _value(key: str, value: str) -> str:
    """Bytes as a person reads them."""
    return size(int(value)) if key.startswith("bytes") and str(value).isdigit() else value


def _words(key: str) -> str:
    """A store's own word with spaces: ``bytes_with_replicas``."""
    return key[:1].upper() + key[1:].replace("_", " ") if "_" in key or key.islower() else key


def _copy(facts: Mapping[str, str]) -> None:
    QGuiApplication.clipboard().setText("\n".join(f"{key}: {facts[key]}" for key in facts))
