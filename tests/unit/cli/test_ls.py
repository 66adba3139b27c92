"""``hue-desktop ls`` over the local disk."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run


def test_a_folder_is_listed_by_name_with_time_and_size(run: Run, tree: Path) -> None:
    os.utime(tree / "a.csv", (1_700_000_000, 1_700_000_000))
    done = run("ls", tree)
    lines = done.out.splitlines()
    assert done.code == 0
    assert [line[35:] for line in lines] == ["a.csv", "b c%+ü.txt", "sub/"]
    assert lines[0][:10] == "2023-11-14"
    assert lines[0].split()[2] == "4000"
    assert lines[2].split()[2] == "-"


def test_a_tree_is_listed_with_paths_and_its_sum(run: Run, tree: Path) -> None:
    done = run("ls", "-r", "-H", "--summarize", tree)
    *lines, total = done.out.splitlines()
    assert sorted(line[35:] for line in lines) == ["a.csv", "b c%+ü.txt", "sub/d.csv"]
    assert any("3.9 KiB a.csv" in line for line in lines)
    assert total == "3 files, 0 folders, 3.9 KiB"


def test_json_has_one_object_a_line(run: Run, tree: Path) -> None:
    done = run("ls", "--json", "--summarize", tree)
    *entries, total = [json.loads(line) for line in done.out.splitlines()]
    assert [one["name"] for one in entries] == ["a.csv", "b c%+ü.txt", "sub"]
    assert entries[0]["size"] == 4000
    assert entries[0]["modified"].endswith("Z")
    assert entries[2]["kind"] == "folder"
    assert total == {"total": {"files": 2, "folders": 1, "bytes": 4005}}


def test_a_file_is_listed_itself(run: Run, tree: Path) -> None:
    done = run("ls", tree / "a.csv")
    assert done.out.endswith(" a.csv\n")


def test_a_relative_path_is_below_the_working_directory(
    run: Run, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree)
    assert run("ls", "sub").out.endswith(" d.csv\n")


def test_a_name_with_control_characters_stays_on_its_line(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "two\nlines\x1b[31m").write_text("")
    done = run("ls", folder)
    assert len(done.out.splitlines()) == 1
    assert "\\n" in done.out
    assert "\x1b" not in done.out


def test_what_is_not_there_is_1_and_what_is_no_place_is_2(run: Run, tmp_path: Path) -> None:
    gone = run("ls", tmp_path / "gone")
    assert gone.code == 1
    assert "does not exist" in gone.err
    wrong = run("ls", "ftp://host/path")
    assert wrong.code == 2
    assert "s3://bucket/key" in wrong.err
    assert run("ls").code == 2


def test_a_cluster_is_asked_for_where_hdfs_names_none(run: Run, tmp_path: Path) -> None:
    done = run("ls", "webhdfs://nowhere/x")
    assert done.code == 2
    assert "host and port" in done.err
