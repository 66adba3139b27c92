"""Where sources land, second names, and keys that folders cannot hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.core.errors import ConfigurationError
from hue_desktop.core.storage import LOCAL, Location, StoreId, StoreKind
from hue_desktop.core.transfers.naming import adapt_name, landing_of, overlaps, second_name
from hue_desktop.core.transfers.values import TransferRequest

S3 = StoreId(StoreKind.S3, connection="c", region="r")


def local(path: str) -> Location:
    return Location(LOCAL, path)


def s3(path: str) -> Location:
    return Location(S3, path)


@pytest.mark.parametrize(
    ("source", "folder", "target", "root", "prefix"),
    [
        ("/a/lake", True, "/t/", "/t/lake/", "lake/"),
        ("/a/lake/", True, "/t/", "/t/", ""),
        ("/a/lake", True, "/t/new", "/t/new/", "new/"),
        ("/a/lake/", True, "/t/new", "/t/new/", "new/"),
        ("/a/f.csv", False, "/t/", "/t/f.csv", "f.csv"),
        ("/a/f.csv", False, "/t/g.csv", "/t/g.csv", "g.csv"),
        ("/", True, "/t/", "/t/", ""),
    ],
)
def test_landing(source: str, folder: bool, target: str, root: str, prefix: str) -> None:
    request = TransferRequest((local(source),), local(target))
    landing = landing_of(request, 0, folder=folder)
    assert (landing.root.path, landing.prefix) == (root, prefix)
    assert landing.source.is_folder == folder
    assert landing.base.path.endswith("/")


def test_a_bucket_without_a_slash_is_a_folder() -> None:
    request = TransferRequest((local("/a/f"),), s3("/bucket"))
    assert landing_of(request, 0, folder=False).root.path == "/bucket/f"


def test_keys_are_taken_verbatim() -> None:
    request = TransferRequest((s3("/b//odd//key"),), s3("/b2//x/"))
    assert landing_of(request, 0, folder=False).root.path == "/b2//x/key"


def test_several_sources_need_a_folder() -> None:
    request = TransferRequest((local("/a"), local("/b")), local("/t"))
    with pytest.raises(ConfigurationError, match="cannot all become") as raised:
        landing_of(request, 0, folder=False)
    assert "slash" in raised.value.remedy


def test_overlaps() -> None:
    assert overlaps(local("/a"), local("/a/b"))
    assert overlaps(local("/a/b/"), local("/a/b"))
    assert not overlaps(local("/a/b"), local("/a/bc"))
    assert not overlaps(local("/a"), s3("/a"))


@pytest.mark.parametrize(
    ("name", "second"),
    [
        ("a/b.csv", "a/b (2).csv"),
        ("b.tar.gz", "b (2).tar.gz"),
        ("noending", "noending (2)"),
        (".hidden", ".hidden (2)"),
        ("v1.2 final", "v1.2 final (2)"),
        ("a.b/c", "a.b/c (2)"),
    ],
)
def test_second_names(name: str, second: str) -> None:
    assert second_name(name, lambda _path: False) == second
    assert second_name(name, lambda path: path == second) == second.replace("(2)", "(3)")


@pytest.mark.parametrize(
    ("key", "file"),
    [
        ("a/b c+%.csv", "a/b c+%.csv"),
        ("/lead", "‛/lead"),
        ("a//b", "a/‛/b"),
        ("./x/../y", "．/x/．．/y"),
        ("‛", "‛‛"),
        ("．", "‛．"),
        ("a‛b", "a‛b"),
    ],
)
def test_keys_as_file_names(key: str, file: str) -> None:
    assert adapt_name(key, StoreKind.S3, StoreKind.LOCAL) == file
    assert adapt_name(file, StoreKind.HDFS, StoreKind.S3) == key
    assert adapt_name(key, StoreKind.S3, StoreKind.S3) == key
    assert adapt_name(file, StoreKind.LOCAL, StoreKind.HDFS) == file


@given(st.text(alphabet="a./‛．%", max_size=12))
def test_every_key_comes_back(key: str) -> None:
    if key.endswith("/"):
        return
    file = adapt_name(key, StoreKind.S3, StoreKind.LOCAL)
    assert all(part not in ("", ".", "..") for part in file.split("/")) or not key
    assert adapt_name(file, StoreKind.LOCAL, StoreKind.S3) == key
