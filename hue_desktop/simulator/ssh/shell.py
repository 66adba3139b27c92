"""What a client can run on a simulated machine: a handful of commands, in sequence if need be."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import asyncssh

from hue_desktop.simulator.ssh import fs_shell, node_commands
from hue_desktop.simulator.ssh.done import Done

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.servers import HadoopServers
    from hue_desktop.simulator.region import Region
    from hue_desktop.simulator.ssh.hosts import Hosts
    from hue_desktop.simulator.world.instances import Instance

__all__ = ["Shell"]

_NOT_FOUND = 127
_BASTION = "bastion"
_OPERATORS = (";", "&&", "||")


class Shell:
    """Runs commands as the machine that the client is on; ``None`` is the bastion."""

    def __init__(
        self, region: Region, hosts: Hosts, hadoop: HadoopServers, machine: Instance | None
    ) -> None:
        self._region = region
        self._hosts = hosts
        self._hadoop = hadoop
        self._machine = machine
        self._status = 0  #: of the last command
        self._commands: dict[str, Callable[[Sequence[str]], Done]] = {
            "true": lambda _: Done(0),
            "false": lambda _: Done(1),
            "echo": lambda args: _said(" ".join(args) + "\n"),
            "hostname": lambda _: _said(self._hostname() + "\n"),
            "whoami": lambda _: _said("hadoop\n"),
            "uptime": lambda _: _said(node_commands.uptime(region, machine)),
            "df": lambda args: _said(node_commands.df(region, machine, args)),
        }
        if machine is not None:
            self._commands |= {"hdfs": self._hdfs, "hadoop": self._hdfs, "yarn": self._yarn}

    async def serve(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        """Run the command of a session; a session without one gets a line and ends."""
        if process.command is None:
            process.stdout.write(b"This is a simulated host: it runs single commands only.\r\n")
            process.exit(1)
            return
        try:
            for done in self._sequence(process.command):
                result = await asyncio.to_thread(done)
                pieces = iter(result.output)
                while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
                    process.stdout.write(piece)
                    await process.stdout.drain()
                process.stderr.write(result.errors.encode())
                self._status = result.status
        except BrokenPipeError:  # the client went away
            return
        process.exit(self._status)

    def _sequence(self, command: str) -> Iterator[Callable[[], Done]]:
        """The commands of a line that are to be run, one after the other."""
        self._status = 0
        try:
            lexer = shlex.shlex(command, posix=True, punctuation_chars=";&|<>")
            lexer.whitespace_split = True
            lexer.commenters = ""
            words = list(lexer)
        except ValueError as problem:
            yield partial(Done, 2, errors=f"bash: syntax error: {problem}\n")
            return
        for operator, part in _parts(words):
            if operator == "&&" and self._status != 0:
                continue
            if operator == "||" and self._status == 0:
                continue
            yield partial(self._run, part)

    def _run(self, words: Sequence[str]) -> Done:
        if any(set(word) <= set(";&|<>") for word in words if word):
            return Done(2, errors="bash: pipes and redirections are not simulated\n")
        action = self._commands.get(words[0])
        if action is None:
            return Done(_NOT_FOUND, errors=f"bash: line 1: {words[0]}: command not found\n")
        return action(words[1:])

    def _hostname(self) -> str:
        return self._hosts.name_of(self._machine) if self._machine is not None else _BASTION

    def _hdfs(self, args: Sequence[str]) -> Done:
        if not args or args[0] not in ("dfs", "fs"):
            return Done(1, errors="Only 'hdfs dfs' is simulated.\n")
        assert self._machine is not None
        try:
            cluster = self._hadoop.hdfs_of(self._machine.cluster_id)
        except KeyError:
            return Done(1, errors=f"{args[0]}: the NameNode does not run.\n")
        return fs_shell.run(cluster, args[1:])

    def _yarn(self, args: Sequence[str]) -> Done:
        if list(args[:2]) != ["application", "-list"]:
            return Done(1, errors="Only 'yarn application -list' is simulated.\n")
        assert self._machine is not None
        return _said(node_commands.yarn_applications(self._region, self._machine))


def _said(text: str) -> Done:
    return Done(0, (text.encode(),))


def _parts(words: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """The commands of a line, each with the operator before it."""
    operator, part = ";", list[str]()
    for word in words:
        if word in _OPERATORS:
            if part:
                yield operator, part
            operator, part = word, []
        else:
            part.append(word)
    if part:
        yield operator, part
