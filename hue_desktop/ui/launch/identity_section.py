"""Name, release and applications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QSizePolicy, QWidget

from hue_desktop.core.changes import ClusterSpec
from hue_desktop.core.clusters import Application
from hue_desktop.core.text import _, ngettext
from hue_desktop.ui.launch.form_section import FormSection
from hue_desktop.ui.parts import ComboField, FieldRow, ProblemLabel, TextField

__all__ = ["ApplicationsSection", "IdentitySection"]

_COLUMN_WIDTH, _COLUMN_GAP = 226, 16
_BOX_WIDTH = 30  #: the check box and its gap before the text


class IdentitySection(FormSection):
    """What the cluster is called and which release of EMR it runs."""

    def __init__(self) -> None:
        super().__init__(_("Cluster"))
        self.name = TextField(name=_("Name"), placeholder=_("for example nightly-sales"))
        self.place = ComboField(name=_("Connection and region"))
        self.place.setMinimumWidth(180)
        self.release = ComboField(name=_("Release"))
        self.release.setMinimumWidth(180)
        self.add_field("name", FieldRow(_("Name"), self.name))
        self._place_row = FieldRow(_("Where"), self.place, stretch=False)
        self.add(self._place_row)
        self._place_row.hide()
        self.add_field("release", FieldRow(_("Release"), self.release, stretch=False))
        self.name.textChanged.connect(lambda _text: self.changed.emit())
        self.release.currentIndexChanged.connect(lambda _at: self.changed.emit())

    def show_places(self, places: Sequence[tuple[str, str]], current: str) -> None:
        """Offer (key, text) of connections and regions; one alone is no question."""
        was_blocked = self.place.blockSignals(True)
        self.place.set_items(places)
        self.place.set_key(current)
        self.place.blockSignals(was_blocked)
        self._place_row.setVisible(len(places) > 1)

    def show_loading(self) -> None:
        """The releases are being read; one that is chosen already stays."""
        if not self.release.key:
            self.release.set_items([("", _("Reading…"))])
            self.release.setEnabled(False)

    def show_releases(self, releases: Sequence[str]) -> None:
        """Offer these; a clone's own release stays, even when it is offered no more."""
        self.release.setEnabled(True)
        current = self.release.key
        offered = list(releases)
        if current and current not in offered:
            offered.append(current)
        self.release.set_items((label, label) for label in offered)

    def show_spec(self, spec: ClusterSpec) -> None:
        self.name.setText(spec.name)
        self.show_release(spec.release)

    def show_release(self, release: str) -> None:
        """Choose a release, also one that is not offered."""
        if self.release.findData(release) < 0 and release:
            self.release.addItem(release, release)
        self.release.set_key(release)

    def apply_to(self, spec: ClusterSpec) -> ClusterSpec:
        return replace(spec, name=self.name.text().strip(), release=self.release.key)


class ApplicationsSection(FormSection):
    """What is installed, with the versions of the release."""

    def __init__(self) -> None:
        super().__init__(_("Applications"))
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(_COLUMN_GAP)
        self._grid.setVerticalSpacing(0)
        self._problem = ProblemLabel()
        self.boxes: dict[str, QCheckBox] = {}
        self._wanted: set[str] = set()
        self._columns = 3
        grid = QWidget()
        grid.setLayout(self._grid)
        self.add(grid)
        self.add(self._problem)
        self._count()

    def show_applications(self, applications: Sequence[Application]) -> None:
        """Offer what the release can install; what was checked stays checked where it exists."""
        for box in self.boxes.values():
            self._grid.removeWidget(box)
            box.hide()
            box.deleteLater()
        self.boxes = {}
        for application in applications:
            box = QCheckBox()
            box.setAccessibleName(application.name)
            box.setToolTip(f"{application.name} {application.version}".strip())
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            box.setChecked(application.name in self._wanted)
            box.toggled.connect(lambda checked, name=application.name: self._toggled(name, checked))
            self.boxes[application.name] = box
        self._place()
        self._count()

    def _place(self) -> None:
        for position, box in enumerate(self.boxes.values()):
            self._grid.addWidget(box, position // self._columns, position % self._columns)
        self._shorten()
        for column in range(3):
            self._grid.setColumnStretch(column, 1 if column < self._columns else 0)

    def _shorten(self) -> None:
        """A long name with its version ends in an ellipsis; the tooltip has all of it."""
        room = self.width() // self._columns - _COLUMN_GAP - _BOX_WIDTH
        for box in self.boxes.values():
            metrics = box.fontMetrics()
            box.setText(metrics.elidedText(box.toolTip(), Qt.TextElideMode.ElideRight, room))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many columns as fit."""
        super().resizeEvent(event)
        self._columns = min(max(self.width() // _COLUMN_WIDTH, 1), 3)
        self._place()

    def _toggled(self, name: str, checked: bool) -> None:
        self._wanted = self._wanted | {name} if checked else self._wanted - {name}
        self._count()
        self.changed.emit()

    def _count(self) -> None:
        chosen = len(self._chosen())
        text = ngettext("{n} chosen", "{n} chosen", chosen).format(n=chosen)
        self.note.setText(text if self.boxes else _("Reading what the release can install…"))

    def _chosen(self) -> tuple[str, ...]:
        if not self.boxes:
            return tuple(sorted(self._wanted))
        return tuple(name for name in self.boxes if name in self._wanted)

    def show_spec(self, spec: ClusterSpec) -> None:
        self._wanted = set(spec.applications)
        for name, box in self.boxes.items():
            was_blocked = box.blockSignals(True)
            box.setChecked(name in self._wanted)
            box.blockSignals(was_blocked)
        self._count()

    def apply_to(self, spec: ClusterSpec) -> ClusterSpec:
        return replace(spec, applications=self._chosen())

    def show_problems(self, problems: Mapping[str, str]) -> set[str]:
        mine = {field for field in problems if field.split("[")[0] == "applications"}
        self._problem.show_sentence(" ".join(problems[field] for field in sorted(mine)))
        return mine
