"""Where the user's files are, and what the command line changes."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from hue_desktop.core.connections import Connection

__all__ = ["Overrides", "Paths"]

_COMMAND_LINE = "command line"  #: the name of a connection made of options alone


@dataclass(frozen=True, slots=True)
class Paths:
    """Where the user's files are: connections and settings, and the application's state."""

    config_dir: Path
    data_dir: Path

    @classmethod
    def of_user(cls) -> Paths:
        """The system's custom, or HUE_CONFIG_DIR and HUE_DATA_DIR."""
        from hue_desktop.adapters.local import paths

        return cls(paths.config_dir(), paths.data_dir())


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the command line changes: the connection to use, and its endpoint, profile, region."""

    connection: str = ""
    endpoint_url: str = ""
    profile: str = ""
    region: str = ""

    def adapt(self, connections: tuple[Connection, ...]) -> tuple[Connection, ...]:
        """The connections to use: the one that was picked, or one made of the other options."""
        if not any((self.connection, self.endpoint_url, self.profile, self.region)):
            return connections
        if self.connection:
            return tuple(self._with(each) for each in connections if each.name == self.connection)
        region = self.region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        regions = (region,) if region else Connection("").regions
        return (self._with(Connection(name=_COMMAND_LINE, regions=regions)),)

    def _with(self, connection: Connection) -> Connection:
        return replace(
            connection,
            endpoint_url=self.endpoint_url or connection.endpoint_url,
            profile=self.profile or connection.profile,
            regions=(self.region,) if self.region else connection.regions,
        )
