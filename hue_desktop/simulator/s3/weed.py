"""SeaweedFS as the region's object store: one child process on ports of its own.

It is killed rather than asked to stop: it takes more than twenty seconds to end by itself, and
what it has answered is on disk by then. A child whose region was killed is ended with it where the
system can do that (Linux), else by the next start, which knows it by its process id and directory.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

__all__ = ["Weed", "end_orphan", "find_weed"]

_LOG = logging.getLogger(__name__)
_DATA, _NOTE = "data", "weed.json"
_READY_S = 60.0
_POLL_S = 0.02
_GONE_S = 10.0
_TRIES = 5  #: with other ports, when somebody took one between our look and its start
_PORT_TAKEN = ("Port allocation failed", "address already in use")
_SOCKETS = Path(os.sep, "tmp")  #: built into the program, whatever TMPDIR says
#: In this order: each service and its gRPC twin.
_PORTS = (
    "s3.port",
    "s3.port.grpc",
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "admin.port",
    "admin.port.grpc",
)
_FIXED = (
    "-ip=127.0.0.1",
    "-ip.bind=127.0.0.1",
    "-admin.ui=false",
    "-webdav=false",
    "-master.telemetry=false",
    "-master.volumeSizeLimitMB=1024",
    "-volume.max=1000",
    "-s3.iam=false",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    "-s3.autoCreateBucket=false",
)
_AWS = frozenset(
    {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "S3_BUCKET"}
)
#: Asks Linux for the child's end with its parent's, then becomes the program it was given.
_LEASH = (
    "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 9); "
    "os.getppid() == int(sys.argv[1]) or os._exit(1); os.execv(sys.argv[2], sys.argv[2:])"
)


def find_weed() -> Path | None:
    """The ``weed`` program of this Python's environment, or of the system; ``None`` without it."""
    name = "weed.exe" if os.name == "nt" else "weed"
    for folder in (Path(sys.executable).parent, Path(getattr(sys, "_MEIPASS", "/nonexistent"))):
        if (folder / name).is_file():
            return folder / name
    found = shutil.which(name)
    return Path(found) if found else None


class Weed:
    """The store of one region in ``directory``; used from one thread."""

    def __init__(self, directory: Path, program: Path, access_key: str, secret_key: str) -> None:
        self._directory = directory
        self._program = program
        self._keys = (access_key, secret_key)
        self._child: subprocess.Popen[bytes] | None = None
        self._port = 0

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return self._child.pid if self._child and self._child.poll() is None else None

    @property
    def address(self) -> tuple[str, int]:
        """Where the store itself listens."""
        return "127.0.0.1", self._port

    async def start(self) -> None:
        """Start the child and wait until it answers; does nothing while one runs.

        Raises ``OSError`` with the end of its log when it does not come up.
        """
        if self.pid is not None:
            return
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        ports = end_orphan(self._directory)
        ports = ports if ports and _all_free(ports) else _free_ports(len(_PORTS))
        for left in reversed(range(_TRIES)):
            self._port = ports[0]
            self._spawn(ports)
            try:
                await self._wait_until_ready()
                return
            except OSError as error:
                if not left or not any(words in str(error) for words in _PORT_TAKEN):
                    raise
                _LOG.info("a port of the object store was taken meanwhile; trying others")
            ports = _free_ports(len(_PORTS))

    def stop(self) -> None:
        """End the child at once; what it answered stays."""
        if self._child is not None:
            self._child.kill()
            self._child.wait(_GONE_S)
            self._child = None
            _remove_sockets(json.loads(self._note.read_text())["ports"])

    def erase(self) -> None:
        """End the child and remove everything it has kept."""
        self.stop()
        shutil.rmtree(self._data, ignore_errors=True)

    @property
    def _data(self) -> Path:
        return self._directory / _DATA

    @property
    def _note(self) -> Path:
        return self._directory / _NOTE

    @property
    def _log_file(self) -> Path:
        return self._directory / "weed.log"

    def _spawn(self, ports: list[int]) -> None:
        self._data.mkdir(exist_ok=True, mode=0o700)
        command = [str(self._program), "-logtostderr=true", "mini", f"-dir={self._data}", *_FIXED]
        command += [f"-{name}={port}" for name, port in zip(_PORTS, ports, strict=True)]
        if sys.platform == "linux" and not getattr(sys, "frozen", False):
            command = [sys.executable, "-I", "-S", "-c", _LEASH, str(os.getpid()), *command]
        inherited = {name: value for name, value in os.environ.items() if name not in _AWS}
        access, secret = self._keys
        keys = {"AWS_ACCESS_KEY_ID": access, "AWS_SECRET_ACCESS_KEY": secret}
        with self._log_file.open("wb") as log:
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**inherited, **keys},
                cwd=self._directory,
                start_new_session=True,  # Ctrl-C is for the region, which ends its store itself
            )
        self._note.write_text(json.dumps({"pid": self._child.pid, "ports": ports}))

    async def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_S
        while not await _answers(self._port):
            if self.pid is None or time.monotonic() > deadline:
                tail = self._log_file.read_text(errors="replace").strip()[-600:]
                self.stop()
                raise OSError(f"the object store did not start: {tail}")
            await asyncio.sleep(_POLL_S)


def end_orphan(directory: Path) -> list[int]:
    """End the store that an earlier region left running on a directory; its ports, if known."""
    try:
        note = json.loads((directory / _NOTE).read_text())
        pid, ports = int(note["pid"]), [int(port) for port in note["ports"]]
    except (OSError, ValueError, LookupError, TypeError):
        return []
    if f"-dir={directory / _DATA}" in _command_of(pid):
        _LOG.warning("ending the object store that an earlier region left (process %d)", pid)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        deadline = time.monotonic() + _GONE_S
        while _command_of(pid) and time.monotonic() < deadline:
            time.sleep(_POLL_S)
    _remove_sockets(ports)
    return ports if len(ports) == len(_PORTS) else []


def _remove_sockets(ports: list[int]) -> None:
    """It leaves sockets behind, named by port."""
    for port in ports:
        for found in _SOCKETS.glob(f"seaweedfs-*-{port}.sock"):
            with contextlib.suppress(OSError):
                found.unlink()


def _command_of(pid: int) -> str:
    """The command line of a process; empty when there is none, or no telling."""
    try:
        facts = Path(f"/proc/{pid}/cmdline")
        if facts.exists():
            return facts.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        if os.name == "posix":
            command = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
            return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        pass
    return ""


async def _answers(port: int) -> bool:
    """Whether the store says that it is well."""
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(
                    b"GET /status HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
                )
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens on; taken at the same time, so that they differ."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _all_free(ports: list[int]) -> bool:
    with contextlib.ExitStack() as held:
        try:
            for port in ports:
                one = held.enter_context(socket.socket())
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
