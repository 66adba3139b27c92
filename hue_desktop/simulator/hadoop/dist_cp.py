"""S3DistCp steps: they really copy between the simulated HDFS and the region's S3.

The copy runs in a thread and in real time; how long the step takes is what a cluster would need:
the start of a job, and then its nodes' throughput.
"""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hue_desktop.simulator.hadoop.dist_cp_command import (
    CommandError,
    DistCpCommand,
    Place,
    is_dist_cp,
    parse_command,
)
from hue_desktop.simulator.hadoop.errors import HdfsError
from hue_desktop.simulator.hadoop.identity import caller_of
from hue_desktop.simulator.hadoop.inodes import File
from hue_desktop.simulator.hadoop.reading import Span, block_missing, spans
from hue_desktop.simulator.hadoop.renaming import rename_to
from hue_desktop.simulator.hadoop.tree import walk
from hue_desktop.simulator.hadoop.writing import CreateOptions, Writer, create
from hue_desktop.simulator.world.carriers import Outcome

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.cluster import HdfsOfCluster
    from hue_desktop.simulator.hadoop.servers import HadoopServers
    from hue_desktop.simulator.world.clusters import Cluster
    from hue_desktop.simulator.world.steps import Step

__all__ = ["DistCp"]

_LOG = logging.getLogger(__name__)
_STARTUP_S = 40.0  #: YARN, the listing, the first containers
_PER_FILE_S = 0.05
_NODE_BYTES_PER_S = 60e6  #: what one node moves
_AT_ONCE = 2  #: steps that copy at the same time
_READ = 1 << 20
_USER = "hadoop"  #: as whom steps run


@dataclass(slots=True)
class _Job:
    """One step's copy."""

    cancelled: threading.Event
    outcome: Outcome | None = None


class DistCp:
    """Carries out the S3DistCp steps of a region; ``s3`` gives a client of its object store."""

    def __init__(self, servers: HadoopServers, s3: Callable[[], Any]) -> None:
        self._servers = servers
        self._s3 = s3
        self._jobs: dict[str, _Job] = {}
        self._pool: ThreadPoolExecutor | None = None

    def carries(self, step: Step) -> bool:
        """Whether the step is S3DistCp."""
        return is_dist_cp(step.jar, step.args)

    def start(self, cluster: Cluster, step: Step) -> None:
        """Begin to copy, unless that has begun; a restarted region copies again."""
        if step.id in self._jobs:
            return
        job = self._jobs[step.id] = _Job(threading.Event())
        if self._pool is None:
            self._pool = ThreadPoolExecutor(_AT_ONCE, "dist-cp")
        self._pool.submit(self._run, job, cluster, list(step.args))

    def outcome(self, step: Step) -> Outcome | None:
        """How the copy ended."""
        job = self._jobs.get(step.id)
        return job.outcome if job is not None else None

    def cancel(self, step: Step) -> None:
        """Stop after the file that is being copied."""
        job = self._jobs.get(step.id)
        if job is not None:
            job.cancelled.set()

    def close(self) -> None:
        """Stop everything and wait for it."""
        for job in self._jobs.values():
            job.cancelled.set()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def forget(self) -> None:
        """The region was emptied."""
        self.close()
        self._jobs.clear()

    def _run(self, job: _Job, cluster: Cluster, args: list[str]) -> None:
        try:
            hdfs = self._servers.hdfs_of(cluster.id)
            copy = _Copy(parse_command(args), hdfs, self._s3(), job.cancelled)
            copy.run()
            nodes = max(1, len(hdfs.hdfs.blocks.datanodes))
            took = _STARTUP_S + copy.files * _PER_FILE_S + copy.moved / (nodes * _NODE_BYTES_PER_S)
            job.outcome = Outcome(took)
        except (CommandError, HdfsError, KeyError) as problem:
            job.outcome = Outcome(_STARTUP_S, _log_line(problem))
        except Exception as problem:  # what the object store or the disk says
            _LOG.info("an S3DistCp step failed", exc_info=True)
            job.outcome = Outcome(_STARTUP_S, _log_line(problem))


def _log_line(problem: Exception) -> str:
    text = str(problem)
    if isinstance(problem, CommandError):
        return f'Exception in thread "main" java.lang.RuntimeException: {text}'
    return f'Exception in thread "main" java.lang.RuntimeException: Error running job: {text}'


class _Copy:
    """The copy of one step."""

    def __init__(
        self, command: DistCpCommand, cluster: HdfsOfCluster, s3: Any, cancelled: threading.Event
    ) -> None:
        self._command = command
        self._cluster = cluster
        self._s3 = s3
        self._cancelled = cancelled
        self.files = 0
        self.moved = 0

    def run(self) -> None:
        """Copy everything; then, if asked for, delete the sources."""
        command = self._command
        copied: list[Place] = []
        listed = self._listed_s3 if command.source.bucket else self._listed_hdfs
        for relative, size in list(listed()):
            source = command.source.below(relative) if relative else command.source
            if command.pattern is not None and not command.pattern.fullmatch(source.uri):
                continue
            if self._cancelled.is_set():
                return
            name = relative or command.source.path.rpartition("/")[2]
            self._copy(source, command.target.below(name), size)
            copied.append(source)
            self.files += 1
            self.moved += size
        if command.delete:
            for place in copied:
                self._delete(place)

    # What there is

    def _listed_hdfs(self) -> Iterator[tuple[str, int]]:
        """Relative paths and sizes of the files below the source."""
        path = self._command.source.path
        with self._cluster.session() as hdfs:
            top = hdfs.status(caller_of(_USER), path)
            if isinstance(top, File):
                return iter([("", top.length)])
            ahead = len(top.path.rstrip("/")) + 1
            files = [node for node in walk(top) if isinstance(node, File)]
            return iter([(node.path[ahead:], node.length) for node in files])

    def _listed_s3(self) -> Iterator[tuple[str, int]]:
        source = self._command.source
        prefix = source.path if not source.path or source.path.endswith("/") else f"{source.path}/"
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=source.bucket, Prefix=prefix
        )
        for page in pages:
            for found in page.get("Contents", ()):
                if not found["Key"].endswith("/"):
                    yield found["Key"][len(prefix) :], found["Size"]

    # One file

    def _copy(self, source: Place, target: Place, size: int) -> None:
        if target.bucket:
            from s3transfer.manager import TransferManager  # type: ignore[import-untyped]

            with self._opened(source) as stream, TransferManager(self._s3) as transfers:
                transfers.upload(stream, target.bucket, target.path).result()
        else:
            with self._opened(source) as stream:
                self._write_hdfs(target.path, stream)

    def _opened(self, place: Place) -> Any:
        """The bytes of a file, to be read."""
        if place.bucket:
            return self._s3.get_object(Bucket=place.bucket, Key=place.path)["Body"]
        with self._cluster.session() as hdfs:
            file = hdfs.locate(caller_of(_USER), place.path).file()
            parts = spans(hdfs, file, 0, None)
            for part in parts:
                if not hdfs.blocks.readable(part.block):
                    raise block_missing(part.block, place.path)
        return io.BufferedReader(_SpanReader(parts), _READ)

    def _write_hdfs(self, path: str, stream: Any) -> None:
        """Write under another name first: what has the right name is whole."""
        caller = caller_of(_USER)
        draft = f"/tmp/s3-dist-cp/{threading.get_ident()}/{path.rpartition('/')[2]}"
        with self._cluster.session() as hdfs:
            file = create(hdfs, caller, draft, "s3-dist-cp", "yarn", CreateOptions(overwrite=True))
        writer = Writer(self._cluster.session, file, None)
        try:
            while data := stream.read(_READ):
                writer.write(data)
        except BaseException:
            writer.abandon()
            raise
        writer.close()
        with self._cluster.session() as hdfs:
            parent = path.rpartition("/")[0] or "/"
            hdfs.mkdirs(caller, parent)
            rename_to(hdfs, caller, draft, path, overwrite=True)

    def _delete(self, place: Place) -> None:
        if place.bucket:
            self._s3.delete_object(Bucket=place.bucket, Key=place.path)
            return
        with self._cluster.session() as hdfs:
            hdfs.delete(caller_of(_USER), place.path, recursive=False)


class _SpanReader(io.RawIOBase):
    """The bytes of spans as a file."""

    def __init__(self, parts: list[Span]) -> None:
        super().__init__()
        self._parts = parts
        self._size = sum(part.length for part in parts)
        self._place = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes: a failed part is sent again."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def tell(self) -> int:
        """Where it is."""
        return self._place

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer from the block that is next."""
        start = 0
        for part in self._parts:
            if self._place < start + part.length:
                inside = self._place - start
                with part.path.open("rb", buffering=0) as stream:
                    stream.seek(part.offset + inside)
                    view = memoryview(buffer)[: part.length - inside]
                    count = stream.readinto(view) or 0
                self._place += count
                return count
            start += part.length
        return 0
