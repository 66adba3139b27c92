"""The user's connections: ``connections.toml`` in the configuration directory.

::

    # the nightly jobs
    [connections.analytics]
    class = "production"            # development, test, production or simulated
    profile = "analytics-admin"
    regions = ["eu-central-1"]
    hourly_budget_usd = 40

    [connections.analytics.ssh]
    key_file = "~/.ssh/emr.pem"

A mistake costs the connection that it stands in, never the others. Saving rewrites the tables of
one connection and leaves every other line, comments included, as the user wrote it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hue_desktop.adapters.local.connection_fields import (
    PARTS,
    ROOT,
    FieldError,
    connection_of,
    nearest,
    render_connection,
)
from hue_desktop.adapters.local.files import read_text, replace_text
from hue_desktop.adapters.local.toml_text import Table, cut_tables
from hue_desktop.core.connections import Connection, LoadedConnections
from hue_desktop.core.errors import ConfigurationError, HueError
from hue_desktop.core.text import _

__all__ = ["ConnectionsFile"]


class ConnectionsFile:
    """The ``ConnectionStore`` port over a TOML file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writing = threading.Lock()

    @property
    def path(self) -> Path:
        """The file, for messages."""
        return self._path

    def load(self) -> LoadedConnections:
        """The usable connections in the file's order, and one problem for each that is not."""
        try:
            text = read_text(self._path)
        except HueError as error:
            return LoadedConnections(problems=(error,))
        if text is None:
            return LoadedConnections(exists=False)
        problems: list[HueError] = []
        by_name: dict[str, dict[str, Table]] = {}
        broken: set[str] = set()
        for table in cut_tables(text):
            problem = self._sort_in(table, by_name)
            if problem is not None:
                problems.append(problem)
                broken.update(table.path[1:2])
        connections = []
        for name, tables in by_name.items():
            if name in broken:
                continue
            try:
                connections.append(self._connection(name, tables))
            except HueError as error:
                problems.append(error)
        return LoadedConnections(tuple(connections), tuple(problems))

    def save(self, connection: Connection) -> None:
        """Add the connection, or replace the tables of the one of its name."""
        if not connection.name.strip():
            raise ConfigurationError(_("A connection needs a name."))
        with self._writing:
            self._rewrite(connection.name, render_connection(connection))

    def remove(self, name: str) -> None:
        """Forget the connection; nothing happens when there is none of that name."""
        with self._writing:
            self._rewrite(name, [])

    def _sort_in(self, table: Table, by_name: dict[str, dict[str, Table]]) -> HueError | None:
        """Put a table where it belongs, or say why it belongs nowhere."""
        if table.error:
            return self._syntax_problem(table)
        path = table.path
        if not path or path == (ROOT,):
            return self._top_problem(table)
        if path[0] != ROOT:
            message = _("there is no table “{name}”.").format(name=path[0])
            return self._problem(table.header_line, "", message, nearest(path[0], [ROOT]))
        part = ".".join(path[2:])
        if part and part not in PARTS:
            message = _("a connection has no table “{name}”.").format(name=part)
            return self._problem(table.header_line, path[1], message, nearest(part, PARTS))
        tables = by_name.setdefault(path[1], {})
        if part in tables:
            message = _("it is there twice, first in line {line}.").format(
                line=tables[part].header_line
            )
            return self._problem(
                table.header_line, path[1], message, _("Rename or remove one of them.")
            )
        tables[part] = table
        return None

    def _top_problem(self, table: Table) -> HueError | None:
        """Keys outside of any connection; connections written inline are not understood."""
        for key in table.values:
            message = _("“{key}” stands outside of a connection.").format(key=key)
            remedy = _("Put it under a line such as [connections.mine].")
            return self._problem(table.line_of(key), "", message, remedy)
        return None

    def _connection(self, name: str, tables: Mapping[str, Table]) -> Connection:
        values: dict[str, Mapping[str, Any]] = {part: t.values for part, t in tables.items()}
        try:
            return connection_of(name, values)
        except FieldError as error:
            table = tables.get(error.part) or tables.get("") or next(iter(tables.values()))
            line = table.line_of(error.key)
            raise self._problem(line, name, error.message, error.remedy) from error

    def _syntax_problem(self, table: Table) -> ConfigurationError:
        name = table.path[1] if len(table.path) > 1 else ""
        message = _("this is not TOML: {reason}.").format(reason=table.error)
        remedy = _("Texts stand in quotes, tables in [brackets].")
        return self._problem(table.error_line, name, message, remedy)

    def _problem(self, line: int, name: str, message: str, remedy: str) -> ConfigurationError:
        place = _("{file}, line {line}").format(file=self._path, line=line)
        if name:
            place = _("{place}, connection “{name}”").format(place=place, name=name)
        return ConfigurationError(f"{place}: {message}", remedy=remedy)

    def _rewrite(self, name: str, replacement: list[str]) -> None:
        """Replace the tables of ``name`` by other lines, at the place of the first of them."""
        lines: list[str] = []
        placed = not replacement
        for table in cut_tables(read_text(self._path) or ""):
            if table.path[:2] != (ROOT, name):
                lines += table.lines
                continue
            if not placed:
                lines += _comments(table)
                lines += [*replacement, ""]
                placed = True
        if not placed:
            lines += ["", *replacement]
        replace_text(self._path, "\n".join(lines).strip("\n") + "\n")


def _comments(table: Table) -> list[str]:
    """The comment right above the header."""
    return list(table.lines[: table.header_line - table.first_line])
