"""``hue-desktop ls`` and ``copy`` as processes, against a real S3 server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks._seaweed import Seaweed, seaweed

Environment = dict[str, str]
_WAIT_S = 60.0
_MIB = 1 << 20


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seaweed]:
    """A store with a bucket."""
    with seaweed(tmp_path_factory.mktemp("weed")) as running:
        running.bucket("lake")
        yield running


@pytest.fixture
def environment(store: Seaweed, tmp_path: Path) -> Environment:
    """A user without files whose keys stand in the environment."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "HUE_")) and name not in ("DISPLAY", "WAYLAND_DISPLAY")
    }
    keys = {name: store.env[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    return {
        **kept,
        **keys,
        "HUE_CONFIG_DIR": str(tmp_path / "config"),
        "HUE_DATA_DIR": str(tmp_path / "data"),
        "AWS_CONFIG_FILE": str(tmp_path / "no-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "no-credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _words(store: Seaweed, *words: str) -> list[str]:
    command, *rest = words
    return [sys.executable, "-m", "hue_desktop", command, "--endpoint-url", store.endpoint_url,
            *rest]  # fmt: skip


def _run(environment: Environment, store: Seaweed, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _words(store, *words), capture_output=True, text=True, env=environment,
        timeout=_WAIT_S, check=False,
    )  # fmt: skip


def test_up_list_within_and_down(environment: Environment, store: Seaweed, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "sub").mkdir(parents=True)
    (tree / "large").write_bytes(os.urandom(20 * _MIB))
    (tree / "sub" / "a b%+ü.txt").write_text("hello")
    up = _run(environment, store, "copy", f"{tree}/", "s3://lake/round/")
    assert up.returncode == 0, up.stderr
    assert "CRC32C of all bytes" in up.stdout
    listed = _run(environment, store, "ls", "-r", "--json", "s3://lake/round/")
    sizes = {one["name"]: one["size"] for one in map(json.loads, listed.stdout.splitlines())}
    assert sizes == {"large": 20 * _MIB, "sub/a b%+ü.txt": 5}
    within = _run(environment, store, "copy", "--json", "s3://lake/round/", "s3://lake/again/")
    assert json.loads(within.stdout)["route"] == "server-side"
    down = _run(environment, store, "copy", "s3://lake/again/", f"{tmp_path}/back")
    assert down.returncode == 0, down.stderr
    assert (tmp_path / "back" / "large").read_bytes() == (tree / "large").read_bytes()
    assert (tmp_path / "back" / "sub" / "a b%+ü.txt").read_text() == "hello"


def test_qt_is_not_loaded(environment: Environment, store: Seaweed, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    code = (
        "import sys\n"
        "from hue_desktop.cli import main\n"
        f"status = main(['copy', '--endpoint-url', {store.endpoint_url!r},"
        f" {str(tmp_path / 'file')!r}, 's3://lake/one/'])\n"
        "print(status, sorted(name for name in sys.modules"
        " if name.partition('.')[0] in ('PySide6', 'boto3', 'botocore', 'rich', 'numpy')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment,
        timeout=_WAIT_S, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "0 []", done.stdout + done.stderr


@pytest.mark.slow
def test_ctrl_c_leaves_it_resumable(
    environment: Environment, store: Seaweed, tmp_path: Path
) -> None:
    (tmp_path / "large").write_bytes(os.urandom(48 * _MIB))
    process = subprocess.Popen(
        _words(store, "copy", "--bandwidth", "5M", f"{tmp_path}/large", "s3://lake/slow/"),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    _until_parts(store, "slow/large")
    process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=_WAIT_S)
    assert process.returncode == 130
    assert "hue-desktop copy --resume 1" in err
    assert store.count("lake", "slow/")[0] == 0, "nothing shows before it is whole"
    again = _run(environment, store, "copy", "--resume", "1", "--json")
    report = json.loads(again.stdout)
    assert again.returncode == 0, again.stderr
    assert report["state"] == "done"
    assert store.count("lake", "slow/") == (1, 48 * _MIB)
    assert not store.client.list_multipart_uploads(Bucket="lake").get("Uploads")


def _until_parts(store: Seaweed, key: str) -> None:
    """Wait until some part of the upload is stored."""
    deadline = time.monotonic() + _WAIT_S
    while time.monotonic() < deadline:
        for upload in store.client.list_multipart_uploads(Bucket="lake").get("Uploads", ()):
            if upload["Key"] == key:
                parts = store.client.list_parts(Bucket="lake", Key=key, UploadId=upload["UploadId"])
                if parts.get("Parts"):
                    return
        time.sleep(0.05)
    raise AssertionError(f"no part of {key} was stored")


def test_aws_in_the_environment_is_what_s3_means(
    environment: Environment, store: Seaweed, tmp_path: Path
) -> None:
    store.client.put_object(Bucket="lake", Key="environment/here", Body=b"x")
    configured = {**environment, "AWS_ENDPOINT_URL": store.endpoint_url}
    command = [sys.executable, "-m", "hue_desktop", "ls", "s3://lake/environment/"]
    done = subprocess.run(
        command, capture_output=True, text=True, env=configured, timeout=_WAIT_S, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "here" in done.stdout


def test_a_bucket_that_is_not_there_is_said(environment: Environment, store: Seaweed) -> None:
    done = _run(environment, store, "ls", "s3://no-such-bucket/")
    assert done.returncode == 1
    assert "no-such-bucket" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_terminal_sees_progress_and_a_pipe_does_not(
    environment: Environment, store: Seaweed, tmp_path: Path
) -> None:
    pty = pytest.importorskip("pty")
    (tmp_path / "file").write_bytes(os.urandom(8 * _MIB))
    words = _words(store, "copy", "--bandwidth", "8M", f"{tmp_path}/file", "s3://lake/seen/")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=theirs, env={**environment, "TERM": "xterm"}
    )
    os.close(theirs)
    seen = b""
    try:
        while piece := os.read(ours, 4096):
            seen += piece
    except OSError:  # Linux says so when the other side has closed
        pass
    finally:
        os.close(ours)
    out, _err = process.communicate(timeout=_WAIT_S)
    assert process.returncode == 0
    assert b"of 1 file" in seen
    assert b"MiB" in seen
    assert out.startswith(b"1 file copied")
    quiet = _run(environment, store, *words[3:4], *words[6:], "--quiet")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
