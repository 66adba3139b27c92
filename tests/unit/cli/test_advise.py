"""``hue-desktop advise`` over a simulated region: text, JSON with stable keys, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.simulated import ACCESS_KEY, SECRET_KEY, SimulatedRegion, simulated_region
from tests.unit.cli.conftest import Done, Run
from tests.unit.services.house import run_cluster

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
GROUPS = (("MASTER", "m5.4xlarge", 1), ("CORE", "m4.xlarge", 2), ("TASK", "m5.2xlarge", 3))
Advise = Callable[..., Done]


@pytest.fixture(scope="module")
def region() -> Iterator[SimulatedRegion]:
    """``etl`` waits for work since hours, ``gone`` has ended."""
    with simulated_region("empty", start=START, paused=True) as running:
        run_cluster(running, name="etl", groups=GROUPS)
        gone = run_cluster(running, name="gone", groups=(("MASTER", "m5.xlarge", 1),))
        running.client("emr").terminate_job_flows(JobFlowIds=[gone])
        running.jump(hours=5)
        yield running


@pytest.fixture
def advise(run: Run, region: SimulatedRegion, monkeypatch: pytest.MonkeyPatch) -> Advise:
    """The command against the region, as a shell with AWS's variables runs it."""

    def call(*words: str) -> Done:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        return run("advise", "--endpoint-url", region.endpoint_url, "--region", region.name, *words)

    return call


def told(done: Done) -> dict[str, Any]:
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def test_the_text_says_what_why_dollars_risk_and_what_is_not_known(advise: Advise) -> None:
    done = advise("--cluster", "etl")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    (spot,) = (line for line in lines if line.startswith("Run the 3 on-demand task nodes on Spot"))
    assert "/month" in spot
    assert any("m4.xlarge: m7i.xlarge" in line or "In place of m4.xlarge" in line for line in lines)
    assert any("Risk: " in line and "Rule: master-size" in line for line in lines)
    assert any(line.startswith("End etl after an hour without work") for line in lines)
    assert "do not add up" in done.out
    # nobody answers at the cluster's public name
    assert any(line.startswith("Not known: YARN and the NameNode") for line in lines)


def test_json_has_stable_keys(advise: Advise) -> None:
    found = told(advise("--cluster", "etl", "--json"))
    assert {
        "connection",
        "region",
        "cluster",
        "at",
        "currency",
        "additive",
        "advice",
        "missing",
    } <= (set(found))
    assert found["additive"] is False
    for each in found["advice"]:
        assert {
            "rule", "title", "why", "attention", "role", "usd_month", "usd_note", "risk",
            "risk_text", "confidence", "evidence", "action",
        } <= set(each)  # fmt: skip
        assert each["risk"] in ("none", "low", "medium", "high")
        assert each["confidence"] in ("low", "medium", "high")
    rules = {each["rule"]: each for each in found["advice"]}
    assert {"idle", "spot-task", "master-size", "generation", "graviton"} <= set(rules)
    assert rules["master-size"]["action"]["types"][0]["before"] == "m5.4xlarge"
    assert rules["idle"]["usd_month"] < 0
    assert rules["idle"]["evidence"][0]["since"].startswith("2026-11-02T09:")


def test_a_cluster_that_ended_has_no_advice(advise: Advise, region: SimulatedRegion) -> None:
    listed = region.client("emr").list_clusters(ClusterStates=["TERMINATED"])["Clusters"]
    found = told(advise("--cluster", listed[0]["Id"], "--json"))
    assert found["advice"] == []
    assert found["missing"] == ["The cluster has ended: there is nothing to change."]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "--cluster"),
        (("--cluster", "nobody"), 2, "No cluster has the id or name"),
        (("--cluster", "j-0000000000000"), 2, "No cluster has the id or name"),
        (("--cluster", "etl", "--nonsense"), 2, "unrecognized arguments"),
    ],
)
def test_wrong_usage(advise: Advise, words: tuple[str, ...], code: int, said: str) -> None:
    done = advise(*words)
    assert done.code == code
    assert said in done.err


def test_a_region_that_does_not_answer_is_a_failure(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    done = run("advise", "--endpoint-url", "http://127.0.0.1:9", "--cluster", "etl")
    assert done.code == 1
    assert done.out == ""


def test_it_does_not_load_qt() -> None:
    code = (
        "import sys; from hue_desktop.cli import main\n"
        "import hue_desktop.cli.advise, hue_desktop.services.advice\n"
        "assert not any(name.startswith('PySide6') for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
