"""A list of small records that grows and shrinks: tags, bootstrap actions, steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from hue_desktop.ui.parts import (
    Button,
    ComboField,
    IconButton,
    Label,
    ProblemLabel,
    TextField,
    column,
    row,
)

__all__ = ["RecordField", "RecordList"]


class RecordField(NamedTuple):
    """A field of every record; with ``choices`` it is a list instead of a text."""

    title: str
    share: int = 1
    placeholder: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    mono: bool = False


class _Record(QWidget):
    """The fields of one record, and the button that removes it."""

    def __init__(
        self,
        fields: Sequence[RecordField],
        values: Sequence[str],
        noun: str,
        remove: Callable[[_Record], None],
        announce: Callable[[], None],
    ) -> None:
        super().__init__()
        self.editors: list[TextField | ComboField] = []
        self.problem = ProblemLabel()
        self.remove_button = IconButton("close", noun, clicked=lambda: remove(self))
        line = row(spacing=8)
        for field, value in zip(fields, values, strict=True):
            editor: TextField | ComboField
            if field.choices:
                editor = ComboField(field.choices, name=field.title)
                editor.set_key(value)
                editor.currentIndexChanged.connect(lambda _at: announce())
            else:
                editor = TextField(
                    value, name=field.title, placeholder=field.placeholder, mono=field.mono
                )
                editor.setCursorPosition(0)
                editor.textChanged.connect(lambda _text: announce())
            editor.setMinimumWidth(64)
            self.editors.append(editor)
            line.addWidget(editor, field.share)
        line.addWidget(self.remove_button)
        self.setLayout(column(line, self.problem, spacing=2, margins=(0, 4, 0, 4)))

    def values(self) -> tuple[str, ...]:
        return tuple(
            editor.key if isinstance(editor, ComboField) else editor.text()
            for editor in self.editors
        )


class RecordList(QWidget):
    """Records under each other with a button that adds one; ``changed`` after every edit."""

    changed = Signal()

    def __init__(
        self,
        fields: Sequence[RecordField],
        *,
        add: str,
        remove: str,
        new: Sequence[str] = (),
        keep_new: bool = False,
    ) -> None:
        """``new`` is what a record begins with; with ``keep_new`` such a one counts as it is."""
        super().__init__()
        self._fields = tuple(fields)
        self._new = tuple(new) or tuple("" for _field in fields)
        self._remove_name = remove
        self._keep_new = keep_new
        self.records: list[_Record] = []
        self._heads = row(spacing=8, margins=(0, 0, 32, 0))
        for field in fields:
            head = Label(field.title, tone="text-2", size="small")
            head.setMinimumWidth(64)
            self._heads.addWidget(head, field.share)
        self._head = QWidget()
        self._head.setLayout(self._heads)
        self._list = column()
        self.add_button = Button(add, kind="link", icon_name="plus", clicked=self.add_record)
        self.setLayout(
            column(self._head, self._list, row(self.add_button, None, margins=(0, 4, 0, 0)))
        )
        self._show_head()

    def show_records(self, records: Sequence[Sequence[str]]) -> None:
        """Replace all records; announces nothing."""
        for record in self.records:
            record.hide()
            record.deleteLater()
        self.records = []
        for values in records:
            self._append(values)
        self._show_head()

    def values(self) -> list[tuple[str, ...]]:
        """The records as texts; entirely empty ones are left out."""
        return [record.values() for record in self._filled()]

    def _filled(self) -> list[_Record]:
        """The records that say something; a list's choice alone says nothing."""
        if self._keep_new:
            return self.records
        texts = [position for position, field in enumerate(self._fields) if not field.choices]
        return [
            record
            for record in self.records
            if any(
                record.values()[position].strip() not in ("", self._new[position])
                for position in texts
            )
        ]

    def add_record(self) -> None:
        """Add an empty record and put the cursor into it."""
        self._append(self._new)
        self._show_head()
        self.records[-1].editors[0].setFocus()
        self.changed.emit()

    def _append(self, values: Sequence[str]) -> None:
        record = _Record(self._fields, values, self._remove_name, self._remove, self.changed.emit)
        self.records.append(record)
        self._list.addWidget(record)

    def _remove(self, record: _Record) -> None:
        self.records.remove(record)
        record.hide()
        record.deleteLater()
        self._show_head()
        self.changed.emit()

    def _show_head(self) -> None:
        self._head.setVisible(bool(self.records))

    def show_problems(self, problems: Mapping[int, str]) -> None:
        """Sentences by the place of the record in ``values``."""
        filled = self._filled()
        for record in self.records:
            number = filled.index(record) if record in filled else -1
            record.problem.show_sentence(problems.get(number, ""))
