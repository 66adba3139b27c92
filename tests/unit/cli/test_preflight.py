"""``hue-desktop preflight`` over a simulated region: texts, stable JSON, exit codes, no Qt."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.simulated import ACCESS_KEY, SECRET_KEY, SimulatedRegion, simulated_region
from tests.unit.cli.conftest import Done, Run
from tests.unit.services.house import run_cluster

Preflight = Callable[..., Done]
_KEYS = {
    "connection", "region", "cluster", "group", "terminate", "count", "timeout_s", "level",
    "headline", "sentence", "loses_data", "leaving", "assumes_worst", "findings", "lost_files",
    "lost_bytes", "lost", "bytes_to_move", "blocks_to_move", "seconds", "rate_bytes_s",
    "rate_source", "saves_usd_hour", "rooms", "options", "fixes", "files", "blocks", "read_at",
    "read_s", "missing",
}  # fmt: skip


@pytest.fixture(scope="module")
def region() -> Iterator[SimulatedRegion]:
    """A region with the demo's clusters; their HDFS holds files."""
    with simulated_region("demo", paused=True) as running:
        run_cluster(running, name="small", groups=(("MASTER", "m5.xlarge", 1),))
        yield running


@pytest.fixture
def preflight(
    run: Run, region: SimulatedRegion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Preflight:
    """The command with a connection that reaches the region's nodes."""
    ssh = region.ssh
    config = tmp_path / "config"
    config.mkdir()
    (config / "connections.toml").write_text(
        "[connections.here]\n"
        'class = "test"\n'
        f'regions = ["{region.name}"]\n'
        f'endpoint_url = "{region.endpoint_url}"\n'
        "[connections.here.ssh]\n"
        f'user = "{ssh.user}"\n'
        f'key_file = "{ssh.key_file}"\n'
        f'bastion = "{ssh.host}:{ssh.port}"\n'
    )
    (config / "known_hosts").write_text(f"[{ssh.host}]:{ssh.port} {ssh.host_key}\n")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)

    def call(*words: str) -> Done:
        return run("preflight", "--connection", "here", *words)

    return call


def told(done: Done) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.out)
    return found


def test_one_node_less_with_the_cheapest_node_named(preflight: Preflight) -> None:
    done = preflight("--cluster", "graph-poc")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0] == "● Safe as planned"
    assert any(line.startswith("Leaving: i-") for line in lines)
    assert any(line.startswith("● Replication ") for line in lines)
    assert any(line.startswith("Targets: 4 ● now") for line in lines)
    assert any("estimate" in line for line in lines)


def test_json_has_its_keys(preflight: Preflight) -> None:
    done = preflight("--cluster", "graph-poc", "--to", "3", "--timeout", "600", "--json")
    assert done.code == 0, done.err
    found = told(done)
    assert set(found) == _KEYS
    assert (found["level"], found["count"], found["timeout_s"]) == ("ok", 3, 600)
    assert len(found["leaving"]) == 1
    assert found["rooms"][0]["capacity"] > 0
    assert {each["key"] for each in found["findings"]} >= {"replication", "time", "room"}
    assert [each["count"] for each in found["options"]] == [4, 3, 2, 1]
    assert found["files"] > 0
    assert found["rate_source"] == "estimated"


def test_named_nodes(preflight: Preflight) -> None:
    some = told(preflight("--cluster", "graph-poc", "--to", "2", "--json"))["leaving"]
    done = preflight("--cluster", "graph-poc", "--nodes", ",".join(some), "--json")
    assert told(done)["leaving"] == some
    assert told(done)["count"] == 2


def test_red_is_one(preflight: Preflight) -> None:
    done = preflight("--cluster", "graph-poc", "--to", "1")
    assert done.code == 1
    assert done.out.startswith("✕ Not possible as planned")
    assert "EMR keeps dfs.replication" in done.out
    assert preflight("--cluster", "graph-poc", "--to", "0").code == 1


def test_what_exists_only_here(preflight: Preflight) -> None:
    done = preflight("--cluster", "graph-poc", "--terminate", "--json")
    assert done.code == 1
    found = told(done)
    assert found["terminate"] is True
    assert found["count"] is None
    assert found["lost_files"] == found["files"]
    assert found["lost"][0]["bytes"] >= found["lost"][-1]["bytes"]
    text = preflight("--cluster", "graph-poc", "--terminate").out
    assert "Files that exist only here" in text


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--cluster", "nobody"), "No cluster has the id or name"),
        (("--cluster", "graph-poc", "--nodes", "i-nobody"), "no core nodes of this cluster"),
        (("--cluster", "graph-poc", "--group", "ig-X"), "is no core group"),
        (("--cluster", "graph-poc", "--to", "2", "--terminate"), "not allowed with"),
        (("--cluster", "graph-poc", "--to", "-1"), "--to"),
        ((), "--cluster"),
    ],
)
def test_wrong_usage_is_two(preflight: Preflight, words: tuple[str, ...], says: str) -> None:
    done = preflight(*words)
    assert done.code == 2
    assert says in done.err


def test_what_cannot_be_read_is_one(preflight: Preflight) -> None:
    done = preflight("--cluster", "small")
    assert done.code == 1
    assert "no core nodes" in done.err


def test_it_does_without_qt() -> None:
    code = (
        "import sys, hue_desktop.cli.preflight, hue_desktop.services.shrink, "
        "hue_desktop.adapters.hadoop.block_reader\n"
        "assert not [name for name in sys.modules if name.startswith('PySide6')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
