"""``hue-desktop copy`` as a process, with a user's folders of its own and what its journal says."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.simulated import ACCESS_KEY, SECRET_KEY

__all__ = ["MIB", "Copier", "Report", "until"]

MIB = 1 << 20
WAIT_S = 110.0

# The command itself, with smaller parts: a large file has many of them without being large.
_COMMAND = """
import sys
from hue_desktop.services.transfers import widths
widths.PART_BYTES = int(sys.argv.pop(1))
from hue_desktop.cli import main
sys.exit(main(sys.argv[1:]))
"""


@dataclass(frozen=True)
class Report:
    """How a process ended and what it said."""

    code: int
    said: dict[str, Any]
    errors: str

    @property
    def failed(self) -> dict[str, str]:
        """Path and reason of each file that it reports."""
        return {each["path"]: each["error"] for each in self.said["failures"]}


class Copier:
    """Processes of one user, one after the other or at once.

    Without ``s3_endpoint`` the user's ``connections`` say what is where (``connections.toml``).
    """

    def __init__(
        self, folder: Path, s3_endpoint: str = "", *, part: int = 5 * MIB, connections: str = ""
    ) -> None:
        self._folder = folder
        if connections:
            (folder / "config").mkdir(parents=True)
            (folder / "config" / "connections.toml").write_text(connections)
        self._endpoint = s3_endpoint
        self._part = part
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "HUE_"))
        }
        self.environment = {
            **kept,
            "HUE_CONFIG_DIR": str(folder / "config"),
            "HUE_DATA_DIR": str(folder / "data"),
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": "us-east-1",
            "AWS_CONFIG_FILE": str(folder / "no-config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "no-credentials"),
            "AWS_EC2_METADATA_DISABLED": "true",
            "HADOOP_USER_NAME": "hadoop",
        }

    def start(self, *words: str) -> subprocess.Popen[str]:
        """``copy --json WORDS``, under way."""
        command = [sys.executable, "-c", _COMMAND, str(self._part), "copy", "--json"]
        if self._endpoint:
            command += ["--endpoint-url", self._endpoint]
        return subprocess.Popen(
            [*command, *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environment,
        )  # fmt: skip

    def run(self, *words: str) -> Report:
        """The same to its end."""
        return self.end(self.start(*words))

    @staticmethod
    def end(process: subprocess.Popen[str]) -> Report:
        """Wait for a process's end."""
        try:
            said, errors = process.communicate(timeout=WAIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            said, errors = process.communicate()
            raise AssertionError(f"it did not end: {said} {errors}") from None
        assert "Traceback" not in errors, errors
        lines = said.splitlines()
        return Report(process.returncode, json.loads(lines[-1]) if lines else {}, errors)

    def newest(self) -> tuple[int, str, str]:
        """Number, state and last run of the newest transfer in the journal; 0 for none."""
        rows = self._ask("SELECT id, state, run FROM transfer ORDER BY id DESC LIMIT 1")
        return rows[0] if rows else (0, "", "")

    def bytes_done(self) -> int:
        """Bytes of files and of parts that the journal has as done."""
        files = self._ask("SELECT sum(size) FROM transfer_file WHERE state = 'done'")
        parts = self._ask(
            "SELECT sum(length) FROM transfer_part JOIN transfer_file ON transfer_file.id = file "
            "WHERE state <> 'done'"
        )
        return sum(rows[0][0] or 0 for rows in (files, parts) if rows)

    def _ask(self, question: str) -> list[Any]:
        (journal,) = [*self._folder.glob("data/*.sqlite3")][:1] or [None]
        if journal is None:
            return []
        try:
            with closing(
                sqlite3.connect(f"file:{journal}?mode=ro", uri=True, timeout=10)
            ) as opened:
                return opened.execute(question).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error) or "unable to open" in str(error):
                return []  # the process has only just begun
            raise


def until(condition: Callable[[], bool], process: subprocess.Popen[str] | None = None) -> None:
    """Wait for something to become true; a process that ends before is an error."""
    waiting = threading.Event()
    for _each in range(int(WAIT_S / 0.01)):
        if condition():
            return
        assert process is None or process.poll() is None, "it ended too early"
        waiting.wait(0.01)
    raise AssertionError("it has not happened")
