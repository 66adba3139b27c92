"""Arguments and subcommands. Thin: each command is imported when it is called.

Only the window and ``tour`` import Qt. Exit codes: 0 done, 1 failed, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from hue_desktop import __version__
from hue_desktop.core.errors import HueError, UsageError
from hue_desktop.core.text import _

if TYPE_CHECKING:
    from hue_desktop.wiring import Application, Overrides

__all__ = ["build_parser", "main"]

_WRONG_USAGE = 2
_URL = re.compile(r"https?://[^\s/?#]+(/\S*)?", re.IGNORECASE)
_INTERRUPTED = 130
#: Any of these says that AWS was configured for this shell.
_AWS_ENVIRONMENT = ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; the process's exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        with _loading():
            args = _parsed(arguments)
        command: Callable[[argparse.Namespace], int] = args.run
        return command(args)
    except HueError as error:
        print(f"hue-desktop: {error}", file=sys.stderr)
        return _WRONG_USAGE if isinstance(error, UsageError) else 1
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _parsed(arguments: list[str]) -> argparse.Namespace:
    """The arguments. Paths may stand between options, which argparse alone does not allow."""
    parser = build_parser(arguments)
    args, rest = parser.parse_known_args(arguments)
    options = [word for word in rest if word.startswith("-")]
    if rest and (options or not hasattr(args, "paths")):
        parser.error(_("unrecognized arguments: {words}").format(words=" ".join(rest)))
    if rest:
        args.paths += rest
    return args


@contextmanager
def _loading() -> Iterator[None]:
    """Ctrl-C ends the process on the spot while libraries load: they do not survive an exception.

    Nothing was begun by then that would have to be ended in order.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """SIGTERM ends a command as Ctrl-C does, so that what it started is stopped, too."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def build_parser(argv: Sequence[str]) -> argparse.ArgumentParser:
    """The parser. The simulator's options are declared only when ``argv`` asks for it."""
    parser = argparse.ArgumentParser(
        prog="hue-desktop",
        description=_("Manage Amazon EMR clusters, real ones or simulated ones, in one window."),
        epilog=_("Without a command the window opens."),
    )
    parser.add_argument("--version", action="version", version=f"hue-desktop {__version__}")
    _add_connection_options(parser, first=True)
    parser.set_defaults(run=_window)
    commands = parser.add_subparsers(title=_("commands"), metavar="COMMAND")
    _add_simulate(commands, "simulate" in argv)
    _add_tour(commands)
    _add_doctor(commands)
    _add_services(commands)
    return parser


def _add_connection_options(parser: argparse.ArgumentParser, *, first: bool = False) -> None:
    """The options that stand before or behind the command alike."""
    texts = {
        "--connection": _("use this connection (default: HUE_CONNECTION, else all)"),
        "--endpoint-url": _("where AWS answers, as in the AWS CLI"),
        "--profile": _("AWS profile, as in the AWS CLI"),
        "--region": _("AWS region, as in the AWS CLI"),
    }
    for name, text in texts.items():
        default = ""
        if name == "--connection":
            default = os.environ.get("HUE_CONNECTION", "")
        meta = "URL" if name == "--endpoint-url" else "NAME"
        value = default if first else argparse.SUPPRESS
        check = _url if meta == "URL" else str
        parser.add_argument(name, type=check, default=value, metavar=meta, help=text)


def _add_simulate(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], wanted: bool
) -> None:
    parser = commands.add_parser("simulate", help=_("run a simulated region on this machine"))
    if wanted:
        try:
            from hue_desktop.simulator import cli as simulator
        except ImportError as error:
            parser.set_defaults(run=lambda _args, error=error: _no_simulator(error))
            return
        simulator.add_arguments(parser)
        parser.set_defaults(run=simulator.run)


def _no_simulator(error: ImportError) -> int:
    print(
        _("hue-desktop: the simulator is not installed ({missing}).").format(missing=error.name)
        + " "
        + _("Install it with: pip install 'hue-desktop[simulator]'"),
        file=sys.stderr,
    )
    return 1


def _add_tour(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("tour", help=_("save pictures of every page and dialog"))
    parser.add_argument("out_dir", metavar="OUT_DIR", help=_("where the pictures go"))
    parser.add_argument(
        "--theme", choices=("light", "dark"), action="append", help=_("default: both")
    )
    parser.add_argument(
        "--size", type=_size, action="append", metavar="WxH", help=_("default: 1440x900, 1100x700")
    )
    parser.add_argument("--page", action="append", metavar="NAME", help=_("default: all"))
    parser.set_defaults(run=_tour)


def _add_doctor(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "doctor", help=_("check this installation and the connections, and say what to do")
    )
    _add_connection_options(parser)
    parser.add_argument("--json", action="store_true", help=_("print JSON for machines"))
    parser.set_defaults(run=_doctor)


def _add_services(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The commands that use the same services as the window, each with options of its own."""
    from hue_desktop.cli import arguments

    for name, text, add_options, run in (
        ("ls", _("list a bucket, a folder of HDFS or a local one"), arguments.add_ls, _ls),
        (
            "copy",
            _("copy files and folders between S3, HDFS and this machine"),
            arguments.add_copy,
            _copy,
        ),
        (
            "cost",
            _("what clusters cost, whom it is for, and what is paid for little"),
            arguments.add_cost,
            _cost,
        ),
        (
            "advise",
            _("what to change about a cluster's instances, and why"),
            arguments.add_advise,
            _advise,
        ),
        (
            "preflight",
            _("what happens to HDFS when core nodes go, before they do"),
            arguments.add_preflight,
            _preflight,
        ),
    ):
        parser = commands.add_parser(name, help=text)
        _add_connection_options(parser)
        add_options(parser)
        parser.set_defaults(run=run)


def _url(text: str) -> str:
    if text and not _URL.fullmatch(text):
        raise argparse.ArgumentTypeError(
            _("“{text}” is no URL; one is written like http://127.0.0.1:4566").format(text=text)
        )
    return text


def _size(text: str) -> tuple[int, int]:
    width, _by, height = text.partition("x")
    try:
        size = int(width), int(height)
    except ValueError:
        raise argparse.ArgumentTypeError(_("a size is written like 1440x900")) from None
    if not all(100 <= side <= 10_000 for side in size):
        raise argparse.ArgumentTypeError(_("a side has 100 to 10000 pixels"))
    return size


def _overrides(args: argparse.Namespace) -> Overrides:
    from hue_desktop.wiring import Overrides

    return Overrides(args.connection, args.endpoint_url, args.profile, args.region)


def _open(args: argparse.Namespace) -> Application:
    from hue_desktop.wiring import Application, Paths

    return Application.open(Paths.of_user(), _overrides(args))


def _window(args: argparse.Namespace) -> int:
    with _loading():  # the window has its own answer to signals once it stands
        try:
            from hue_desktop.ui.app import run_window
        except ImportError as error:
            return _no_qt(error)
        return run_window(lambda: _open_wanted(args), [sys.argv[0]])


def _open_wanted(args: argparse.Namespace) -> Application:
    """As ``_open``; ``UsageError`` for a connection that is not there."""
    application = _open(args)
    if args.connection:
        try:
            application.connections.find(args.connection)
        except HueError as error:
            application.close()
            raise UsageError(error.message, remedy=error.remedy) from error
    return application


def _tour(args: argparse.Namespace) -> int:
    try:
        from hue_desktop.ui.tour import take_tour
    except ImportError as error:
        return _no_qt(error)
    with _ending_in_order():
        return take_tour(args.out_dir, themes=args.theme, sizes=args.size, pages=args.page)


def _no_qt(error: ImportError) -> int:
    """Qt cannot be loaded: on a server a system library is missing more often than Qt itself."""
    print(_("hue-desktop: Qt cannot be loaded: {error}.").format(error=error), file=sys.stderr)
    print(_("`hue-desktop doctor` says what is missing."), file=sys.stderr)
    return 1


def _doctor(args: argparse.Namespace) -> int:
    from hue_desktop.cli.doctor import examine

    with _ending_in_order():
        return examine(lambda: _open(args), wanted=args.connection, as_json=args.json)


def _open_places(args: argparse.Namespace) -> Application:
    """As ``_open_wanted``, but as the AWS CLI does where only AWS was ever configured.

    Who has keys or a profile in the environment and no connections of their own means AWS by
    ``s3://``, not the simulated region that the window would start.
    """
    from hue_desktop.wiring import Application, Overrides, Paths

    asked = _overrides(args)
    paths = Paths.of_user()
    if asked == Overrides() and not (paths.config_dir / "connections.toml").exists():
        found = {name: os.environ.get(name, "") for name in _AWS_ENVIRONMENT}
        if any(found.values()):
            region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
            return Application.open(
                paths,
                Overrides(
                    endpoint_url=found["AWS_ENDPOINT_URL"],
                    profile=found["AWS_PROFILE"],
                    region=region or "us-east-1",
                ),
            )
    return _open_wanted(args)


def _ls(args: argparse.Namespace) -> int:
    from hue_desktop.cli.arguments import ls_options
    from hue_desktop.cli.ls import list_location

    options = ls_options(args)
    _write_any_name()
    with _ending_in_order(), closing(_open_places(args)) as application:
        return list_location(application, options)


def _copy(args: argparse.Namespace) -> int:
    from hue_desktop.cli.arguments import copy_options
    from hue_desktop.cli.copy import copy

    options = copy_options(args)
    _write_any_name()
    with _ending_in_order(), closing(_open_places(args)) as application:
        return copy(application, options)


def _cost(args: argparse.Namespace) -> int:
    from hue_desktop.cli.arguments import cost_options
    from hue_desktop.cli.cost import tell_cost

    options = cost_options(args)
    with _ending_in_order(), closing(_open_places(args)) as application:
        return tell_cost(application, options)


def _preflight(args: argparse.Namespace) -> int:
    from hue_desktop.cli.arguments import preflight_options
    from hue_desktop.cli.preflight import preflight

    options = preflight_options(args)
    with _ending_in_order(), closing(_open_places(args)) as application:
        return preflight(application, options)


def _advise(args: argparse.Namespace) -> int:
    from hue_desktop.cli.advise import advise
    from hue_desktop.cli.arguments import advise_options

    options = advise_options(args)
    with _ending_in_order(), closing(_open_places(args)) as application:
        return advise(application, options)


def _write_any_name() -> None:
    """File names need not be text; those that are not come out as the bytes they are."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="surrogateescape")
