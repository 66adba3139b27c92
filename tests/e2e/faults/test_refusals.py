"""One file of a thousand that may not be read or written: 999 arrive, the one is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.faults.copier import Copier, Report
from tests.e2e.faults.places import S3, Hdfs, Local, Place

FILES = {f"day={number % 7}/f{number:04}": b"%d" % number for number in range(1000)}
ONE = "day=3/f0500"
REST = {name: data for name, data in FILES.items() if name != ONE}


def all_but_one(done: Report, target: Place) -> None:
    """999 arrived, and the report names the other."""
    assert (done.code, done.said["state"]) == (1, "failed"), done
    assert (done.said["files_copied"], done.said["files_failed"]) == (999, 1), done
    assert [*done.failed] == [ONE]
    assert done.failed[ONE]
    assert target.files("there") == REST
    assert target.litter() == []


def heals(copier: Copier, done: Report, target: Place) -> None:
    """Once it is allowed, only the one is copied."""
    again = copier.run("--resume", str(done.said["id"]))
    assert (again.code, again.said["state"]) == (0, "done"), again
    assert target.files("there") == FILES
    assert target.litter() == []


def test_s3_refuses_to_take_one(
    copier: Copier, local: Local, s3: S3, trouble: Callable[..., Any]
) -> None:
    local.fill("lake", FILES)
    trouble(code="AccessDenied", status=403, method="PUT", key=f"*{ONE}")
    done = copier.run(local.uri("lake"), s3.uri("there"))
    all_but_one(done, s3)
    trouble(clear=True)
    heals(copier, done, s3)


@pytest.mark.slow
def test_s3_refuses_to_give_one(
    copier: Copier, local: Local, s3: S3, trouble: Callable[..., Any]
) -> None:
    s3.fill("lake", FILES)
    trouble(code="AccessDenied", status=403, method="GET", key=f"*{ONE}")
    done = copier.run(s3.uri("lake"), local.uri("there"))
    all_but_one(done, local)
    trouble(clear=True)
    heals(copier, done, local)


@pytest.mark.slow
def test_hdfs_refuses_to_give_one(copier: Copier, hdfs: Hdfs, local: Local) -> None:
    hdfs.fill("lake", FILES)
    path = f"{hdfs.root}/lake/{ONE}"
    assert hdfs.web.ask("PUT", path, "SETPERMISSION", permission="600").status == 200
    copier.environment["HADOOP_USER_NAME"] = "analyst"
    done = copier.run(hdfs.uri("lake"), local.uri("there"))
    all_but_one(done, local)
    assert "denied" in done.failed[ONE].lower()
    hdfs.web.ask("PUT", path, "SETPERMISSION", permission="644")
    heals(copier, done, local)


@pytest.mark.slow
def test_hdfs_refuses_to_take_one(copier: Copier, s3: S3, hdfs: Hdfs) -> None:
    s3.fill("lake", FILES)
    hdfs.fill("there", {ONE: b"another's"})
    for number in range(7):
        folder = f"{hdfs.root}/there/day={number}"
        hdfs.web.ask("PUT", folder, "MKDIRS")
        hdfs.web.ask("PUT", folder, "SETPERMISSION", permission="1777")
    copier.environment["HADOOP_USER_NAME"] = "analyst"
    done = copier.run(s3.uri("lake"), hdfs.uri("there"))
    assert (done.code, done.said["files_copied"], [*done.failed]) == (1, 999, [ONE]), done
    assert hdfs.files("there") == REST | {ONE: b"another's"}
    assert hdfs.litter() == []
