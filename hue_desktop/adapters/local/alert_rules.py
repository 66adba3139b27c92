"""Alert rules: the delivered ones, and ``alerts.toml`` with what the user has changed.

The file holds, by rule, only the fields that differ, so that a better default of a later release
reaches those who never touched it::

    [rule.hdfs-share]
    warn = 70.0

    [mute."prod/us-east-1/j-2AXXXXXXGAPLF"]
    hdfs-share = 1795440000.0
"""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from hue_desktop.adapters.local.files import read_text, replace_text
from hue_desktop.adapters.local.toml_text import cut_tables, toml_key, toml_value
from hue_desktop.core.alert_rules import check_rule
from hue_desktop.core.alerts import AlertRule
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.errors import ConfigurationError, HueError
from hue_desktop.core.health_ports import LoadedRules, Mute
from hue_desktop.core.text import _

__all__ = ["AlertRulesFile", "delivered_rules"]

HEAD = "# Written by Hue Desktop: only what differs from the rules as delivered.\n"
_FIELDS = {each.name for each in fields(AlertRule)} - {"key"}
_TEXTS = ("metric", "title", "remedy")
_FLAGS = ("above", "per_node", "enabled")
_LEVELS = ("warn", "critical")


class AlertRulesFile:
    """The ``AlertRuleStore`` port over TOML files."""

    def __init__(self, delivered: Path, path: Path) -> None:
        self._delivered = delivered
        self._path = path
        self._writing = threading.Lock()

    def defaults(self) -> tuple[AlertRule, ...]:
        """The rules as delivered."""
        return delivered_rules(self._delivered)

    def load(self) -> LoadedRules:
        """The user's changes; a table that cannot be used costs that table only."""
        try:
            text = read_text(self._path)
        except HueError as error:
            return LoadedRules(problems=(error,))
        changes: dict[str, Mapping[str, object]] = {}
        mutes: list[Mute] = []
        problems: list[HueError] = []
        for table in cut_tables(text or ""):
            try:
                if table.error:
                    raise self._wrong(table.error_line or table.header_line, table.error)
                if table.path[:1] == ("rule",) and len(table.path) == 2:
                    changes[table.path[1]] = self._checked(table.values, table.line_of)
                elif table.path[:1] == ("mute",) and len(table.path) == 2:
                    mutes += _mutes(table.path[1], table.values)
                elif table.values:
                    raise self._wrong(table.header_line, _("there is no such table"))
            except ConfigurationError as error:
                problems.append(error)
        return LoadedRules(changes, tuple(mutes), tuple(problems))

    def save(self, changes: Mapping[str, Mapping[str, object]], mutes: Iterable[Mute]) -> None:
        """Replace the file. One with problems is kept beside it as ``.bak``."""
        with self._writing:
            if self.load().problems:
                self._keep_bad_file()
            replace_text(self._path, _render(changes, mutes))

    def _keep_bad_file(self) -> None:
        try:
            bad = self._path.read_bytes()
        except OSError:
            return  # it cannot be read, and writing will say so
        backup = self._path.with_name(self._path.name + ".bak")
        replace_text(backup, bad.decode("utf-8", errors="replace"))

    def _checked(self, values: Mapping[str, Any], line_of: Any) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in values.items():
            if key not in _FIELDS:
                raise self._wrong(line_of(key), _("a rule has no {key}").format(key=key))
            try:
                found[key] = _field(key, value)
            except ValueError as error:
                raise self._wrong(line_of(key), str(error)) from error
        return found

    def _wrong(self, line: int, reason: str) -> ConfigurationError:
        return ConfigurationError(
            _("{path}, line {line}: {reason}.").format(path=self._path, line=line, reason=reason),
            remedy=_("Correct it; until then the rule is as delivered."),
        )


def delivered_rules(path: Path) -> tuple[AlertRule, ...]:
    """Read the rules of the resources folder, in the file's order. ``ConfigurationError``."""
    text = read_text(path)
    if text is None:
        raise ConfigurationError(
            _("{path} is missing.").format(path=path), remedy=_("Install Hue Desktop again.")
        )
    rules = []
    for key, values in tomllib.loads(text).items():
        known = {name: _field(name, value) for name, value in values.items() if name in _FIELDS}
        known.setdefault("warn", None)
        known.setdefault("critical", None)
        known["title"] = _(str(known["title"]))
        known["remedy"] = _(str(known.get("remedy", "")))
        rule = AlertRule(key=key, **known)  # type: ignore[arg-type]  # checked by _field
        assert not check_rule(rule), check_rule(rule)
        rules.append(rule)
    return tuple(rules)


def _field(name: str, value: Any) -> object:
    """A field's value in its type; ``ValueError`` says what it must be."""
    if name in _TEXTS:
        if isinstance(value, str):
            return value
        raise ValueError(_("{name} must be a text").format(name=name))
    if name in _FLAGS:
        if isinstance(value, bool):
            return value
        raise ValueError(_("{name} must be true or false").format(name=name))
    if name in _LEVELS and value == "none":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(_("{name} must be a number").format(name=name))
    return float(value)


def _mutes(name: str, values: Mapping[str, Any]) -> list[Mute]:
    connection, _slash, rest = name.rpartition("/")[0].rpartition("/")
    ref = ClusterRef(connection, rest, name.rpartition("/")[2])
    return [
        Mute(ref, rule, float(until))
        for rule, until in values.items()
        if isinstance(until, int | float) and not isinstance(until, bool)
    ]


def _render(changes: Mapping[str, Mapping[str, object]], mutes: Iterable[Mute]) -> str:
    lines = [HEAD]
    for rule, values in sorted(changes.items()):
        lines.append(f"[rule.{toml_key(rule)}]")
        lines += [
            f"{toml_key(name)} = {toml_value('none' if value is None else value)}"
            for name, value in sorted(values.items())
        ]
        lines.append("")
    by_cluster: dict[str, list[Mute]] = {}
    for mute in mutes:
        ref = mute.ref
        name = f"{ref.connection}/{ref.region}/{ref.cluster_id}"
        by_cluster.setdefault(name, []).append(mute)
    for name, muted in sorted(by_cluster.items()):
        lines.append(f"[mute.{toml_key(name)}]")
        lines += [f"{toml_key(each.rule)} = {toml_value(each.until)}" for each in muted]
        lines.append("")
    return "\n".join(lines)
