"""The check-up of a connection: identity, then each API that the window needs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import HueError
from hue_desktop.core.text import _, ngettext

if TYPE_CHECKING:
    from hue_desktop.core.ports import RegionAccess

__all__ = ["Check", "CheckState", "SshProbe", "check_connection"]


class CheckState(Enum):
    """The outcome of one check."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what was found, what to do about it, and how long it took."""

    name: str
    state: CheckState
    text: str
    remedy: str = ""
    took_s: float = 0.0


SshProbe = Callable[[Connection], str]
"""Reaches the bastion and says what answered; raises a HueError when nothing good did."""


def check_connection(
    connection: Connection,
    open_doors: Callable[[str], RegionAccess],
    ssh_probe: SshProbe | None,
) -> Iterator[Check]:
    """Walk identity → EMR → EC2 → prices → CloudWatch in each region, then SSH.

    Whatever needs an identity is skipped once the identity failed.
    """
    for region in connection.regions:
        yield from _check_region(region, open_doors, len(connection.regions) > 1)
    if connection.ssh.bastion and ssh_probe is not None:
        yield _run(_("SSH"), lambda: ssh_probe(connection))


def _check_region(
    region: str, open_doors: Callable[[str], RegionAccess], several: bool
) -> Iterator[Check]:
    prefix = f"{region}: " if several else ""
    identity = _run(prefix + _("Identity"), lambda: open_doors(region).identity.caller_arn())
    yield identity
    for name, look in _looks():
        if identity.state is CheckState.FAILED:
            text = _("Not asked, because there is no identity.")
            yield Check(prefix + name, CheckState.SKIPPED, text)
        else:
            yield _run(prefix + name, lambda look=look: look(open_doors(region)))  # type: ignore[misc]


def _looks() -> tuple[tuple[str, Callable[[RegionAccess], str]], ...]:
    return (
        (_("EMR"), _look_at_emr),
        (_("EC2"), _look_at_ec2),
        (_("Prices"), _look_at_prices),
        (_("CloudWatch"), _look_at_metrics),
    )


def _look_at_emr(doors: RegionAccess) -> str:
    clusters = doors.emr.list_clusters(active_only=True)
    text = ngettext("{n} active cluster", "{n} active clusters", len(clusters))
    return text.format(n=len(clusters))


def _look_at_ec2(doors: RegionAccess) -> str:
    subnets = doors.launching.subnets()
    return ngettext("{n} subnet", "{n} subnets", len(subnets)).format(n=len(subnets))


def _look_at_prices(doors: RegionAccess) -> str:
    price = doors.prices.type_prices(["m5.xlarge"]).get("m5.xlarge")
    if price is None or price.on_demand_usd_hour is None:
        return _("no price of m5.xlarge is known; costs will be shown as “at least”")
    return _("m5.xlarge costs ${usd:.3f} an hour on demand ({source})").format(
        usd=price.on_demand_usd_hour, source=price.source.name
    )


def _look_at_metrics(doors: RegionAccess) -> str:
    end = datetime.now(UTC)
    start = end - timedelta(minutes=15)
    doors.metrics.cluster_series("j-0000000000000", ["IsIdle"], start, end)
    return _("answers")


def _run(name: str, look: Callable[[], str]) -> Check:
    began = time.monotonic()
    try:
        text, remedy, state = look(), "", CheckState.OK
    except HueError as error:
        text, remedy, state = error.message, error.remedy, CheckState.FAILED
    return Check(name, state, text, remedy, time.monotonic() - began)
