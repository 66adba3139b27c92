"""What only a local disk has: links, devices, bytes as names, permissions, an end."""

from __future__ import annotations

import os
import resource
import socket
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hue_desktop.adapters.local.file_system import LocalFileSystem
from hue_desktop.adapters.local.naming import appear, link_or_look
from hue_desktop.core.errors import AccessDenied, NotFound, Refused
from hue_desktop.core.file_systems import Part, Refusal, is_temporary
from hue_desktop.core.storage import LOCAL, Entry, EntryKind, Location
from tests.contract.file_systems.place import BytesSource

FS = LocalFileSystem()
NOBODY = 65534


def at(path: Path, *, folder: bool = False) -> Location:
    return Location(LOCAL, f"{path}/" if folder else str(path))


def listed(path: Path) -> dict[str, Entry]:
    return {entry.name: entry for page in FS.list(at(path)) for entry in page.entries()}


def walked(path: Path) -> dict[str, Entry]:
    return {entry.name: entry for page in FS.walk(at(path)) for entry in page.entries()}


def leftovers(path: Path) -> list[str]:
    return [
        name for _folder, _below, names in os.walk(path) for name in names if is_temporary(name)
    ]


@contextmanager
def as_nobody() -> Iterator[Path]:
    """A folder that others may look into, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o755)
        yield path
        for below in path.rglob("*"):
            if not below.is_symlink():
                below.chmod(0o700)


@contextmanager
def powerless() -> Iterator[None]:
    """As a user whom permissions hold back."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_links_show_what_they_lead_to(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_bytes(b"12345")
    (tmp_path / "to-file").symlink_to("folder/file")
    (tmp_path / "to-folder").symlink_to(tmp_path / "folder")
    (tmp_path / "broken").symlink_to("nowhere")
    (tmp_path / "circle").symlink_to("circle")
    found = listed(tmp_path)
    assert (found["to-file"].size, found["to-file"].details["link_target"]) == (5, "folder/file")
    assert found["to-folder"].is_folder
    assert not found["broken"].is_folder
    assert set(found) == {"folder", "to-file", "to-folder", "broken", "circle"}
    assert FS.stat(at(tmp_path / "to-file")).size == 5
    assert FS.stat(at(tmp_path / "broken")).kind is EntryKind.LINK
    with pytest.raises(Refused):
        FS.stat(at(tmp_path / "circle"))


def test_walk_follows_no_links_and_says_what_it_skips(tmp_path: Path) -> None:
    (tmp_path / "up").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(tmp_path / "door"))
    (tmp_path / "file").write_bytes(b"x")
    found = walked(tmp_path)
    skipped = {name: entry.details["skipped"] for name, entry in found.items()}
    assert "link" in skipped["up"]
    assert "pipe" in skipped["pipe"]
    assert "socket" in skipped["door"]
    assert skipped["file"] == ""


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Refused):
        FS.open(at(tmp_path / "pipe"))
    with pytest.raises(Refused):
        FS.open(at(Path("/dev/zero")))


@pytest.mark.parametrize("way", [appear, link_or_look])
def test_a_name_is_given_without_replacing(tmp_path: Path, way: Callable[..., None]) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(b"1")
    arguments = {} if way is link_or_look else {"overwrite": False}
    way(str(old), str(new), **arguments)
    assert (old.exists(), new.read_bytes()) == (False, b"1")
    old.write_bytes(b"2")
    with pytest.raises(FileExistsError):
        way(str(old), str(new), **arguments)
    assert (old.read_bytes(), new.read_bytes()) == (b"2", b"1")


def test_names_that_are_no_text_survive(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9 \xff")
    location = at(tmp_path).child(name)
    FS.put(location, BytesSource(b"data"), overwrite=False)
    assert os.listdir(os.fsencode(tmp_path)) == [b"caf\xe9 \xff"]
    assert set(listed(tmp_path)) == {name}
    assert FS.stat(location).size == 4


def test_a_name_with_a_nul_or_too_long(tmp_path: Path) -> None:
    for name in ("a\0b", "x" * 300):
        with pytest.raises(Refused) as refused:
            FS.put(at(tmp_path).child(name), BytesSource(b""), overwrite=False)
        assert refused.value.code == Refusal.INVALID_NAME


def test_a_link_is_deleted_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_bytes(b"x")
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone" / "link").symlink_to(tmp_path / "kept")
    assert FS.delete(at(tmp_path / "gone"), recursive=True) == 1
    assert (tmp_path / "kept" / "file").exists()
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    FS.delete(at(tmp_path / "link"), recursive=True)
    assert (tmp_path / "kept" / "file").exists()


def test_the_root_is_never_deleted() -> None:
    with pytest.raises(Refused):
        FS.delete(Location(LOCAL, "/"), recursive=True)


def test_a_file_larger_than_the_disk_is_refused_before_a_byte_is_read(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        FS.upload(at(tmp_path / "huge"), 1 << 60)
    assert refused.value.code == Refusal.NO_SPACE
    assert not leftovers(tmp_path)


def test_no_space_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, hard))
    try:
        with pytest.raises(Refused) as refused:
            FS.put(at(tmp_path / "file"), BytesSource(bytes(3 << 20)), overwrite=True)
        upload = FS.upload(at(tmp_path / "other"), 8 << 20, part_size=4 << 20)
        with pytest.raises(Refused):
            upload.write(0, 0, BytesSource(bytes(4 << 20)))
        upload.abort()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert refused.value.code == Refusal.NO_SPACE
    assert (tmp_path / "file").read_bytes() == b"old"
    assert not leftovers(tmp_path)


def test_permission_denied() -> None:
    with as_nobody() as path:
        (path / "closed").mkdir()
        (path / "closed" / "file").write_bytes(b"x")
        (path / "secret").write_bytes(b"x")
        (path / "open").write_bytes(b"x")
        (path / "secret").chmod(0)
        (path / "closed").chmod(0)
        (path / "open").chmod(0o644)
        with powerless():
            with pytest.raises(AccessDenied):
                FS.open(at(path / "secret"))
            with pytest.raises(AccessDenied):
                FS.list(at(path / "closed"))
            with pytest.raises(AccessDenied) as denied:
                FS.put(at(path / "closed" / "new"), BytesSource(b"x"), overwrite=False)
            assert denied.value.remedy
            found = walked(path)
        assert found["closed"].is_folder
        assert found["closed"].details["error"]
        assert found["open"].details["error"] == ""
        assert found["open"].size == 1


def test_what_cannot_be_deleted_is_told_and_the_rest_goes() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make files that are not its own")
    with as_nobody() as path:
        (path / "tree" / "closed").mkdir(parents=True)
        (path / "tree" / "closed" / "file").write_bytes(b"x")
        (path / "tree" / "free").write_bytes(b"x")
        os.chown(path / "tree", NOBODY, NOBODY)
        with powerless(), pytest.raises(AccessDenied):
            FS.delete(at(path / "tree"), recursive=True)
        assert (path / "tree" / "closed" / "file").exists()
        assert not (path / "tree" / "free").exists()


def test_a_source_that_changes_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"first" * 1000)
    source = FS.open(at(path), expected=FS.stat(at(path)))
    space = memoryview(bytearray(6000))
    assert source.readinto(space) == 5000
    path.write_bytes(b"other" * 1000)
    os.utime(path, (1, 1))
    with pytest.raises(Refused) as refused:
        source.readinto(space)
    assert refused.value.code == Refusal.SOURCE_CHANGED
    source.close()


def test_a_source_that_shrinks_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(5000))
    source = FS.open(at(path))
    os.truncate(path, 100)
    space = memoryview(bytearray(6000))
    assert source.readinto(space) == 100
    with pytest.raises(Refused) as refused:
        source.readinto(space)
    assert refused.value.code == Refusal.SOURCE_CHANGED
    source.close()


def test_a_torn_part_is_not_taken_for_whole(tmp_path: Path) -> None:
    upload = FS.upload(at(tmp_path / "file"), 3000, part_size=1000)
    for index in range(3):
        upload.write(index, index * 1000, BytesSource(bytes([index]) * 1000))
    (temporary,) = [path for path in tmp_path.iterdir()]
    with temporary.open("r+b") as file:
        file.seek(1500)
        file.write(b"garbage")
    resumed = FS.resume(upload.token)
    assert [part.index for part in resumed.stored()] == [0, 2]


def test_commit_compares_the_checksum(tmp_path: Path) -> None:
    upload = FS.upload(at(tmp_path / "file"), 10)
    part = upload.write(0, 0, BytesSource(b"0123456789"))
    assert isinstance(part, Part)
    with pytest.raises(Refused) as refused:
        upload.commit([part], crc32c=part.crc32c ^ 1, overwrite=False)
    assert refused.value.code == Refusal.BAD_CHECKSUM
    upload.commit([part], crc32c=part.crc32c, overwrite=False)
    assert (tmp_path / "file").read_bytes() == b"0123456789"


def test_a_strange_token_names_no_upload() -> None:
    for token in ("", "nonsense", "1\nx\ny\nz\na\nb", "9\n1\n1\n\nname\n/target"):
        with pytest.raises(NotFound):
            FS.resume(token)


def test_owner_and_permission_of_new_files_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        FS.put(at(tmp_path / "file"), BytesSource(b"x"), overwrite=False)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o640


def test_what_the_machine_does_not_know(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(Refused):
        FS.change(at(tmp_path / "file"), "owner", "nobody-of-that-name")
    FS.change(at(tmp_path / "file"), "modified", 1_000_000_000.5)
    assert (tmp_path / "file").stat().st_mtime == 1_000_000_000.5
    assert "inode" in FS.properties(at(tmp_path / "file"))
    with pytest.raises(Refused):
        FS.copy_within(at(tmp_path / "file"), at(tmp_path / "b"), overwrite=False)
