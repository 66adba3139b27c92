"""``hue-desktop cost`` over a simulated region: texts, JSON with stable keys, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hue_desktop.cli.cost import parse_since
from hue_desktop.core.errors import UsageError
from tests.simulated import ACCESS_KEY, SECRET_KEY, SimulatedRegion, simulated_region
from tests.unit.cli.conftest import Done, Run
from tests.unit.services.house import run_cluster

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
SPOT = {
    "InstanceRole": "TASK",
    "InstanceType": "m5.2xlarge",
    "InstanceCount": 2,
    "Market": "SPOT",
    "Name": "task",
}
Cost = Callable[..., Done]


@pytest.fixture(scope="module")
def region() -> Iterator[SimulatedRegion]:
    """``etl`` runs with Spot nodes, ``lab`` waits for nothing, ``gone`` has ended."""
    with simulated_region("empty", start=START, paused=True) as running:
        run_cluster(running, name="lab")
        etl = run_cluster(running, name="etl", groups=(("MASTER", "m5.xlarge", 1),))
        gone = run_cluster(running, name="gone", groups=(("MASTER", "m5.xlarge", 1),))
        emr = running.client("emr")
        emr.add_instance_groups(JobFlowId=etl, InstanceGroups=[SPOT])
        running.jump(hours=5)
        emr.terminate_job_flows(JobFlowIds=[gone])
        running.jump(hours=1)
        yield running


@pytest.fixture
def cost(run: Run, region: SimulatedRegion, monkeypatch: pytest.MonkeyPatch) -> Cost:
    """The command against the region, as a shell with AWS's variables runs it."""

    def call(*words: str) -> Done:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        return run("cost", "--endpoint-url", region.endpoint_url, "--region", region.name, *words)

    return call


def told(done: Done) -> dict[str, Any]:
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def test_all_clusters_with_their_findings(cost: Cost) -> None:
    done = cost()
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0].split()[:3] == ["cluster", "name", "state"]
    assert [line.split()[1] for line in lines[1:3]] == ["lab", "etl"] or [
        line.split()[1] for line in lines[1:3]
    ] == ["etl", "lab"]
    assert lines[3].startswith("all")
    assert "gone" not in done.out
    assert "Prices: Pricing API" in done.out
    assert "lab is idle" in done.out
    assert "/day" in done.out


def test_json_has_stable_keys_and_adds_up(cost: Cost) -> None:
    found = told(cost("--json"))
    assert {"currency", "usd", "usd_hour", "at_least", "clusters", "findings", "errors"} <= set(
        found
    )
    assert found["errors"] == []
    assert found["usd"] == pytest.approx(sum(each["usd"] for each in found["clusters"]))
    for each in found["clusters"]:
        assert each["usd"] == pytest.approx(sum(each["parts"].values()))
        assert each["usd"] == pytest.approx(sum(line["usd"] for line in each["lines"]))
        assert each["at_least"] is False
        assert each["sources"]
    etl = next(each for each in found["clusters"] if each["name"] == "etl")
    assert etl["saved_by_spot_usd"] > 0
    assert {line["market"] for line in etl["lines"]} == {"ON_DEMAND", "SPOT"}
    assert {"kind", "title", "why", "usd_day", "action", "cluster"} <= set(found["findings"][0])


def test_one_cluster_in_full(cost: Cost) -> None:
    done = cost("--cluster", "etl")
    assert done.code == 0, done.err
    header = next(line for line in done.out.splitlines() if "EMR fee" in line)
    assert header.split() == ["EC2", "EMR", "fee", "EBS", "all"]
    assert "task Spot" in done.out
    assert "Spot saved $" in done.out
    assert "Now $" in done.out
    assert "Paid for little" not in done.out


def test_a_cluster_that_ended_is_named_by_its_id(cost: Cost, region: SimulatedRegion) -> None:
    listed = region.client("emr").list_clusters(ClusterStates=["TERMINATED"])["Clusters"]
    (each,) = told(cost("--cluster", listed[0]["Id"], "--json"))["clusters"]
    assert each["state"] == "TERMINATED"
    assert each["usd"] > 1


def test_since_takes_in_what_ended_since_and_leaves_out_what_was_paid_before(cost: Cost) -> None:
    everything = told(cost("--json"))
    lately = told(cost("--json", "--since", "2h"))
    names = {each["name"]: each for each in lately["clusters"]}
    assert set(names) == {"lab", "etl", "gone"}
    before = {each["name"]: each for each in everything["clusters"]}
    assert names["lab"]["usd"] < before["lab"]["usd"] / 2
    assert names["lab"]["since"] > before["lab"]["since"]


def test_cost_explorer_stands_beside_it(cost: Cost) -> None:
    (each,) = told(cost("--cluster", "lab", "--explorer", "--json"))["clusters"]
    assert each["explorer"] is not None or each["explorer_problem"]
    assert "Cost Explorer" in cost("--cluster", "lab", "--explorer").out


def test_shares_without_a_way_to_yarn_say_so(cost: Cost) -> None:
    done = cost("--cluster", "lab", "--by", "user")
    assert done.code == 0
    assert "nobody knows" in done.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--cluster", "nobody"), "No cluster has"),
        (("--by", "step"), "--cluster"),
        (("--explorer",), "--cluster"),
        (("--since", "yesterday"), "no time"),
        (("--by", "queue"), "invalid choice"),
    ],
)
def test_wrong_usage_is_exit_code_2(cost: Cost, words: tuple[str, ...], said: str) -> None:
    done = cost(*words)
    assert done.code == 2
    assert said in done.err


def test_a_region_that_cannot_be_reached_is_exit_code_1(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    done = run("cost", "--endpoint-url", "http://127.0.0.1:9", "--region", "us-east-1")
    assert done.code == 1
    assert done.err.startswith("hue-desktop: ")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("12h", datetime(2026, 11, 22, 2, 30, tzinfo=UTC)),
        ("1.5d", datetime(2026, 11, 21, 2, 30, tzinfo=UTC)),
        ("30m", datetime(2026, 11, 22, 14, 0, tzinfo=UTC)),
        ("month", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-03", datetime(2026, 11, 3, tzinfo=UTC)),
        ("2026-11-03T08:00+02:00", datetime(2026, 11, 3, 6, tzinfo=UTC)),
    ],
)
def test_times(text: str, moment: datetime) -> None:
    assert parse_since(text, NOW) == moment.timestamp()


def test_nonsense_is_no_time() -> None:
    with pytest.raises(UsageError):
        parse_since("-7d", NOW)


def test_help_says_what_it_means_and_qt_is_not_loaded(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom hue_desktop.cli.main import main\n"
        "try:\n    main(['cost', '--help'])\nexcept SystemExit:\n    pass\n"
        "sys.exit(any(name.startswith('PySide6') for name in sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    for word in ("--since", "--json", "Exit codes", "at least", "$0.01"):
        assert word in " ".join(done.stdout.split())
