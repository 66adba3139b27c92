"""S3DistCp steps: what they say they copy is copied, and what goes wrong fails the step."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from hue_desktop.simulator.hadoop.dist_cp_command import CommandError, is_dist_cp, parse_command
from tests.unit.simulator.hadoop.webhdfs import HdfsRegion, WebHdfs, hdfs_region

BUCKET = "lake"


@pytest.fixture(scope="module")
def lake() -> Iterator[HdfsRegion]:
    """A cluster and a bucket; the clock stands still unless a test moves it."""
    with hdfs_region(core=2) as running:
        running.region.client("s3").create_bucket(Bucket=BUCKET)
        yield running


@pytest.fixture
def s3(lake: HdfsRegion) -> Any:
    """A client of the region's object store."""
    return lake.region.client("s3")


def run(lake: HdfsRegion, *args: str) -> dict[str, Any]:
    """Run one step to its end; its status as DescribeStep tells it."""
    emr = lake.region.client("emr")
    jar = {"Jar": "command-runner.jar", "Args": ["s3-dist-cp", *args]}
    step = {"Name": "copy", "ActionOnFailure": "CONTINUE", "HadoopJarStep": jar}
    (step_id,) = emr.add_job_flow_steps(JobFlowId=lake.cluster_id, Steps=[step])["StepIds"]
    until = time.monotonic() + 60
    while True:
        lake.region.jump(seconds=30)
        found = emr.describe_step(ClusterId=lake.cluster_id, StepId=step_id)["Step"]["Status"]
        if found["State"] not in ("PENDING", "RUNNING"):
            status: dict[str, Any] = found
            return status
        assert time.monotonic() < until
        time.sleep(0.02)


def keys(s3: Any, prefix: str) -> list[str]:
    found = s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
    return [item["Key"] for item in found]


def test_from_hdfs_to_s3(lake: HdfsRegion, s3: Any) -> None:
    web = lake.web()
    data = {"part-0": b"a" * 3_000_000, "sub/part 1.csv": b"b,c\n", "sub/empty": b""}
    for name, content in data.items():
        web.put(f"/user/hadoop/out/{name}", content, blocksize=1 << 20)
    status = run(lake, "--src=hdfs:///user/hadoop/out", f"--dest=s3://{BUCKET}/out")
    assert status["State"] == "COMPLETED"
    took = status["Timeline"]["EndDateTime"] - status["Timeline"]["StartDateTime"]
    assert took.total_seconds() >= 40
    assert keys(s3, "out/") == sorted(f"out/{name}" for name in data)
    for name, content in data.items():
        assert s3.get_object(Bucket=BUCKET, Key=f"out/{name}")["Body"].read() == content


def test_from_s3_to_hdfs_by_pattern(lake: HdfsRegion, s3: Any) -> None:
    for name in ("x/1.csv", "x/2.json", "x/y/3.csv"):
        s3.put_object(Bucket=BUCKET, Key=f"in/{name}", Body=name.encode())
    status = run(
        lake, "--src", f"s3://{BUCKET}/in/", "--dest", "/user/hadoop/in", "--srcPattern=.*\\.csv"
    )
    assert status["State"] == "COMPLETED"
    web = lake.web()
    assert web.get("/user/hadoop/in/x/1.csv") == b"x/1.csv"
    assert web.get("/user/hadoop/in/x/y/3.csv") == b"x/y/3.csv"
    assert web.names("/user/hadoop/in/x") == ["1.csv", "y"]
    assert web.names("/tmp/s3-dist-cp") == [] or not leftovers(web)


def leftovers(web: WebHdfs) -> list[str]:
    """Drafts that a copy left behind."""
    summary = web.ask("GET", "/tmp/s3-dist-cp", "GETCONTENTSUMMARY").json["ContentSummary"]
    return ["draft"] * int(summary["fileCount"])


def test_sources_go_when_asked_for(lake: HdfsRegion, s3: Any) -> None:
    web = lake.web()
    web.put("/user/hadoop/moved/f", b"moved")
    args = ("--src=/user/hadoop/moved", f"--dest=s3://{BUCKET}/moved", "--deleteOnSuccess")
    assert run(lake, *args)["State"] == "COMPLETED"
    assert web.names("/user/hadoop/moved") == []
    assert keys(s3, "moved/") == ["moved/f"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--src=hdfs:///none", f"--dest=s3://{BUCKET}/x"], "File does not exist: /none"),
        (["--src=hdfs:///user", "--dest=s3://no-such-bucket/x"], "NoSuchBucket|does not exist"),
        (["--src=hdfs:///user"], "Missing required option: --dest"),
        (["--src=/user", "--dest=/x", "--groupBy=.*(a)"], "--groupBy is not simulated"),
        (["--src=/user", "--dest=/x", "--frobnicate"], "Unrecognized option: --frobnicate"),
    ],
)
def test_what_goes_wrong_fails_the_step(lake: HdfsRegion, args: list[str], said: str) -> None:
    lake.web().put("/user/hadoop/some", b"x", overwrite="true")
    status = run(lake, *args)
    assert status["State"] == "FAILED"
    message = status["FailureDetails"]["Message"]
    assert message.startswith('Exception in thread "main" java.lang.RuntimeException')
    assert re.search(said, message)


def test_command_lines_are_read_as_java_reads_them() -> None:
    command = parse_command(
        ["s3-dist-cp", "--src=s3a://b/in", "--dest", "hdfs:///o", "--srcPattern", r".*\Q+(x)\E"]
    )
    assert (command.source.bucket, command.source.path) == ("b", "in")
    assert command.target.uri == "hdfs:///o"
    assert command.pattern is not None
    assert command.pattern.fullmatch("s3://b/in/+(x)")
    with pytest.raises(CommandError):
        parse_command(["--src=/a", "--dest=/b", "--srcPattern=("])
    assert is_dist_cp("command-runner.jar", ["s3-dist-cp"])
    assert is_dist_cp("/usr/share/aws/emr/s3-dist-cp/lib/s3-dist-cp.jar", [])
    assert not is_dist_cp("command-runner.jar", ["spark-submit", "s3-dist-cp"])


def test_a_step_that_is_cancelled_copies_no_more(lake: HdfsRegion, s3: Any) -> None:
    web = lake.web()
    for number in range(5):
        web.put(f"/user/hadoop/many/{number}", b"x")
    lake.region.control("s3/faults", {"kind": "latency", "ms": 300, "key": "many/*"})
    emr = lake.region.client("emr")
    args = ["s3-dist-cp", "--src=/user/hadoop/many", f"--dest=s3://{BUCKET}/many"]
    jar = {"Jar": "command-runner.jar", "Args": args}
    step = {"Name": "copy", "ActionOnFailure": "CONTINUE", "HadoopJarStep": jar}
    (step_id,) = emr.add_job_flow_steps(JobFlowId=lake.cluster_id, Steps=[step])["StepIds"]
    emr.cancel_steps(ClusterId=lake.cluster_id, StepIds=[step_id])
    lake.region.jump(minutes=5)
    status = emr.describe_step(ClusterId=lake.cluster_id, StepId=step_id)["Step"]["Status"]
    assert status["State"] == "CANCELLED"
    lake.region.control("s3/faults", {"clear": True})
    assert len(keys(s3, "many/")) < 5
