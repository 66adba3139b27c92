"""Who may do what with a file, how many copies HDFS keeps of it, and the change of both."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from hue_desktop.core.storage import StoreKind
from hue_desktop.core.text import _
from hue_desktop.ui.parts import Button, Label, NumberField, Rule, Scroll, TextField, column, row
from hue_desktop.ui.storage.columns import permission_text
from hue_desktop.ui.storage.flow import propose_plans
from hue_desktop.ui.storage.panel import Panel, Target

__all__ = ["PermissionsPanel"]

_WHO = (("owner", 6), ("group", 3), ("others", 0))
_WHAT = (("read", 4), ("write", 2), ("execute", 1))


class PermissionsPanel(Panel):
    """Fields filled with what is; Apply changes only what differs, each as a plan of its own."""

    key = "permissions"
    title = _("Permissions")
    icon = "lock"

    changed = Signal()

    def make_content(self) -> QWidget:
        self.boxes: dict[tuple[str, str], QCheckBox] = {}
        body = QWidget()
        self.owner = TextField(name=_("Owner"))
        self.group = TextField(name=_("Group"))
        self.copies = NumberField(2, name=_("Copies of each block"), low=1, high=512)
        self.copies_row = QWidget()
        self.copies_row.setLayout(row(_caption(_("Replication")), self.copies, None, spacing=12))
        self.below = QCheckBox(_("Also everything below this folder"))
        self.below.setAccessibleName(_("Also everything below this folder"))
        self.text = Label("", size="mono", tone="text-2")
        self.apply = Button(_("Apply…"), kind="primary", clicked=self._apply)
        self.reset = Button(_("Reset"), clicked=self._fill)
        lines = column(
            row(_caption(_("Owner")), self.owner, None, spacing=12),
            row(_caption(_("Group")), self.group, None, spacing=12),
            self.copies_row,
            Rule("h"),
            self._make_grid(),
            self.below,
            self.text,
            row(None, self.reset, self.apply),
            spacing=12,
            margins=(24, 16, 24, 16),
        )
        lines.addStretch(1)
        body.setLayout(lines)
        for field in (self.owner, self.group):
            field.setMaximumWidth(200)
            field.textChanged.connect(lambda _text: self._look())
        self.copies.valueChanged.connect(lambda _value: self._look())
        return Scroll(body)

    def _make_grid(self) -> QWidget:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(2)
        who_words = {"owner": _("Owner"), "group": _("Group"), "others": _("Others")}
        what_words = {"read": _("read"), "write": _("write"), "execute": _("execute, enter")}
        for line, (who, _shift) in enumerate(_WHO):
            grid.addWidget(_caption(who_words[who]), line, 0)
            for place, (what, _bit) in enumerate(_WHAT, 1):
                box = QCheckBox(what_words[what])
                box.setAccessibleName(f"{who_words[who]}: {what_words[what]}")
                box.toggled.connect(lambda _on: self._look())
                self.boxes[who, what] = box
                grid.addWidget(box, line, place)
        grid.setColumnStretch(4, 1)
        return holder

    @classmethod
    def fits(cls, target: Target) -> bool:
        return target.kind is not StoreKind.S3 and (
            target.row.entry.details.get("permission") is not None
        )

    def begin(self, target: Target) -> None:
        self._fill()
        self.states.show_content()

    def _fill(self) -> None:
        if self.target is None:
            return
        details = self.target.row.entry.details
        mode = int(details.get("permission") or 0)
        for (who, what), box in self.boxes.items():
            shift, bit = dict(_WHO)[who], dict(_WHAT)[what]
            box.setChecked(bool(mode >> shift & bit))
        self.below.setVisible(self.target.is_folder)
        self.below.setChecked(False)
        self.owner.setText(str(details.get("owner") or ""))
        self.group.setText(str(details.get("group") or ""))
        replication = details.get("replication")
        self.copies_row.setVisible(bool(replication) and not self.target.is_folder)
        if replication:
            self.copies.setValue(int(replication))
        self._look()

    @property
    def mode(self) -> int:
        """The permission bits that the boxes say, sticky and set-id bits as they were."""
        bits = 0
        for (who, what), box in self.boxes.items():
            if box.isChecked():
                bits |= dict(_WHAT)[what] << dict(_WHO)[who]
        kept = int(self.target.row.entry.details.get("permission") or 0) if self.target else 0
        return bits | (kept & 0o7000)

    def differences(self) -> dict[str, object]:
        """What would be changed, by the port's word for it."""
        if self.target is None:
            return {}
        details = self.target.row.entry.details
        found: dict[str, object] = {}
        if self.mode != int(details.get("permission") or 0):
            found["permission"] = self.mode
        for what, field in (("owner", self.owner), ("group", self.group)):
            text = field.text().strip()
            if text and text != str(details.get(what) or ""):
                found[what] = text
        replication = details.get("replication")
        if replication and not self.target.is_folder and self.copies.value() != int(replication):
            found["replication"] = self.copies.value()
        return found

    def _look(self) -> None:
        if self.target is None:
            return
        read_only = self.source.read_only(self.target.location.store)
        self.apply.setEnabled(bool(self.differences()) and not read_only)
        self.apply.setToolTip(_("Read-only mode is on.") if read_only else "")
        self.reset.setEnabled(bool(self.differences()))
        self.text.setText(f"{self.mode:04o}  {permission_text(self.target.row.entry)}")

    def _apply(self) -> None:
        target = self.target
        if target is None:
            return
        service, differences = self.source.service, self.differences()
        below = target.is_folder and self.below.isChecked()
        propose_plans(
            self.ctx,
            self,
            lambda: [
                service.plan_change((target.location,), what, value, recursive=below)
                for what, value in differences.items()
            ],
            self.changed.emit,
        )


def _caption(text: str) -> Label:
    caption = Label(text, weight=500)
    caption.setFixedWidth(88)
    return caption
