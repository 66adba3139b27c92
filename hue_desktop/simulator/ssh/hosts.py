"""The simulated machines by name and address, and what listens on their ports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hue_desktop.simulator.region import Region
    from hue_desktop.simulator.world.instances import Instance

__all__ = ["HostServers", "Hosts", "Unreachable"]


class HostServers(Protocol):
    """Servers that stand for ports of simulated machines."""

    def address_of(self, private_dns: str, port: int) -> tuple[str, int] | None:
        """The loopback address that serves a port of a machine; ``None`` if nothing listens."""


class Unreachable(Exception):
    """A connection that a network would not make either; the text is the system's."""


class Hosts:
    """Finds machines of a region by any of their names."""

    def __init__(self, region: Region) -> None:
        self._region = region
        self._servers: list[HostServers] = []
        self._names: dict[str, Instance] = {}
        self._read: tuple[int, str | None] = (0, None)

    def add(self, servers: HostServers) -> None:
        """Ask these servers too."""
        self._servers.append(servers)

    def find(self, name: str) -> Instance:
        """The running machine of a DNS name or an address, private or public.

        Raises :class:`Unreachable` when there is none.
        """
        wanted = name.lower().rstrip(".")
        world = self._region.world
        with self._region.lock:
            world.advance()
            self._read_names()
            instance = self._names.get(wanted)
            if instance is None and _is_address(wanted):
                raise Unreachable("Connection timed out")
            if instance is None:
                raise Unreachable("Name or service not known")
            if not instance.booted <= world.at < instance.ended:
                raise Unreachable("Connection timed out")
            return instance

    def name_of(self, instance: Instance) -> str:
        """A machine's private DNS name."""
        return self._region.world.private_dns(instance)

    def address_of(self, instance: Instance, port: int) -> tuple[str, int]:
        """Where a port of a machine is served; raises :class:`Unreachable` when nothing listens."""
        name = self.name_of(instance)
        for servers in self._servers:
            address = servers.address_of(name, port)
            if address is not None:
                return address
        raise Unreachable("Connection refused")

    def _read_names(self) -> None:
        """Read the names anew when machines have come or been forgotten."""
        world = self._region.world
        known = world.instances_by_ec2_id
        read = (len(known), next(reversed(known), None))
        if read == self._read:
            return
        self._names.clear()
        self._read = read
        for instance in known.values():
            public = (instance.public_ip, world.public_dns(instance))
            for name in (instance.private_ip, world.private_dns(instance), *public):
                if name:
                    self._names[name.lower()] = instance


def _is_address(name: str) -> bool:
    parts = name.split(".")
    return len(parts) == 4 and all(part.isdecimal() and int(part) < 256 for part in parts)
