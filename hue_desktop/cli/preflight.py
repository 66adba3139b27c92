"""``hue-desktop preflight``: what happens to HDFS when core nodes go, before they do."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO

from hue_desktop.core import format as fmt
from hue_desktop.core.errors import UsageError
from hue_desktop.core.shrink.values import Level
from hue_desktop.core.text import _

if TYPE_CHECKING:
    from hue_desktop.core.shrink.values import ShrinkRequest, Verdict
    from hue_desktop.services.shrink import Inspection, InspectionProgress
    from hue_desktop.wiring import Application

__all__ = ["PreflightOptions", "as_json", "preflight", "write_text"]

Json = dict[str, Any]

_MARKS = {Level.OK: "●", Level.UNKNOWN: "?", Level.WARN: "▲", Level.BAD: "✕"}
_WORDS = {Level.OK: "ok", Level.UNKNOWN: "unknown", Level.WARN: "warn", Level.BAD: "bad"}
_FILES = 10  #: printed; JSON has up to 1000


@dataclass(frozen=True, slots=True)
class PreflightOptions:
    """What was asked for on the command line."""

    cluster: str
    group: str = ""
    to: int | None = None
    nodes: tuple[str, ...] = ()
    terminate: bool = False
    timeout_s: int | None = None
    as_json: bool = False


def preflight(application: Application, options: PreflightOptions) -> int:
    """Read, judge, print; 1 when it is red or could not be judged, else 0."""
    from hue_desktop.cli.cost import named_cluster

    ref = named_cluster(application, options.cluster)
    service = application.shrink
    shows = sys.stderr.isatty() and not options.as_json
    inspection = service.inspect(ref, progress=_show if shows else None)
    if shows:
        sys.stderr.write("\r\x1b[K")
    if options.terminate:
        request = service.whole_request(inspection)
    else:
        _check(inspection, options)
        request = service.request(
            inspection,
            options.group,
            count=options.to,
            leaving=options.nodes,
            timeout_s=options.timeout_s,
        )
    verdict = service.judge(inspection, request)
    if options.as_json:
        json.dump(as_json(verdict, inspection), sys.stdout, indent=2, allow_nan=False)
        sys.stdout.write("\n")
    else:
        write_text(sys.stdout, verdict, inspection)
    sys.stdout.flush()
    return 0 if verdict.level in (Level.OK, Level.WARN) else 1


def _check(inspection: Inspection, options: PreflightOptions) -> None:
    """``UsageError`` for a group or nodes that the cluster has not."""
    if options.group and options.group not in inspection.group_ids:
        raise UsageError(
            _("{id} is no core group of this cluster.").format(id=options.group),
            remedy=_("Its core group is {id}.").format(id=", ".join(inspection.group_ids)),
        )
    core = {node.ec2_id for node in inspection.nodes if node.group_id in inspection.group_ids}
    strange = [each for each in options.nodes if each not in core]
    if strange:
        raise UsageError(
            _("{ids}: no core nodes of this cluster.").format(ids=", ".join(strange)),
            remedy=_("They are {ids}.").format(ids=", ".join(sorted(core)[:20])),
        )


def write_text(out: TextIO, verdict: Verdict, inspection: Inspection) -> None:
    """For people."""
    out.writelines(f"{line}\n" for line in _lines(verdict, inspection))


def _lines(verdict: Verdict, inspection: Inspection) -> Iterator[str]:
    request = verdict.request
    yield f"{_MARKS[verdict.level]} {verdict.headline}"
    yield verdict.sentence
    if not request.whole_cluster and verdict.leaving:
        yield _("Leaving: {ids}").format(ids=", ".join(verdict.leaving))
    if verdict.saves_usd_hour:
        yield _("Would save {rate}").format(rate=fmt.money_rate(verdict.saves_usd_hour))
    yield ""
    width = max((len(each.title) for each in verdict.findings), default=0)
    for each in verdict.findings:
        note = f"  ({each.note})" if each.note else ""
        yield f"{_MARKS[each.level]} {each.title:<{width}}  {each.text}{note}"
    if verdict.lost_count:
        yield ""
        title = _("Files that exist only here") if request.whole_cluster else _files_title(verdict)
        yield f"{title}: {fmt.count(verdict.lost_count)}, {fmt.size(verdict.lost_bytes)}"
        for file in verdict.lost_files[:_FILES]:
            yield f"  {fmt.size(file.size):>10}  {file.path}"
        if verdict.lost_count > _FILES:
            yield "  " + _("and {n} more").format(n=fmt.count(verdict.lost_count - _FILES))
    if verdict.options:
        yield ""
        yield _("Targets: {options}").format(
            options="   ".join(
                f"{each.count} {_MARKS[each.level]} {each.note}".rstrip()
                for each in verdict.options
            )
        )
    if verdict.fixes:
        yield ""
        yield _("What would help:")
        for fix in verdict.fixes:
            yield f"  {fix.title}: {fix.text}"
    yield ""
    if verdict.rate_text and verdict.seconds:
        yield verdict.rate_text
    for sentence in verdict.missing:
        yield _("Not known: {text}").format(text=sentence)
    yield _("Read {files} files in {time}.").format(
        files=fmt.count(verdict.files), time=fmt.duration(inspection.took_s)
    )


def _files_title(verdict: Verdict) -> str:
    if verdict.loses:
        return _("Files that would be lost")
    return _("Files whose only copy has to be copied first")


def as_json(verdict: Verdict, inspection: Inspection) -> Json:
    """The whole answer; keys are stable, new ones may come. ``null`` is what nobody knows."""
    return {
        **_request(verdict.request),
        "level": _WORDS[verdict.level],
        "headline": verdict.headline,
        "sentence": verdict.sentence,
        "loses_data": verdict.loses,
        "leaving": list(verdict.leaving),
        "assumes_worst": verdict.assumes_worst,
        "findings": [
            {
                "key": each.key,
                "level": _WORDS[each.level],
                "title": each.title,
                "text": each.text,
                "note": each.note or None,
            }
            for each in verdict.findings
        ],
        "lost_files": verdict.lost_count,
        "lost_bytes": verdict.lost_bytes,
        "lost": [
            {
                "path": each.path,
                "bytes": each.size,
                "blocks": each.blocks,
                "only_on": list(each.only_on),
            }
            for each in verdict.lost_files
        ],
        "bytes_to_move": verdict.bytes_to_move,
        "blocks_to_move": verdict.blocks_to_move,
        "seconds": verdict.seconds,
        "rate_bytes_s": verdict.rate_bytes_s,
        "rate_source": verdict.rate_source.value if verdict.rate_source else None,
        "saves_usd_hour": verdict.saves_usd_hour,
        "rooms": [
            {
                "host": each.host,
                "ec2_id": each.ec2_id or None,
                "bytes_before": each.before,
                "bytes_after": each.after,
                "capacity": each.capacity,
                "leaves": each.leaves,
                "takes": each.takes,
            }
            for each in verdict.rooms
        ],
        "options": [
            {
                "count": each.count,
                "level": _WORDS[each.level],
                "seconds": each.seconds,
                "note": each.note,
                "leaving": list(each.leaving),
            }
            for each in verdict.options
        ],
        "fixes": [
            {"key": each.key, "title": each.title, "text": each.text, "cures": list(each.cures)}
            for each in verdict.fixes
        ],
        "files": verdict.files,
        "blocks": verdict.blocks,
        "read_at": datetime.fromtimestamp(inspection.read_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "read_s": round(inspection.took_s, 3),
        "missing": list(verdict.missing),
    }


def _request(request: ShrinkRequest) -> Json:
    return {
        "connection": request.ref.connection,
        "region": request.ref.region,
        "cluster": request.ref.cluster_id,
        "group": request.group_id or None,
        "terminate": request.whole_cluster,
        "count": None if request.whole_cluster else request.count,
        "timeout_s": request.timeout_s,
    }


def _show(progress: InspectionProgress) -> None:
    text = progress.stage
    if progress.files:
        text += f": {fmt.count(progress.files)}"
        if progress.of_files:
            text += f" / {fmt.count(progress.of_files)}"
    sys.stderr.write(f"\r\x1b[K{text}")
    sys.stderr.flush()
