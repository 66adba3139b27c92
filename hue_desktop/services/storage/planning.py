"""Plans for changes in stores: what will be called, what is lost, how it is undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from hue_desktop.core.changes import Undoability
from hue_desktop.core.errors import ConfigurationError, HueError, NotFound, Refused
from hue_desktop.core.file_systems import FileSystem, Refusal
from hue_desktop.core.format import count, size
from hue_desktop.core.storage import Entry, Location, StoreId, StoreKind
from hue_desktop.core.storage_plans import Loss, StorageAct, StorageChange, StoragePlan
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.storage.locations import display
from hue_desktop.services.storage.losses import count_loss, settle
from hue_desktop.services.storage.values import HasBuckets

__all__ = ["StoragePlanner"]

_KINDS = {
    "permission": "permissions",
    "owner": "permissions",
    "group": "permissions",
    "replication": "replication",
}


class StoragePlanner:
    """All methods block: they look at what is there. NotFound when it is not.

    ``read_only`` says whether a store may not be changed now, ``asks_name`` whether something that
    is lost for good there wants a name typed first, ``shown`` how a location is written.
    """

    def __init__(
        self,
        file_system_of: Callable[[StoreId], FileSystem],
        read_only: Callable[[StoreId], bool],
        asks_name: Callable[[StoreId], bool],
        shown: Callable[[Location], str] = display,
    ) -> None:
        self._of = file_system_of
        self._read_only = read_only
        self._asks_name = asks_name
        self._shown = shown

    def _what(self, locations: Sequence[Location]) -> str:
        return self._shown(locations[0]) if len(locations) == 1 else self._names(locations)

    def _names(self, locations: Sequence[Location]) -> str:
        if len(locations) == 1:
            return locations[0].name or self._shown(locations[0])
        return ngettext("{n} item", "{n} items", len(locations)).format(n=count(len(locations)))

    # -- deleting ---------------------------------------------------------------------------

    def delete(self, locations: Sequence[Location], *, for_good: bool = False) -> StoragePlan:
        """Delete files and folders; into the trash where the store has one and they are not in it
        already, unless it is ``for_good``."""
        store = _one_store(locations)
        file_system = self._of(store)
        trash = None if for_good else file_system.trash_root()
        settled = settle(file_system, locations)
        locations = [location for location, _entry in settled]
        loss = count_loss(file_system, settled)
        if trash is not None and not any(_within(each, trash) for each in locations):
            return self._checked(_trash_plan(locations, loss, self._what(locations)), store)
        changes = tuple(
            StorageChange(StorageAct.DELETE, each, recursive=True) for each in locations
        )
        lines, undo_text = self._lost(store, file_system, locations)
        kept = bool(undo_text)
        plan = StoragePlan(
            _("Delete {what}").format(what=self._what(locations)),
            changes,
            lines,
            tuple(_delete_call(each, loss) for each in locations[:_CALLS]),
            loss,
            Undoability.FINAL,
            undo_text or _("Cannot be undone."),
            typed_name="" if kept or not self._asks_name(store) else _typed(locations),
        )
        return self._checked(plan, store)

    def restore(self, locations: Sequence[Location]) -> StoragePlan:
        """Put files back from the trash to where they were."""
        store = _one_store(locations)
        file_system = self._of(store)
        trash = file_system.trash_root()
        settled = settle(file_system, locations)
        locations = [location for location, _entry in settled]
        loss = count_loss(file_system, settled)
        plan = StoragePlan(
            _("Restore {what}").format(what=self._what(locations)),
            tuple(StorageChange(StorageAct.RESTORE, each) for each in locations),
            (_amount(loss), _("Nothing is replaced: what has a new file in its place stays here.")),
            tuple(f"RENAME {each.path}" for each in locations[:_CALLS]),
            undo=Undoability.UNDOABLE,
            undo_text=_("Undo moves it back into the trash."),
        )
        if trash is None or not all(_within(each, trash) for each in locations):
            plan = replace(plan, blocked=_("Only what is in the trash can be restored."))
        return self._checked(plan, store)

    # -- names ------------------------------------------------------------------------------

    def rename(self, location: Location, name: str) -> StoragePlan:
        """Give a file or folder another name in its folder."""
        file_system = self._of(location.store)
        entry = file_system.stat(location)
        location = location.as_folder() if entry.is_folder else location
        target = location.parent().child(name, folder=entry.is_folder)
        plan = StoragePlan(
            _("Rename {old} to {new}").format(old=location.name, new=name),
            (StorageChange(StorageAct.RENAME, location, target),),
            calls=(f"RENAME {location.path} → {target.path}",),
            undo=Undoability.UNDOABLE,
            undo_text=_("Undo gives it its old name back."),
            inverse=(StorageChange(StorageAct.RENAME, target, location),),
        )
        problem = _name_problem(name, file_system)
        if not problem and name == location.name:
            problem = _("It has this name already.")
        if not problem and _stands(file_system, target, entry, location):
            problem = _("There is a {name} already.").format(name=name)
        if problem:
            return replace(plan, blocked=problem)
        if not file_system.capabilities.rename:
            plan = _rename_by_copy(
                plan, location, target, count_loss(file_system, [(location, entry)])
            )
        return self._checked(plan, location.store)

    def make_folder(self, parent: Location, name: str) -> StoragePlan:
        """Make a folder."""
        file_system = self._of(parent.store)
        folder = parent.as_folder().child(name, folder=True)
        lines: tuple[str, ...] = ()
        call = f"MKDIRS {folder.path}"
        if not file_system.capabilities.folders:
            call = f"PutObject {folder}"
            lines = (_("S3 has no folders: an empty object whose key ends in “/” stands for it."),)
            if not parent.bucket:
                call, lines = f"CreateBucket {name}", (_("This makes a bucket."),)
        plan = StoragePlan(
            _("Make the folder {name}").format(name=name),
            (StorageChange(StorageAct.MAKE_FOLDER, folder),),
            lines,
            (call,),
            undo=Undoability.UNDOABLE,
            undo_text=_("Undo removes it while it is empty."),
            inverse=(StorageChange(StorageAct.DELETE, folder),),
        )
        problem = _name_problem(name, file_system)
        if not problem and _exists(file_system, folder):
            problem = _("There is a {name} already.").format(name=name)
        return replace(plan, blocked=problem) if problem else self._checked(plan, parent.store)

    # -- attributes -------------------------------------------------------------------------

    def change(
        self, locations: Sequence[Location], what: str, value: Any, *, recursive: bool = False
    ) -> StoragePlan:
        """Set permissions, owner, group, replication, storage class or time; ``recursive`` for all
        that is below folders too."""
        store = _one_store(locations)
        file_system = self._of(store)
        settled = settle(file_system, locations)
        locations = [location for location, _entry in settled]
        entries = [entry for _location, entry in settled]
        recursive = recursive and any(entry.is_folder for entry in entries)
        text = f"{value:o}" if what == "permission" else str(value)
        changes = tuple(
            StorageChange(StorageAct.CHANGE, each, what=what, value=value, recursive=recursive)
            for each in locations
        )
        old = [
            entry.details.get(what) if what != "modified" else entry.modified for entry in entries
        ]
        inverse = tuple(
            StorageChange(StorageAct.CHANGE, each, what=what, value=before)
            for each, before in zip(locations, old, strict=True)
            if before is not None
        )
        undoable = not recursive and len(inverse) == len(changes)
        counted = recursive or what == "replication"
        loss = count_loss(file_system, settled) if counted else None
        plan = StoragePlan(
            _("Set {what} of {names} to {value}").format(
                what=_(_WORDS.get(what, what)), names=self._names(locations), value=text
            ),
            changes,
            tuple(_change_lines(what, value, entries, loss, recursive)),
            tuple(f"{_CALL_OF.get(what, what)} {text} {each}" for each in locations[:_CALLS]),
            undo=Undoability.UNDOABLE if undoable else Undoability.FINAL,
            undo_text=_("Undo sets it back.")
            if undoable
            else _("Cannot be undone: what it was before is not kept for all that is below."),
            inverse=inverse if undoable else (),
        )
        if not _offers(file_system, what):
            plan = replace(plan, blocked=_("This store has no such thing."))
        return self._checked(plan, store)

    # -- small things -----------------------------------------------------------------------

    def _checked(self, plan: StoragePlan, store: StoreId) -> StoragePlan:
        if not plan.blocked and self._read_only(store):
            text = _("Read-only mode is on for {connection}.").format(connection=store.connection)
            return replace(plan, blocked=text)
        return plan

    def _lost(
        self, store: StoreId, file_system: FileSystem, locations: Sequence[Location]
    ) -> tuple[tuple[str, ...], str]:
        """What is special about deleting here, and whether anything of it is kept."""
        if store.kind is not StoreKind.S3:
            return (_("It does not go to a trash."),), ""
        facts: Mapping[str, str] = {}
        if isinstance(file_system, HasBuckets):
            with suppress(HueError):
                facts = file_system.bucket_facts(locations[0])
        if facts.get("versioning") == "Enabled" and locations[0].key:
            return (
                (
                    _(
                        "Versioning is on: the objects get delete markers; "
                        "their versions stay, and are paid for."
                    ),
                ),
                _("The versions can be brought back in S3."),
            )
        return (_("Versioning is off in this bucket: nothing is kept."),), ""


_CALLS = 20
#: What is changed, as a sentence says it; message ids.
_WORDS = {
    "permission": "permissions",
    "owner": "owner",
    "group": "group",
    "replication": "replication",
    "modified": "modification time",
    "storage_class": "storage class",
}
_CALL_OF = {
    "permission": "SETPERMISSION",
    "owner": "SETOWNER",
    "group": "SETOWNER group",
    "replication": "SETREPLICATION",
    "modified": "SETTIMES",
    "storage_class": "CopyObject StorageClass",
}


def _one_store(locations: Sequence[Location]) -> StoreId:
    stores = {each.store for each in locations}
    if len(stores) != 1:
        raise ConfigurationError(_("Choose files of one store."))
    return stores.pop()


def _within(location: Location, folder: Location) -> bool:
    return location.store == folder.store and location.path.startswith(folder.as_folder().path)


def _amount(loss: Loss) -> str:
    files = ngettext("{n} file", "{n} files", loss.files).format(n=count(loss.files))
    text = _("{files}, {size}").format(files=files, size=size(loss.bytes))
    return (
        text if loss.complete else _("At least {amount}; not all was counted").format(amount=text)
    )


def _typed(locations: Sequence[Location]) -> str:
    return locations[0].name if len(locations) == 1 else locations[0].parent().name or "delete"


def _trash_plan(locations: Sequence[Location], loss: Loss, what: str) -> StoragePlan:
    return StoragePlan(
        _("Move {what} to the trash").format(what=what),
        tuple(StorageChange(StorageAct.TRASH, each) for each in locations),
        (_("The space is free again when the trash is emptied, which HDFS does by itself."),),
        tuple(f"RENAME {each.path} → .Trash/Current" for each in locations[:_CALLS]),
        loss,
        Undoability.UNDOABLE,
        _("Undo restores it while it is in the trash."),
    )


def _delete_call(location: Location, loss: Loss) -> str:
    if location.store.kind is StoreKind.S3:
        if not location.key:
            return f"DeleteBucket {location.bucket}"
        return f"DeleteObjects {location}" if location.is_folder else f"DeleteObject {location}"
    return f"DELETE {location.path}" + ("?recursive=true" if location.is_folder else "")


def _rename_by_copy(
    plan: StoragePlan, location: Location, target: Location, loss: Loss
) -> StoragePlan:
    line = ngettext(
        "S3 has no rename: {n} object is copied and then deleted ({size}).",
        "S3 has no rename: {n} objects are copied and then deleted ({size}).",
        loss.files,
    ).format(n=count(loss.files), size=size(loss.bytes))
    calls = (f"CopyObject {location} → {target}", f"DeleteObject {location}")
    return replace(plan, lines=(line,), calls=calls)


def _name_problem(name: str, file_system: FileSystem) -> str:
    if not name.strip() or name in (".", ".."):
        return _("Write a name.")
    if "/" in name or "\0" in name:
        return _("A name cannot hold “/”.")
    if len(name.encode("utf-8", "surrogateescape")) > file_system.capabilities.max_name_bytes:
        return _("The name is too long: {limit} bytes are the limit.").format(
            limit=file_system.capabilities.max_name_bytes
        )
    return ""


def _exists(file_system: FileSystem, location: Location) -> bool:
    try:
        file_system.stat(location)
    except NotFound:
        return False
    except Refused as error:
        return error.code != Refusal.INVALID_NAME
    return True


def _stands(file_system: FileSystem, target: Location, entry: Entry, location: Location) -> bool:
    """Whether something else stands at the target; only a change of case is no obstacle."""
    if target.name.casefold() == location.name.casefold():
        return False
    return _exists(file_system, target)


def _offers(file_system: FileSystem, what: str) -> bool:
    can = file_system.capabilities
    if what in _KINDS:
        return bool(getattr(can, _KINDS[what]))
    if what == "storage_class":
        return file_system.store.kind is StoreKind.S3
    return what == "modified" and file_system.store.kind is not StoreKind.S3


def _change_lines(
    what: str, value: Any, entries: Sequence[Entry], loss: Loss | None, recursive: bool
) -> list[str]:
    lines = []
    old = {entry.details.get(what) for entry in entries}
    if len(old) == 1 and None not in old:
        before = old.pop()
        text = f"{before:o}" if what == "permission" else str(before)
        lines.append(_("Now {value}.").format(value=text))
    if loss is not None and recursive:
        lines.append(_("Also for all that is below: {amount}.").format(amount=_amount(loss)))
    if what == "replication" and loss is not None:
        copies = {entry.details.get("replication") for entry in entries if not entry.is_folder}
        copy = copies.pop() if len(copies) == 1 else None
        if isinstance(copy, int):
            more = (int(value) - copy) * loss.bytes
            if more > 0:
                lines.append(_("Takes {size} more of HDFS.").format(size=size(more)))
            elif more < 0:
                lines.append(_("Gives {size} of HDFS back.").format(size=size(-more)))
        if int(value) < 2:
            lines.append(_("One copy only: a lost node loses data."))
    return lines
