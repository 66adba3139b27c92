"""Pre-flight at scale: 1 000 000 files on 200 DataNodes judged, and the memory of the process.

``--files N`` and ``--nodes N`` for other sizes. The last line is the time of a first judgement,
against the promise of 10 s and 300 MB.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.shrink import (
    BlockTable,
    BlockTableBuilder,
    CoreNode,
    ShrinkLimits,
    ShrinkRequest,
    judge,
    with_fixes,
)

BLOCK = 128 << 20
PROMISED_S, PROMISED_MB = 10.0, 300.0


def made(files: int, nodes: int) -> tuple[BlockTable, list[CoreNode]]:
    """Files of Hive tables: 1.5 blocks each, three replicas of most, one of every fiftieth."""
    chance = random.Random(7)
    hosts = [f"ip-10-{n // 250}-{n % 250}-17.ec2.internal" for n in range(nodes)]
    used = [0] * nodes
    builder = BlockTableBuilder(hosts)
    folder = builder.folder("/")
    for number in range(files):
        if number % 200 == 0:
            day = number // 200
            folder = builder.folder(f"/user/hive/warehouse/events/year={day // 365}/day={day}")
        factor = 1 if number % 50 == 0 else 3
        count = 2 if number % 2 else 1
        size = BLOCK * (count - 1) + chance.randrange(1, BLOCK)
        builder.add_file(folder, b"part-%05d-c000.snappy.parquet" % number, size, factor)
        for block in range(count):
            length = BLOCK if block < count - 1 else size - BLOCK * (count - 1)
            first = chance.randrange(nodes)
            step = chance.randrange(1, nodes // 3)
            held = [(first + step * at) % nodes for at in range(factor)]
            for host in held:
                used[host] += length
            builder.add_block(length, held)
    capacity = int(1.6 * max(used))
    core = [
        CoreNode(host, f"i-{at:017x}", "ig", capacity=capacity, used=used[at],
                 remaining=capacity - used[at], containers=4, longest_s=600.0, usd_hour=0.5)
        for at, host in enumerate(hosts)
    ]  # fmt: skip
    return builder.table(), core


def peak_mb() -> float:
    """The most this process has had in memory; MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def main() -> int:
    """Make, judge, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=1_000_000)
    parser.add_argument("--nodes", type=int, default=200)
    args = parser.parse_args()
    begun = time.perf_counter()
    table, nodes = made(args.files, args.nodes)
    sys.stdout.write(
        f"{table.files:,} files, {table.blocks:,} blocks, {len(table.replicas):,} replicas made in "
        f"{time.perf_counter() - begun:.1f} s; table {table.nbytes / 1e6:.0f} MB, "
        f"process {peak_mb():.0f} MB\n"
    )
    ref = ClusterRef("benchmark", "us-east-1", "j-BENCHMARK")
    leaving = tuple(node.ec2_id for node in nodes[3:23])
    request = ShrinkRequest(ref, "ig", leaving, count=len(nodes) - len(leaving))
    limits = ShrinkLimits(replication=3)
    begun, processor = time.perf_counter(), time.process_time()
    verdict = judge(table, nodes, request, limits)
    first_s, used_s = time.perf_counter() - begun, time.process_time() - processor
    begun = time.perf_counter()
    judge(table, nodes, request, limits)
    again_s = time.perf_counter() - begun
    begun = time.perf_counter()
    with_fixes(table, nodes, request, limits, ["set_replication", "raise_timeout"])
    fixes_s = time.perf_counter() - begun
    sys.stdout.write(
        f"{verdict.level.name}: {verdict.sentence} {len(verdict.options)} options\n"
        f"again {again_s:.2f} s, with fixes {fixes_s:.2f} s, process {peak_mb():.0f} MB "
        f"(promised {PROMISED_MB:.0f})\n"
        f"judge: {first_s:.2f} s of {PROMISED_S:.0f} s (processor {used_s:.2f} s), "
        f"{peak_mb():.0f} MB\n"
    )
    return 0 if first_s <= PROMISED_S and peak_mb() <= PROMISED_MB else 1


if __name__ == "__main__":
    raise SystemExit(main())
