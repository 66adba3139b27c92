"""``hdfs dfs``: looking at the HDFS of a simulated cluster, printed as Hadoop's FsShell does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hue_desktop.simulator.hadoop.errors import HdfsError
from hue_desktop.simulator.hadoop.identity import Caller, caller_of
from hue_desktop.simulator.hadoop.inodes import Directory, File, Inode
from hue_desktop.simulator.hadoop.reading import Span, open_file, spans
from hue_desktop.simulator.hadoop.tree import walk
from hue_desktop.simulator.ssh.done import Done

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.cluster import HdfsOfCluster
    from hue_desktop.simulator.hadoop.hdfs import Hdfs

__all__ = ["run"]

_USER = "hadoop"
_BLOCK = 256 * 1024
_TAIL = 1024


def run(cluster: HdfsOfCluster, args: Sequence[str]) -> Done:
    """One command with its options and paths."""
    name = args[0] if args else ""
    command = _COMMANDS.get(name)
    if command is None:
        known = " ".join(f"[{known}]" for known in sorted(_COMMANDS))
        return Done(255, errors=f"{name}: Unknown command\nSimulated are: {known}\n")
    options = [arg for arg in args[1:] if arg.startswith("-")]
    paths = [arg for arg in args[1:] if not arg.startswith("-")] or [""]
    asked = _Asked(caller_of(_USER), frozenset("".join(option[1:] for option in options)))
    output: list[bytes] = []
    pending: list[Span] = []
    errors: list[str] = []
    status = 0
    with cluster.session() as hdfs:
        for path in paths:
            try:
                found = command(hdfs, asked, _absolute(path))
            except HdfsError as error:
                status = 1
                errors.append(f"{name[1:]}: {_told(path, error)}\n")
                continue
            if isinstance(found, bool):
                status = max(status, 0 if found else 1)
            elif isinstance(found, str):
                output.append(found.encode())
            else:
                pending += found
    return Done(status, _pieces(output, pending), "".join(errors))


class _Asked:
    """Who asks, with which one-letter options."""

    def __init__(self, caller: Caller, options: frozenset[str]) -> None:
        self.caller = caller
        self.options = options

    def size(self, count: int) -> str:
        """A number of bytes, with ``-h`` as people read it."""
        if "h" not in self.options or count < 1024:
            return str(count)
        for unit in ("K", "M", "G", "T"):
            shown = count / 1024 ** ("KMGT".index(unit) + 1)
            if shown < 1024 or unit == "T":
                break
        text = f"{shown:.1f}"
        return f"{text.removesuffix('.0')} {unit}"


def _absolute(path: str) -> str:
    for prefix in ("hdfs:///", "hdfs://"):
        if path.startswith(prefix):
            rest = path.removeprefix(prefix)
            path = "/" + (rest if prefix.endswith("///") else rest.partition("/")[2])
    return path if path.startswith("/") else f"/user/{_USER}/{path}".rstrip("/")


def _told(path: str, error: HdfsError) -> str:
    if error.status == 404:
        return f"`{path}': No such file or directory"
    return error.message


def _pieces(output: list[bytes], pending: list[Span]) -> Iterator[bytes]:
    yield from output
    for span in pending:
        left = span.length
        try:
            file = span.path.open("rb")
        except FileNotFoundError:  # deleted in the meantime
            return
        with file:
            file.seek(span.offset)
            while left and (piece := file.read(min(left, _BLOCK))):
                left -= len(piece)
                yield piece


def _ls(hdfs: Hdfs, asked: _Asked, path: str) -> str:
    node = hdfs.status(asked.caller, path)
    if "d" in asked.options or not isinstance(node, Directory):
        return _listed(asked, [node])
    if "R" in asked.options:
        found = sorted((item for item in walk(node) if item is not node), key=lambda i: i.path)
        return _listed(asked, found)
    children = hdfs.listing(asked.caller, path)
    head = f"Found {len(children)} items\n" if children else ""
    return head + _listed(asked, children)


def _listed(asked: _Asked, nodes: Sequence[Inode]) -> str:
    rows = []
    for node in nodes:
        file = node if isinstance(node, File) else None
        rows.append(
            (
                ("-" if file else "d") + _permission(node.mode) + ("+" if node.acl else " "),
                str(file.replication) if file else "-",
                node.owner,
                node.group,
                asked.size(file.length if file else 0),
                f"{datetime.fromtimestamp(node.mtime / 1000, UTC):%Y-%m-%d %H:%M}",
                node.path,
            )
        )
    if not rows:
        return ""
    copies, owner, group, size = (max(len(row[at]) for row in rows) for at in (1, 2, 3, 4))
    return "".join(
        f"{row[0]}{row[1]:>{max(3, copies)}} {row[2]:<{owner}} {row[3]:<{group}} "
        f"{row[4]:>{max(10, size)}} {row[5]} {row[6]}\n"
        for row in rows
    )


def _permission(mode: int) -> str:
    letters = "".join(
        letter if mode >> (8 - at) & 1 else "-" for at, letter in enumerate("rwxrwxrwx")
    )
    if mode & 0o1000:
        letters = letters[:-1] + ("t" if letters.endswith("x") else "T")
    return letters


def _totals(node: Inode) -> tuple[int, int, int, int]:
    """Directories, files, bytes, and bytes with all copies, of a node and all below it."""
    folders = files = length = space = 0
    for item in walk(node):
        if isinstance(item, File):
            files, length, space = files + 1, length + item.length, space + item.space
        else:
            folders += 1
    return folders, files, length, space


def _du(hdfs: Hdfs, asked: _Asked, path: str) -> str:
    node = hdfs.status(asked.caller, path)
    if "s" in asked.options or not isinstance(node, Directory):
        nodes = [node]
    else:
        nodes = hdfs.listing(asked.caller, path)
    rows = [(item.path, *_totals(item)[2:]) for item in nodes]
    shown = [(asked.size(length), asked.size(space), name) for name, length, space in rows]
    first, second = (max((len(row[at]) for row in shown), default=0) for at in (0, 1))
    return "".join(f"{row[0]:<{first}}  {row[1]:<{second}}  {row[2]}\n" for row in shown)


def _count(hdfs: Hdfs, asked: _Asked, path: str) -> str:
    folders, files, length, _ = _totals(hdfs.status(asked.caller, path))
    return f"{folders:>12} {files:>12} {asked.size(length):>18} {path}\n"


def _cat(hdfs: Hdfs, asked: _Asked, path: str) -> list[Span]:
    return spans(hdfs, open_file(hdfs, asked.caller, path), 0, None)


def _tail(hdfs: Hdfs, asked: _Asked, path: str) -> list[Span]:
    file = open_file(hdfs, asked.caller, path)
    return spans(hdfs, file, max(0, file.length - _TAIL), None)


def _test(hdfs: Hdfs, asked: _Asked, path: str) -> bool:
    node = hdfs.locate(asked.caller, path).node
    if node is None:
        return False
    is_file = isinstance(node, File)
    length = node.length if isinstance(node, File) else 0
    answers = {"d": not is_file, "f": is_file, "z": is_file and not length, "s": length > 0}
    return all(answers.get(option, True) for option in asked.options)


def _mkdir(hdfs: Hdfs, asked: _Asked, path: str) -> str:
    hdfs.mkdirs(asked.caller, path)
    return ""


_COMMANDS: dict[str, Callable[[Hdfs, _Asked, str], str | bool | list[Span]]] = {
    "-cat": _cat,
    "-count": _count,
    "-du": _du,
    "-ls": _ls,
    "-mkdir": _mkdir,
    "-tail": _tail,
    "-test": _test,
}
