"""``simulate`` as a person and as a program start it."""

from __future__ import annotations

import configparser
import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from hue_desktop.simulator.cli import RUNNING_FILE, default_state_directory, main
from tests.unit.simulator.processes import simulator_process

FACTS = {
    "endpoint_url",
    "s3_endpoint_url",
    "region",
    "aws_config_file",
    "ssh",
    "control_url",
    "pid",
}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hue_desktop.simulator", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_what_a_client_needs_and_stops_cleanly(
    tmp_path: Path, number: signal.Signals
) -> None:
    with simulator_process("--state", str(tmp_path), "--scenario", "empty") as running:
        facts = running.facts
        assert set(facts) == FACTS
        assert set(facts["ssh"]) == {"host", "port", "user", "key_file", "host_key"}
        assert facts["pid"] == running.process.pid
        assert json.loads((tmp_path / RUNNING_FILE).read_text()) == facts
        assert stat.S_IMODE((tmp_path / RUNNING_FILE).stat().st_mode) == 0o600
        config = configparser.ConfigParser()
        config.read(facts["aws_config_file"])
        profile = config["profile hue-simulator"]
        assert profile["endpoint_url"] == facts["endpoint_url"]
        assert profile["region"] == "us-east-1"
        assert running.client("emr").list_clusters()["Clusters"] == []
        running.process.send_signal(number)
        assert running.process.wait(20) == 0
        assert not (tmp_path / RUNNING_FILE).exists()


def test_what_a_killed_region_without_state_left_is_removed_by_the_next(tmp_path: Path) -> None:
    arguments = ("--ephemeral", "--scenario", "empty")

    def grow_old(directory: Path) -> None:
        os.utime(directory, (0, 0))

    with simulator_process(*arguments, TMPDIR=str(tmp_path)):
        (left,) = tmp_path.glob("hue-region-*")
        grow_old(left)
    assert (left / RUNNING_FILE).exists()
    with simulator_process(*arguments, TMPDIR=str(tmp_path)) as running:
        (own,) = tmp_path.glob("hue-region-*")
        assert own != left
        grow_old(own)
        with simulator_process(*arguments, TMPDIR=str(tmp_path)):
            assert own.exists()
        running.process.terminate()
        assert running.process.wait(20) == 0
        assert not own.exists()


def test_the_port_is_the_same_again_unless_it_is_taken(tmp_path: Path) -> None:
    arguments = ("--state", str(tmp_path), "--scenario", "empty")
    with simulator_process(*arguments) as running:
        first = running.endpoint_url
        running.process.terminate()
        running.process.wait(20)
    with simulator_process(*arguments) as running:
        assert running.endpoint_url == first
        running.process.terminate()
        running.process.wait(20)
    taken = ("127.0.0.1", int(first.rpartition(":")[2]))
    with socket.create_server(taken), simulator_process(*arguments) as running:
        assert running.endpoint_url != first


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("--ephemeral", "--scenario", "empty", "--port", str(port))
    assert done.returncode == 1
    assert done.stderr.startswith(f"hue-desktop simulate: Port {port} on 127.0.0.1 cannot be used")
    assert len(done.stderr.splitlines()) == 1


def test_a_second_region_on_the_same_state_is_refused(tmp_path: Path) -> None:
    with simulator_process("--state", str(tmp_path), "--scenario", "empty"):
        done = run("--state", str(tmp_path))
    assert done.returncode == 1
    assert "Another simulated region is running on" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "status", "part"),
    [
        (["--scenario", "nonsense"], 2, "there are"),
        (["--region", "mars-north-1"], 1, "mars-north-1"),
        (["--from", "/does/not/exist.json"], 1, "/does/not/exist.json"),
        (["--speed", "0"], 2, "--speed"),
        (["--speed", "quick"], 2, "--speed"),
        (["--port", "70000"], 2, "--port"),
        (["--compat", "localstack"], 2, "--compat"),
    ],
)
def test_a_wrong_option_is_explained(
    arguments: list[str],
    status: int,
    part: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    try:
        ended = main(["--ephemeral", *arguments])
    except SystemExit as exit_of_argparse:
        ended = int(str(exit_of_argparse.code))
    assert ended == status
    said = capsys.readouterr().err
    assert part in said
    assert "Traceback" not in said


def test_the_state_directory_must_be_a_directory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x")
    assert main(["--state", str(tmp_path / "file")]) == 1
    assert "cannot be used" in capsys.readouterr().err


def test_a_person_is_told_what_to_try(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "hue_desktop.simulator", "--ephemeral", "--scenario", "empty"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(8)]
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=20)
    text = "".join(said) + rest
    assert process.returncode == 0
    assert "aws --profile hue-simulator emr list-clusters" in text
    assert "aws --profile hue-simulator s3 ls" in text
    assert "hadoop@127.0.0.1 hostname" in text
    assert "AWS_CONFIG_FILE=" in text
    assert "Ctrl-C stops it." in text


def test_the_default_state_is_in_the_user_s_data_directory() -> None:
    assert default_state_directory().parts[-2:] == ("hue-desktop", "simulator")
