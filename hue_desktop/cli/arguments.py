"""The options of ``ls``, ``copy``, ``cost``, ``advise`` and ``preflight``."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

from hue_desktop.core.text import _

if TYPE_CHECKING:
    from hue_desktop.cli.advise import AdviseOptions
    from hue_desktop.cli.copy import CopyOptions
    from hue_desktop.cli.cost import CostOptions
    from hue_desktop.cli.ls import ListOptions
    from hue_desktop.cli.preflight import PreflightOptions

__all__ = [
    "add_advise",
    "add_copy",
    "add_cost",
    "add_ls",
    "add_preflight",
    "advise_options",
    "copy_options",
    "cost_options",
    "ls_options",
    "preflight_options",
]

_PLACES = (
    "s3://bucket/key, hdfs:///path (of --cluster), hdfs://host:port/path, "
    "webhdfs://host:port/path, or a local path"
)
_RATE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?(?:/s)?", re.IGNORECASE)
_ROUTES = ("auto", "stream", "s3distcp", "server-side")


def add_ls(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``ls``."""
    parser.description = _("List a place, as entries come. A place is {places}.").format(
        places=_PLACES
    )
    parser.add_argument("uri", metavar="URI", help=_("what to list"))
    parser.add_argument(
        "-r", "--recursive", action="store_true", help=_("all files below, with their paths")
    )
    parser.add_argument(
        "-H", "--human-readable", action="store_true", help=_("sizes as 1.5 GiB, not in bytes")
    )
    parser.add_argument(
        "--summarize", action="store_true", help=_("say the sum of files and bytes at the end")
    )
    parser.add_argument(
        "--json", action="store_true", help=_("one JSON object a line, for machines")
    )
    _add_cluster(parser)


def ls_options(args: argparse.Namespace) -> ListOptions:
    """What ``ls`` was asked for."""
    from hue_desktop.cli.ls import ListOptions

    return ListOptions(
        text=args.uri,
        cluster=args.cluster,
        recursive=args.recursive,
        as_json=args.json,
        human=args.human_readable,
        summarize=args.summarize,
    )


def add_cost(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``cost``."""
    parser.description = _(
        "What clusters cost: EC2, the EMR fee and EBS by role and market, as AWS bills them by the "
        "second, with Spot nodes at the price of each moment. Without --cluster all clusters that "
        "run, and what is paid for little. An unknown price makes a sum “≥”, at least; the sources "
        "of the prices and their ages stand below."
    )
    parser.epilog = _(
        "Exit codes: 0 told, also when it is “at least”; 1 a cluster could not be read; 2 wrong "
        "usage. Not included: tax, discounts, data transfer, S3, logs."
    )
    parser.add_argument(
        "--cluster",
        default="",
        metavar="ID|NAME",
        help=_("one cluster in full; also one that has ended, by its id"),
    )
    parser.add_argument(
        "--since",
        default="",
        metavar="TIME",
        help=_(
            "from then on instead of from the beginning: 7d, 12h, month, 2026-11-01; without "
            "--cluster also clusters that ended since"
        ),
    )
    parser.add_argument(
        "--by",
        choices=("step", "application", "user"),
        default="",
        help=_("with --cluster: whom it was for, by container-seconds; asks YARN"),
    )
    parser.add_argument(
        "--explorer",
        action="store_true",
        help=_(
            "with --cluster: Cost Explorer's figure beside ours; AWS charges $0.01 for asking, "
            "which is done once a day"
        ),
    )
    parser.add_argument(
        "--json", action="store_true", help=_("print JSON with stable keys, for machines")
    )


def cost_options(args: argparse.Namespace) -> CostOptions:
    """What ``cost`` was asked for. ``UsageError`` for options that need ``--cluster``."""
    from hue_desktop.cli.cost import CostOptions
    from hue_desktop.core.errors import UsageError

    for name, wanted in (("--by", args.by), ("--explorer", args.explorer)):
        if wanted and not args.cluster:
            raise UsageError(
                _("{option} is for one cluster.").format(option=name),
                remedy=_("Name one with --cluster."),
            )
    return CostOptions(
        cluster=args.cluster,
        since=args.since,
        by=args.by,
        explorer=args.explorer,
        as_json=args.json,
    )


def add_advise(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``advise``."""
    parser.description = _(
        "What to change about a cluster's instances: types, sizes, markets, scaling. Each piece of "
        "advice says what it rests on, dollars per month of 730 hours, risk and confidence. Pieces "
        "are alternatives: their dollars do not add up."
    )
    parser.epilog = _(
        "Exit codes: 0 told, also when there is no advice; 1 the cluster could not be read; 2 "
        "wrong usage. What could not be measured or priced is said, never guessed."
    )
    parser.add_argument(
        "--cluster", required=True, metavar="ID|NAME", help=_("the cluster, by id or name")
    )
    parser.add_argument(
        "--json", action="store_true", help=_("print JSON with stable keys, for machines")
    )


def advise_options(args: argparse.Namespace) -> AdviseOptions:
    """What ``advise`` was asked for."""
    from hue_desktop.cli.advise import AdviseOptions

    return AdviseOptions(cluster=args.cluster, as_json=args.json)


def add_preflight(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``preflight``."""
    parser.description = _(
        "What happens to HDFS when core nodes go: which files have their only copies on them, how "
        "long draining takes, whether the rest has room. Reads the NameNode and YARN; changes "
        "nothing. Without --to, --nodes and --terminate one node less is judged, with the node "
        "named whose leaving costs least."
    )
    parser.epilog = _(
        "Exit codes: 0 safe, or possible with care; 1 not safe, not possible, or it could not be "
        "judged or read; 2 wrong usage."
    )
    parser.add_argument(
        "--cluster", required=True, metavar="ID|NAME", help=_("the cluster, by id or name")
    )
    parser.add_argument(
        "--group", default="", metavar="ID", help=_("its core group (default: the one it has)")
    )
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--to", type=_count, metavar="N", help=_("how many core nodes stay"))
    chosen.add_argument(
        "--nodes", default="", metavar="i-…,…", help=_("the nodes that go, by EC2 id")
    )
    chosen.add_argument(
        "--terminate", action="store_true", help=_("the whole cluster: what exists only here")
    )
    parser.add_argument(
        "--timeout",
        type=_positive,
        metavar="SECONDS",
        help=_("how long nodes may drain (default: 3600)"),
    )
    parser.add_argument(
        "--json", action="store_true", help=_("print JSON with stable keys, for machines")
    )


def preflight_options(args: argparse.Namespace) -> PreflightOptions:
    """What ``preflight`` was asked for."""
    from hue_desktop.cli.preflight import PreflightOptions

    return PreflightOptions(
        cluster=args.cluster,
        group=args.group,
        to=args.to,
        nodes=tuple(filter(None, (each.strip() for each in args.nodes.split(",")))),
        terminate=args.terminate,
        timeout_s=args.timeout,
        as_json=args.json,
    )


def add_copy(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``copy``."""
    parser.description = _(
        "Copy sources to a target, verified and resumable. A place is {places}. A target that ends "
        "in a slash, or is a folder, gets each source under its own name; a source folder that "
        "ends in a slash means its content."
    ).format(places=_PLACES)
    parser.epilog = _(
        "Exit codes: 0 every file arrived, 1 something failed or waits for a decision, 2 wrong "
        "usage. Ctrl-C leaves a transfer resumable and says how."
    )
    parser.add_argument(
        "paths", nargs="*", metavar="SRC... DST", help=_("sources, and the target last")
    )
    parser.add_argument(
        "--route", choices=_ROUTES, default="auto", help=_("how the bytes go (default: auto)")
    )
    parser.add_argument(
        "--conflict",
        choices=("ask", "skip", "overwrite", "keep-both"),
        default="overwrite",
        help=_("files that differ at the target (default: overwrite; ask: left out, reported)"),
    )
    parser.add_argument(
        "--verify",
        choices=("checksum", "size"),
        default="checksum",
        help=_("how sure to be of each file (default: checksum, where the stores offer one)"),
    )
    parser.add_argument(
        "--include", action="append", default=[], metavar="PATTERN",
        help=_("only files like *.csv or logs/**; may be repeated"),
    )  # fmt: skip
    parser.add_argument(
        "--exclude", action="append", default=[], metavar="PATTERN",
        help=_("no files like this; may be repeated"),
    )  # fmt: skip
    parser.add_argument(
        "--bandwidth",
        type=_rate,
        metavar="RATE",
        help=_("at most so much, as 50M or 1.5G a second"),
    )
    parser.add_argument(
        "--connections", type=_positive, metavar="N", help=_("at most so many at once")
    )
    parser.add_argument(
        "--move", action="store_true", help=_("remove each source once its copy is verified")
    )
    parser.add_argument(
        "--dry-run", action="store_true", help=_("compare and predict, and copy nothing")
    )
    parser.add_argument(
        "--resume", type=int, metavar="ID", help=_("go on with an earlier transfer")
    )
    parser.add_argument("--quiet", action="store_true", help=_("say only what went wrong"))
    parser.add_argument("--json", action="store_true", help=_("print one JSON object at the end"))
    _add_cluster(parser)


def copy_options(args: argparse.Namespace) -> CopyOptions:
    """What ``copy`` was asked for. ``UsageError`` for arguments that do not go together."""
    from hue_desktop.cli.copy import CopyOptions
    from hue_desktop.core.transfers.values import (
        Conflict,
        Filter,
        Route,
        TransferOptions,
        Verify,
    )

    _refuse_mixture(args)
    options = TransferOptions(
        conflict=Conflict(args.conflict),
        verify=Verify(args.verify),
        filter=Filter(tuple(args.include), tuple(args.exclude)),
        route=None if args.route == "auto" else Route(args.route),
        bandwidth_limit=args.bandwidth,
        connections=args.connections,
        move=args.move,
    )
    return CopyOptions(
        sources=tuple(args.paths[:-1]),
        target=args.paths[-1] if args.paths else "",
        transfer=options,
        cluster=args.cluster,
        resume=args.resume,
        dry_run=args.dry_run,
        as_json=args.json,
        quiet=args.quiet,
    )


def _refuse_mixture(args: argparse.Namespace) -> None:
    from hue_desktop.core.errors import UsageError

    if args.resume is not None and (args.paths or args.dry_run):
        raise UsageError(
            _("--resume goes on with a transfer; it takes no sources, target or --dry-run.")
        )
    if args.resume is None and len(args.paths) < 2:
        raise UsageError(
            _("Name at least one source and the target."),
            remedy=_("For example: hue-desktop copy ./data s3://bucket/data/"),
        )


def _add_cluster(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cluster", default="", metavar="ID", help=_("whose HDFS hdfs:/// means, by id or name")
    )


def _rate(text: str) -> int:
    """Bytes per second: ``500K``, ``50M``, ``1.5GiB/s``."""
    match = _RATE.fullmatch(text.strip())
    if match is None or not float(match[1]):
        raise argparse.ArgumentTypeError(_("a rate is written like 50M or 1.5G"))
    return int(float(match[1]) * 1024 ** " KMGT".index(match[2].upper() or " "))


def _positive(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(_("a number from 1 on"))
    return int(text)


def _count(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(_("a whole number, 0 or more"))
    return int(text)
