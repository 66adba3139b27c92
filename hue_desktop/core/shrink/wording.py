"""A verdict in one line and one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hue_desktop.core.format import count, duration, size
from hue_desktop.core.shrink.losses import Losses
from hue_desktop.core.shrink.situation import Situation
from hue_desktop.core.shrink.values import Finding, Level, RateSource
from hue_desktop.core.text import _, ngettext

__all__ = ["headline_of", "sentence_of"]


def headline_of(it: Situation, level: Level) -> str:
    """Two or three words."""
    if it.request.whole_cluster:
        return _("All of HDFS goes") if level is Level.BAD else _("HDFS is empty")
    if not it.leaving:
        return _("Nothing leaves") if level is not Level.BAD else _("Not possible")
    if level is Level.BAD:
        return _("Not safe as planned") if it.loses else _("Not possible as planned")
    if level is Level.WARN:
        return _("Possible, with care")
    return _("Safe as planned") if level is Level.OK else _("Cannot be judged")


def sentence_of(it: Situation, level: Level, losses: Losses, findings: Sequence[Finding]) -> str:
    """What decides, in one sentence or two."""
    if it.request.whole_cluster:
        return _whole(it, losses)
    clauses = list(_clauses(it, losses, findings))
    if not clauses and level is Level.OK:
        clauses = [_fine(it)]
    elif not clauses:
        worst = [each for each in findings if each.level is level]
        clauses = [f"{each.title}: {each.text}" for each in worst[:2]]
    text = "; ".join(clauses) + "."
    text = text[:1].upper() + text[1:]
    if it.assumes_worst and not (it.exposed and not losses.count):
        text += " " + _("EMR chooses the nodes: this is the worst choice it could make.")
    return text


def _whole(it: Situation, losses: Losses) -> str:
    if not losses.count:
        if not it.table.complete:
            return _("Not all of HDFS could be read; what was read holds no data.")
        return _("HDFS holds no files; nothing is lost with it.")
    text = ngettext(
        "{n} file with {size} exists on this cluster’s HDFS; whether a copy lies elsewhere, such "
        "as on S3, cannot be known from here.",
        "{n} files with {size} exist on this cluster’s HDFS; whether copies lie elsewhere, such "
        "as on S3, cannot be known from here.",
        losses.count,
    )
    return text.format(n=count(losses.count), size=size(losses.size))


def _clauses(it: Situation, losses: Losses, findings: Sequence[Finding]) -> Iterator[str]:
    bad = {each.key: each for each in findings if each.level is Level.BAD}
    for key in ("state", "safe_mode", "floor"):
        if key in bad:
            yield f"{bad[key].text}, {bad[key].note}" if bad[key].note else bad[key].text
    if not it.leaving:
        return
    over_s = it.seconds - it.request.timeout_s
    if it.request.kill:
        yield _("The nodes end at once and hand nothing on")
    elif over_s > 0 and it.tally.move_blocks:
        yield _("Draining needs {more} more than the allowed {limit}").format(
            more=duration(over_s), limit=duration(it.request.timeout_s)
        )
    elif it.late and not it.saved:
        yield _("Copying the last copies may take longer than the allowed {limit}").format(
            limit=duration(it.request.timeout_s)
        )
    if "room" in bad and it.stays:
        yield _("what leaves does not fit on the nodes that stay, and EMR lets only a part go")
    if losses.count and it.loses:
        text = ngettext(
            "{n} file would lose its only copy", "{n} files would lose their only copy",
            losses.count,
        )  # fmt: skip
        yield text.format(n=count(losses.count))
    elif losses.count:
        text = ngettext(
            "{n} file has its only copy on nodes that leave; HDFS copies it first",
            "{n} files have their only copy on nodes that leave; HDFS copies them first",
            losses.count,
        )
        yield text.format(n=count(losses.count))
    elif it.exposed:
        text = ngettext(
            "{n} file could have its only copy on the nodes that EMR takes",
            "{n} files could have their only copies on the nodes that EMR takes",
            it.exposed,
        )
        yield text.format(n=count(it.exposed))
    elif over_s > 0 and not it.request.kill:
        yield _("no block would lose its last copy, but some would have fewer than they should")


def _fine(it: Situation) -> str:
    if not it.leaving:
        return _("The group keeps its nodes")
    if not it.tally.move_blocks:
        return _("The nodes hold nothing that has to be copied")
    if it.rate.source is RateSource.ESTIMATED:
        text = _("Every block keeps a copy, and draining takes about {time} (an estimate)")
    else:
        text = _("Every block keeps a copy, and draining takes {time}")
    return text.format(time=duration(it.seconds))
