"""What the region knows beside its clusters: alarms, recorded figures, what was paid for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from hue_desktop.simulator.world.alarms import Alarm, AlarmEvent
from hue_desktop.simulator.world.documents import Stored
from hue_desktop.simulator.world.hdfs_record import HdfsDay, HdfsFigures, HdfsRecord
from hue_desktop.simulator.world.outlived import Outlived

__all__ = ["Telemetry"]

Json = dict[str, Any]

_EVENTS_KEPT = 2000


class Telemetry:
    """Alarms by name, their history from the oldest on, the figures of each opened HDFS, and nodes
    that only the bill remembers.

    ``keepers`` bring the record of an HDFS that is open up to the world's instant; ``opener``
    opens one that was open in an earlier run.
    """

    def __init__(self) -> None:
        self.keepers: dict[str, Callable[[], None]] = {}
        self.opener: Callable[[str], None] | None = None
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.alarms: dict[str, Alarm] = {}
        self.alarm_events: list[AlarmEvent] = []
        self.outlived: dict[str, Outlived] = {}
        self._hdfs: dict[str, HdfsRecord] = {}
        self.keepers.clear()

    def entities(self) -> Iterator[Stored]:
        """Everything with a document."""
        yield from self.alarms.values()
        yield from self.alarm_events
        yield from self.outlived.values()
        for record in self._hdfs.values():
            yield from record.days()

    def restore(self, documents: Mapping[str, Iterable[Json]]) -> None:
        """Take over the documents of an earlier run, by kind."""
        for document in documents.get(Alarm.KIND, ()):
            alarm = Alarm.from_document(document)
            self.alarms[alarm.id] = alarm
        events = map(AlarmEvent.from_document, documents.get(AlarmEvent.KIND, ()))
        self.alarm_events = sorted(events, key=lambda event: event.id)
        past = map(Outlived.from_document, documents.get(Outlived.KIND, ()))
        self.outlived = {item.id: item for item in past}
        days: defaultdict[str, list[HdfsDay]] = defaultdict(list)
        for document in documents.get(HdfsDay.KIND, ()):
            day = HdfsDay.from_document(document)
            days[day.id.partition(":")[0]].append(day)
        self._hdfs = {key: HdfsRecord.of(key, found) for key, found in days.items()}

    # Alarms

    def note(self, at: float, alarm: str, kind: str, summary: str, data: str) -> AlarmEvent:
        """Add a line to an alarm's history."""
        number = int(self.alarm_events[-1].id) + 1 if self.alarm_events else 1
        event = AlarmEvent(f"{number:09d}", at, alarm, kind, summary, data)
        self.alarm_events.append(event)
        return event

    def overflow(self) -> list[AlarmEvent]:
        """Take the oldest lines away that are too many."""
        over = len(self.alarm_events) - _EVENTS_KEPT
        if over <= 0:
            return []
        gone, self.alarm_events = self.alarm_events[:over], self.alarm_events[over:]
        return gone

    # Bills

    def outlive(self, items: Iterable[Outlived]) -> list[Stored]:
        """Remember nodes that EMR forgets; what is to be written."""
        added = {item.id: item for item in items}
        self.outlived.update(added)
        return list(added.values())

    def settle(self, before: float) -> list[Stored]:
        """Forget nodes that ended before an instant; the documents that are gone."""
        gone: list[Stored] = [item for item in self.outlived.values() if item.ended < before]
        for item in gone:
            del self.outlived[item.key]
        return gone

    # HDFS

    def hdfs_record(self, cluster_id: str) -> HdfsRecord:
        """The record of a cluster's HDFS, begun with the first call."""
        record = self._hdfs.get(cluster_id)
        if record is None:
            record = self._hdfs[cluster_id] = HdfsRecord(cluster_id)
        return record

    def refresh(self, cluster_id: str, *, opening: bool = True) -> None:
        """Bring the record of an HDFS up to now; ``opening`` one that is not open yet.

        Nothing happens where nobody ever opened it.
        """
        if cluster_id not in self._hdfs:
            return
        if opening and cluster_id not in self.keepers and self.opener is not None:
            self.opener(cluster_id)
        keeper = self.keepers.get(cluster_id)
        if keeper is not None:
            keeper()

    def hdfs_at(self, cluster_id: str, second: float) -> HdfsFigures | None:
        """The figures of an HDFS at an instant; None while nobody had opened it."""
        record = self._hdfs.get(cluster_id)
        return record.at(second) if record is not None else None

    def drop(self, cluster_id: str) -> list[Stored]:
        """Forget a cluster's HDFS; the documents that are gone with it."""
        record = self._hdfs.pop(cluster_id, None)
        self.keepers.pop(cluster_id, None)
        return list(record.days()) if record is not None else []
