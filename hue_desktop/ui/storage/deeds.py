"""What can be done with files: by key, from the menu, from the palette."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent

from hue_desktop.core.storage import LOCAL, Location, StoreKind
from hue_desktop.core.storage_plans import StorageOutcome, StoragePlan
from hue_desktop.core.text import _
from hue_desktop.ui.storage.flow import propose
from hue_desktop.ui.storage.words import name_problem

if TYPE_CHECKING:
    from hue_desktop.ui.storage.page import StoragePage
    from hue_desktop.ui.storage.pane import Pane

__all__ = ["CHANGING", "Deed", "change_selected", "do", "of_key"]


class Deed(Enum):
    """One thing to do in the pane in front."""

    OPEN = "open"
    PREVIEW = "preview"
    PROPERTIES = "properties"
    PERMISSIONS = "permissions"
    BLOCKS = "blocks"
    SPACE = "usage"
    VERSIONS = "versions"
    LINK = "link"
    EDIT_LOCATION = "location"
    COPY_LOCATION = "copy-location"
    SELECT_ALL = "all"
    COPY = "copy"
    CUT = "cut"
    PASTE = "paste"
    COPY_OVER = "copy-over"
    MOVE_OVER = "move-over"
    SAVE = "save"
    RENAME = "rename"
    NEW_FOLDER = "new-folder"
    DELETE = "delete"
    DELETE_FOR_GOOD = "delete-for-good"
    TRASH = "trash"
    RESTORE = "restore"
    UNDO = "undo"
    REFRESH = "refresh"


CHANGING = frozenset(
    (Deed.CUT, Deed.PASTE, Deed.MOVE_OVER, Deed.RENAME, Deed.NEW_FOLDER, Deed.DELETE,
     Deed.DELETE_FOR_GOOD, Deed.RESTORE, Deed.UNDO)
)  #: what read-only mode keeps from this pane's store  # fmt: skip

_NONE = Qt.KeyboardModifier.NoModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CTRL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier

_KEYS: dict[tuple[Qt.Key, Qt.KeyboardModifier], Deed] = {
    (Qt.Key.Key_Space, _NONE): Deed.PREVIEW,
    (Qt.Key.Key_F3, _NONE): Deed.PREVIEW,
    (Qt.Key.Key_Return, _ALT): Deed.PROPERTIES,
    (Qt.Key.Key_Enter, _ALT): Deed.PROPERTIES,
    (Qt.Key.Key_L, _CTRL): Deed.EDIT_LOCATION,
    (Qt.Key.Key_A, _CTRL): Deed.SELECT_ALL,
    (Qt.Key.Key_C, _CTRL): Deed.COPY,
    (Qt.Key.Key_X, _CTRL): Deed.CUT,
    (Qt.Key.Key_V, _CTRL): Deed.PASTE,
    (Qt.Key.Key_F6, _NONE): Deed.COPY_OVER,
    (Qt.Key.Key_F6, _SHIFT): Deed.MOVE_OVER,
    (Qt.Key.Key_Z, _CTRL): Deed.UNDO,
    (Qt.Key.Key_F2, _NONE): Deed.RENAME,
    (Qt.Key.Key_F7, _NONE): Deed.NEW_FOLDER,
    (Qt.Key.Key_Delete, _NONE): Deed.DELETE,
    (Qt.Key.Key_Delete, _SHIFT): Deed.DELETE_FOR_GOOD,
}

_LOOKS = (
    Deed.PROPERTIES,
    Deed.PERMISSIONS,
    Deed.BLOCKS,
    Deed.SPACE,
    Deed.VERSIONS,
    Deed.LINK,
)


def of_key(event: QKeyEvent) -> Deed | None:
    """What a key does here."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return _KEYS.get((Qt.Key(event.key()), modifiers))


def do(deed: Deed, page: StoragePage, pane: Pane) -> None:
    """Do it in ``pane``; where nothing is selected, nothing happens."""
    here = pane.location
    if here is None:
        return
    if deed in CHANGING and page.source.read_only(here.store):
        page.ctx.navigate.notify(
            _("Read-only mode is on: nothing can be changed here."), kind="warn"
        )
        return
    if deed in _LOOKS:
        page.inspect(pane, deed.value)
        return
    plain: dict[Deed, Callable[[], None]] = {
        Deed.OPEN: pane.open_current,
        Deed.PREVIEW: page.flip_inspector,
        Deed.EDIT_LOCATION: pane.path.edit,
        Deed.SELECT_ALL: pane.table.select_all_rows,
        Deed.COPY: page.copy_files,
        Deed.CUT: lambda: page.copy_files(True),
        Deed.PASTE: page.paste_files,
        Deed.COPY_OVER: page.copy_to_other,
        Deed.MOVE_OVER: lambda: page.copy_to_other(True),
        Deed.SAVE: lambda: _save(page, pane),
        Deed.COPY_LOCATION: lambda: _copy_location(page, pane),
        Deed.RENAME: lambda: _rename(page, pane),
        Deed.NEW_FOLDER: lambda: _new_folder(page, pane),
        Deed.DELETE: lambda: _delete(page, pane, for_good=False),
        Deed.DELETE_FOR_GOOD: lambda: _delete(page, pane, for_good=True),
        Deed.TRASH: lambda: _open_trash(page, pane),
        Deed.RESTORE: lambda: _restore(page, pane),
        Deed.UNDO: lambda: _undo(page, pane),
        Deed.REFRESH: pane.refresh,
    }
    plain[deed]()


def _rename(page: StoragePage, pane: Pane) -> None:
    location, row = pane.table.current_location(), pane.table.current_row()
    if location is None or row is None or not row.entry.name:
        return
    old, service = row.entry.name, page.source.service

    def check(name: str) -> str:
        taken = name != old and pane.holds(name)
        return name_problem(name, location, taken)

    def answer(name: str) -> None:
        if name != old:
            _propose(
                page, pane, lambda: service.plan_rename(location, name),
                lambda: pane.refresh(name), ask=False,
            )  # fmt: skip

    pane.names.ask(
        _("New name of {old}").format(old=old), _("Rename"), answer, text=old, check=check
    )


def _new_folder(page: StoragePage, pane: Pane) -> None:
    here, service = pane.location, page.source.service
    assert here is not None

    def answer(name: str) -> None:
        _propose(
            page, pane, lambda: service.plan_make_folder(here, name),
            lambda: pane.refresh(name), ask=False,
        )  # fmt: skip

    pane.names.ask(
        _("Name of the new folder"),
        _("Create"),
        answer,
        check=lambda name: name_problem(name, here, pane.holds(name)),
    )


def _delete(page: StoragePage, pane: Pane, *, for_good: bool) -> None:
    files, service = pane.table.selected_locations(), page.source.service
    if not files:
        return
    next_name = pane.neighbour()
    _propose(
        page,
        pane,
        lambda: service.plan_delete(files, for_good=for_good),
        lambda: pane.refresh(next_name),
    )


def _restore(page: StoragePage, pane: Pane) -> None:
    files, service = pane.table.selected_locations(), page.source.service
    if files:
        _propose(page, pane, lambda: service.plan_restore(files), pane.refresh)


def _undo(page: StoragePage, pane: Pane) -> None:
    """Take back the last change of files that was done on this page."""
    outcome, service = page.last_outcome, page.source.service
    if outcome is None or not outcome.inverse:
        page.ctx.navigate.notify(_("There is nothing to undo here."), kind="warn")
        return
    page.last_outcome = None
    _propose(page, pane, lambda: service.plan_undo(outcome), pane.refresh, ask=False)


def _propose(
    page: StoragePage,
    pane: Pane,
    make: Callable[[], StoragePlan],
    done: Callable[[], None],
    *,
    ask: bool = True,
) -> None:
    """See ``flow.propose``; what came of it can be undone with Ctrl+Z."""

    def remember(outcome: StorageOutcome) -> None:
        page.last_outcome = outcome

    propose(page.ctx, pane, make, done, ask=ask, outcome=remember)


def change_selected(page: StoragePage, pane: Pane, what: str, value: object) -> None:
    """Set something of all selected files, after a question."""
    files, service = pane.table.selected_locations(), page.source.service
    if files:
        _propose(page, pane, lambda: service.plan_change(files, what, value), pane.refresh)


def _open_trash(page: StoragePage, pane: Pane) -> None:
    here, service = pane.location, page.source.service
    assert here is not None

    def found(root: Location | None) -> None:
        if root is None:
            page.ctx.navigate.notify(_("This store has no trash."), kind="warn")
        else:
            pane.go(root)

    page.ctx.tasks.run(
        "storage:look", lambda _token: service.trash_root(here.store), owner=pane, done=found
    )


def _save(page: StoragePage, pane: Pane) -> None:
    """Copy to this machine: into the folder of the other pane if it is local, else Downloads."""
    files, other = pane.table.selected_locations(), page.other.location
    if not files:
        return
    if other is None or other.store.kind is not StoreKind.LOCAL:
        folder = Path.home() / "Downloads"
        folder = folder if folder.is_dir() else Path.home()
        other = Location(LOCAL, folder.as_posix() + "/")
    page.request_transfer(files, other)


def _copy_location(page: StoragePage, pane: Pane) -> None:
    files = pane.table.selected_locations() or ((pane.location,) if pane.location else ())
    text = "\n".join(page.source.display(location) for location in files)
    QGuiApplication.clipboard().setText(text)
    page.ctx.navigate.notify(_("{what} is on the clipboard.").format(what=text.split("\n")[0]))
