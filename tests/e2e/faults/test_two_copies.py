"""Two copies to one target: every file there is the one or the other, whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.faults.conftest import tree
from tests.e2e.faults.copier import MIB, Copier
from tests.e2e.faults.places import S3, Hdfs, Local, Place
from tests.unit.simulator.hadoop.webhdfs import HdfsRegion


@pytest.mark.parametrize("users", [1, 2])
@pytest.mark.parametrize("rule", ["overwrite", "skip"])
@pytest.mark.parametrize("kind", ["s3", "hdfs"])
def test_two_copies_to_one_target(
    house: HdfsRegion, tmp_path: Path, local: Local, s3: S3, hdfs: Hdfs,
    kind: str, rule: str, users: int,
) -> None:  # fmt: skip
    target: Place = {"s3": s3, "hdfs": hdfs}[kind]
    both = [tree(40, 12 * MIB, seed) for seed in (1, 2)]
    for number, files in enumerate(both):
        local.fill(f"lake{number}", files)
    copiers = [
        Copier(tmp_path / f"user{number % users}", house.region.s3_endpoint, part=5 * MIB)
        for number in range(2)
    ]
    processes = [
        copier.start("--conflict", rule, local.uri(f"lake{number}"), target.uri("there"))
        for number, copier in enumerate(copiers)
    ]
    ends = [copier.end(process) for copier, process in zip(copiers, processes, strict=True)]
    assert [(end.code, end.said["state"]) for end in ends] == [(0, "done")] * 2, ends
    found = target.files("there")
    assert found.keys() == both[0].keys()
    assert all(data in (both[0][name], both[1][name]) for name, data in found.items())
    assert target.litter() == []
    if rule == "skip":
        copied = sum(end.said["files_copied"] for end in ends)
        skipped = sum(end.said["files_skipped"] for end in ends)
        assert copied + skipped >= 2 * len(found)
        assert skipped, "one came later"
