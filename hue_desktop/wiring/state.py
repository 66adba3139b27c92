"""What lives in the state directory: the database, and the stores that are kept in it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from hue_desktop.core.errors import HueError
from hue_desktop.wiring.once import once

if TYPE_CHECKING:
    from hue_desktop.adapters.local.spot_advice import SpotAdviceFiles
    from hue_desktop.adapters.store.database import Database
    from hue_desktop.adapters.store.transfers import SqliteTransfers
    from hue_desktop.core.changes import JournalEntry, Plan
    from hue_desktop.core.cost_ports import ApplicationStore, ExplorerStore, LaunchStore, SpotStore
    from hue_desktop.core.health_ports import MetricStore, RecordedStore
    from hue_desktop.core.ports import JournalStore, PriceCache

__all__ = ["State"]


class State:
    """Opened at once; where that fails, ``problem`` says why and stores are ``None``."""

    def __init__(self, data_dir: Path) -> None:
        from hue_desktop.adapters.local.paths import journal_database, make_dir
        from hue_desktop.adapters.store.database import Database

        self._data_dir = data_dir
        self._database: Database | None = None
        self._history: Database | None = None
        self._history_lock = threading.Lock()
        self._transfers: SqliteTransfers | None = None
        self._closing = False
        self.problem: HueError | None = None  #: why the state directory cannot be used
        try:
            self._database = Database(journal_database(make_dir(data_dir)))
        except HueError as error:
            self.problem = error

    @property
    def database(self) -> Database:
        """The database of the state directory; ``StateError`` when it cannot be used."""
        if self._database is None:
            assert self.problem is not None
            raise self.problem
        return self._database

    def check(self) -> HueError | None:
        """Look for damage that opening does not meet; also what opening met. Blocks."""
        if self._database is not None and self.problem is None:
            try:
                self._database.check()
            except HueError as error:
                self.problem = error
        return self.problem

    @once
    def spot_advice(self) -> SpotAdviceFiles:
        """How often Spot nodes are taken back: what was packaged, or what the user read since."""
        from hue_desktop.adapters.local.resources import resources_dir
        from hue_desktop.adapters.local.spot_advice import SpotAdviceFiles

        return SpotAdviceFiles(resources_dir() / "spot", self._data_dir / "spot")

    def journal(self) -> JournalStore:
        """The journal's table, or one that refuses when the state directory cannot be used."""
        from hue_desktop.adapters.store.journal import SqliteJournal

        if self._database is None:
            assert self.problem is not None
            return _NoJournal(self.problem)
        return SqliteJournal(self._database)

    def open_transfers(self) -> SqliteTransfers:
        """The transfers' journal; ``StateError`` when the state directory cannot be used."""
        from hue_desktop.adapters.local.paths import journal_database
        from hue_desktop.adapters.store.claims import Claims
        from hue_desktop.adapters.store.database import Database
        from hue_desktop.adapters.store.transfers import SqliteTransfers

        _needed = self.database
        # a connection of its own: thousands of rows are written without the journal waiting
        database = Database(journal_database(self._data_dir), hasty=True)
        self._transfers = SqliteTransfers(database, Claims(self._data_dir / "transfers.lock"))
        return self._transfers

    @once
    def metrics(self) -> MetricStore | None:
        """What was measured in earlier sessions."""
        from hue_desktop.adapters.store.metrics import SqliteMetrics

        history = self._open_history()
        return SqliteMetrics(history) if history is not None else None

    @once
    def recorded(self) -> RecordedStore | None:
        """Clusters as they were seen last."""
        from hue_desktop.adapters.store.recorded import SqliteRecorded

        history = self._open_history()
        return SqliteRecorded(history) if history is not None else None

    @once
    def prices(self) -> PriceCache | None:
        """List prices that AWS told."""
        from hue_desktop.adapters.store.prices import SqlitePriceCache

        return SqlitePriceCache(self._database) if self._database is not None else None

    @once
    def spot_prices(self) -> SpotStore | None:
        """Spot prices beyond what EC2 remembers."""
        from hue_desktop.adapters.store.spot_prices import SqliteSpotPrices

        return SqliteSpotPrices(self._database) if self._database is not None else None

    @once
    def applications(self) -> ApplicationStore | None:
        """YARN's applications beyond what it remembers."""
        from hue_desktop.adapters.store.applications import SqliteApplications

        return SqliteApplications(self._database) if self._database is not None else None

    @once
    def launches(self) -> LaunchStore | None:
        """When EC2 launched nodes."""
        from hue_desktop.adapters.store.launches import SqliteLaunches

        return SqliteLaunches(self._database) if self._database is not None else None

    @once
    def explorer_costs(self) -> ExplorerStore | None:
        """What Cost Explorer has told of late."""
        from hue_desktop.adapters.store.explorer import SqliteExplorerCosts

        return SqliteExplorerCosts(self._database) if self._database is not None else None

    def _open_history(self) -> Database | None:
        """A connection of its own: the journal waits neither for long reads nor for the disk."""
        from hue_desktop.adapters.local.paths import journal_database
        from hue_desktop.adapters.store.database import Database

        with self._history_lock:
            if self._history is None and self._database is not None and not self._closing:
                self._history = Database(journal_database(self._data_dir), hasty=True)
            return self._history

    def close(self) -> None:
        """Close all connections to the database."""
        self._closing = True
        if self._transfers is not None:
            self._transfers.close()
        with self._history_lock:
            if self._history is not None:
                self._history.close()
        if self._database is not None:
            self._database.close()


class _NoJournal:
    """Stands for the journal while its database cannot be used: no change without a record."""

    def __init__(self, error: HueError) -> None:
        self._error = error

    def add(self, entry: JournalEntry) -> JournalEntry:
        """Refuse."""
        raise self._error

    def update(self, entry: JournalEntry) -> None:
        """Refuse."""
        raise self._error

    def entries(self, *, limit: int = 500) -> tuple[JournalEntry, ...]:
        """There are none."""
        return ()

    def plan_of(self, entry_id: int) -> Plan | None:
        """There is none."""
        return None
