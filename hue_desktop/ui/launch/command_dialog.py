"""The AWS CLI command for the cluster of the form, to be copied."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from hue_desktop.core.changes import ClusterSpec
from hue_desktop.core.connections import Connection
from hue_desktop.core.create_command import create_command
from hue_desktop.core.text import _
from hue_desktop.ui.parts import Button, Label, Rule, column, row

__all__ = ["CommandDialog"]


class CommandDialog(QDialog):
    """Shows the command; Copy puts it on the clipboard."""

    def __init__(
        self, spec: ClusterSpec, connection: Connection, region: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("AWS CLI command"))
        self.setAccessibleName(_("AWS CLI command"))
        self.command = QPlainTextEdit(create_command(spec, connection, region))
        self.command.setReadOnly(True)
        self.command.setAccessibleName(_("Command"))
        self.command.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.copy_button = Button(_("Copy"), kind="primary", icon_name="copy", clicked=self._copy)
        close = Button(_("Close"), clicked=self.reject)
        title = Label(_("AWS CLI command"), size="large", weight=600)
        hint = Label(_("It asks for the same cluster as this form."), tone="text-2", wrap=True)
        body = column(title, 4, hint, 14, self.command, margins=(24, 20, 24, 20))
        footer = row(None, close, self.copy_button, margins=(24, 13, 24, 14))
        self.setLayout(column(body, Rule("h", strong=True), footer))
        self.resize(680, 460)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.command.toPlainText())
        self.copy_button.set_text(_("Copied"))
