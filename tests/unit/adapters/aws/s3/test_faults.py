"""Trouble on the way: what passes is repeated, what does not is said, and nothing half is kept."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from awscrt.checksums import crc32c

from hue_desktop.core.errors import (
    AccessDenied,
    Cancelled,
    HueError,
    NotFound,
    Refused,
    Throttled,
    Unreachable,
)
from hue_desktop.core.file_systems import Refusal
from hue_desktop.core.storage import Location
from tests.contract.file_systems.place import BytesSource
from tests.unit.adapters.aws.s3.conftest import STORE, Lake, Open

MIB = 1024 * 1024
DATA = os.urandom(3 * MIB + 17)


class FileSource:
    """A range of a file that may be sent by the kernel."""

    def __init__(self, path: Path, offset: int, length: int) -> None:
        self._file = path.open("rb")
        self.offset, self.length = offset, length
        self.advanced = 0
        self.checksum = None
        self.modified = None

    def readinto(self, buffer: memoryview, /) -> int:
        raise AssertionError("the kernel reads")

    def fileno(self) -> int:
        return self._file.fileno()

    def advance(self, count: int, /) -> None:
        self.advanced += count

    def close(self) -> None:
        self._file.close()


@pytest.mark.parametrize("code", ["SlowDown", "InternalError", "ServiceUnavailable"])
def test_passing_errors_are_repeated(lake: Lake, code: str) -> None:
    lake.fault(code=code, count=2)
    lake.put("file", DATA)
    assert lake.read("file") == DATA
    assert lake.fs.throttled == (2 if code == "SlowDown" else 0)


def test_throttling_that_lasts_is_said(lake: Lake) -> None:
    lake.put("file")
    lake.fault(code="SlowDown")
    with pytest.raises(Throttled) as raised:
        lake.fs.stat(lake.at("file"))
    assert raised.value.retryable
    lake.fault(code="AccessDenied", key="other")
    with pytest.raises((AccessDenied, Throttled)):
        lake.fs.stat(lake.at("other"))


def test_denied_names_the_object_and_the_right(lake: Lake) -> None:
    lake.put("secret")
    lake.fault(code="AccessDenied", method="GET", key="secret")
    with pytest.raises(AccessDenied) as raised:
        lake.fs.open(lake.at("secret"))
    assert f"s3://{lake.bucket}/secret" in str(raised.value)
    assert "s3:GetObject" in str(raised.value)


def test_a_cut_body_is_unreachable_and_not_an_end(lake: Lake) -> None:
    lake.put("file", DATA)
    lake.fault(kind="cut", method="GET", key="file", after_bytes=100_000, count=1)
    with pytest.raises(Unreachable) as raised:
        lake.read("file")
    assert raised.value.retryable
    assert lake.read("file") == DATA


def test_a_body_that_was_changed_on_the_way_is_refused(lake: Lake) -> None:
    lake.put("file", DATA)
    lake.fault(kind="corrupt", method="GET", key="file", after_bytes=1_000_000, count=1)
    with pytest.raises(Refused) as raised:
        lake.read("file")
    assert raised.value.code == Refusal.BAD_CHECKSUM
    assert raised.value.retryable


def test_an_upload_that_was_changed_on_the_way_is_sent_again(lake: Lake, tmp_path: Path) -> None:
    lake.fault(kind="corrupt", method="PUT", key="small", after_bytes=10, count=1)
    lake.put("small", DATA[:1000])
    assert lake.read("small") == DATA[:1000]
    path = tmp_path / "large"
    path.write_bytes(DATA)
    source = FileSource(path, 0, len(DATA))
    lake.fault(kind="corrupt", method="PUT", key="large", after_bytes=2_000_000, count=1)
    _entry, crc = lake.fs.put(lake.at("large"), source, overwrite=True)
    source.close()
    assert crc == crc32c(DATA)
    assert source.advanced == len(DATA)
    assert lake.read("large") == DATA


def test_an_upload_that_stays_wrong_is_refused_and_absent(lake: Lake) -> None:
    lake.fault(kind="corrupt", method="PUT", key="file", after_bytes=10)
    with pytest.raises(Refused) as raised:
        lake.put("file", DATA[:1000])
    assert raised.value.code == Refusal.BAD_CHECKSUM
    with pytest.raises(NotFound):
        lake.fs.stat(lake.at("file"))


def test_a_large_stream_is_not_repeated_but_checked(lake: Lake) -> None:
    size = 20 * MIB
    upload = lake.fs.upload(lake.at("file"), size, part_size=size)
    lake.fault(kind="corrupt", method="PUT", part=1, after_bytes=5_000_000, count=1)
    data = (DATA * (size // len(DATA) + 1))[:size]
    with pytest.raises(HueError):
        upload.write(0, 0, BytesSource(data))
    part = upload.write(0, 0, BytesSource(data))
    assert part.crc32c == crc32c(data)
    upload.commit([part], crc32c=part.crc32c, overwrite=False)
    assert lake.read("file") == data


def test_a_part_of_the_usual_size_from_a_stream_is_repeated(lake: Lake) -> None:
    size = 8 * MIB
    upload = lake.fs.upload(lake.at("file"), size, part_size=size)
    lake.fault(kind="corrupt", method="PUT", part=1, after_bytes=5_000_000, count=1)
    data = (DATA * (size // len(DATA) + 1))[:size]
    part = upload.write(0, 0, BytesSource(data))
    upload.commit([part], crc32c=part.crc32c, overwrite=False)
    assert lake.read("file") == data


def test_a_part_and_a_commit_survive_errors(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(DATA)
    upload = lake.fs.upload(lake.at("file"), len(DATA))
    lake.fault(code="InternalError", part=1, count=2)
    source = FileSource(path, 0, len(DATA))
    part = upload.write(0, 0, source)
    source.close()
    lake.fault(code="InternalError", method="POST", count=2)
    upload.commit([part], crc32c=part.crc32c, overwrite=False)
    assert lake.read("file") == DATA
    assert lake.uploads() == 0


def test_a_commit_with_the_wrong_checksum_is_refused(lake: Lake) -> None:
    upload = lake.fs.upload(lake.at("file"), len(DATA))
    part = upload.write(0, 0, BytesSource(DATA))
    with pytest.raises(Refused):
        upload.commit([part], crc32c=part.crc32c ^ 1, overwrite=False)
    with pytest.raises(NotFound):
        lake.fs.stat(lake.at("file"))
    upload.abort()
    assert lake.uploads() == 0


def test_pages_that_fail_are_asked_for_again(lake: Lake) -> None:
    for number in range(5):
        lake.put(f"f{number}")
    lake.fault(code="SlowDown", query="list-type", count=1)
    lake.fault(kind="cut", query="list-type", after_bytes=50, count=1)
    names = [name for page in lake.fs.list(lake.at("")) for name in page.names]
    assert names == [f"f{number}" for number in range(5)]


def test_closing_ends_what_is_under_way(lake: Lake) -> None:
    lake.put("file", DATA)
    source = lake.fs.open(lake.at("file"))
    lake.control("latency", {"ms": 20_000})
    seen: list[BaseException] = []
    begun = threading.Event()

    def stat() -> None:
        begun.set()
        try:
            lake.fs.stat(lake.at("file"))
        except HueError as error:
            seen.append(error)

    waiting = threading.Thread(target=stat)
    waiting.start()
    try:
        assert begun.wait(10)
        lake.fs.close()
        waiting.join(10)
        assert not waiting.is_alive()
    finally:
        lake.control("latency", {"ms": 0})
        source.close()
    assert isinstance(seen[0], Cancelled)


def test_nobody_there(open_s3: Open) -> None:
    with pytest.raises(Unreachable) as raised:
        open_s3("http://127.0.0.1:9").stat(Location(STORE, "/bucket/key"))
    assert "127.0.0.1:9" in str(raised.value)
