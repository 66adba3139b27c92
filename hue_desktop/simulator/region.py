"""The simulated region: one world, one clock, one store, and the services that answer for them.

Every call runs under one lock in the same order: the world catches up with the clock, the operation
runs, and what changed is on disk before the answer leaves. What moves by time alone needs no
writing, because it follows again from the stored facts; reads therefore flush lazily.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hue_desktop.simulator.admission import Admission
from hue_desktop.simulator.assembly import (
    add_described,
    build_services,
    build_world,
    check_scenario,
    furnish,
)
from hue_desktop.simulator.aws.cloudtrail import TrailLog, is_read_only
from hue_desktop.simulator.chance import Chance
from hue_desktop.simulator.clock import Clock
from hue_desktop.simulator.service import ApiError, Call, Operation
from hue_desktop.simulator.store import Document, StateError, Store
from hue_desktop.simulator.throttle import Throttle
from hue_desktop.simulator.wire.models import is_aws_region

__all__ = ["ACCOUNT_ID", "Region", "RegionOptions"]

ACCOUNT_ID = "123456789012"

_LOG = logging.getLogger(__name__)
_DEFAULT_REGION = "us-east-1"
_LAZY_FLUSH_S = 1.0
_OWN_KINDS = frozenset({"region", "trail", "moto"})
_IDENTITY = ("region", "identity")
_CLOCK = ("region", "clock")


@dataclass(frozen=True, slots=True)
class RegionOptions:
    """What a person chose when starting a region; ``None`` means as it was, or the default."""

    state: Path | None = None  #: the state directory; ``None`` keeps nothing
    scenario: str | None = None
    files: Sequence[Path] = field(default_factory=tuple)  #: described clusters to load
    compat: str | None = None  #: ``moto``, or none
    region: str | None = None
    seed: int | None = None
    speed: float | None = None
    throttled: bool | None = None  #: default: yes, but not in ``compat``
    start: datetime | None = None  #: first simulated instant of a new region; default: now
    wall: Callable[[], float] = time.monotonic


class Region:
    """A region that runs. Use :meth:`open`; close it when done."""

    def __init__(self, options: RegionOptions, store: Store) -> None:
        self.store = store
        self.compat = options.compat
        self.lock = threading.RLock()
        self._wall = options.wall
        identity = _identity(options, store)
        self.name: str = identity["region"]
        self.account_id = ACCOUNT_ID
        self.seed: int = identity["seed"]
        self.clock = _clock(options, store)
        throttled = options.throttled if options.throttled is not None else not options.compat
        self.admission = Admission(Throttle(enabled=throttled, wall=options.wall))
        self.trail = TrailLog()
        self.world = build_world(self.clock, Chance(self.seed), self)
        self.bugs: list[str] = []  #: operations that failed in a way of their own, for tests
        self._pending: dict[tuple[str, str], Document | None] = {}
        self._flushed_at = self._wall()
        self._time_kept_until = datetime.min.replace(tzinfo=UTC)
        self._restore()
        self.is_new = "scenario" not in identity
        self.scenario: str = identity.get("scenario", "")
        if self.is_new:
            self.scenario = furnish(self.world, options.scenario, options.files, options.compat)
            identity["scenario"] = self.scenario
            self._pending[_IDENTITY] = identity
        else:
            add_described(self.world, options.files)
        self._operations: dict[str, Mapping[str, Operation]] = {
            service.name: service.operations() for service in build_services(self)
        }
        self.flush()

    @classmethod
    def open(cls, options: RegionOptions | None = None) -> Region:
        """Start or continue a region.

        Raises ``StateError`` when the state directory cannot be used, and ``ValueError`` (with a
        text for the user) for options that do not fit: an unknown scenario, a broken file, a
        region or seed other than the one the state was made with.
        """
        options = options or RegionOptions()
        store = Store(options.state)
        try:
            return cls(options, store)
        except BaseException:
            store.close()
            raise

    def services(self) -> tuple[str, ...]:
        """botocore's names of the services that the region answers itself."""
        return tuple(self._operations)

    def answers(self, service: str, operation: str) -> bool:
        """Whether the region itself answers an operation."""
        return operation in self._operations.get(service, {})

    def call(
        self,
        service: str,
        operation: str,
        params: Mapping[str, Any],
        *,
        region: str = "",
        access_key: str = "",
        user_agent: str = "",
        source_ip: str = "127.0.0.1",
        request_id: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Run one operation; its answer is safe on disk when this returns.

        Raises :class:`ApiError` for everything AWS would answer with an error, also for a bug in
        the operation (logged, and answered as an internal error).
        """
        with self.lock:
            call = Call(
                service=service,
                operation=operation,
                params=params,
                now=self.world.advance(),
                region=region or self.name,
                access_key=access_key,
                user_agent=user_agent,
                source_ip=source_ip,
                request_id=request_id,
                headers=headers or {},
            )
            answer: dict[str, Any] | None = None
            failure: ApiError | None = None
            try:
                answer = self._run(call)
                return answer
            except ApiError as error:
                failure = error
                raise
            finally:
                self.trail.record(call, answer, failure)
                self._save(operation, call.now)

    def record(self, call: Call, error: ApiError | None = None) -> None:
        """Note a call that another part answered (moto) in the trail."""
        with self.lock:
            self.trail.record(call, None, error)
            self._save(call.operation, call.now)

    def last_port(self) -> int:
        """The port that the region's front had before; 0 if it had none."""
        port: int = dict(self.store.load_kind("region")).get("port", {}).get("port", 0)
        return port

    def remember_port(self, port: int) -> None:
        """Keep the front's port, so that a client finds the region there again."""
        self.keep("region", "port", {"port": port})

    def keep(self, kind: str, key: str, document: Document | None) -> None:
        """Write one document of the front's own (kinds ``moto`` and ``region``) at once."""
        with self.lock:
            self._pending[(kind, key)] = document
            self.flush()

    def reset(self, scenario: str | None = None, at: datetime | None = None) -> None:
        """Empty the region; with ``scenario``, furnish it anew. Rates and trouble go to default.

        ``at`` is when the emptied region begins, also in its own past. Raises ``ValueError`` for
        an unknown scenario; nothing is lost then.
        """
        check_scenario(scenario or "empty")
        with self.lock:
            self.world.reset()
            self.world.changes()
            self.trail.reset()
            self.trail.changes()
            self.admission.reset()
            self._pending.clear()
            self.store.clear()
            if at is not None:
                self.clock.begin_at(at)
                self.world.begin_at(at.timestamp())
            self.scenario = furnish(self.world, scenario or "empty", (), self.compat)
            self._pending[_IDENTITY] = {
                "region": self.name,
                "seed": self.seed,
                "scenario": self.scenario,
            }
            self.flush()

    def flush(self) -> None:
        """Write everything that changed, and the time up to which this region promises to stay.

        Raises ``StateError`` when the disk does not take it; nothing is forgotten then.
        """
        with self.lock:
            if not self.store.keeps:
                self._pending.clear()
                return
            self._pending.update(self.world.changes())
            self._pending.update(self.trail.changes())
            self._pending[_CLOCK] = self._clock_document()
            self.store.write(self._pending)
            self._pending.clear()
            self._flushed_at = self._wall()

    def close(self) -> None:
        """Write what is left and let go of the state directory."""
        with self.lock:
            if self.store.keeps:
                self.world.advance()
                self.flush()
                self.store.write({_CLOCK: self._clock_document(margin_s=0.0)})
            self.store.close()

    def _run(self, call: Call) -> dict[str, Any]:
        handler = self._operations.get(call.service, {}).get(call.operation)
        if handler is None:
            raise ApiError(
                "UnknownOperationException",
                f"{call.operation} of {call.service} is not simulated.",
            )
        try:
            return handler(call) or {}
        except ApiError:
            raise
        except Exception as error:
            _LOG.exception("%s of %s failed", call.operation, call.service)
            self.bugs.append(f"{call.service} {call.operation}: {error!r}")
            raise ApiError(
                "InternalServerException",
                "The simulated region has a bug; see its log.",
                status=500,
            ) from error

    def _save(self, operation: str, now: datetime) -> None:
        overdue = self._wall() - self._flushed_at > _LAZY_FLUSH_S
        if not is_read_only(operation) or overdue or now > self._time_kept_until:
            try:
                self.flush()
            except StateError as error:
                _LOG.error("%s", error)
                raise ApiError("InternalServerException", str(error), status=500) from error

    def _clock_document(self, margin_s: float = _LAZY_FLUSH_S) -> Document:
        """The clock, with an instant that no answer exceeds before the next write.

        A region that was killed goes on from there, so that no client sees its time go back.
        """
        ahead = 0.0 if self.clock.paused else self.clock.speed * margin_s
        self._time_kept_until = self.clock.now() + timedelta(seconds=ahead)
        return {
            "until": self._time_kept_until.isoformat(),
            "speed": self.clock.speed,
            "paused": self.clock.paused,
        }

    def _restore(self) -> None:
        documents = self.store.load()
        try:
            self.world.restore(row for row in documents if row[0] not in _OWN_KINDS)
            self.trail.restore(document for _, document in self.store.load_kind("trail"))
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise self.store.damaged(f"{type(error).__name__}: {error}") from error


def _identity(options: RegionOptions, store: Store) -> Document:
    """What never changes in a region: its name and seed; with ``scenario`` once it was made."""
    kept = dict(store.load_kind("region")).get(_IDENTITY[1])
    if kept is None:
        name = options.region or _DEFAULT_REGION
        if name != _DEFAULT_REGION and not is_aws_region(name):
            raise ValueError(f"There is no AWS region {name!r}; an example is {_DEFAULT_REGION}.")
        return {"region": name, "seed": options.seed or 0}
    for name, wanted in (("region", options.region), ("seed", options.seed)):
        if wanted is not None and wanted != kept[name]:
            raise ValueError(
                f"The state in {store.directory} has {name} {kept[name]}, not {wanted}. "
                "Choose another --state directory, or leave the option away."
            )
    return kept


def _clock(options: RegionOptions, store: Store) -> Clock:
    """A clock that goes on where the stored one was, and never behind the real time."""
    kept = dict(store.load_kind("region")).get(_CLOCK[1])
    now = options.start or datetime.now(UTC)
    if kept is None:
        return Clock(now, speed=options.speed or 1.0, wall=options.wall)
    until = datetime.fromisoformat(kept["until"])
    return Clock(
        until if kept["paused"] else max(until, now),
        speed=options.speed or kept["speed"],
        paused=kept["paused"],
        wall=options.wall,
    )
