"""The health service over a simulated region, through its bastion, and what it announced."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from hue_desktop.adapters.local.alert_rules import AlertRulesFile
from hue_desktop.adapters.local.resources import resources_dir
from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.metrics import SqliteMetrics
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.connections import SshSettings
from hue_desktop.services.health import HealthChange, HealthService, HealthSnapshot
from hue_desktop.wiring.reach import Reach
from tests.simulated import SimulatedRegion
from tests.unit.services.health.tunnel import Tunnel, tunnel_to
from tests.unit.services.house import House, connection_to, open_house

__all__ = ["SETTINGS", "Ward", "open_ward"]

WAIT_S = 30.0
SETTINGS = {"health.live_s": 0.2, "health.background_s": 0.5, "health.data_nodes": 40.0}


@dataclass
class Ward:
    """The services, the tunnel and all that was heard."""

    house: House
    health: HealthService
    tunnel: Tunnel
    changes: list[HealthChange] = field(default_factory=list)
    _heard: threading.Condition = field(default_factory=threading.Condition)

    def hear(self, change: HealthChange) -> None:
        """The service's listener."""
        with self._heard:
            self.changes.append(change)
            self._heard.notify_all()

    def until(
        self,
        ref: ClusterRef,
        done: Callable[[HealthSnapshot], object],
        *,
        timeout_s: float = WAIT_S,
    ) -> HealthSnapshot:
        """Wait until what is known of a cluster is as wanted."""
        deadline = time.monotonic() + timeout_s
        with self._heard:
            while not done(snapshot := self.health.snapshot(ref)):
                left = deadline - time.monotonic()
                assert left > 0, f"never came about: {snapshot}"
                self._heard.wait(min(left, 0.5))
        return snapshot

    def readings(self, ref: ClusterRef, count: int) -> HealthSnapshot:
        """Wait for so many more readings."""
        with self._heard:
            before = len(self.changes)
        return self.until(
            ref, lambda _now: sum(c.snapshot.ref == ref for c in self.changes[before:]) >= count
        )


@contextmanager
def open_ward(
    region: SimulatedRegion,
    folder: Path,
    settings: dict[str, float] | None = None,
    *,
    confirm: Callable[[str, str], bool] | None = None,
) -> Iterator[Ward]:
    """Everything until the block ends. With ``confirm`` the bastion's key is not known yet."""
    access = region.ssh
    numbers = {**SETTINGS, **(settings or {})}
    with tunnel_to(access.host, access.port) as tunnel:
        ssh = SshSettings(
            user=access.user,
            key_file=str(access.key_file),
            bastion=f"127.0.0.1:{tunnel.port}",
            host_keys=() if confirm else (access.host_key,),
        )
        connection = replace(connection_to(region, folder), ssh=ssh)
        with open_house(connection, folder) as house:
            reach = Reach(
                lambda _name: connection,
                lambda name, where: house.access.of(name, where).emr,
                folder / "known_hosts",
            )
            reach.ask_with(confirm)
            database = Database(folder / "history.sqlite3")
            health = HealthService(
                house.access,
                house.fleet,
                reach.servers,
                number=numbers.__getitem__,
                store=lambda: SqliteMetrics(database),
                rules=AlertRulesFile(
                    resources_dir() / "alerts" / "rules.toml", folder / "alerts.toml"
                ),
            )
            ward = Ward(house, health, tunnel)
            health.subscribe(ward.hear)
            health.start()
            try:
                yield ward
            finally:
                health.stop(4.0)
                reach.close()
                database.close()
