"""A connection as a person types it: texts in, a ``Connection`` and its problems out."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from hue_desktop.core.connections import Connection, ConnectionClass, Simulation, SshSettings
from hue_desktop.core.text import _

__all__ = ["ConnectionDraft", "draft_of", "read_draft"]

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d+")
_NAME = re.compile(r"[\w][\w .-]*")


@dataclass(frozen=True, slots=True)
class ConnectionDraft:
    """The form's fields. ``simulated`` says whether the application starts the region itself."""

    name: str = ""
    connection_class: ConnectionClass = ConnectionClass.DEVELOPMENT
    profile: str = ""
    regions: str = "us-east-1"
    endpoint_url: str = ""
    aws_config_file: str = ""
    read_only: bool = False
    budget: str = ""
    ssh_user: str = "hadoop"
    ssh_key_file: str = ""
    ssh_bastion: str = ""
    simulated: bool = False
    scenario: str = "demo"
    speed: str = "60"
    base: Connection = field(default_factory=lambda: Connection(""))


def draft_of(connection: Connection) -> ConnectionDraft:
    """The connection as the form shows it."""
    simulation = connection.simulation
    budget = connection.hourly_budget_usd
    return ConnectionDraft(
        name=connection.name,
        connection_class=connection.connection_class,
        profile=connection.profile,
        regions=", ".join(connection.regions),
        endpoint_url=connection.endpoint_url,
        aws_config_file=connection.aws_config_file,
        read_only=connection.read_only,
        budget="" if budget is None else f"{budget:g}",
        ssh_user=connection.ssh.user,
        ssh_key_file=connection.ssh.key_file,
        ssh_bastion=connection.ssh.bastion,
        simulated=simulation is not None,
        scenario=simulation.scenario if simulation else "demo",
        speed=f"{simulation.speed:g}" if simulation else "60",
        base=connection,
    )


def read_draft(
    draft: ConnectionDraft, taken: Collection[str] = ()
) -> tuple[Connection, Mapping[str, str]]:
    """The connection, and a sentence by field for what cannot be used as it is typed.

    ``taken`` are the names of the other connections. What has no field (pinned host keys, the
    reference to a passphrase, a state folder) is kept from ``draft.base``.
    """
    problems: dict[str, str] = {}
    regions = tuple(word for word in re.split(r"[\s,]+", draft.regions) if word)
    _check_name(draft.name.strip(), taken, problems)
    _check_regions(regions, problems)
    _check_endpoint(draft.endpoint_url.strip(), problems)
    connection = replace(
        draft.base,
        name=draft.name.strip(),
        connection_class=draft.connection_class,
        profile=draft.profile.strip(),
        regions=regions or draft.base.regions,
        endpoint_url=draft.endpoint_url.strip(),
        aws_config_file=draft.aws_config_file.strip(),
        read_only=draft.read_only,
        hourly_budget_usd=_number(draft.budget, "budget", problems),
        ssh=_ssh(draft),
        simulation=_simulation(draft, problems),
    )
    return connection, problems


def _check_name(name: str, taken: Collection[str], problems: dict[str, str]) -> None:
    if not name:
        problems["name"] = _("A connection needs a name.")
    elif not _NAME.fullmatch(name):
        problems["name"] = _("Use letters, digits, spaces, dots and dashes.")
    elif name in taken:
        problems["name"] = _("There is a connection called {name} already.").format(name=name)


def _check_regions(regions: tuple[str, ...], problems: dict[str, str]) -> None:
    wrong = [region for region in regions if not _REGION.fullmatch(region)]
    if not regions:
        problems["regions"] = _("Name one region at least, for example eu-central-1.")
    elif wrong:
        problems["regions"] = _("“{region}” is not an AWS region such as eu-central-1.").format(
            region=wrong[0]
        )


def _check_endpoint(url: str, problems: dict[str, str]) -> None:
    if not url:
        return
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
        good = good and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good:
        problems["endpoint_url"] = _("An endpoint looks like http://127.0.0.1:4566.")


def _number(text: str, name: str, problems: dict[str, str]) -> float | None:
    """The dollars typed; ``None`` for an empty field."""
    typed = text.strip().lstrip("$").removesuffix("/h").strip()
    if not typed:
        return None
    try:
        value = float(typed)
    except ValueError:
        value = -1.0
    if not 0 < value < 1e9:
        problems[name] = _("“{text}” is not an amount of dollars per hour.").format(text=text)
        return None
    return value


def _ssh(draft: ConnectionDraft) -> SshSettings:
    return replace(
        draft.base.ssh,
        user=draft.ssh_user.strip() or "hadoop",
        key_file=draft.ssh_key_file.strip(),
        bastion=draft.ssh_bastion.strip(),
    )


def _simulation(draft: ConnectionDraft, problems: dict[str, str]) -> Simulation | None:
    if not draft.simulated:
        return None
    try:
        speed = float(draft.speed)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= 100_000:
        problems["speed"] = _("The clock runs at a number of times real time, for example 60.")
        speed = 60.0
    base = draft.base.simulation or Simulation()
    return replace(base, scenario=draft.scenario.strip() or "demo", speed=speed)
