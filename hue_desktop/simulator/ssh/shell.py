"""What a client can run on a simulated machine: a handful of commands, one at a time."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import asyncssh

if TYPE_CHECKING:
    from hue_desktop.simulator.region import Region
    from hue_desktop.simulator.ssh.hosts import Hosts
    from hue_desktop.simulator.world.instances import Instance

__all__ = ["Shell"]

_NOT_FOUND = 127
_BASTION = "bastion"
Done = tuple[int, str, str]  #: exit status, output, errors


class Shell:
    """Runs commands as the machine that the client is on; ``None`` is the bastion."""

    def __init__(self, region: Region, hosts: Hosts, machine: Instance | None) -> None:
        self._region = region
        self._hosts = hosts
        self._machine = machine
        self._commands: dict[str, Callable[[Sequence[str]], Done]] = {
            "true": lambda _: (0, "", ""),
            "false": lambda _: (1, "", ""),
            "echo": lambda args: (0, " ".join(args) + "\n", ""),
            "hostname": lambda _: (0, self._hostname() + "\n", ""),
            "whoami": lambda _: (0, "hadoop\n", ""),
            "uptime": lambda _: (0, self._uptime(), ""),
        }

    async def serve(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        """Run the command of a session; a session without one gets a line and ends."""
        command = process.command
        if command is None:
            said = "This is a simulated host: it runs single commands only.\r\n"
            process.stdout.write(said.encode())
            process.exit(1)
            return
        status, output, errors = await asyncio.to_thread(self.run, command)
        process.stdout.write(output.encode())
        process.stderr.write(errors.encode())
        process.exit(status)

    def run(self, command: str) -> Done:
        """Exit status, output and errors of one command."""
        try:
            words = shlex.split(command)
        except ValueError as problem:
            return 2, "", f"bash: syntax error: {problem}\n"
        if not words:
            return 0, "", ""
        action = self._commands.get(words[0])
        if action is None:
            return _NOT_FOUND, "", f"bash: line 1: {words[0]}: command not found\n"
        return action(words[1:])

    def _hostname(self) -> str:
        return self._hosts.name_of(self._machine) if self._machine is not None else _BASTION

    def _uptime(self) -> str:
        now = self._region.clock.now()
        up_s = now.timestamp() - self._machine.booted if self._machine is not None else 0.0
        hours, minutes = divmod(int(up_s) // 60, 60)
        days, hours = divmod(hours, 24)
        lasted = f"{days} days, {hours:2d}:{minutes:02d}" if days else f"{hours:2d}:{minutes:02d}"
        clock = datetime.fromtimestamp(now.timestamp(), UTC).strftime("%H:%M:%S")
        return f" {clock} up {lasted},  1 user,  load average: 0.31, 0.28, 0.24\n"
