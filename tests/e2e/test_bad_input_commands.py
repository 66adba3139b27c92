"""Commands that are called wrongly, find bad files, or are interrupted."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

import hue_desktop
from tests.e2e.bad_input import (
    Environment,
    bad_server,
    start,
    user_environment,
    wait_for,
    write_connection,
)

_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2
_PR_CAPBSET_DROP = 24


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return user_environment(tmp_path)


def run(
    environment: Environment, *words: str, obeying: bool = False, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run to the end. ``obeying`` permissions, also where the tests run as root."""
    return subprocess.run(
        [sys.executable, "-m", "hue_desktop", *words],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=False,
        cwd=cwd,
        preexec_fn=_obey_permissions if obeying else None,
    )


def _obey_permissions() -> None:
    """Give up root's right to write everywhere, for this process and what it becomes."""
    if os.geteuid() == 0:
        import ctypes

        libc = ctypes.CDLL(None)
        for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
            libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The single line that a failed command said."""
    assert "Traceback" not in done.stderr, done.stderr
    [line] = done.stderr.strip().splitlines()
    return line


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--endpoint-url", "localhost:4566", "doctor"), "is no URL"),
        (("doctor", "--endpoint-url", "htp://x"), "is no URL"),
        (("simulate", "--port", "many"), "whole number"),
        (("simulate", "--speed", "nan"), "must be a number above 0"),
        (("simulate", "--scenario", "demoo"), "demo, empty, fleet-1000"),
        (("simulate", "--state", "x", "--ephemeral"), "not allowed with"),
    ],
)
def test_wrong_usage_says_what_would_be_right(
    environment: Environment, words: tuple[str, ...], said: str
) -> None:
    done = run(environment, *words)
    assert done.returncode == 2
    assert said in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("words", [(), ("doctor",)])
def test_an_unknown_connection_names_those_there_are(
    environment: Environment, tmp_path: Path, words: tuple[str, ...]
) -> None:
    write_connection(tmp_path, "http://127.0.0.1:9")
    done = run(environment, "--connection", "lap", *words)
    assert done.returncode == 2
    assert one_line(done) == (
        "hue-desktop: There is no connection called “lap”. Known connections: lab."
    )


def test_a_connection_with_a_typing_error_is_not_called_unknown(
    environment: Environment, tmp_path: Path
) -> None:
    file = write_connection(tmp_path, "http://127.0.0.1:9")
    file.write_text(file.read_text().replace("profile", "profil"))
    done = run(environment, "--connection", "lab")
    assert done.returncode == 2
    assert one_line(done).endswith("there is no setting “profil”. Did you mean “profile”?")


@pytest.mark.parametrize("platform", ["nonsense", "xcb"])
def test_a_screen_that_cannot_be_used_is_one_line(environment: Environment, platform: str) -> None:
    if platform == "xcb" and not sys.platform.startswith("linux"):
        pytest.skip("X11 only")
    done = run({**environment, "QT_QPA_PLATFORM": platform, "DISPLAY": "127.0.0.1:97"})
    assert done.returncode == 1
    line = one_line(done)
    assert line.startswith("hue-desktop: the window cannot open. ")
    assert "hue-desktop tour" in line
    assert "Fatal Python error" not in done.stderr


def test_a_dead_endpoint_and_a_broken_keyring_in_the_doctor(
    environment: Environment, tmp_path: Path
) -> None:
    write_connection(tmp_path, "http://127.0.0.1:9")
    broken = {**environment, "PYTHON_KEYRING_BACKEND": "nowhere.Keyring"}
    done = run(broken, "doctor", "--json", "--connection", "lab")
    assert done.returncode == 1
    assert done.stderr == ""
    report = json.loads(done.stdout)
    assert report["ok"] is False
    checks = {check["name"]: check for part in report["sections"] for check in part["checks"]}
    assert checks["Keyring"]["state"] == "skipped"
    assert checks["Identity"]["text"] == "Nobody answers at http://127.0.0.1:9."
    assert "connection “lab”" in checks["Identity"]["remedy"]
    assert checks["EMR"]["state"] == "skipped"


def test_without_resources_each_command_says_to_install_again(
    environment: Environment, tmp_path: Path
) -> None:
    package = Path(hue_desktop.__file__).parent
    shutil.copytree(package, tmp_path / "half" / "hue_desktop", ignore=_not_resources)
    write_connection(tmp_path, "http://127.0.0.1:9")
    for words in ((), ("simulate", "--ephemeral")):
        done = run(environment, *words, cwd=tmp_path / "half")
        assert done.returncode == 1
        assert "nstall it again" in one_line(done)


def _not_resources(_folder: str, names: list[str]) -> set[str]:
    return {"_resources", "__pycache__"}.intersection(names)


def test_pictures_that_cannot_be_written_are_told_at_once(
    environment: Environment, tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("in the way")
    done = run(environment, "tour", str(tmp_path / "out"))
    assert done.returncode == 1
    assert "No pictures can be written" in one_line(done)


def test_a_read_only_state_directory(environment: Environment, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o555)
    done = run(environment, "simulate", "--state", str(state), obeying=True)
    assert done.returncode == 1
    assert "--ephemeral" in one_line(done)
    assert list(state.iterdir()) == []


def test_read_only_files_of_the_user(environment: Environment, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir(mode=0o555)
    (tmp_path / "data").mkdir(mode=0o555)
    done = run(environment, "doctor", "--json", obeying=True)
    assert done.returncode == 1
    assert done.stderr == ""
    sections = json.loads(done.stdout)["sections"]
    checks = {check["name"]: check for section in sections for check in section["checks"]}
    for name, variable in (("Connections file", "HUE_CONFIG_DIR"), ("State", "HUE_DATA_DIR")):
        assert checks[name]["state"] == "failed"
        assert variable in checks[name]["remedy"]


def test_a_damaged_state_is_told_and_kept(environment: Environment, tmp_path: Path) -> None:
    state = tmp_path / "state"
    file = _damaged_state(state)
    before = file.read_bytes()
    done = run(environment, "simulate", "--state", str(state))
    assert done.returncode == 1
    assert "is damaged" in one_line(done)
    assert "Move the directory away" in one_line(done)
    assert file.read_bytes() == before


def _damaged_state(state: Path) -> Path:
    """A region's database that opens, and holds what nobody can understand."""
    state.mkdir()
    file = state / "region.sqlite3"
    database = sqlite3.connect(file)
    database.execute(
        "CREATE TABLE documents (kind TEXT NOT NULL, key TEXT NOT NULL,"
        " document TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID"
    )
    database.execute("PRAGMA user_version = 1")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("INSERT INTO documents VALUES ('region', 'identity', '{\"regi')")
    database.commit()
    database.close()
    return file


def test_a_simulated_connection_says_why_its_region_did_not_start(
    environment: Environment, tmp_path: Path
) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "connections.toml").write_text(
        '[connections.sim]\nclass = "simulated"\n[connections.sim.simulation]\n'
        f"state_dir = {json.dumps(str(tmp_path / 'state'))}\n"
    )
    _damaged_state(tmp_path / "state")
    done = run(environment, "doctor")
    assert done.returncode == 1
    assert "✕ Identity: The simulated region did not start. The state in" in done.stdout
    assert "→ For a connection, “state_dir” names the directory." in done.stdout


def test_state_is_kept_where_the_variable_says(environment: Environment, tmp_path: Path) -> None:
    with start(environment, "simulate", "--json", "--scenario", "empty") as process:
        assert process.stdout is not None
        facts = json.loads(process.stdout.readline())
        assert facts["aws_config_file"] == str(tmp_path / "data" / "simulator" / "aws_config")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(("words", "code"), [((), 0), (("doctor",), 130)])
@pytest.mark.slow
def test_a_signal_ends_a_command_in_the_middle_of_a_call(
    environment: Environment, tmp_path: Path, words: tuple[str, ...], code: int, number: int
) -> None:
    with bad_server("silence") as server:
        write_connection(tmp_path, server.endpoint_url)
        with start(environment, *words) as process:
            assert server.called.wait(40), "it never called"
            process.send_signal(number)
            _out, err = process.communicate(timeout=10)
            assert process.returncode == code, err
            assert err == ""
    again = run(environment, "doctor")
    assert "✓ State" in again.stdout, "a later start works"


def test_a_signal_ends_the_tour_and_its_regions(environment: Environment, tmp_path: Path) -> None:
    with start(environment, "tour", str(tmp_path / "out")) as process:
        wait_for(lambda: len(_children(process.pid)) >= 2)
        regions = _children(process.pid)
        process.send_signal(signal.SIGTERM)
        _out, err = process.communicate(timeout=20)
        assert process.returncode == 130, err
        assert "Traceback" not in err
    wait_for(lambda: not any(_lives(pid) for pid in regions))


def _children(pid: int) -> list[int]:
    if not sys.platform.startswith("linux"):
        pytest.skip("looks into /proc")
    files = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for file in files for child in file.read_text().split()]


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
