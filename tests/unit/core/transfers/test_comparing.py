"""Whether a target is its source."""

from __future__ import annotations

import pytest

from hue_desktop.core.storage import Checksum, StoreKind
from hue_desktop.core.transfers.comparing import Facts, judge, judge_closely
from hue_desktop.core.transfers.values import Comparison

LOCAL, S3, HDFS = StoreKind.LOCAL, StoreKind.S3, StoreKind.HDFS
SAME, NEW, DIFFERS = Comparison.SAME, Comparison.NEW, Comparison.DIFFERS


@pytest.mark.parametrize(
    ("source_kind", "source", "target_kind", "target", "verdict"),
    [
        (LOCAL, Facts(1, 5.0), LOCAL, None, NEW),
        (LOCAL, Facts(1, 5.0), LOCAL, Facts(2, 5.0), DIFFERS),
        (LOCAL, Facts(1, 5.0), HDFS, Facts(1, 5.001), SAME),
        (LOCAL, Facts(1, 5.0), HDFS, Facts(1, 5.1), DIFFERS),
        (LOCAL, Facts(1, None), LOCAL, Facts(1, 5.0), DIFFERS),
        (LOCAL, Facts(1, 5.0), S3, Facts(1, 5.0), None),
        (S3, Facts(1, 5.0, "e"), S3, Facts(1, 9.0, "e"), SAME),
        (S3, Facts(1, 5.0, "e"), S3, Facts(1, 5.0, "f"), None),
        (S3, Facts(1, 5.0, ""), S3, Facts(1, 5.0, ""), None),
        (S3, Facts(0, folder=True), LOCAL, Facts(-1, folder=True), SAME),
        (S3, Facts(3), LOCAL, Facts(-1, folder=True), DIFFERS),
    ],
)
def test_judging_listings(
    source_kind: StoreKind, source: Facts, target_kind: StoreKind, target: Facts | None,
    verdict: Comparison | None,
) -> None:  # fmt: skip
    found = judge(source_kind, source, target_kind, target)
    assert (found and found[0]) == verdict
    if verdict is DIFFERS:
        assert found is not None
        assert found[1]


def crc(value: str, algorithm: str = "CRC32C") -> Checksum:
    return Checksum(algorithm, value)


@pytest.mark.parametrize(
    ("times", "checksums", "verdict"),
    [
        ((5.0, 5.0), (None, None), SAME),
        ((5.0, 6.0), (None, None), DIFFERS),
        ((5.0, 6.0), (crc("a"), crc("a")), SAME),
        ((5.0, 5.0), (crc("a"), crc("b")), DIFFERS),
        ((5.0, 6.0), (crc("a"), crc("a", "MD5")), DIFFERS),
        ((None, 6.0), (None, crc("a")), DIFFERS),
    ],
)
def test_looking_closely(
    times: tuple[float | None, float], checksums: tuple[Checksum | None, Checksum | None],
    verdict: Comparison,
) -> None:  # fmt: skip
    found, reason = judge_closely(Facts(1, times[0]), Facts(1, times[1]), *checksums)
    assert found is verdict
    assert reason


def test_what_differs_is_said() -> None:
    found = judge(LOCAL, Facts(1000), LOCAL, Facts(1001))
    assert found is not None
    assert "1" in found[1]
    newer = judge(LOCAL, Facts(5, 10.0), LOCAL, Facts(5, 20.0))
    assert newer == (DIFFERS, "the target is newer")
