"""The files of a transfer: what became of each, and why."""

from __future__ import annotations

from hue_desktop.core.format import size
from hue_desktop.core.text import _
from hue_desktop.core.transfers.values import FileState, TransferFile
from hue_desktop.ui.parts import StateShape
from hue_desktop.ui.tables import Column, DataTable, RowsModel

__all__ = ["FilesTable", "happened"]

_SHAPES = {
    FileState.WAITING: StateShape.WAITING,
    FileState.RUNNING: StateShape.RUNNING,
    FileState.DONE: StateShape.DONE,
    FileState.SKIPPED: StateShape.STOPPED,
    FileState.FAILED: StateShape.FAILED,
}


def _state_word(file: TransferFile) -> str:
    if file.asks:
        return _("asks")
    return {
        FileState.WAITING: _("not yet"),
        FileState.RUNNING: _("running"),
        FileState.DONE: _("done"),
        FileState.SKIPPED: _("skipped"),
        FileState.FAILED: _("failed"),
    }[file.state]


def _shape(file: TransferFile) -> StateShape:
    return StateShape.ATTENTION if file.asks else _SHAPES[file.state]


def happened(file: TransferFile) -> str:
    """What became of the file, in words."""
    if file.asks:
        return _("The target differs.")
    if file.state is FileState.FAILED:
        return f"{file.error} {file.remedy}".strip()
    if file.state is FileState.DONE:
        checked = {"crc32c": _("CRC32C agrees"), "size": _("size agrees")}
        return checked.get(file.verified, file.verified)
    return file.error


def _color(file: TransferFile) -> str:
    if file.asks:
        return "warn"
    return "critical" if file.state is FileState.FAILED else "text-2"


def _columns() -> tuple[Column[TransferFile], ...]:
    return (
        Column("state", _("State"), _state_word, kind="state", value=_shape, width=96),
        Column(
            "path", _("File"), lambda one: one.relative, sort=lambda one: one.relative, width=300,
            weight=500, tooltip=lambda one: f"{one.source}\n{one.target}",
        ),
        Column(
            "size", _("Size"), lambda one: "" if one.folder else size(one.size),
            sort=lambda one: one.size, align="right", width=90, quiet=True,
        ),
        Column(
            "attempts", _("Tries"), lambda one: str(one.attempts) if one.attempts else "",
            sort=lambda one: one.attempts, align="right", width=56, quiet=True, hide_below=640,
        ),
        Column(
            "happened", _("What happened"), happened, stretch=True, color=_color,
            tooltip=happened, width=240,
        ),
    )  # fmt: skip


class FilesTable(DataTable[TransferFile]):
    """Files by id; several can be selected."""

    def __init__(self) -> None:
        self.rows_model: RowsModel[TransferFile] = RowsModel(_columns(), lambda one: one.id)
        super().__init__(self.rows_model, name=_("Files of the transfer"), multiple=True)
