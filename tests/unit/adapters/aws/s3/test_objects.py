"""Keys, versions, copies, deletions and facts, looked at with boto3's eyes as well."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path

import pytest
from awscrt.checksums import crc32c

from hue_desktop.adapters.aws.s3 import copying
from hue_desktop.core.errors import NotFound, Refused
from hue_desktop.core.file_systems import RUN, Refusal
from hue_desktop.core.storage import Checksum, Entry, EntryKind
from tests.contract.file_systems.place import BytesSource
from tests.unit.adapters.aws.s3.conftest import Lake

MIB = 1024 * 1024
ODD = [
    "/leading", "//two", "a//b", "a/./b", "a/../b", "..", ".", "trailing/", "back\\slash",
    "control\x01", "tab\t", "del\x7f", "+ %2B%", "?x=1&y#z", "ü\U0001f600", "'\"<&>",
    "a" * 1024,
]  # fmt: skip


@pytest.mark.parametrize("key", ODD, ids=lambda key: ascii(key)[:20])
def test_a_key_is_what_it_is(any_keys: Lake, key: str) -> None:
    any_keys.put(key, b"data")
    seen = any_keys.client.list_objects_v2(Bucket=any_keys.bucket)["Contents"]
    assert [each["Key"] for each in seen] == [key]
    assert any_keys.read(key) == b"data"
    pages = list(any_keys.fs.walk(any_keys.at("")))
    entries = [entry for page in pages for entry in page.entries()]
    found = [any_keys.at("").child(each.name, folder=each.is_folder) for each in entries]
    assert found == [any_keys.at(key)]
    any_keys.fs.copy_within(any_keys.at(key), any_keys.at("copy"), overwrite=True)
    assert any_keys.read("copy") == b"data"
    with urllib.request.urlopen(any_keys.fs.presigned_url(any_keys.at(key), 60)) as answer:
        assert answer.read() == b"data"
    assert not any_keys.fs.delete_many([any_keys.at(key), any_keys.at("copy")])
    assert "Contents" not in any_keys.client.list_objects_v2(Bucket=any_keys.bucket)


def test_folders_are_gone_into_as_they_are_named(any_keys: Lake) -> None:
    for key in ("a//b", "a/c", "a/"):
        any_keys.put(key, b"")
    pages = any_keys.fs.list(any_keys.at("a/"))
    entries = [entry for page in pages for entry in page.entries()]
    folders = [
        any_keys.at("a/").child(each.name, folder=True) for each in entries if each.is_folder
    ]
    assert folders == [any_keys.at("a//")]
    assert [each.name for each in entries if not each.is_folder] == ["c"]
    inside = [name for page in any_keys.fs.list(folders[0]) for name in page.names]
    assert inside == ["b"]


def test_a_presigned_url_is_good_for_its_object_alone(lake: Lake) -> None:
    lake.put("one", b"1")
    lake.put("two", b"2")
    url = lake.fs.presigned_url(lake.at("one"), 60)
    assert urllib.request.urlopen(url).read() == b"1"
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(url.replace("/one?", "/two?"))
    with pytest.raises(Refused):
        lake.fs.presigned_url(lake.at("one"), 8 * 24 * 3600)


def test_what_the_store_keeps_with_an_object(lake: Lake) -> None:
    lake.fs.put(
        lake.at("file"), BytesSource(b"hello"), overwrite=False, modified=1_600_000_000.123456,
        content_type="text/plain",
    )  # fmt: skip
    head = lake.client.head_object(Bucket=lake.bucket, Key="file", ChecksumMode="ENABLED")
    assert head["ContentType"] == "text/plain"
    assert head["Metadata"]["mtime"] == "1600000000.123456"
    assert "ChecksumCRC32C" in head
    assert lake.fs.checksum(lake.at("file")) == Checksum("CRC32C", f"{crc32c(b'hello'):08x}")
    lake.client.put_object_tagging(
        Bucket=lake.bucket, Key="file", Tagging={"TagSet": [{"Key": "team", "Value": "a b=c"}]}
    )
    properties = lake.fs.properties(lake.at("file"))
    assert properties["tag-team"] == "a b=c"
    assert properties["meta-mtime"] == "1600000000.123456"
    lake.fs.change(lake.at("file"), "modified", 5.5)
    assert lake.fs.stat(lake.at("file")).modified == 5.5
    assert lake.fs.properties(lake.at("file"))["content-type"] == "text/plain"


def test_a_checksum_of_an_object_that_has_none_is_read_if_it_may_cost(any_keys: Lake) -> None:
    any_keys.client.put_object(
        Bucket=any_keys.bucket, Key="k", Body=b"abc", ChecksumAlgorithm="SHA1"
    )
    cheap = any_keys.fs.checksum(any_keys.at("k"))
    assert cheap == Checksum("MD5", "900150983cd24fb0d6963f7d28e17f72")
    dear = any_keys.fs.checksum(any_keys.at("k"), cheap=False)
    assert dear == Checksum("CRC32C", f"{crc32c(b'abc'):08x}")


def test_versions(any_keys: Lake) -> None:
    any_keys.client.put_bucket_versioning(
        Bucket=any_keys.bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    for data in (b"1", b"22"):
        any_keys.put("k", data)
    any_keys.put("k2", b"other")
    any_keys.fs.delete(any_keys.at("k"))
    found = any_keys.fs.versions(any_keys.at("k"))
    assert [each.size for each in found if not each.details["delete_marker"]] == [2, 1]
    assert sum(bool(each.details["delete_marker"]) for each in found) == 1
    assert any_keys.fs.bucket_facts(any_keys.at("k"))["versioning"] == "Enabled"


def test_facts_of_a_bucket(lake: Lake) -> None:
    facts = lake.fs.bucket_facts(lake.at(""))
    assert facts["region"] == "us-east-1"
    assert facts["versioning"] == "Disabled"


def test_buckets_are_listed_made_and_removed(lake: Lake) -> None:
    other = lake.at("").parent().child(f"{lake.bucket}-other", folder=True)
    lake.fs.make_folder(other)
    lake.fs.make_folder(other)
    names = [name for page in lake.fs.list(lake.at("").parent()) for name in page.names]
    assert {lake.bucket, f"{lake.bucket}-other"} <= set(names)
    lake.fs.delete(other)
    with pytest.raises(NotFound):
        lake.fs.stat(other)
    lake.put("file")
    with pytest.raises(Refused) as raised:
        lake.fs.delete(lake.at(""))
    assert raised.value.code == Refusal.NOT_EMPTY


def test_a_large_object_is_copied_in_parts(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "ONE_CALL", 5 * MIB)
    monkeypatch.setattr(copying, "COPY_PART", 5 * MIB)
    data = bytes(range(256)) * (12 * MIB // 256) + b"end"
    lake.fs.put(lake.at("one"), BytesSource(data), overwrite=True, modified=99.5)
    copied: list[int] = []
    entry = lake.fs.copy_within(
        lake.at("one"), lake.at("two"), overwrite=False, progress=copied.append
    )
    assert entry.size == sum(copied) == len(data)
    assert lake.read("two") == data
    assert lake.fs.stat(lake.at("two")).modified == 99.5
    lake.fs.change(lake.at("two"), "modified", 77.5)
    assert lake.fs.stat(lake.at("two")).modified == 77.5
    assert lake.read("two") == data
    assert lake.uploads() == 0
    with pytest.raises(Refused):
        lake.fs.copy_within(lake.at("one"), lake.at("two"), overwrite=False)
    assert lake.uploads() == 0
    changed = Entry("one", EntryKind.FILE, len(data), None, {"etag": "another"})
    with pytest.raises(Refused) as raised:
        lake.fs.copy_within(lake.at("one"), lake.at("three"), overwrite=True, expected=changed)
    assert raised.value.code == Refusal.SOURCE_CHANGED


def test_uploads_that_nobody_ended_are_found(lake: Lake) -> None:
    for key in ("a", "ab", "a"):
        lake.fs.upload(lake.at(key), 6 * MIB)
    tokens = lake.fs.unfinished(lake.at("a"), RUN)
    assert len(tokens) == 2
    for token in tokens:
        lake.fs.discard(token)
    assert lake.uploads() == 1
    assert not lake.fs.unfinished(lake.at("a"), RUN)
    (last,) = lake.fs.unfinished(lake.at("ab"), RUN)
    lake.fs.discard(last)


def test_a_stream_of_any_length(lake: Lake, tmp_path: Path) -> None:
    for size in (MIB, 6 * MIB, 9 * MIB, 9 * MIB + 256 * 1024 + 5):
        data = bytes(size)
        upload = lake.fs.upload(lake.at("parts"), size, part_size=5 * MIB)
        count = -(-size // upload.part_size)
        parts = []
        for index in range(count):
            piece = data[index * upload.part_size : (index + 1) * upload.part_size]
            source = BytesSource(piece, step=70_001)
            parts.append(upload.write(index, index * upload.part_size, source))
        upload.commit(parts, crc32c=crc32c(data), overwrite=True)
        assert lake.read("parts") == data
        entry, crc = lake.fs.put(lake.at("whole"), BytesSource(data, step=99_999), overwrite=True)
        assert (entry.size, crc) == (size, crc32c(data))
        assert lake.read("whole") == data


def test_deleting_a_tree(lake: Lake) -> None:
    for number in range(12):
        lake.put(f"tree/d{number % 3}/{number}")
    lake.put("treetop")
    assert lake.fs.delete(lake.at("tree"), recursive=True) == 12
    assert [name for page in lake.fs.walk(lake.at("")) for name in page.names] == ["treetop"]
    with pytest.raises(NotFound):
        lake.fs.delete(lake.at("tree/"), recursive=True)
