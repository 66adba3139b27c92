"""S3DistCp steps: what they copy, and what they are said not to be able to do."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from hue_desktop.core.storage import LOCAL, Location, StoreId, StoreKind
from hue_desktop.core.transfers.distcp import command_line, distcp_step, java_pattern
from hue_desktop.core.transfers.values import Conflict, Filter, TransferOptions, TransferRequest

HDFS = StoreId(StoreKind.HDFS, "prod", "us-east-1", "j-1")
S3 = StoreId(StoreKind.S3, "prod", "us-east-1")
DAY = Location(HDFS, "/warehouse/events/dt=2026-11-19")
RAW = Location(S3, "/lake/raw/events/")


def ask(*sources: Location, target: Location = RAW, **options: object) -> TransferRequest:
    chosen = TransferOptions(**{"conflict": Conflict.OVERWRITE, **options})  # type: ignore[arg-type]
    return TransferRequest(sources or (DAY,), target, chosen)


def pattern_of(args: tuple[str, ...]) -> str:
    return next(arg.partition("=")[2] for arg in args if arg.startswith("--srcPattern="))


def takes(pattern: str, path: str) -> bool:
    """Java's Matcher.matches; the patterns use only what both languages read alike."""
    return re.fullmatch(pattern, path) is not None


def test_a_folder_lands_below_the_target_under_its_own_name() -> None:
    step = distcp_step(ask())
    assert step.args == (
        "s3-dist-cp",
        "--src=hdfs:///warehouse/events/dt=2026-11-19/",
        "--dest=s3://lake/raw/events/dt=2026-11-19/",
    )
    assert command_line(step.args).startswith("s3-dist-cp --src=hdfs:///")


def test_the_content_of_a_folder_lands_in_the_target_itself() -> None:
    step = distcp_step(ask(DAY.as_folder()))
    assert step.args[2] == "--dest=s3://lake/raw/events/"


def test_a_folder_becomes_the_target_when_that_is_no_folder() -> None:
    step = distcp_step(ask(target=Location(S3, "/lake/copy")))
    assert step.args[1:] == (
        "--src=hdfs:///warehouse/events/dt=2026-11-19/",
        "--dest=s3://lake/copy/",
    )


def test_what_is_the_same_or_taken_out_stays_behind() -> None:
    request = replace(ask(), unticked=frozenset({"dt=2026-11-19/b (1).csv"}))
    step = distcp_step(request, same=["dt=2026-11-19/_SUCCESS"])
    pattern = pattern_of(step.args)
    base = "hdfs://nn:8020/warehouse/events/dt=2026-11-19/"
    assert takes(pattern, base + "part-1")
    assert not takes(pattern, base + "_SUCCESS")
    assert not takes(pattern, base + "b (1).csv")
    assert takes(pattern, base + "sub/_SUCCESS")


def test_some_entries_of_a_folder_are_taken_with_what_is_in_them() -> None:
    step = distcp_step(ask(DAY, Location(HDFS, "/warehouse/events/note.txt")))
    pattern = pattern_of(step.args)
    base = "hdfs://nn:8020/warehouse/events/"
    assert step.args[1] == "--src=hdfs:///warehouse/events/"
    assert takes(pattern, base + "dt=2026-11-19/a/b")
    assert takes(pattern, base + "note.txt")
    assert not takes(pattern, base + "note.txt.old")
    assert not takes(pattern, base + "dt=2026-11-18/a")


def test_one_file_is_taken_out_of_its_folder() -> None:
    source = Location(S3, "/lake/raw/a.csv")
    step = distcp_step(ask(source, target=Location(HDFS, "/in/")), folder=False)
    assert step.args[1:3] == ("--src=s3://lake/raw/", "--dest=hdfs:///in/")
    assert takes(pattern_of(step.args), "s3://lake/raw/a.csv")
    assert not takes(pattern_of(step.args), "s3://lake/raw/b.csv")


def test_too_many_same_files_are_copied_again() -> None:
    same = [f"dt=2026-11-19/part-{n:05d}.parquet" for n in range(1000)]
    step = distcp_step(ask(), same=same)
    assert step.recopied
    assert len(step.args) == 3


@pytest.mark.parametrize(
    ("request_", "differing", "word"),
    [
        (ask(Location(LOCAL, "/tmp/a")), 0, "between HDFS and S3"),
        (ask(target=Location(S3, "/my_lake/x/")), 0, "underscore"),
        (ask(DAY, Location(HDFS, "/other/x")), 0, "several"),
        (ask(conflict=Conflict.ASK), 3, "Overwrite"),
        (ask(Location(StoreId(StoreKind.HDFS, authority="nn:8020"), "/a")), 0, "NameNode"),
    ],
)
def test_what_a_step_cannot_do(request_: TransferRequest, differing: int, word: str) -> None:
    assert word in distcp_step(request_, differing=differing).problem


def test_a_step_does_not_rename_a_file() -> None:
    request = ask(Location(S3, "/lake/a.csv"), target=Location(HDFS, "/in/b.csv"))
    assert "name" in distcp_step(request, folder=False).problem


def test_nothing_taken_out_needs_no_pattern_and_differing_may_wait() -> None:
    assert distcp_step(ask(conflict=Conflict.ASK), differing=0).problem == ""


def test_too_many_unticked_files_cannot_be_left_out() -> None:
    unticked = frozenset(f"dt=2026-11-19/part-{n:05d}.parquet" for n in range(1000))
    assert distcp_step(replace(ask(), unticked=unticked)).problem


@pytest.mark.parametrize(
    ("wanted", "path", "taken"),
    [
        (Filter(include=("*.parquet",)), "x/a.parquet", True),
        (Filter(include=("*.parquet",)), "x/a.csv", False),
        (Filter(include=("x/*.csv",)), "x/a.csv", True),
        (Filter(include=("x/*.csv",)), "x/y/a.csv", False),
        (Filter(include=("x/**/*.csv",)), "x/y/z/a.csv", True),
        (Filter(include=("x/**/*.csv",)), "x/a.csv", True),
        (Filter(exclude=("_*",)), "x/_tmp", False),
        (Filter(exclude=("_*",)), "x/a_b", True),
        (Filter(include=("part-[0-3]?",)), "part-29", True),
        (Filter(include=("part-[!0-3]?",)), "part-29", False),
    ],
)
def test_shell_patterns_become_java_patterns(wanted: Filter, path: str, taken: bool) -> None:
    pattern = java_pattern(DAY, (), (), wanted)
    assert takes(pattern, f"hdfs://nn{DAY.path}/{path}") is taken
