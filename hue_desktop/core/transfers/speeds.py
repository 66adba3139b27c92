"""How fast a route is between two stores: assumed at first, then learnt from what it took.

The model has three numbers: seconds before the first byte, seconds a file, seconds a byte. Files
and bytes are told apart because ten thousand small files and one large one of the same bytes take
very different times. Runs correct the assumption; the more there are, the less it counts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hue_desktop.core.storage import StoreId, StoreKind
from hue_desktop.core.transfers.values import Route

__all__ = ["KEPT_RUNS", "RouteKey", "RouteRun", "Speed", "assumed", "learn", "store_key"]

KEPT_RUNS = 24  #: older runs say little of today's network
_PRIOR = 0.05  #: how much the assumption counts beside one run
_MIB = 1024.0 * 1024.0
_LEAST_S = 1e-9
_LONG_SETUP_S = 5.0  #: a route that begins so late is queued somewhere: waiting is no slowness
_LEAST_RUN_S = 0.001  #: what took less tells of the clock, not of the route


@dataclass(frozen=True, slots=True)
class RouteKey:
    """Which route between which stores; ``source`` and ``target`` are ``store_key`` texts."""

    route: Route
    source: str
    target: str

    @property
    def kinds(self) -> tuple[str, str]:
        """The kinds of the two stores."""
        return self.source.partition(":")[0], self.target.partition(":")[0]


@dataclass(frozen=True, slots=True)
class RouteRun:
    """What one transfer took. Only files that were really copied count."""

    files: int
    bytes: int
    seconds: float
    at: float = 0.0  #: epoch seconds of its end


@dataclass(frozen=True, slots=True)
class Speed:
    """What a route takes. ``measured`` counts the runs it was learnt from; 0: assumed."""

    setup_s: float
    file_s: float
    byte_s: float
    measured: int = 0
    mean_bytes_per_s: float = 0.0  #: bytes by seconds over the larger runs, as a person reckons

    def seconds(self, files: int, size_bytes: int, limit: int | None = None) -> float:
        """How long so many files and bytes take; ``limit`` caps the bytes per second."""
        moving = size_bytes * self.byte_s
        if limit:
            moving = max(moving, size_bytes / limit)
        return self.setup_s + files * self.file_s + moving


def store_key(store: StoreId) -> str:
    """A store as runs are filed under: kind, identity, and which of its kind."""
    if store.kind is StoreKind.LOCAL:
        return "local"
    where = store.region if store.kind is StoreKind.S3 else store.cluster_id or store.authority
    return f"{store.kind.value}:{store.connection}:{where}"


def assumed(key: RouteKey, *, containers: int = 0) -> Speed:
    """What to expect before anything was measured; ``containers`` is what YARN has room for."""
    if key.route is Route.SERVER_SIDE:
        return Speed(0.2, 0.005, 1 / (800 * _MIB))
    if key.route is Route.S3DISTCP:
        maps = max(1, containers)
        return Speed(45.0, 0.2 / maps, 1 / (50 * _MIB * maps))
    if "hdfs" in key.kinds:
        return Speed(0.3, 0.01, 1 / (60 * _MIB))
    if key.kinds == ("local", "local"):
        return Speed(0.05, 0.001, 1 / (500 * _MIB))
    return Speed(0.2, 0.005, 1 / (100 * _MIB))


def learn(prior: Speed, runs: Sequence[RouteRun]) -> Speed:
    """The speed that explains the runs best and is not far from the assumption without reason.

    Runs that moved little teach how long it takes to begin. The others first make the assumption
    slower or faster as a whole, for a line may be a hundred times off; then files and bytes are
    told apart: least squares over relative errors, so that a run of a second and one of an hour
    count alike, with both unknowns drawn towards that assumption.
    """
    used = [run for run in runs if run.seconds >= _LEAST_RUN_S and (run.files or run.bytes)]
    moving = [run for run in used if not _is_small(prior, run)]
    setup_s = _setup(prior, [run for run in used if _is_small(prior, run)])
    if not moving:
        return Speed(setup_s, prior.file_s, prior.byte_s, len(used))
    setup_s = min(setup_s, 0.9 * min(run.seconds for run in moving))
    scale = _scale(prior, setup_s, moving)
    file_s, byte_s = prior.file_s * scale, prior.byte_s * scale
    aa = bb = _PRIOR
    ab = 0.0
    ay = by = _PRIOR
    for run in moving:
        a = run.files * file_s / run.seconds
        b = run.bytes * byte_s / run.seconds
        y = (run.seconds - setup_s) / run.seconds
        aa, bb, ab = aa + a * a, bb + b * b, ab + a * b
        ay, by = ay + a * y, by + b * y
    file_x, byte_x = _solve(aa, ab, bb, ay, by)
    seconds = math.fsum(run.seconds for run in moving)
    return Speed(
        setup_s,
        max(_LEAST_S, file_s * file_x),
        max(_LEAST_S / _MIB, byte_s * byte_x),
        len(used),
        sum(run.bytes for run in moving) / seconds,
    )


def _moving_s(prior: Speed, run: RouteRun) -> float:
    return run.files * prior.file_s + run.bytes * prior.byte_s


def _is_small(prior: Speed, run: RouteRun) -> bool:
    """Whether a run tells of beginning rather than of moving: a step may wait for its turn."""
    if _moving_s(prior, run) >= 0.5 * prior.setup_s:
        return False
    return prior.setup_s >= _LONG_SETUP_S or run.seconds < 3 * prior.setup_s


def _setup(prior: Speed, runs: Sequence[RouteRun]) -> float:
    """How long it takes to begin: the assumption counts as half a run."""
    taken = [max(0.0, run.seconds - _moving_s(prior, run)) for run in runs]
    return (0.5 * prior.setup_s + math.fsum(taken)) / (0.5 + len(taken))


def _scale(prior: Speed, setup_s: float, runs: Sequence[RouteRun]) -> float:
    """How much longer than assumed the runs took in the middle; one run counts nearly whole."""
    logs = [math.log((run.seconds - setup_s) / _moving_s(prior, run)) for run in runs]
    trust = len(runs) / (len(runs) + 0.1)
    return math.exp(trust * math.fsum(logs) / len(logs))


def _solve(aa: float, ab: float, bb: float, ay: float, by: float) -> tuple[float, float]:
    """The non-negative solution of the two normal equations."""
    det = aa * bb - ab * ab
    if det <= 1e-9 * aa * bb:  # the runs do not tell files from bytes
        both = (ay + by) / (aa + 2 * ab + bb)
        return both, both
    x, y = (ay * bb - by * ab) / det, (by * aa - ay * ab) / det
    if x < 0:
        return 0.0, by / bb
    if y < 0:
        return ay / aa, 0.0
    return x, y
