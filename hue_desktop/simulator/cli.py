"""``hue-desktop simulate``: runs a simulated region in the foreground until it is stopped."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import os
import shlex
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from hue_desktop.simulator.assembly import check_scenario
from hue_desktop.simulator.region import Region, RegionOptions
from hue_desktop.simulator.servers import ACCESS_KEY, SECRET_KEY
from hue_desktop.simulator.store import StateError
from hue_desktop.simulator.wire.front import Front, PortTaken

__all__ = ["PROFILE", "RUNNING_FILE", "add_arguments", "default_state_directory", "main", "run"]

PROFILE = "hue-simulator"
RUNNING_FILE = "running.json"  #: in the state directory while a region runs on it

_INTERRUPTED = 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``simulate``."""
    parser.description = (
        "Run a simulated AWS region with Amazon EMR on this machine. It costs nothing, needs no "
        "account and no network, and any AWS SDK or CLI can use it."
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=None,
        help="port on 127.0.0.1 (default: the last one if it is free, else any free one)",
    )
    state = parser.add_mutually_exclusive_group()
    state.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        help=f"keep the region in this directory (default: {default_state_directory()})",
    )
    state.add_argument("--ephemeral", action="store_true", help="keep nothing on disk")
    parser.add_argument(
        "--speed", type=_speed, metavar="X", help="simulated seconds per second (default: 1)"
    )
    parser.add_argument(
        "--scenario",
        type=_scenario,
        metavar="NAME",
        help="what a new region starts with: demo (default), empty, fleet-1000, month, storm",
    )
    parser.add_argument(
        "--from",
        dest="files",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="stand up the cluster that these files describe: JSON as printed by aws emr "
        "describe-cluster, list-instances, list-instance-groups or -fleets, list-steps",
    )
    parser.add_argument(
        "--compat",
        choices=["moto"],
        help="behave as the moto server does: states move at once, nothing is throttled",
    )
    parser.add_argument("--region", metavar="NAME", help="the region's name (default: us-east-1)")
    parser.add_argument(
        "--seed", type=int, metavar="N", help="seed of all chance in a new region (default: 0)"
    )
    parser.add_argument(
        "--until-stdin-closes",
        action="store_true",
        help="stop when standard input ends, as it does when the program that started this does",
    )
    parser.add_argument(
        "--json", action="store_true", help="print one line of JSON once the region is ready"
    )


def run(args: argparse.Namespace) -> int:
    """Run the region until SIGINT or SIGTERM; 0 on a clean stop, 1 if it could not run."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # it warns of clients that went away
    try:
        region = Region.open(_options(args))
    except (StateError, ValueError, OSError) as problem:
        return _fail(problem)
    try:
        asyncio.run(_serve(region, args))
    except (PortTaken, StateError, OSError) as problem:
        return _fail(problem)
    finally:
        with suppress(StateError):
            region.close()
    return 0


def main(argv: list[str] | None = None) -> int:
    """The command on its own: ``python -m hue_desktop.simulator``."""
    parser = argparse.ArgumentParser(prog="hue-desktop simulate")
    add_arguments(parser)
    try:
        return run(parser.parse_args(argv))
    except KeyboardInterrupt:  # before the region was ready
        return _INTERRUPTED


def default_state_directory() -> Path:
    """Where a region is kept when no directory is named: in HUE_DATA_DIR, or where data belong."""
    import platformdirs

    chosen = os.environ.get("HUE_DATA_DIR")
    if chosen:
        return Path(chosen).expanduser().absolute() / "simulator"
    return Path(platformdirs.user_data_dir("hue-desktop", appauthor=False)) / "simulator"


def _options(args: argparse.Namespace) -> RegionOptions:
    state = args.state
    if state is None and not args.ephemeral:
        state = default_state_directory()
    return RegionOptions(
        state=state,
        scenario=args.scenario,
        files=tuple(args.files),
        compat=args.compat,
        region=args.region,
        seed=args.seed,
        speed=args.speed,
    )


async def _serve(region: Region, args: argparse.Namespace) -> None:
    stop = asyncio.Event()
    _stop_on_signals(stop)
    if args.until_stdin_closes:
        _stop_with_input(stop)
    # What is there now mostly stays: the collector need not look at it again and again.
    gc.freeze()
    front = Front(region)
    await _listen(front, args.port)
    region.remember_port(front.port)
    running = front.servers.directory / RUNNING_FILE
    try:
        facts = _facts(front, front.servers.directory)
        _write_private(running, json.dumps(facts) + "\n")
        _announce(front, facts, as_json=args.json, args=args)
        await stop.wait()
    finally:
        running.unlink(missing_ok=True)
        await front.stop()


async def _listen(front: Front, wanted: int | None) -> None:
    """Listen on the wanted port, or on the one of the last time, or on any."""
    if wanted is None:
        with suppress(PortTaken):
            await front.start(front.region.last_port())
            return
    await front.start(wanted or 0)


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))


def _stop_with_input(stop: asyncio.Event) -> None:
    """Stop at the end of standard input; what comes before it means nothing."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        with suppress(OSError, ValueError):
            while os.read(sys.stdin.fileno(), 4096):
                pass
        with suppress(RuntimeError):  # the loop has ended already
            loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=read, name="standard-input", daemon=True).start()


def _facts(front: Front, directory: Path) -> dict[str, Any]:
    """What a client needs, and a file with an AWS profile for it."""
    config = directory / "aws_config"
    _write_private(
        config,
        f"[profile {PROFILE}]\n"
        f"region = {front.region.name}\n"
        f"endpoint_url = {front.endpoint_url}\n"
        f"services = {PROFILE}\n"
        f"aws_access_key_id = {ACCESS_KEY}\n"
        f"aws_secret_access_key = {SECRET_KEY}\n"
        f"[services {PROFILE}]\n"
        f"s3 =\n  endpoint_url = {front.servers.s3_endpoint_url}\n",
    )
    return {
        "endpoint_url": front.endpoint_url,
        "region": front.region.name,
        "aws_config_file": str(config),
        "s3_endpoint_url": front.servers.s3_endpoint_url,
        "ssh": front.servers.ssh_access().as_json(),
        "control_url": front.control_url,
        "pid": os.getpid(),
    }


def _write_private(path: Path, text: str) -> None:
    """Replace a file at once, readable by its owner only."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def _announce(
    front: Front, facts: dict[str, Any], *, as_json: bool, args: argparse.Namespace
) -> None:
    region = front.region
    if as_json:
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()
        return
    kept = f"kept in {region.store.directory}" if region.store.directory else "kept nowhere"
    profile = f"AWS_CONFIG_FILE={shlex.quote(facts['aws_config_file'])} aws --profile {PROFILE}"
    ssh = facts["ssh"]
    login = f"ssh -p {ssh['port']} -i {shlex.quote(ssh['key_file'])} {ssh['user']}@{ssh['host']}"
    lines = [
        f"Simulated region {region.name} is ready at {front.endpoint_url}",
        f"  scenario {region.scenario}, {len(region.world.clusters)} clusters, "
        f"speed {region.clock.speed:g}, {kept}",
        "Try:",
        f"  {profile} emr list-clusters",
        f"  {profile} s3 ls",
        f"  {login} hostname",
        f"Control API: {facts['control_url']}",
        "Ctrl-C stops it.",
    ]
    if not region.is_new and args.scenario not in (None, region.scenario):
        lines.insert(2, "  (this region exists already, so --scenario was not applied)")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _fail(problem: Exception) -> int:
    sys.stderr.write(f"hue-desktop simulate: {problem}\n")
    return 1


def _port(text: str) -> int:
    port = int(text) if text.isascii() and text.isdecimal() else -1
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("must be a whole number between 0 and 65535")
    return port


def _speed(text: str) -> float:
    with suppress(ValueError):
        speed = float(text)
        if 0 < speed <= 1_000_000:
            return speed
    raise argparse.ArgumentTypeError("must be a number above 0 and at most 1,000,000")


def _scenario(text: str) -> str:
    try:
        check_scenario(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text
