"""A folder of a warehouse on its way to S3, and transfers in every state."""

from __future__ import annotations

from dataclasses import replace

from hue_desktop.core.storage import LOCAL, Location, StoreId, StoreKind
from hue_desktop.core.transfers.planner import ClusterFacts, PlanFacts, TransferDraft
from hue_desktop.core.transfers.speeds import Speed
from hue_desktop.core.transfers.values import (
    Comparison,
    Conflict,
    PlannedFile,
    Route,
    Transfer,
    TransferOptions,
    TransferProgress,
    TransferRequest,
    TransferState,
    TransferSummary,
)

__all__ = ["GIB", "HDFS", "MIB", "S3", "draft", "transfers"]

MIB, GIB = 1024**2, 1024**3
HDFS = StoreId(StoreKind.HDFS, "prod", "us-east-1", "j-1")
S3 = StoreId(StoreKind.S3, "prod", "us-east-1")

_SOURCE = Location(HDFS, "/warehouse/events/dt=2026-11-19")
_TARGET = Location(S3, "/lake/raw/events/")


def _file(name: str, size: float, comparison: Comparison, reason: str = "") -> PlannedFile:
    relative = f"dt=2026-11-19/{name}"
    return PlannedFile(
        _SOURCE.child(name), _TARGET.child(relative), relative, int(size * MIB), 1.0, comparison,
        reason,
    )  # fmt: skip


def draft() -> TransferDraft:
    """412 files: 396 new, 12 the same, 4 that differ."""
    differs, same, new = Comparison.DIFFERS, Comparison.SAME, Comparison.NEW
    files = [
        _file("part-00017.parquet", 512.4, differs, "503 MiB there, 512 MiB here"),
        _file("part-00018.parquet", 530.1, differs, "another CRC32C"),
        _file("part-00102.parquet", 548.8, differs, "the target is newer"),
        _file("part-00311.parquet", 559.1, differs, "another CRC32C"),
        _file("_SUCCESS", 0, same, "the same size and time"),
    ]
    files += [_file(f"part-{n:05d}.parquet", 471.2, same, "the same CRC32C") for n in range(11)]
    files += [_file(f"part-{n:05d}.parquet", 462.6, new) for n in range(11, 411)][:396]
    count = {kind: [one for one in files if one.comparison is kind] for kind in Comparison}
    total = {kind: sum(one.size for one in some) for kind, some in count.items()}
    summary = TransferSummary(
        len(files), sum(total.values()), len(count[new]), total[new], len(count[same]),
        total[same], len(count[differs]), total[differs],
    )  # fmt: skip
    facts = PlanFacts(
        speeds={
            Route.STREAM: Speed(0.3, 0.01, 1 / (110 * MIB), 2, 110.0 * MIB),
            Route.S3DISTCP: Speed(45, 0.01, 1 / (1.55 * GIB), 6, 1.55 * GIB),
            Route.SERVER_SIDE: Speed(0.2, 0.005, 1 / GIB),
        },
        cluster=ClusterFacts("analytics", yarn_free_bytes=36 * GIB),
        source_region="us-east-1",
        target_region="us-east-1",
        versioned=True,
    )
    options = TransferOptions(conflict=Conflict.OVERWRITE)
    return TransferDraft(
        TransferRequest((_SOURCE,), _TARGET, options), summary, tuple(files), facts
    )


def _transfer(number: int, source: Location, target: Location, route: Route) -> Transfer:
    request = TransferRequest((source,), target)
    return Transfer(number, request, route, TransferState.RUNNING, 1000.0, started=1000.0)


def _moving(
    base: Transfer, done: float, total: float, rate: float, eta: float, **more: object
) -> Transfer:
    progress = TransferProgress(
        96, 40, 0, 0, int(total), int(done), listing_done=True, bytes_per_s=rate, eta_s=eta
    )
    return replace(base, progress=progress, **more)  # type: ignore[arg-type]


def transfers() -> tuple[Transfer, ...]:
    """One of each state, those that run first."""
    s3, hdfs = Location(S3, "/lake/"), Location(HDFS, "/")
    orders = _transfer(1, hdfs.child("warehouse/orders"), s3.child("curated/orders"),
                       Route.S3DISTCP)  # fmt: skip
    models = _transfer(2, s3.child("models"), Location(S3, "/lake-dr/models"), Route.SERVER_SIDE)
    report = _transfer(3, Location(LOCAL, "/srv/exports/q3-report"), hdfs.child("user/marta/q3"),
                       Route.STREAM)  # fmt: skip
    clicks = _transfer(4, s3.child("raw/clicks"), hdfs.child("warehouse/clicks"), Route.STREAM)
    failed = TransferProgress(96, 94, 0, 2, 5 * GIB, 4 * GIB, listing_done=True)
    done = _transfer(5, s3.child("raw/2025"), Location(LOCAL, "/srv/2025"), Route.STREAM)
    return (
        _moving(orders, 251.3 * GIB, 412 * GIB, 1.31 * GIB, 123, step_id="s-3F8K2L"),
        _moving(models, 13.0 * GIB, 38.2 * GIB, 0.94 * GIB, 27),
        _moving(report, 1.13 * GIB, 2.4 * GIB, 42.5 * MIB, 31),
        replace(
            clicks, state=TransferState.FAILED, progress=failed, ended=1090.0,
            error="403 from S3, key policy", remedy="Ask for kms:Decrypt on the key.",
        ),
        _moving(done, 3 * GIB, 3 * GIB, 0, 0, state=TransferState.DONE, ended=1060.0,
                verified="CRC32C of all bytes, 96 files"),
    )  # fmt: skip
