"""The console script as a person or a script calls it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hue_desktop import __version__
from hue_desktop.adapters.local.connections_toml import ConnectionsFile
from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.services.house import connection_to

Environment = dict[str, str]


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """A user without files, AWS settings and screen."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "HUE_")) and name not in ("DISPLAY", "WAYLAND_DISPLAY")
    }
    kept.pop("QT_QPA_PLATFORM", None)
    return {
        **kept,
        "HUE_CONFIG_DIR": str(tmp_path / "config"),
        "HUE_DATA_DIR": str(tmp_path / "data"),
        "AWS_CONFIG_FILE": str(tmp_path / "no-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "no-credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@pytest.fixture
def region() -> Iterator[SimulatedRegion]:
    """A region that doctor looks at."""
    with simulated_region("empty") as running:
        yield running


def _run(environment: Environment, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hue_desktop", *words],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=False,
    )


def _connect(region: SimulatedRegion, tmp_path: Path) -> None:
    file = ConnectionsFile(tmp_path / "config" / "connections.toml")
    file.save(connection_to(region, tmp_path))


def test_version_and_help(environment: Environment) -> None:
    assert _run(environment, "--version").stdout.strip() == f"hue-desktop {__version__}"
    shown = _run(environment, "--help").stdout
    for command in ("simulate", "tour", "doctor", "--connection", "--endpoint-url"):
        assert command in shown
    for command in ("simulate", "tour", "doctor"):
        asked = _run(environment, command, "--help")
        assert asked.returncode == 0
        assert asked.stdout.startswith(f"usage: hue-desktop {command}")


@pytest.mark.parametrize(
    "words",
    [
        ("dance",),
        ("tour",),
        ("tour", "out", "--size", "large"),
        ("doctor", "--no-such"),
        ("simulate", "--speed", "-1"),
    ],
)
def test_wrong_usage_is_2(environment: Environment, words: tuple[str, ...]) -> None:
    done = _run(environment, *words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_without_a_screen_one_line_says_what_to_do(environment: Environment) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("only X11 and Wayland can be missing")
    done = _run(environment)
    assert done.returncode == 1
    [line] = done.stderr.strip().splitlines()
    assert "hue-desktop tour" in line
    assert "xvfb" in line.lower()


def test_doctor_finds_nothing_wrong(
    environment: Environment, region: SimulatedRegion, tmp_path: Path
) -> None:
    _connect(region, tmp_path)
    done = _run(environment, "doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✓ Identity: arn:aws" in done.stdout
    assert "✕" not in done.stdout


def test_doctor_in_json(environment: Environment, region: SimulatedRegion, tmp_path: Path) -> None:
    _connect(region, tmp_path)
    region.control("credentials", {"expired": True})
    done = _run(environment, "doctor", "--json", "--connection", "here")
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert report["ok"] is False
    checks = {check["name"]: check for section in report["sections"] for check in section["checks"]}
    assert checks["Identity"]["state"] == "failed"
    assert checks["Identity"]["remedy"]
    assert checks["EMR"]["state"] == "skipped"
    assert checks["Python"]["state"] == "ok"


def test_doctor_names_file_and_line_of_a_typing_error(
    environment: Environment, region: SimulatedRegion, tmp_path: Path
) -> None:
    _connect(region, tmp_path)
    file = tmp_path / "config" / "connections.toml"
    file.write_text(file.read_text() + '\n[connections.other]\nregoins = ["us-east-1"]\n')
    done = _run(environment, "doctor")
    assert done.returncode == 1
    assert "connections.toml" in done.stdout
    assert "regions" in done.stdout
    assert "✓ Identity" in done.stdout, "the other connection is checked all the same"


def test_doctor_says_when_state_cannot_be_used(
    environment: Environment, region: SimulatedRegion, tmp_path: Path
) -> None:
    _connect(region, tmp_path)
    (tmp_path / "data").write_text("in the way")
    done = _run(environment, "doctor")
    assert done.returncode == 1
    assert "✕ State" in done.stdout
    assert "Traceback" not in done.stderr


def test_options_make_a_connection_of_their_own(
    environment: Environment, region: SimulatedRegion, tmp_path: Path
) -> None:
    config = connection_to(region, tmp_path).aws_config_file
    done = _run(
        {**environment, "AWS_CONFIG_FILE": config},
        *("--endpoint-url", region.endpoint_url, "--profile", "here"),
        *("--region", "us-east-1", "doctor"),
    )
    assert done.returncode == 0, done.stdout
    assert "Connection command line" in done.stdout


def test_an_unknown_connection_is_wrong_usage(environment: Environment) -> None:
    done = _run({**environment, "HUE_CONNECTION": "nope"}, "doctor")
    assert done.returncode == 2
    assert "nope" in done.stderr
    assert "simulator" in done.stderr, "those that exist are named"


@pytest.mark.parametrize("words", [["doctor", "--json"], ["simulate", "--help"], ["--help"]])
def test_commands_do_not_import_qt(
    environment: Environment, region: SimulatedRegion, tmp_path: Path, words: list[str]
) -> None:
    _connect(region, tmp_path)
    code = (
        "import sys\n"
        "from hue_desktop.cli import main\n"
        "try:\n"
        f"    main({words!r})\n"
        "except SystemExit:\n"
        "    pass\n"
        "qt = [name for name in sys.modules if name.startswith(('PySide6', 'pyqtgraph'))]\n"
        "sys.exit(17 if qt else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env=environment, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
