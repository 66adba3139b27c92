"""The inspector: stands where the other pane stood and looks at the file in focus."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from hue_desktop.core.text import _
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.parts import Choice, IconButton, Label, Rule, Segmented, row
from hue_desktop.ui.storage.blocks_panel import BlocksPanel
from hue_desktop.ui.storage.link_panel import LinkPanel
from hue_desktop.ui.storage.panel import Panel, Target
from hue_desktop.ui.storage.permissions_panel import PermissionsPanel
from hue_desktop.ui.storage.preview_panel import PreviewPanel
from hue_desktop.ui.storage.properties_panel import PropertiesPanel
from hue_desktop.ui.storage.source import StorageSource
from hue_desktop.ui.storage.usage_panel import UsagePanel
from hue_desktop.ui.storage.versions_panel import VersionsPanel

__all__ = ["Inspector", "fitting_parts"]

_KINDS: tuple[type[Panel], ...] = (
    PreviewPanel,
    PropertiesPanel,
    PermissionsPanel,
    BlocksPanel,
    UsagePanel,
    VersionsPanel,
    LinkPanel,
)


_TITLES = {kind.key: kind.title for kind in _KINDS}


def fitting_parts(target: Target) -> tuple[str, ...]:
    """Keys of the parts that have something to say of a file or folder."""
    return tuple(kind.key for kind in _KINDS if kind.fits(target))


class Inspector(QWidget):
    """Parts are made when they are first wanted; only those that fit the file are offered."""

    closed = Signal()
    folder_wanted = Signal(object)
    changed = Signal()

    def __init__(self, ctx: UiContext, source: StorageSource) -> None:
        super().__init__()
        self._ctx = ctx
        self._source = source
        self._panels: dict[str, Panel] = {}
        self._wanted = PreviewPanel.key
        self._keys: tuple[str, ...] = ()
        self.target: Target | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "surface")
        self.setAccessibleName(_("Inspector"))
        self.name = Label("", weight=600, elide=True)
        self.close_button = IconButton("close", _("Close the inspector"), clicked=self.closed.emit)
        self.stack = QStackedWidget()
        self._head = row(margins=(24, 0, 12, 6))
        self._switch: Segmented | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        top = row(self.name, self.close_button, margins=(24, 5, 8, 4))
        top.setStretchFactor(self.name, 1)
        layout.addLayout(top)
        layout.addLayout(self._head)
        layout.addWidget(Rule("h"))
        layout.addWidget(self.stack, 1)
        self.hide()

    @property
    def current(self) -> str:
        """The key of the part in front."""
        panel = self.stack.currentWidget()
        return panel.key if isinstance(panel, Panel) else ""

    def panel(self, key: str) -> Panel:
        """A part, made if it was not there."""
        made = self._panels.get(key)
        if made is None:
            kind = next(kind for kind in _KINDS if kind.key == key)
            made = self._panels[key] = kind(self._ctx, self._source)
            self.stack.addWidget(made)
            if isinstance(made, UsagePanel):
                made.folder_wanted.connect(self.folder_wanted)
            if isinstance(made, PermissionsPanel):
                made.changed.connect(self.changed)
        return made

    def look_at(self, target: Target, key: str = "") -> None:
        """Show a file or folder, with one part if that is named, else with the one of before."""
        if key:
            self._wanted = key
        self.target = target
        self.name.setText(target.row.name)
        keys = fitting_parts(target)
        if keys != self._keys:
            self._keys = keys
            self._make_switch()
        self._show(self._wanted if self._wanted in keys else keys[0])

    def enter(self) -> None:
        """Put the focus in, on the part that is shown."""
        if self._switch is not None:
            self._switch.segment(self.current).setFocus(Qt.FocusReason.TabFocusReason)

    def forget(self) -> None:
        """Stop everything that reads."""
        self.target = None
        for panel in self._panels.values():
            panel.forget()

    def refresh(self) -> None:
        """Read what is in front again."""
        panel = self.stack.currentWidget()
        if isinstance(panel, Panel):
            panel.read_again()

    def _make_switch(self) -> None:
        old = self._switch
        if old is not None:
            self._head.removeWidget(old)
            old.hide()
            old.deleteLater()
        choices = [Choice(key, _TITLES[key]) for key in self._keys]
        self._switch = Segmented(choices, name=_("What is shown of the file"))
        self._switch.chosen.connect(self._chosen)
        self._head.insertWidget(0, self._switch)
        if self._head.count() == 1:
            self._head.addStretch(1)

    def _chosen(self, key: str) -> None:
        self._wanted = key
        self._show(key)

    def _show(self, key: str) -> None:
        assert self.target is not None
        assert self._switch is not None
        self._switch.set_current(key)
        panel = self.panel(key)
        for other in self._panels.values():
            if other is not panel:
                other.forget()
        self.stack.setCurrentWidget(panel)
        panel.look_at(self.target)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)
