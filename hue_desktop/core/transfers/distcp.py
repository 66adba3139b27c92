"""S3DistCp: whether a step can do what was asked, and its arguments.

One step copies the content of one folder below another. It replaces what is there, renames
nothing, leaves empty folders out and takes files by one Java pattern over their whole paths; what
those rules cannot express, it cannot do.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from hue_desktop.core.storage import Location, StoreKind
from hue_desktop.core.text import _
from hue_desktop.core.transfers.naming import landing_of
from hue_desktop.core.transfers.patterns import pattern_expression
from hue_desktop.core.transfers.values import Conflict, Filter, TransferRequest

__all__ = ["DistCpStep", "command_line", "distcp_problem", "distcp_step", "java_pattern"]

_PATTERN_ROOM = 6000  #: characters; all arguments of a step share some 10,000
_SPECIAL = frozenset("\\.[]{}()*+?^$|-&")


@dataclass(frozen=True, slots=True)
class DistCpStep:
    """A step that does what was asked, or the sentence why there is none.

    ``recopied`` says that files which are the same already are copied once more, for there are too
    many of them to be left out by a pattern.
    """

    args: tuple[str, ...] = ()
    problem: str = ""
    recopied: bool = False


def distcp_step(
    request: TransferRequest,
    *,
    same: Collection[str] = (),
    differing: int = 0,
    complete: bool = True,
    folder: bool = True,
) -> DistCpStep:
    """The step of a request. ``same`` are files that need no copy, by their path below the target.

    ``differing`` counts targets that would be replaced. ``complete`` tells that ``same`` holds all
    of them, ``folder`` that a single source written without a slash is one.
    """
    problem = distcp_problem(request, differing=differing, folder=folder)
    if problem:
        return DistCpStep(problem=problem)
    shape = _shape(request, folder)
    source, target, names, inner = shape.source, shape.target, shape.names, shape.inner
    left_out = _below(request.unticked, inner)
    if _too_long(left_out):
        return DistCpStep(problem=_("S3DistCp cannot leave out so many single files."))
    skipped = _below(same, inner)
    recopied = not complete or _too_long([*left_out, *skipped])
    if not recopied:
        left_out = sorted({*left_out, *skipped})
    args = ["s3-dist-cp", f"--src={_uri(source)}", f"--dest={_uri(target)}"]
    pattern = java_pattern(source, names, left_out, request.options.filter)
    if pattern:
        args.append(f"--srcPattern={pattern}")
    return DistCpStep(tuple(args), recopied=recopied)


def distcp_problem(request: TransferRequest, *, differing: int = 0, folder: bool = True) -> str:
    """Why S3DistCp cannot do it, leaving aside whether there is a cluster; empty when it can."""
    stores = [*(source.store for source in request.sources), request.target.store]
    kinds = {store.kind for store in stores}
    if kinds != {StoreKind.HDFS, StoreKind.S3}:
        return _("S3DistCp copies between HDFS and S3 only.")
    if any(store.kind is StoreKind.HDFS and not store.cluster_id for store in stores):
        return _("The NameNode was named directly: no cluster is known to run a step on.")
    buckets = {one.bucket for one in (*request.sources, request.target) if one.bucket}
    if any("_" in bucket for bucket in buckets):
        return _("S3DistCp takes no bucket whose name has an underscore.")
    if len({str(_parent(source)) for source in request.sources}) > 1:
        return _("One step copies from one folder; these come from several.")
    if _renames_file(request, folder):
        return _("S3DistCp keeps the names of files; this copy gives one another name.")
    if request.options.conflict is not Conflict.OVERWRITE and differing:
        return _("S3DistCp replaces what is there; choose Overwrite, or take another route.")
    return ""


def java_pattern(
    folder: Location, names: Sequence[str], left_out: Sequence[str], wanted: Filter
) -> str:
    """A Java pattern for the paths to copy; empty when all of ``folder`` is wanted.

    ``names`` are entries of the folder to take (none: all), ``left_out`` paths below it.
    """
    base = ".*" + _quoted(folder.as_folder().path)
    ahead = ""
    if names:
        ahead += f"(?={base}(?:{'|'.join(map(_quoted, names))})(?:/.*)?$)"
    if left_out:
        ahead += f"(?!{base}(?:{'|'.join(map(_quoted, left_out))})$)"
    within = f"{base}(?:(?:{'|'.join(map(_quoted, names))})/)?" if names else base
    if wanted.include:
        ahead += f"(?={_any_glob(within, wanted.include)}$)"
    if wanted.exclude:
        ahead += f"(?!{_any_glob(within, wanted.exclude)}$)"
    return f"{ahead}.*" if ahead else ""


def command_line(args: Iterable[str]) -> str:
    """The arguments as they would be typed on the cluster."""
    return shlex.join(args)


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the step copies from where to where. ``inner`` begins the paths below the target."""

    source: Location
    target: Location
    names: tuple[str, ...] = ()
    inner: str = ""


def _shape(request: TransferRequest, folder: bool) -> _Shape:
    first, target = request.sources[0], request.target
    if len(request.sources) > 1:
        return _Shape(_parent(first), target, tuple(source.name for source in request.sources))
    landing = landing_of(request, 0, folder=folder or first.is_folder)
    if folder or first.is_folder:
        return _Shape(landing.source, landing.root, inner=landing.prefix)
    return _Shape(first.parent(), landing.base, (first.name,))


def _parent(source: Location) -> Location:
    return source if source.is_folder else source.parent()


def _renames_file(request: TransferRequest, folder: bool) -> bool:
    first = request.sources[0]
    if len(request.sources) > 1 or request.target.is_folder or first.is_folder or folder:
        return False
    return first.name != request.target.name


def _below(paths: Iterable[str], inner: str) -> list[str]:
    return sorted(path[len(inner) :] for path in paths if path.startswith(inner))


def _too_long(paths: Iterable[str]) -> bool:
    """Whether a pattern of these would not fit into the arguments of a step."""
    length = 0
    for path in paths:
        length += len(_quoted(path)) + 1
        if length > _PATTERN_ROOM:
            return True
    return False


def _uri(location: Location) -> str:
    if location.store.kind is StoreKind.HDFS:
        return f"hdfs://{location.path}"
    return str(location)


def _quoted(text: str) -> str:
    """The text as a Java pattern that matches only itself."""
    return "".join("\\" + char if char in _SPECIAL else char for char in text)


def _any_glob(base: str, globs: Sequence[str]) -> str:
    return base + "(?:" + "|".join(f"(?:{pattern_expression(one)})" for one in globs) + ")"
