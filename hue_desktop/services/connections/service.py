"""Reading, keeping and testing connections."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hue_desktop.core.connections import Connection, ConnectionClass, Simulation, SshSettings
from hue_desktop.core.errors import ConfigurationError, HueError
from hue_desktop.core.text import _
from hue_desktop.services.connections.checks import Check, SshProbe, check_connection
from hue_desktop.services.listeners import Listeners

if TYPE_CHECKING:
    from hue_desktop.core.ports import ConnectionStore, RegionAccess, RegionProcess
    from hue_desktop.services.connections.reach_checks import ClusterReach

__all__ = ["ConnectionService"]

Opener = Callable[[Connection, str], "RegionAccess"]
Listener = Callable[[], None]

_FIRST = Connection(
    name="simulator",
    connection_class=ConnectionClass.SIMULATED,
    regions=("us-east-1",),
    simulation=Simulation(scenario="demo", speed=60.0),
)


class ConnectionService:
    """The connections of the user's file, of which ``adapt`` may pick or change some.

    ``opener`` opens doors that the check-up uses and closes again.
    """

    def __init__(
        self,
        store: ConnectionStore,
        processes: RegionProcess,
        data_dir: Path,
        opener: Opener,
        *,
        adapt: Callable[[tuple[Connection, ...]], tuple[Connection, ...]] = tuple,
        ssh_probe: SshProbe | None = None,
    ) -> None:
        self._store = store
        self._processes = processes
        self._data_dir = data_dir
        self._open = opener
        self._adapt = adapt
        self._ssh_probe = ssh_probe
        self.reach: Callable[[], ClusterReach] | None = None  #: opens ways to clusters
        self._listeners: Listeners[[]] = Listeners("the connections")
        self._lock = threading.Lock()
        self._loaded: tuple[Connection, ...] = ()
        self._lent: dict[str, Connection] = {}
        self._names: tuple[str, ...] = ()
        self._problems: tuple[HueError, ...] = ()
        self.reload(first_start=True)

    def connections(self) -> tuple[Connection, ...]:
        """The usable connections in the file's order."""
        with self._lock:
            return self._loaded

    def problems(self) -> tuple[HueError, ...]:
        """One error, with file and line, for each entry that cannot be used."""
        with self._lock:
            return self._problems

    def find(self, name: str) -> Connection:
        """The connection of that name. ConfigurationError when there is none."""
        for connection in self.connections():
            if connection.name == name:
                return connection
        with self._lock:
            names = ", ".join(self._names)
            broken = [each for each in self._problems if f"“{name}”" in each.message]
        if broken:  # it is there, with a mistake in it
            raise ConfigurationError(broken[0].message, remedy=broken[0].remedy)
        raise ConfigurationError(
            _("There is no connection called “{name}”.").format(name=name),
            remedy=_("Known connections: {names}.").format(names=names or _("none")),
        )

    def reload(self, *, first_start: bool = False) -> None:
        """Read the file again; at the very first start write one with the simulated region."""
        try:
            loaded = self._store.load()
            if first_start and not loaded.exists:
                loaded = replace(loaded, connections=(_FIRST,))
                self._store.save(_FIRST)
            connections, problems = loaded.connections, loaded.problems
        except HueError as error:
            connections, problems = ((_FIRST,) if first_start else ()), (error,)
        with self._lock:
            connections = (*connections, *self._lent.values())
            self._names = tuple(connection.name for connection in connections)
            self._loaded = self._adapt(connections)
            self._problems = tuple(problems)

    def save(self, connection: Connection) -> None:
        """Add or replace a connection in the file and announce it."""
        self._store.save(connection)
        self._announce()

    def remove(self, name: str) -> None:
        """Forget a connection and announce it; its journal rows stay."""
        self._store.remove(name)
        self._announce()

    def lend(self, connection: Connection) -> None:
        """Add a connection that lasts until it is withdrawn, and is in no file; announces it."""
        with self._lock:
            self._lent[connection.name] = connection
        self._announce()

    def withdraw(self, name: str) -> None:
        """Take a lent connection away and announce it; nothing happens when there is none."""
        with self._lock:
            found = self._lent.pop(name, None)
        if found is not None:
            self._announce()

    def read_again(self) -> None:
        """Read the file, which somebody may have edited, and announce what it says now."""
        self._announce()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` after each change of the list; the answer ends it."""
        return self._listeners.add(listener)

    def test(self, connection: str | Connection) -> Iterator[Check]:
        """Walk the connection from identity to SSH; each check arrives when it is done. Blocks.

        A connection that is not in the file yet can be given as a value.
        """
        chosen = self.find(connection) if isinstance(connection, str) else connection
        opened: dict[str, RegionAccess] = {}

        def ready() -> Connection:
            return self.ensure_region(chosen)

        def doors(region: str) -> RegionAccess:
            if region not in opened:
                opened[region] = self._open(ready(), region)
            return opened[region]

        try:
            yield from check_connection(chosen, doors, self._ssh_probe)
            if self.reach is not None:
                from hue_desktop.services.connections.reach_checks import check_reach

                yield from check_reach(ready, doors, self.reach())
        finally:
            for access in opened.values():
                access.close()

    def ensure_region(self, connection: Connection) -> Connection:
        """The connection with the endpoint of its region, which is started when nobody has. Blocks.

        Unless the connection says how to reach nodes, that is by the region's own bastion.

        A connection without ``simulation``, or with an endpoint of its own, comes back as it is.
        """
        if connection.simulation is None or connection.endpoint_url:
            return connection
        simulation = connection.simulation
        state_dir = Path(simulation.state_dir or self._data_dir / "simulator" / connection.name)
        region = self._processes.ensure(state_dir, simulation.scenario, simulation.speed)
        return replace(
            connection,
            endpoint_url=region.endpoint_url,
            aws_config_file=region.aws_config_file or connection.aws_config_file,
            profile=connection.profile or ("hue-simulator" if region.aws_config_file else ""),
            ssh=region.ssh if region.ssh and _says_nothing(connection.ssh) else connection.ssh,
        )

    def close(self) -> None:
        """Stop the regions that were started here."""
        self._processes.stop()

    def _announce(self) -> None:
        self.reload()
        self._listeners.tell()


def _says_nothing(ssh: SshSettings) -> bool:
    """Whether a connection leaves open how nodes are reached."""
    return not (ssh.bastion or ssh.key_file)
