"""The connections as groups of the fleet's table and cards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.format import ago, decimal
from hue_desktop.core.text import _
from hue_desktop.services.fleet import ConnectionState, ConnectionStatus
from hue_desktop.ui.fleet.rows import FleetRow
from hue_desktop.ui.fleet.sums import group_cells
from hue_desktop.ui.tables import RowGroup

__all__ = ["ENDED", "connection_groups", "ended_group", "trouble_text"]

ENDED = "ended lately"  #: key of the group of ended clusters
_MOST_ENDED = 50

_ORDER = (
    ConnectionClass.PRODUCTION,
    ConnectionClass.TEST,
    ConnectionClass.DEVELOPMENT,
    ConnectionClass.SIMULATED,
)


def connection_groups(
    statuses: Sequence[ConnectionStatus], rows: Sequence[FleetRow], *, empty_too: bool
) -> tuple[RowGroup[FleetRow], ...]:
    """A group for each connection and region; production first, what is simulated last."""
    by_place: dict[tuple[str, str], list[FleetRow]] = defaultdict(list)
    for row in rows:
        by_place[row.ref.connection, row.ref.region].append(row)
    ordered = sorted(statuses, key=lambda s: _ORDER.index(s.connection.connection_class))
    return tuple(
        _group(status, by_place[status.connection.name, status.region])
        for status in ordered
        if empty_too or by_place[status.connection.name, status.region]
    )


def ended_group(rows: Sequence[FleetRow]) -> tuple[RowGroup[FleetRow], ...]:
    """The clusters that ended last, newest first, as one group; none when none ended."""
    over = [row for row in rows if row.ended is not None and not row.active]
    over.sort(key=lambda row: row.ended.timestamp() if row.ended else 0.0, reverse=True)
    if not over:
        return ()
    group = RowGroup(
        key=ENDED, title=_("Ended lately"), rows=tuple(over[:_MOST_ENDED]), count=str(len(over)),
        note=", ".join(row.name for row in over[:3]) + (" …" if len(over) > 3 else ""),
    )  # fmt: skip
    return (group,)


def _group(status: ConnectionStatus, rows: Sequence[FleetRow]) -> RowGroup[FleetRow]:
    kind = status.connection.connection_class
    trouble = trouble_text(status)
    return RowGroup(
        key=(status.connection.name, status.region),
        title=status.connection.name,
        rows=tuple(rows),
        tag=_class_word(kind),
        tag_color="" if kind is ConnectionClass.SIMULATED else kind.value,
        note=trouble or _place(status),
        square=kind.value,
        cells=group_cells(rows),
        payload=status,
    )


def _class_word(kind: ConnectionClass) -> str:
    return {
        ConnectionClass.PRODUCTION: _("production"),
        ConnectionClass.TEST: _("test"),
        ConnectionClass.DEVELOPMENT: _("development"),
        ConnectionClass.SIMULATED: _("simulated"),
    }[kind]


def _place(status: ConnectionStatus) -> str:
    """Region and account; for a region on this machine how fast its clock runs."""
    if status.connection.connection_class is ConnectionClass.SIMULATED:
        rate = status.clock.rate if status.clock else None
        words = [_("local")]
        if rate is not None and abs(rate - 1) > 0.05:
            words.append(_("clock ×{rate}").format(rate=decimal(rate, 0)))
        return ", ".join([*words, _("not billed")])
    account = status.caller_arn.split(":")[4] if status.caller_arn.count(":") >= 5 else ""
    return f"{status.region} · {account}" if account else status.region


def trouble_text(status: ConnectionStatus, now: datetime | None = None) -> str:
    """What is wrong with a connection, in one sentence; empty when nothing is."""
    since = ""
    if status.last_read is not None:
        since = ago(max(0.0, ((now or datetime.now(UTC)) - status.last_read).total_seconds()))
    why = status.error.message if status.error else ""
    if status.state is ConnectionState.CONNECTING:
        return _("connecting…")
    if status.state is ConnectionState.EXPIRED:
        return why or _("the credentials have expired")
    if status.state is ConnectionState.FAILED:
        return _("cannot be read: {why}").format(why=why)
    if status.state is ConnectionState.STALE:
        return _("last read {since}: {why}").format(since=since, why=why)
    return ""
