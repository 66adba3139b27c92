"""What the NameNode of a cluster would have told CloudWatch, every five minutes.

Before somebody opens a cluster's HDFS nothing is in it but a number; from then on its figures
follow the files and DataNodes that there are. They are noted when they change and kept with the
region, so that the past of a chart stays what it was, also after the cluster's end.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from hue_desktop.simulator.world.documents import Stored

__all__ = ["EVERY_S", "HdfsDay", "HdfsFigures", "HdfsRecord"]

EVERY_S = 300  #: as often as EMR sends its metrics
_DAY_S = 86400


class HdfsFigures(NamedTuple):
    """HDFS at one instant; bytes with all replicas."""

    used: int
    capacity: int
    live: int  #: DataNodes that the NameNode hears from
    known: int  #: and those that it should
    missing: int  #: blocks without a replica
    lacking: int  #: blocks with fewer replicas than wanted
    draining: int = 0  #: DataNodes being decommissioned

    @property
    def share(self) -> float:
        """Percent of the capacity in use."""
        return 100.0 * self.used / self.capacity if self.capacity else 0.0


@dataclass(slots=True, eq=False)
class HdfsDay(Stored):
    """The changes of one UTC day; each row is the second and the figures from then on."""

    KIND: ClassVar[str] = "hdfs-day"

    id: str  #: the cluster's id and the number of the day
    rows: list[list[int]] = field(default_factory=list)
    until: int = 0  #: noted up to here, epoch seconds


class HdfsRecord:
    """The figures of one cluster's HDFS over time."""

    def __init__(self, cluster_id: str) -> None:
        self._cluster_id = cluster_id
        self._days: dict[str, HdfsDay] = {}
        self._times: list[int] = []
        self._figures: list[HdfsFigures] = []
        self.until = 0  #: the last instant at which somebody looked, epoch seconds

    @classmethod
    def of(cls, cluster_id: str, days: Iterable[HdfsDay]) -> HdfsRecord:
        """The record that an earlier run kept."""
        record = cls(cluster_id)
        for day in sorted(days, key=lambda item: item.until):
            record._days[day.id] = day
            record._times += [row[0] for row in day.rows]
            record._figures += [HdfsFigures(*row[1:]) for row in day.rows]
            record.until = max(record.until, day.until)
        return record

    def days(self) -> Iterator[HdfsDay]:
        """Its documents."""
        yield from self._days.values()

    def at(self, second: float) -> HdfsFigures | None:
        """The figures at an instant; None before HDFS was opened."""
        place = bisect_right(self._times, second) - 1
        return self._figures[place] if place >= 0 else None

    def since(self, second: float) -> Iterator[tuple[int, HdfsFigures]]:
        """Each change of the figures after an instant."""
        place = bisect_right(self._times, second)
        yield from zip(self._times[place:], self._figures[place:], strict=True)

    def note(self, second: int, figures: HdfsFigures | None = None) -> HdfsDay:
        """Note the figures at an instant (None: as they were); returns what is to be written."""
        key = f"{self._cluster_id}:{second // _DAY_S}"
        day = self._days.get(key)
        if day is None:
            day = self._days[key] = HdfsDay(key)
        if figures is not None and (not self._figures or self._figures[-1] != figures):
            self._times.append(second)
            self._figures.append(figures)
            day.rows.append([second, *figures])
        day.until = self.until = second
        return day
