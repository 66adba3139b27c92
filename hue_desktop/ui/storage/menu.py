"""The menu of a pane: only what fits the store and what is selected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from hue_desktop.core.storage import StoreKind
from hue_desktop.core.text import _, ngettext
from hue_desktop.ui.storage.columns import storage_class_text
from hue_desktop.ui.storage.deeds import CHANGING, Deed, change_selected, do
from hue_desktop.ui.storage.inspector import fitting_parts
from hue_desktop.ui.storage.panel import Target
from hue_desktop.ui.theme import icon

if TYPE_CHECKING:
    from hue_desktop.ui.storage.page import StoragePage
    from hue_desktop.ui.storage.pane import Pane

__all__ = ["fill_menu"]

_CLASSES = ("STANDARD", "INTELLIGENT_TIERING", "STANDARD_IA", "ONEZONE_IA", "GLACIER_IR")
_Line = tuple[Deed, str, str, str]  #: what, its words, its icon, its key


def fill_menu(menu: QMenu, page: StoragePage, pane: Pane) -> None:
    """Put in what can be done now, in sections."""
    location, row = pane.table.current_location(), pane.table.current_row()
    selected = pane.table.selected_count()
    target = Target(location, row) if location and row and selected else None
    read_only = pane.location is None or page.source.read_only(pane.location.store)
    _add_sections(menu, page, pane, target, selected, read_only)
    if target is not None and not read_only:
        _add_settings(menu, page, pane, target)


def _add_sections(
    menu: QMenu,
    page: StoragePage,
    pane: Pane,
    target: Target | None,
    selected: int,
    read_only: bool,
) -> None:
    for lines in _sections(pane, target, selected):
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


def _sections(pane: Pane, target: Target | None, selected: int) -> tuple[list[_Line], ...]:
    if target is None:
        return (_of_place(), _of_folder_here(pane))
    return (
        _of_looking(target) if selected == 1 else [],
        _of_copying(target),
        _of_changing(pane, selected),
        _of_place(),
    )


def _of_looking(target: Target) -> list[_Line]:
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
    parts = fitting_parts(target)
    return lines + [line for line in fitting if line[0].value in parts]


def _of_copying(target: Target) -> list[_Line]:
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
    if pane.location is not None and pane.location.store.kind is StoreKind.HDFS:
        lines.append((Deed.DELETE_FOR_GOOD, _("Delete for good…"), "", "Shift+Del"))
    return lines


def _of_place() -> list[_Line]:
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


def _add_settings(menu: QMenu, page: StoragePage, pane: Pane, target: Target) -> None:
    """What can be set for all selected files at once: copies in HDFS, the class in S3."""
    if target.is_folder:
        return
    if target.kind is StoreKind.HDFS:
        choices = [(ngettext("{n} copy", "{n} copies", n).format(n=n), n) for n in (1, 2, 3)]
        _add_choices(menu, _("Replication"), "replication", choices, page, pane)
    elif target.kind is StoreKind.S3:
        classes = [(storage_class_text(key), key) for key in _CLASSES]
        _add_choices(menu, _("Storage class"), "storage_class", classes, page, pane)


def _add_choices(
    menu: QMenu,
    title: str,
    what: str,
    choices: Sequence[tuple[str, object]],
    page: StoragePage,
    pane: Pane,
) -> None:
    below = menu.addMenu(title)
    for text, value in choices:
        entry = QAction(text, below)
        entry.triggered.connect(
            lambda _on=False, value=value: change_selected(page, pane, what, value)
        )
        below.addAction(entry)
