"""Settings, each declared once: the dialog, the file's checks and the defaults derive from here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hue_desktop.core.errors import ConfigurationError
from hue_desktop.core.text import _

__all__ = ["SETTINGS", "Setting", "SettingValue", "checked", "setting"]

SettingValue = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. Its type is that of ``default``.

    ``choices`` are (value, title) pairs; numbers lie in ``minimum`` … ``maximum`` (``unit`` says of
    what). Titles and helps are message ids: whoever shows them passes them through ``_``.
    """

    key: str
    default: SettingValue
    title: str
    help: str
    group: str
    choices: tuple[tuple[str, str], ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    restart: bool = False  #: takes effect at the next start

    def check(self, value: object) -> SettingValue:
        """The value in the setting's type. ConfigurationError says what would be right."""
        if isinstance(self.default, bool):
            if isinstance(value, bool):
                return value
            raise self._wrong(value, _("true or false"))
        if isinstance(self.default, int | float):
            return self._number(value)
        if not isinstance(value, str):
            raise self._wrong(value, _("a text"))
        words = [word for word, _title in self.choices]
        if words and value not in words:
            raise self._wrong(value, _("one of {words}").format(words=", ".join(words)))
        return value

    def _number(self, value: object) -> SettingValue:
        low, high = self.minimum, self.maximum
        wanted = _("a number from {low} to {high}").format(low=low, high=high)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(value, wanted)
        if (low is not None and value < low) or (high is not None and value > high):
            raise self._wrong(value, wanted)
        return type(self.default)(value)

    def _wrong(self, value: object, wanted: str) -> ConfigurationError:
        return ConfigurationError(
            _("The setting {key} is {value!r}.").format(key=self.key, value=value),
            remedy=_("It must be {wanted}; the default {default!r} is used.").format(
                wanted=wanted, default=self.default
            ),
        )


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "appearance.theme",
        "system",
        "Theme",
        "Light, dark, or as the desktop says.",
        "Appearance",
        choices=(("system", "As the system"), ("light", "Light"), ("dark", "Dark")),
    ),
    Setting(
        "appearance.start_page",
        "fleet",
        "Start with",
        "What the window shows first.",
        "Appearance",
        choices=(("fleet", "Fleet"), ("last", "What was open last")),
    ),
    Setting(
        "appearance.dates",
        "day-month",
        "Dates",
        "How dates are written.",
        "Appearance",
        choices=(
            ("day-month", "20 Nov"),
            ("month-day", "Nov 20"),
            ("iso", "2026-11-20"),
        ),
    ),
    Setting(
        "appearance.digits",
        "space",
        "Thousands",
        "What stands between groups of digits, and the decimal sign.",
        "Appearance",
        choices=(("space", "12 345.6"), ("comma", "12,345.6"), ("point", "12.345,6")),
    ),
    Setting(
        "polling.focused_s",
        4.0,
        "The open cluster is read every",
        "How often the cluster in front is read. Below 4 s the AWS quotas give no more.",
        "Reading",
        minimum=4,
        maximum=60,
        unit="s",
    ),
    Setting(
        "polling.fleet_s",
        30.0,
        "The list of clusters is read every",
        "How often the clusters of a connection are listed.",
        "Reading",
        minimum=10,
        maximum=600,
        unit="s",
    ),
    Setting(
        "polling.background_s",
        60.0,
        "Other clusters are read every",
        "How often the details of active clusters are read while another one is in front.",
        "Reading",
        minimum=30,
        maximum=1800,
        unit="s",
    ),
    Setting(
        "polling.ended_days",
        7.0,
        "Ended clusters are listed for",
        "How many days back terminated clusters are listed.",
        "Reading",
        minimum=1,
        maximum=60,
        unit="d",
    ),
    Setting(
        "changes.hold_s",
        5.0,
        "Hold a confirmed change for",
        "How long a confirmed change waits, so that it can still be cancelled.",
        "Changes",
        minimum=0,
        maximum=60,
        unit="s",
    ),
    Setting(
        "changes.hold_production_s",
        10.0,
        "On production hold it for",
        "The same, on connections of the class production.",
        "Changes",
        minimum=0,
        maximum=120,
        unit="s",
    ),
    Setting(
        "changes.typed_name",
        "production",
        "Ask for the cluster’s name before final changes",
        "Where a change that cannot be undone, or breaks a budget, wants the cluster’s name typed.",
        "Changes",
        choices=(
            ("production", "On production"),
            ("real", "Everywhere but on simulated regions"),
            ("always", "Everywhere"),
        ),
    ),
    Setting(
        "transfers.at_once",
        2.0,
        "Transfers at once",
        "How many transfers run at the same time; the others wait for them.",
        "Transfers",
        minimum=1,
        maximum=16,
    ),
    Setting(
        "transfers.connections",
        0.0,
        "Connections of a transfer",
        "At most so many files or parts at the same time; 0: as many as go fastest.",
        "Transfers",
        minimum=0,
        maximum=256,
    ),
    Setting(
        "transfers.bandwidth_mib",
        0.0,
        "Bandwidth of all transfers",
        "At most so much together; 0: no limit.",
        "Transfers",
        minimum=0,
        maximum=100_000,
        unit="MiB/s",
    ),
    Setting(
        "health.live_s",
        5.0,
        "Live figures are read every",
        "How often YARN and HDFS of the cluster in front are asked through its tunnel.",
        "Health",
        minimum=1,
        maximum=60,
        unit="s",
    ),
    Setting(
        "health.background_s",
        30.0,
        "Figures of other clusters are read every",
        "How often clusters that were looked at before go on being asked.",
        "Health",
        minimum=10,
        maximum=600,
        unit="s",
    ),
    Setting(
        "health.data_nodes",
        40.0,
        "Ask each DataNode up to",
        "Clusters with more DataNodes show no HDFS bytes per second; 0: never ask them.",
        "Health",
        minimum=0,
        maximum=200,
    ),
    Setting(
        "health.notify",
        "critical",
        "Notify on the desktop",
        "Which alerts are told outside the window, too.",
        "Health",
        choices=(
            ("never", "Never"),
            ("critical", "Critical alerts"),
            ("all", "All alerts"),
        ),
    ),
    Setting(
        "simulator.keep_running",
        False,
        "Leave the simulated region running",
        "Whether the simulated region goes on when the window that started it closes.",
        "Simulated region",
    ),
)

_BY_KEY: Mapping[str, Setting] = {setting.key: setting for setting in SETTINGS}


def setting(key: str) -> Setting:
    """The declaration of a key. KeyError for one that does not exist: that is a bug."""
    return _BY_KEY[key]


def checked(
    values: Mapping[str, object],
) -> tuple[dict[str, SettingValue], tuple[ConfigurationError, ...]]:
    """The values of a file that can be used, and what is wrong with the others."""
    usable: dict[str, SettingValue] = {}
    problems: list[ConfigurationError] = []
    for key, value in values.items():
        known = _BY_KEY.get(key)
        try:
            if known is None:
                raise ConfigurationError(
                    _("There is no setting {key}.").format(key=key),
                    remedy=_("The line is ignored; remove it from the settings file."),
                )
            usable[key] = known.check(value)
        except ConfigurationError as error:
            problems.append(error)
    return usable, tuple(problems)
