"""The menu of a pane: only what fits the store and what is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from hue_desktop.core.storage import StoreKind
from hue_desktop.core.text import _
from hue_desktop.ui.storage.deeds import CHANGING, Deed, do
from hue_desktop.ui.storage.panel import Target
from hue_desktop.ui.theme import icon

if TYPE_CHECKING:
    from hue_desktop.ui.storage.page import StoragePage
    from hue_desktop.ui.storage.pane import Pane

__all__ = ["fill_menu"]

_Line = tuple[Deed, str, str, str]  #: what, its words, its icon, its key


def fill_menu(menu: QMenu, page: StoragePage, pane: Pane) -> None:
    """Put in what can be done now, in sections."""
    location, row = pane.table.current_location(), pane.table.current_row()
    selected = pane.table.selected_count()
    target = Target(location, row) if location and row and selected else None
    read_only = pane.location is None or page.source.read_only(pane.location.store)
    for lines in _sections(page, pane, target, selected):
        wanted = [line for line in lines if not (read_only and line[0] in CHANGING)]
        if wanted and not menu.isEmpty():
            menu.addSeparator()
        for deed, text, icon_name, key in wanted:
            entry = QAction(text, menu)
            if icon_name:
                entry.setIcon(icon(icon_name))
            if key:
                entry.setShortcut(QKeySequence(key))
                entry.setShortcutVisibleInContextMenu(True)
            entry.triggered.connect(lambda _on=False, deed=deed: do(deed, page, pane))
            menu.addAction(entry)


def _sections(
    page: StoragePage, pane: Pane, target: Target | None, selected: int
) -> tuple[list[_Line], ...]:
    if target is None:
        return (_of_place(pane), _of_folder_here(pane))
    return (
        _of_looking(page, target) if selected == 1 else [],
        _of_copying(page, pane, target),
        _of_changing(pane, selected),
        _of_place(pane),
    )


def _of_looking(page: StoragePage, target: Target) -> list[_Line]:
    lines: list[_Line] = []
    if target.is_folder:
        lines.append((Deed.OPEN, _("Open"), "folder", "Return"))
    fitting = [
        (Deed.PREVIEW, _("Preview"), "eye", "Space"),
        (Deed.PROPERTIES, _("Properties"), "info", "Alt+Return"),
        (Deed.PERMISSIONS, _("Permissions…"), "lock", ""),
        (Deed.BLOCKS, _("Blocks and copies"), "blocks", ""),
        (Deed.SPACE, _("What takes up the space"), "treemap", ""),
        (Deed.VERSIONS, _("Versions"), "clock", ""),
        (Deed.LINK, _("Presigned link…"), "external", ""),
    ]
    return lines + [line for line in fitting if page.inspector.panel(line[0].value).fits(target)]


def _of_copying(page: StoragePage, pane: Pane, target: Target) -> list[_Line]:
    lines: list[_Line] = [
        (Deed.COPY_OVER, _("Copy to the other pane"), "copy", "F6"),
        (Deed.MOVE_OVER, _("Move to the other pane"), "", "Shift+F6"),
    ]
    if target.kind is not StoreKind.LOCAL:
        lines.append((Deed.SAVE, _("Copy to this machine…"), "download", ""))
    lines += [
        (Deed.COPY, _("Copy"), "", "Ctrl+C"),
        (Deed.CUT, _("Cut"), "", "Ctrl+X"),
        (Deed.COPY_LOCATION, _("Copy location"), "", ""),
    ]
    return lines


def _of_changing(pane: Pane, selected: int) -> list[_Line]:
    lines: list[_Line] = []
    if pane.in_trash:
        lines.append((Deed.RESTORE, _("Restore"), "undo", ""))
    if selected == 1:
        lines.append((Deed.RENAME, _("Rename…"), "edit", "F2"))
    lines.append((Deed.DELETE, _("Delete…"), "trash", "Del"))
    return lines


def _of_place(pane: Pane) -> list[_Line]:
    return [
        (Deed.PASTE, _("Paste"), "", "Ctrl+V"),
        (Deed.NEW_FOLDER, _("New folder…"), "folder-plus", "F7"),
    ]


def _of_folder_here(pane: Pane) -> list[_Line]:
    lines: list[_Line] = [
        (Deed.SELECT_ALL, _("Select everything"), "", "Ctrl+A"),
        (Deed.COPY_LOCATION, _("Copy location"), "", ""),
        (Deed.REFRESH, _("Read again"), "refresh", "F5"),
    ]
    if pane.location is not None and pane.location.store.kind is StoreKind.HDFS:
        lines.append((Deed.TRASH, _("Open the trash"), "trash", ""))
    return lines
