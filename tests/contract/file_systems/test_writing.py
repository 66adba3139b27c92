"""Put, and uploads in parts: whole, at once, or not at all."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from awscrt.checksums import combine_crc32c, crc32c

from hue_desktop.core.errors import HueError, NotFound, Refused, Unreachable
from hue_desktop.core.file_systems import RUN, Part, Refusal, Upload
from tests.contract.file_systems.place import BytesSource, Place

_PATTERN = bytes((number * 7 + number // 256) % 256 for number in range(65_536))


def test_put_says_what_it_stored(place: Place) -> None:
    entry, crc = place.fs.put(place.at("file"), BytesSource(b"hello", step=2), overwrite=False)
    assert (entry.size, crc) == (5, crc32c(b"hello"))
    assert place.read("file") == b"hello"


def test_put_makes_the_folders_above(place: Place) -> None:
    place.put("a/b/c/file", b"deep")
    assert place.read("a/b/c/file") == b"deep"


def test_put_replaces_only_when_it_may(place: Place) -> None:
    place.put("file", b"first")
    with pytest.raises(Refused) as refused:
        place.put("file", b"second")
    assert refused.value.code == Refusal.ALREADY_EXISTS
    assert place.read("file") == b"first"
    place.put("file", b"third", overwrite=True)
    assert place.read("file") == b"third"
    assert set(place.walked()) == {"file"}


def test_only_one_of_many_wins_without_overwrite(place: Place) -> None:
    if not place.backend.atomic_names:
        pytest.skip("the server cannot do that in one step")
    start = threading.Barrier(6)

    def put(number: int) -> str:
        start.wait(10)
        try:
            place.put("file", f"writer {number}".encode())
        except Refused as error:
            return error.code
        return "won"

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(put, range(6)))
    winners = [number for number, outcome in enumerate(outcomes) if outcome == "won"]
    assert len(winners) == 1
    assert set(outcomes) == {"won", Refusal.ALREADY_EXISTS}
    assert place.read("file") == f"writer {winners[0]}".encode()


def test_a_reader_sees_the_old_or_the_new_file(place: Place) -> None:
    if not place.backend.atomic_names:
        pytest.skip("the server cannot do that in one step")
    texts = [bytes([65 + number]) * 40_000 for number in range(8)]
    place.put("file", texts[0])
    seen: list[bytes] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.append(place.read("file"))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for text in texts:
            place.put("file", text, overwrite=True)
    finally:
        stop.set()
        reader.join(30)
    assert seen
    assert set(seen) <= set(texts)


def test_the_time_is_kept(place: Place) -> None:
    if not place.fs.capabilities.keeps_modified:
        pytest.skip("the store keeps no time")
    stamp = 1_600_000_000.25
    place.fs.put(place.at("file"), BytesSource(b"x"), overwrite=False, modified=stamp)
    found = place.fs.stat(place.at("file")).modified
    assert found == pytest.approx(stamp, abs=0.3)


class _Cut(BytesSource):
    """A source whose connection ends in the middle."""

    def __init__(self) -> None:
        super().__init__(b"y" * 1000, step=100)

    def readinto(self, buffer: memoryview, /) -> int:
        if self._at >= 500:
            raise Unreachable("The connection was cut.")
        return super().readinto(buffer)


def test_a_cut_source_leaves_nothing(place: Place) -> None:
    with pytest.raises(HueError):
        place.fs.put(place.at("file"), _Cut(), overwrite=False)
    assert not place.walked()
    place.put("file", b"whole")
    with pytest.raises(HueError):
        place.fs.put(place.at("file"), _Cut(), overwrite=True)
    assert place.read("file") == b"whole"


# -- parts --------------------------------------------------------------------------------------


def _content(place: Place) -> tuple[bytes, int]:
    """Data of three parts and a bit, and the part's size."""
    part = max(place.backend.min_part_bytes, 100_000)
    size = part * 3 + 777
    return (_PATTERN * (size // len(_PATTERN) + 1))[:size], part


def _whole_crc(parts: list[Part]) -> int:
    crc = 0
    for part in sorted(parts, key=lambda each: each.index):
        crc = combine_crc32c(crc, part.crc32c, part.length)
    return crc


def _count(upload: Upload, size: int) -> int:
    return -(-size // upload.part_size)


def test_parts_make_a_file_that_appears_at_the_end(place: Place) -> None:
    data, part_size = _content(place)
    upload = place.fs.upload(place.at("deep/file"), len(data), part_size=part_size)
    wide = 4 if place.fs.capabilities.parallel_parts else 1
    with ThreadPoolExecutor(wide) as pool:
        parts: list[Part] = list(
            pool.map(
                lambda index: place.write_part(upload, data, index, len(data)),
                range(_count(upload, len(data))),
            )
        )
    assert "deep/file" not in place.walked()
    with pytest.raises(NotFound):
        place.fs.stat(place.at("deep/file"))
    assert all(
        part.crc32c == crc32c(data[part.offset : part.offset + part.length]) for part in parts
    )
    entry = upload.commit(parts, crc32c=_whole_crc(parts), overwrite=False)
    assert entry.size == len(data)
    assert place.read("deep/file") == data
    upload.abort()
    assert place.read("deep/file") == data
    assert set(place.walked()) == {"deep/file"}


def test_an_upload_is_resumed_with_what_the_store_has(place: Place) -> None:
    data, part_size = _content(place)
    first = place.fs.upload(place.at("file"), len(data), part_size=part_size)
    count = _count(first, len(data))
    if count < 2:
        first.abort()
        pytest.skip("the store writes such a file in one part")
    written = [place.write_part(first, data, index, len(data)) for index in range(count - 1)]
    upload = place.fs.resume(first.token)
    assert upload.part_size == first.part_size
    kept = list(upload.stored())
    assert {part.index for part in kept} <= set(range(count - 1))
    assert len(kept) == len(written)
    for part, known in zip(kept, written, strict=True):
        assert (part.index, part.length, part.tag) == (known.index, known.length, known.tag)
        assert part.crc32c in (known.crc32c, -1)
    last = place.write_part(upload, data, count - 1, len(data))
    parts = [*kept, last]
    upload.commit(parts, crc32c=None, overwrite=False)
    assert place.read("file") == data


def test_a_part_may_be_written_again(place: Place) -> None:
    data, part_size = _content(place)
    if not place.fs.capabilities.parallel_parts:
        pytest.skip("the store takes parts in order only")
    upload = place.fs.upload(place.at("file"), len(data), part_size=part_size)
    wrong = bytes(upload.part_size)
    upload.write(0, 0, BytesSource(wrong))
    parts = [
        place.write_part(upload, data, index, len(data))
        for index in reversed(range(_count(upload, len(data))))
    ]
    upload.commit(parts, crc32c=None, overwrite=False)
    assert place.read("file") == data


def test_commit_wants_all_parts(place: Place) -> None:
    data, part_size = _content(place)
    upload = place.fs.upload(place.at("file"), len(data), part_size=part_size)
    first = place.write_part(upload, data, 0, len(data))
    if _count(upload, len(data)) > 1:
        with pytest.raises(Refused):
            upload.commit([first], crc32c=None, overwrite=False)
    upload.abort()
    assert not place.walked()


def test_commit_replaces_only_when_it_may(place: Place) -> None:
    data, part_size = _content(place)
    place.put("file", b"there before")
    upload = place.fs.upload(place.at("file"), len(data), part_size=part_size)
    parts = [
        place.write_part(upload, data, index, len(data))
        for index in range(_count(upload, len(data)))
    ]
    with pytest.raises(Refused) as refused:
        upload.commit(parts, crc32c=None, overwrite=False)
    assert refused.value.code == Refusal.ALREADY_EXISTS
    assert place.read("file") == b"there before"
    upload.commit(parts, crc32c=None, overwrite=True)
    assert place.read("file") == data


def test_abort_and_discard_leave_nothing(place: Place) -> None:
    data, part_size = _content(place)
    for way in ("abort", "discard"):
        upload = place.fs.upload(place.at(way), len(data), part_size=part_size)
        place.write_part(upload, data, 0, len(data))
        assert not place.listed()
        if way == "abort":
            upload.abort()
            upload.abort()
        else:
            place.fs.discard(upload.token)
        place.fs.discard(upload.token)
        with pytest.raises(NotFound):
            place.fs.resume(upload.token)
        assert not place.walked()


def test_what_a_killed_process_left_is_found_and_removed(place: Place) -> None:
    data, part_size = _content(place)
    upload = place.fs.upload(place.at("folder/file"), len(data), part_size=part_size)
    place.write_part(upload, data, 0, len(data))
    where = place.at("folder/" if place.fs.capabilities.folders else "folder/file")
    assert not place.fs.unfinished(place.at("other"), RUN)
    tokens = place.fs.unfinished(where, RUN)
    assert len(tokens) == 1
    for token in tokens:
        place.fs.discard(token)
    assert not place.fs.unfinished(where, RUN)
    with pytest.raises(NotFound):
        place.fs.resume(upload.token)


def test_the_time_of_an_upload_is_kept(place: Place) -> None:
    if not place.fs.capabilities.keeps_modified:
        pytest.skip("the store keeps no time")
    data, part_size = _content(place)
    stamp = 1_500_000_000.5
    upload = place.fs.upload(place.at("file"), len(data), part_size=part_size, modified=stamp)
    parts = [
        place.write_part(upload, data, index, len(data))
        for index in range(_count(upload, len(data)))
    ]
    upload.commit(parts, crc32c=None, overwrite=False)
    assert place.fs.stat(place.at("file")).modified == pytest.approx(stamp, abs=0.6)
