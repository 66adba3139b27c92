"""The files that would lose their only copies, largest first; a file opens in Storage."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from hue_desktop.core.format import count, size
from hue_desktop.core.shrink.values import Level, LostFile, Verdict
from hue_desktop.core.text import _, ngettext
from hue_desktop.ui.parts import Button, Label, column, row
from hue_desktop.ui.shrink.disk_bars import short_host
from hue_desktop.ui.tables import Column, DataTable, RowsModel
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["LostList", "common_folder"]

_PADDING = SIZES["cell-padding"]  #: texts stand under the title
_ROWS = 5  #: shown before the list scrolls


class LostList(QWidget):
    """``opened`` with the path of a file, or with the folder that holds all of them."""

    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._folder = "/"
        self._title = Label(_("Files that would be lost"), weight=600, elide=True)
        self.amount = Label(tone="critical")
        self.all_link = Button("", kind="link", small=True, clicked=self._open_all)
        self.nothing = Label(tone="text-2", wrap=True)
        self.model: RowsModel[LostFile] = RowsModel(_columns(), key=lambda file: file.path)
        self.table: DataTable[LostFile] = DataTable(self.model, name=_("Files that would be lost"))
        self.table.row_activated.connect(self._open_file)
        self.rest = Label(tone="text-2", wrap=True)
        self.setLayout(
            column(
                row(self._title, self.amount, None, self.all_link),
                4,
                self.nothing,
                row(self.table, margins=(-_PADDING, 0, -_PADDING, 0)),
                self.rest,
                None,
            )
        )

    def show_verdict(self, verdict: Verdict) -> None:
        """Show the files of a verdict: those that would be lost, or only nearly so."""
        lost = verdict.lost_files
        spared = bool(lost) and not verdict.loses
        self._title.setText(
            _("Files with their only copies on leaving nodes")
            if spared
            else _("Files that would be lost")
        )
        self.amount.set_tone("warn" if spared else "critical")
        self.amount.setText(_amount(verdict.lost_count, verdict.lost_bytes) if lost else "")
        self.nothing.setVisible(not lost)
        self.nothing.setText(_no_files(verdict.level))
        self.table.setVisible(bool(lost))
        self.all_link.setVisible(bool(lost))
        self._folder = common_folder([file.path for file in lost])
        self.all_link.set_text(_("Show in Storage"))
        self.all_link.setToolTip(self._folder)
        self.model.set_rows(lost)
        shown = min(len(lost), _ROWS)
        self.table.setFixedHeight(SIZES["head"] + max(1, shown) * SIZES["row"] + 2)
        more = verdict.lost_count - len(lost)
        self.rest.setVisible(more > 0)
        self.rest.setText(
            ngettext("and {n} smaller file", "and {n} smaller files", max(1, more)).format(
                n=count(more)
            )
        )

    def _open_file(self, file: LostFile) -> None:
        self.opened.emit(file.path)

    def _open_all(self) -> None:
        self.opened.emit(self._folder)


def _no_files(level: Level) -> str:
    if level is Level.UNKNOWN:
        return _("Not known: which files have their only copies there could not be read.")
    return _("None: every block has a copy on a node that stays.")


def _amount(files: int, total: int) -> str:
    words = ngettext("{n} file", "{n} files", files).format(n=count(files))
    return f"{words}, {size(total)}"


def common_folder(paths: list[str]) -> str:
    """The deepest folder that holds all of them, with a slash at its end."""
    if not paths:
        return "/"
    first, last = min(paths), max(paths)
    shared = 0
    for at, (one, other) in enumerate(zip(first, last, strict=False)):
        if one != other:
            break
        if one == "/":
            shared = at
    else:
        shared = min(first.rfind("/"), len(last))
    return first[: shared + 1] or "/"


def _columns() -> tuple[Column[LostFile], ...]:
    return (
        Column("path", _("Path"), lambda f: f.path, sort=lambda f: f.path, width=240,
               stretch=True, optional=False, tooltip=lambda f: f.path),
        Column("size", _("Size"), lambda f: size(f.size), sort=lambda f: f.size, align="right",
               width=76, descending_first=True),
        Column("blocks", _("Blocks"), lambda f: count(f.blocks), sort=lambda f: f.blocks,
               align="right", width=60, quiet=True, hide_below=420),
        Column("where", _("Only copy on"), _where, sort=_where, width=112, quiet=True,
               hide_below=340, tooltip=lambda f: ", ".join(f.only_on)),
    )  # fmt: skip


def _where(file: LostFile) -> str:
    if len(file.only_on) <= 1:
        return ", ".join(short_host(host) for host in file.only_on)
    return ngettext("{n} node", "{n} nodes", len(file.only_on)).format(n=len(file.only_on))
