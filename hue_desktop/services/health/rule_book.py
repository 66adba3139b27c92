"""The alert rules in force: as delivered, with the user's changes; and what is muted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from hue_desktop.core.alert_rules import check_rule
from hue_desktop.core.alerts import AlertRule
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.errors import ConfigurationError, HueError
from hue_desktop.core.health_ports import LoadedRules, Mute
from hue_desktop.core.text import _

if TYPE_CHECKING:
    from hue_desktop.core.health_ports import AlertRuleStore

__all__ = ["RuleBook"]

_NEEDED = ("metric", "title")


class RuleBook:
    """Safe from any thread. Without a store there are no rules, and nothing is kept."""

    def __init__(self, store: AlertRuleStore | None, changed: Callable[[], None]) -> None:
        self._store = store
        self._changed = changed
        self._lock = threading.Lock()
        self._defaults = store.defaults() if store is not None else ()
        loaded = store.load() if store is not None else LoadedRules()
        problems = list(loaded.problems)
        self._rules = _merged(self._defaults, loaded.changes, problems)
        self._mutes = {(each.ref, each.rule): each.until for each in loaded.mutes}
        self.problems: tuple[HueError, ...] = tuple(problems)

    def rules(self) -> tuple[AlertRule, ...]:
        """The rules in force."""
        with self._lock:
            return self._rules

    def defaults(self) -> tuple[AlertRule, ...]:
        """The rules as delivered."""
        return self._defaults

    def set_rules(self, rules: Iterable[AlertRule]) -> None:
        """Check and keep rules. A delivered one that is missing is as delivered again.

        ``ConfigurationError`` for a rule that makes no sense, ``StateError`` when the file cannot
        be written; the rules in force stay as they were then.
        """
        wanted = tuple(rules)
        keys = [each.key for each in wanted]
        for rule in wanted:
            if problem := check_rule(rule):
                raise ConfigurationError(problem, remedy=_("Correct the threshold."))
            if not rule.key or keys.count(rule.key) > 1:
                raise ConfigurationError(_("Two rules have the key {key}.").format(key=rule.key))
        with self._lock:
            changes = _changes(self._defaults, wanted)
            self._save(changes, self._mutes)
            self._rules = _merged(self._defaults, changes, [])
        self._changed()

    def mute(self, ref: ClusterRef, rule: str, until: float | None, now: float) -> None:
        """Say nothing of a rule until then (region epoch seconds); ``None`` ends it."""
        with self._lock:
            mutes = {key: then for key, then in self._mutes.items() if key[0] != ref or then > now}
            mutes.pop((ref, rule), None)
            if until is not None:
                mutes[ref, rule] = until
            self._save(_changes(self._defaults, self._rules), mutes)
            self._mutes = mutes
        self._changed()

    def muted_until(self, ref: ClusterRef, rule: str, now: float) -> float | None:
        """Until when a rule is muted; ``None`` when it is not."""
        with self._lock:
            until = self._mutes.get((ref, rule))
        return until if until is not None and until > now else None

    def _save(
        self,
        changes: Mapping[str, Mapping[str, object]],
        mutes: Mapping[tuple[ClusterRef, str], float],
    ) -> None:
        if self._store is not None:
            muted = [Mute(ref, rule, until) for (ref, rule), until in sorted(mutes.items())]
            self._store.save(changes, muted)


def _merged(
    defaults: Iterable[AlertRule],
    changes: Mapping[str, Mapping[str, Any]],
    problems: list[HueError],
) -> tuple[AlertRule, ...]:
    """Delivered rules with the changes, then the user's own; what makes no sense is left out."""
    rules = {rule.key: rule for rule in defaults}
    for key, values in changes.items():
        base = rules.get(key)
        if base is None and not all(values.get(name) for name in _NEEDED):
            problems.append(
                ConfigurationError(
                    _("There is no alert rule {key}.").format(key=key),
                    remedy=_("A rule of your own needs a metric and a title."),
                )
            )
            continue
        own = base or AlertRule(key, str(values["metric"]), str(values["title"]), None, None)
        rule = replace(own, **values)
        if problem := check_rule(rule):
            problems.append(ConfigurationError(problem, remedy=_("The rule is used as delivered.")))
            continue
        rules[key] = rule
    return tuple(rules.values())


def _changes(
    defaults: Iterable[AlertRule], rules: Iterable[AlertRule]
) -> dict[str, Mapping[str, object]]:
    """By rule the fields that differ from what was delivered."""
    delivered = {rule.key: rule for rule in defaults}
    changes: dict[str, Mapping[str, object]] = {}
    for rule in rules:
        base = delivered.get(rule.key) or AlertRule(rule.key, "", "", None, None)
        differing = {
            each.name: getattr(rule, each.name)
            for each in fields(AlertRule)
            if getattr(rule, each.name) != getattr(base, each.name)
        }
        if differing:
            changes[rule.key] = differing
    return changes
