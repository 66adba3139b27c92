"""Copying over the local disk: trees, single files, conflicts, patterns, moves, limits."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hue_desktop.core.errors import ConfigurationError, UsageError
from hue_desktop.core.storage import Location
from hue_desktop.core.transfers.values import (
    Comparison,
    Conflict,
    FileState,
    Filter,
    Transfer,
    TransferState,
)
from hue_desktop.services.transfers import TransferService
from tests.unit.services.transfers.bench import (
    MIB,
    WAIT_S,
    contents,
    copy,
    here,
    leftovers,
    make_tree,
    request,
    transfer_service,
)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[TransferService]:
    with transfer_service(tmp_path / "state") as running:
        yield running


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "lake")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    folder.mkdir()
    return folder


def test_a_tree_arrives_whole_under_its_name(
    service: TransferService, tree: Path, target: Path
) -> None:
    done = copy(service, request(tree, target=target))
    assert done.state is TransferState.DONE, done.error
    assert contents(target / "lake") == contents(tree)
    assert done.progress.files_done == done.progress.files_total == 41
    assert done.progress.bytes_done == done.progress.bytes_total > 0
    assert done.verified == "CRC32C of all bytes, 40 files"
    assert leftovers(target) == []


def test_a_folder_with_a_slash_means_its_content(
    service: TransferService, tree: Path, target: Path
) -> None:
    copy(service, request(here(tree, folder=True), target=target))
    assert contents(target) == contents(tree)


def test_one_file_becomes_the_target_and_keeps_its_time(
    service: TransferService, tmp_path: Path, target: Path
) -> None:
    source = tmp_path / "a.bin"
    source.write_bytes(b"x" * 1000)
    os.utime(source, ns=(1_600_000_000_123_456_789, 1_600_000_000_123_456_789))
    done = copy(service, request(source, target=here(target / "b.bin")))
    assert done.state is TransferState.DONE
    assert (target / "b.bin").read_bytes() == b"x" * 1000
    assert abs((target / "b.bin").stat().st_mtime - source.stat().st_mtime) < 1e-6


def test_a_large_file_goes_in_parts(service: TransferService, tmp_path: Path, target: Path) -> None:
    source = tmp_path / "big.bin"
    with open(source, "wb") as file:
        for number in range(150):
            file.write(bytes([number]) * MIB)
    done = copy(service, request(source, target=target))
    assert done.state is TransferState.DONE, done.error
    assert (target / "big.bin").read_bytes() == source.read_bytes()
    assert done.verified == "CRC32C of all bytes, 1 file"
    assert leftovers(target) == []


def test_names_that_are_no_utf8_survive(
    service: TransferService, tmp_path: Path, target: Path
) -> None:
    source = tmp_path / "odd"
    source.mkdir()
    names = [b"caf\xe9", b"new\nline", b" ", b"%2F", b"a+b", b"-rf", b"\xff\xfe"]
    for name in names:
        with open(os.path.join(os.fsencode(source), name), "wb") as file:
            file.write(name)
    done = copy(service, request(source, target=target))
    assert done.state is TransferState.DONE, done.error
    assert sorted(os.listdir(os.fsencode(target / "odd"))) == sorted(names)


def test_copying_again_finds_everything_the_same(
    service: TransferService, tree: Path, target: Path
) -> None:
    copy(service, request(tree, target=target))
    again = copy(service, request(tree, target=target))
    assert again.state is TransferState.DONE
    assert (again.progress.files_done, again.progress.files_skipped) == (0, 41)


def differing(tree: Path, target: Path) -> tuple[str, bytes]:
    """A file that is another at the target; its path and what stands there."""
    name = next(path for path in sorted(tree.rglob("*.bin")) if path.stat().st_size > 100)
    there = target / "lake" / name.relative_to(tree)
    there.parent.mkdir(parents=True)
    there.write_bytes(b"mine")
    return str(name.relative_to(tree)), b"mine"


@pytest.mark.parametrize("rule", [Conflict.SKIP, Conflict.OVERWRITE, Conflict.KEEP_BOTH])
def test_conflict_rules(service: TransferService, tree: Path, target: Path, rule: Conflict) -> None:
    path, mine = differing(tree, target)
    done = copy(service, request(tree, target=target, conflict=rule))
    assert done.state is TransferState.DONE, done.error
    there = target / "lake" / path
    wanted = contents(tree)
    assert there.read_bytes() == (wanted[path] if rule is Conflict.OVERWRITE else mine)
    second = there.with_name(f"{there.stem} (2){there.suffix}")
    assert second.exists() == (rule is Conflict.KEEP_BOTH)
    if rule is Conflict.KEEP_BOTH:
        assert second.read_bytes() == wanted[path]


@pytest.mark.parametrize("answer", [Conflict.SKIP, Conflict.OVERWRITE, Conflict.KEEP_BOTH])
def test_a_question_can_be_answered_later(
    service: TransferService, tree: Path, target: Path, answer: Conflict
) -> None:
    path, mine = differing(tree, target)
    done = copy(service, request(tree, target=target, conflict=Conflict.ASK))
    assert (done.state, done.progress.files_asked) == (TransferState.DONE, 1)
    (asked,) = (file for file in service.files(done.id) if file.asks)
    assert (asked.relative, asked.comparison) == (f"lake/{path}", Comparison.DIFFERS)
    assert (target / "lake" / path).read_bytes() == mine
    service.answer(done.id, asked.relative, answer)
    done = service.wait(done.id, WAIT_S)
    assert done.state is TransferState.DONE
    there = target / "lake" / path
    assert there.read_bytes() == (contents(tree)[path] if answer is Conflict.OVERWRITE else mine)
    second = there.with_name(f"{there.stem} (2){there.suffix}")
    assert second.exists() == (answer is Conflict.KEEP_BOTH)
    assert not any(file.asks for file in service.files(done.id))


def test_patterns_and_unticked_files(service: TransferService, tree: Path, target: Path) -> None:
    chosen = Filter(include=("part 1/**", "large.bin"), exclude=("*5.bin",))
    wanted = request(tree, target=target, filter=chosen)
    gone = "lake/part 1/ün%+1.bin"
    wanted = type(wanted)(wanted.sources, wanted.target, wanted.options, frozenset({gone}))
    done = copy(service, wanted)
    found = {str(path.relative_to(target)) for path in target.rglob("*.bin")}
    assert found == {
        f"lake/part 1/ün%+{number}.bin" for number in range(1, 40, 4) if number % 10 != 5
    } - {gone}
    assert done.progress.files_skipped == 1


def test_a_move_takes_the_sources_away(service: TransferService, tree: Path, target: Path) -> None:
    before = contents(tree)
    done = copy(service, request(tree, target=target, move=True))
    assert done.state is TransferState.DONE
    assert contents(target / "lake") == before
    assert not tree.exists()


def test_what_cannot_be_asked(service: TransferService, tree: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nothing to copy"):
        service.submit(request(target=tmp_path))
    with pytest.raises(ConfigurationError, match="cannot all become"):
        service.submit(request(tree, tmp_path / "b", target=here(tmp_path / "c")))
    into_itself = copy(service, request(tree, target=tree / "inner"))
    assert into_itself.state is TransferState.FAILED
    assert "into itself" in into_itself.error
    missing = copy(service, request(tmp_path / "missing", target=tmp_path / "t"))
    assert missing.state is TransferState.FAILED
    assert "missing" in missing.error
    with pytest.raises(UsageError, match="no transfer 999"):
        service.transfer(999)


def test_two_sources_of_one_name_are_told(service: TransferService, tmp_path: Path) -> None:
    for folder in "ab":
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.txt").write_text(folder)
    done = copy(
        service, request(tmp_path / "a/same.txt", tmp_path / "b/same.txt", target=tmp_path / "t")
    )
    assert done.state is TransferState.FAILED
    assert "only the first" in done.error
    assert (tmp_path / "t/same.txt").read_text() == "a"


def test_states_are_told_in_order(service: TransferService, tree: Path, target: Path) -> None:
    heard: list[TransferState] = []
    ended = threading.Event()

    def hear(transfer: Transfer) -> None:
        heard.append(transfer.state)
        if transfer.state.ended:
            ended.set()

    stop = service.subscribe(hear)
    service.submit(request(tree, target=target))
    assert ended.wait(WAIT_S)
    stop()
    states = TransferState
    assert heard == [states.WAITING, states.LISTING, states.RUNNING, states.DONE]


def test_pause_resume_and_cancel_under_a_limit(
    service: TransferService, tmp_path: Path, target: Path
) -> None:
    source = tmp_path / "big.bin"
    source.write_bytes(os.urandom(8 * MIB))
    service.set_limits(bandwidth=4 * MIB)
    running = threading.Event()
    service.subscribe(lambda each: running.set() if each.state.value == "running" else None)
    number = service.submit(request(source, target=target)).id
    assert running.wait(WAIT_S)
    service.pause(number)
    assert service.wait(number, WAIT_S).state is TransferState.PAUSED
    assert not (target / "big.bin").exists()
    service.cancel(number)
    assert service.wait(number, WAIT_S).state is TransferState.CANCELLED
    assert contents(target) == {}
    service.set_limits(bandwidth=0)
    service.resume(number)
    assert service.wait(number, WAIT_S).state is TransferState.DONE
    assert (target / "big.bin").read_bytes() == source.read_bytes()
    service.forget(number)
    assert service.transfers() == ()


def test_a_limit_holds(service: TransferService, tmp_path: Path, target: Path) -> None:
    source = tmp_path / "a.bin"
    source.write_bytes(os.urandom(3 * MIB))
    done = copy(service, request(source, target=target, bandwidth_limit=2 * MIB))
    assert done.ended is not None
    assert done.started is not None
    assert done.ended - done.started > 0.9


def test_two_transfers_to_one_place_run_one_after_the_other(
    service: TransferService, tmp_path: Path, target: Path
) -> None:
    for name in "ab":
        make_tree(tmp_path / name / "same", 30, seed=ord(name))
        for path in (tmp_path / name / "same").rglob("*"):  # as made on different days
            os.utime(path, (ord(name) * 1e6, ord(name) * 1e6))
    first = service.submit(request(tmp_path / "a/same", target=target))
    second = service.submit(
        request(tmp_path / "b/same", target=target, conflict=Conflict.OVERWRITE)
    )
    one, two = service.wait(first.id, WAIT_S), service.wait(second.id, WAIT_S)
    assert (one.state, two.state) == (TransferState.DONE, TransferState.DONE)
    assert one.ended is not None
    assert two.started is not None
    assert two.started >= one.ended
    assert contents(target / "same") == contents(tmp_path / "b/same")


def test_comparing_copies_nothing(service: TransferService, tree: Path, target: Path) -> None:
    path, _mine = differing(tree, target)
    summary, files = service.compare(request(tree, target=target))
    assert (summary.files, summary.new, summary.differing) == (41, 40, 1)
    (differs,) = (file for file in files if file.comparison is Comparison.DIFFERS)
    assert differs.relative == f"lake/{path}"
    assert "there" in differs.reason
    assert len(list(target.rglob("*.bin"))) == 1


def test_the_queue_is_there_after_a_restart(tmp_path: Path, tree: Path, target: Path) -> None:
    with transfer_service(tmp_path / "state") as service:
        done = copy(service, request(tree, target=target))
        waiting = Location(done.request.target.store, str(tmp_path / "missing"))
        failed = copy(service, request(waiting, target=target))
    with transfer_service(tmp_path / "state") as service:
        newest, oldest = service.transfers()
        assert (oldest.id, oldest.state) == (done.id, TransferState.DONE)
        assert oldest.progress.files_done == 41
        assert oldest.verified == done.verified
        assert (newest.state, newest.error) == (TransferState.FAILED, failed.error)
        assert newest.request == failed.request
        files = service.files(done.id, (FileState.DONE,), limit=5, offset=2)
        assert len(files) == 5
        assert files[0].target.path.startswith(str(target))


def test_a_question_can_be_answered_while_the_rest_is_copied(
    service: TransferService, tree: Path, target: Path
) -> None:
    path, _mine = differing(tree, target)
    (tree / "large.bin").write_bytes(os.urandom(6 * MIB))
    service.set_limits(bandwidth=3 * MIB)
    number = service.submit(request(tree, target=target, conflict=Conflict.ASK)).id
    waiting = threading.Event()
    while not (now := service.transfer(number).progress).files_asked or not now.listing_done:
        waiting.wait(0.005)
    service.answer(number, f"lake/{path}", Conflict.OVERWRITE)
    service.set_limits(bandwidth=0)
    done = service.wait(number, WAIT_S)
    assert done.state is TransferState.DONE, done.error
    assert contents(target / "lake") == contents(tree)
    assert not done.progress.files_asked
