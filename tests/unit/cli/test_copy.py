"""``hue-desktop copy`` between folders of the local disk."""

from __future__ import annotations

import filecmp
import json
import os
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run


def same(one: Path, other: Path) -> bool:
    """Whether two trees hold the same files."""
    names = [
        sorted(str(path.relative_to(root)) for path in root.rglob("*")) for root in (one, other)
    ]
    files = [name for name in names[0] if (one / name).is_file()]
    _same, differ, errors = filecmp.cmpfiles(one, other, files, shallow=False)
    return names[0] == names[1] and not differ and not errors


def test_a_folder_arrives_under_its_name_with_its_times(
    run: Run, tree: Path, tmp_path: Path
) -> None:
    os.utime(tree / "a.csv", (1_700_000_000.25, 1_700_000_000.25))
    done = run("copy", tree, f"{tmp_path}/out/")
    assert done.code == 0, done.err
    assert same(tree, tmp_path / "out" / "tree")
    arrived = (tmp_path / "out" / "tree" / "a.csv").stat()
    assert arrived.st_mtime == pytest.approx(1_700_000_000.25, abs=1e-3)
    assert done.out.startswith("3 files copied, 3.9\N{NO-BREAK SPACE}KiB")
    assert "CRC32C" in done.out


def test_the_content_of_a_folder_arrives_in_the_target(
    run: Run, tree: Path, tmp_path: Path
) -> None:
    run("copy", f"{tree}/", f"{tmp_path}/out")
    assert same(tree, tmp_path / "out")


def test_an_existing_folder_takes_a_file_under_its_name(
    run: Run, tree: Path, tmp_path: Path
) -> None:
    (tmp_path / "there").mkdir()
    run("copy", tree / "a.csv", tmp_path / "there")
    assert (tmp_path / "there" / "a.csv").stat().st_size == 4000
    run("copy", tree / "a.csv", tmp_path / "new.csv")
    assert (tmp_path / "new.csv").stat().st_size == 4000


def test_several_sources_go_below_the_target(run: Run, tree: Path, tmp_path: Path) -> None:
    done = run("copy", tree / "a.csv", tree / "sub", tmp_path / "out")
    assert done.code == 0
    assert (tmp_path / "out" / "a.csv").is_file()
    assert (tmp_path / "out" / "sub" / "d.csv").is_file()


def test_options_may_stand_between_paths(run: Run, tree: Path, tmp_path: Path) -> None:
    done = run("copy", tree / "a.csv", "--json", tree / "sub", "--conflict", "skip", tmp_path / "o")
    assert done.code == 0, done.err
    assert json.loads(done.out)["files_copied"] == 2


def test_patterns_choose(run: Run, tree: Path, tmp_path: Path) -> None:
    run("copy", f"{tree}/", f"{tmp_path}/csv", "--include", "*.csv", "--exclude", "sub/**")
    assert [path.name for path in (tmp_path / "csv").rglob("*")] == ["a.csv"]


@pytest.mark.parametrize(
    ("rule", "code", "content", "second"),
    [
        ("overwrite", 0, b"1,2\n" * 1000, False),
        ("skip", 0, b"other", False),
        ("ask", 1, b"other", False),
        ("keep-both", 0, b"other", True),
    ],
)
def test_a_file_that_differs_is_dealt_with_as_was_said(
    run: Run, tree: Path, tmp_path: Path, rule: str, code: int, content: bytes, second: bool
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.csv").write_bytes(b"other")
    done = run("copy", tree / "a.csv", f"{out}/", "--conflict", rule)
    assert done.code == code, done.err
    assert (out / "a.csv").read_bytes() == content
    assert (out / "a (2).csv").exists() is second
    assert ("--conflict" in done.err) is (rule == "ask")


def test_json_tells_everything_of_the_end(run: Run, tree: Path, tmp_path: Path) -> None:
    report = json.loads(run("copy", "--json", tree, f"{tmp_path}/out/").out)
    assert report["state"] == "done"
    assert report["files_copied"] == 3
    assert report["bytes_copied"] == 4005
    assert report["failures"] == []
    again = json.loads(run("copy", "--json", tree, f"{tmp_path}/out/").out)
    assert (again["files_copied"], again["files_skipped"]) == (0, 3)


def test_a_dry_run_says_what_would_happen_and_does_nothing(
    run: Run, tree: Path, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.csv").write_bytes(b"other")
    done = run("copy", "--dry-run", f"{tree}/", tmp_path / "out")
    assert done.code == 0
    assert "2 new, 0 same, 1 differ" in done.out
    assert "! a.csv" in done.out
    assert "* stream" in done.out
    assert "S3DistCp copies between HDFS and S3 only." in done.out
    plan = json.loads(run("copy", "--dry-run", "--json", f"{tree}/", tmp_path / "out").out)
    assert plan["suggested"] == "stream"
    assert plan["summary"]["differing"] == 1
    assert {one["route"]: one["possible"] for one in plan["routes"]} == {
        "stream": True, "server-side": False, "s3distcp": False,
    }  # fmt: skip
    assert os.listdir(tmp_path / "out") == ["a.csv"]


def test_one_file_that_cannot_be_read_fails_alone_and_is_tried_again(
    run: Run, tree: Path, tmp_path: Path
) -> None:
    (tree / "sub" / "d.csv").unlink()
    (tree / "sub" / "d.csv").symlink_to(tmp_path / "nowhere")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.csv").mkdir()  # stands in the way of a file
    done = run("copy", f"{tree}/", f"{tmp_path}/out/", "--json")
    report = json.loads(done.out)
    assert done.code == 1
    assert [one["path"] for one in report["failures"]] == ["a.csv"]
    assert (tmp_path / "out" / "b c%+ü.txt").read_text() == "hello"
    (tmp_path / "out" / "a.csv").rmdir()
    again = run("copy", "--resume", str(report["id"]))
    assert again.code == 0, again.err
    assert (tmp_path / "out" / "a.csv").stat().st_size == 4000


def test_moving_removes_the_sources(run: Run, tree: Path, tmp_path: Path) -> None:
    assert run("copy", "--move", tree / "a.csv", f"{tmp_path}/out/").code == 0
    assert not (tree / "a.csv").exists()
    assert (tmp_path / "out" / "a.csv").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("copy",),
        ("copy", "only-one"),
        ("copy", "a", "b", "--resume", "1"),
        ("copy", "--resume", "99"),
        ("copy", "a", "b", "--route", "pigeon"),
        ("copy", "a", "b", "--bandwidth", "fast"),
        ("copy", "a", "b", "--connections", "0"),
        ("copy", "a", "--no-such-option", "b"),
        ("ls", "a", "b"),
    ],
)
def test_wrong_usage_is_2(run: Run, words: tuple[str, ...]) -> None:
    done = run(*words)
    assert done.code == 2
    assert "Traceback" not in done.err


def test_what_is_not_there_fails_with_its_name(run: Run, tmp_path: Path) -> None:
    done = run("copy", tmp_path / "gone", f"{tmp_path}/out/")
    assert done.code == 1
    assert "gone" in done.err


def test_a_route_that_cannot_be_taken_is_refused_before_anything_is_copied(
    run: Run, tree: Path, tmp_path: Path
) -> None:
    done = run("copy", "--dry-run", "--route", "server-side", tree, f"{tmp_path}/out/")
    assert done.code == 1
    assert "S3 copies only from S3" in done.out


def test_s3_of_several_connections_must_be_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "connections.toml").write_text(
        "[connections.dev]\nprofile = 'dev'\n[connections.prod]\nprofile = 'prod'\n"
    )
    done = run("ls", "s3://lake/")
    assert done.code == 2
    assert "--connection: dev, prod" in done.err
