"""What few ask for in a group: its name and the EBS volumes of its nodes. Folded until wanted."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from hue_desktop.core.changes import GroupSpec
from hue_desktop.core.instances import EbsVolume
from hue_desktop.core.text import _, ngettext
from hue_desktop.ui.launch.record_list import RecordField, RecordList
from hue_desktop.ui.parts import Button, FieldRow, Label, TextField, column, row

__all__ = ["GroupExtras"]

_INDENT = 80  #: as wide as square and role
_TYPES = ("gp3", "gp2", "io2", "io1", "st1", "sc1", "standard")
_FIRST = ("gp3", "64", "1")


class GroupExtras(QWidget):
    """A link that says what is set, and below it, unfolded, the fields. ``changed`` after edits."""

    changed = Signal()

    def __init__(self, role: str) -> None:
        super().__init__()
        self._volumes: tuple[EbsVolume, ...] = ()
        self._role = role
        self.fold = Button("", kind="link", small=True, clicked=self._flip)
        self.name = TextField(name=_("{role}: name of the group").format(role=role))
        self.volumes = RecordList(
            (
                RecordField(_("Volume type"), choices=tuple((one, one) for one in _TYPES)),
                RecordField(_("Size, GiB"), placeholder="64"),
                RecordField(_("Volumes a node"), placeholder="1"),
            ),
            add=_("Add volume"),
            remove=_("Remove this volume"),
            new=_FIRST,
            keep_new=True,
        )
        self._hint = Label(
            _("Without any, EMR gives each node the volumes that suit its type."),
            tone="text-2",
            wrap=True,
        )
        self.fields = QWidget()
        inside = column(FieldRow(_("Name"), self.name), self._hint, self.volumes)
        line = row(_INDENT, inside)
        line.setStretchFactor(inside, 1)
        self.fields.setLayout(line)
        self.fields.hide()
        self.setLayout(column(row(_INDENT - 4, self.fold, None, spacing=0), self.fields))
        self.name.textChanged.connect(lambda _text: self._announce())
        self.volumes.changed.connect(self._announce)

    def show_group(self, spec: GroupSpec) -> None:
        """Fill the fields; announces nothing."""
        self._volumes = spec.ebs_volumes
        was_blocked = self.name.blockSignals(True)
        self.name.setText(spec.name)
        self.name.blockSignals(was_blocked)
        amounts = Counter((one.volume_type, one.size_gib) for one in spec.ebs_volumes)
        self.volumes.show_records(
            [(kind, str(size), str(amount)) for (kind, size), amount in amounts.items()]
        )
        self._show_fold()

    def apply_to(self, spec: GroupSpec) -> GroupSpec:
        """The group with its name and volumes; what cannot be read is left out."""
        return replace(spec, name=self.name.text().strip(), ebs_volumes=self._read_volumes())

    def problem(self) -> str:
        """What is wrong with what was typed; empty when it can be read."""
        for _kind, size, amount in self.volumes.values():
            if _whole(size) < 1 or not 1 <= _whole(amount) <= 25:
                return _("A volume has a size in whole GiB, and a node has 1 to 25 of them.")
        return ""

    def _read_volumes(self) -> tuple[EbsVolume, ...]:
        """The volumes asked for: those that were there as they were, IOPS and all, others plain."""
        left = list(self._volumes)
        found: list[EbsVolume] = []
        for kind, size, amount in self.volumes.values():
            if _whole(size) < 1 or not 1 <= _whole(amount) <= 25:
                continue
            same = [one for one in left if (one.volume_type, one.size_gib) == (kind, _whole(size))]
            same = same[: _whole(amount)]
            left = [one for one in left if one not in same]
            found += [*same, *[EbsVolume(kind, _whole(size))] * (_whole(amount) - len(same))]
        unchanged = Counter(found) == Counter(self._volumes)
        return self._volumes if unchanged else tuple(found)

    def _flip(self) -> None:
        self.fields.setVisible(self.fields.isHidden())
        self._show_fold()

    def _announce(self) -> None:
        self._show_fold()
        self.changed.emit()

    def _show_fold(self) -> None:
        self.fold.set_text(self._summary())
        self.fold.setAccessibleName(f"{self._role}: {self._summary()}")

    def _summary(self) -> str:
        if not self.fields.isHidden():
            return _("Hide name and volumes")
        volumes = len(self._read_volumes())
        if not volumes:
            return _("Name and volumes")
        text = ngettext("Name, {n} EBS volume a node", "Name, {n} EBS volumes a node", volumes)
        return text.format(n=volumes)


def _whole(text: str) -> int:
    """A whole number; 0 for anything else."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() else 0
