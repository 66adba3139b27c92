"""Whether auto-termination can fire on a cluster, and what it would do there.

EMR's guide: a cluster is idle when no YARN application is active, HDFS is less than 10 % full, no
notebook is connected, no application UI on the cluster is in use and no step is pending (5.34 and
6.4 on; before, HDFS and UIs did not count).
"""

from __future__ import annotations

from collections.abc import Callable

from hue_desktop.core.format import count, duration, percent
from hue_desktop.core.policies.values import PolicyFacts, Remark, RemarkLevel
from hue_desktop.core.text import _, ngettext

__all__ = ["HDFS_IDLE_SHARE", "IDLE_RULES", "IDLE_TIMEOUT_S", "IdleRule", "judge_idle"]

IDLE_TIMEOUT_S = (60, 604_800)  #: what PutAutoTerminationPolicy accepts
HDFS_IDLE_SHARE = 10.0  #: per cent of HDFS from which on the cluster counts as busy
_SHORT_S = 600  #: a pause between two steps easily takes longer
_LONG_APPLICATION_S = 6 * 3600.0  #: what runs longer is a service rather than a job
_ENDED = ("FINISHED", "FAILED", "KILLED")

IdleRule = Callable[[PolicyFacts, int], Remark | None]


def judge_idle(facts: PolicyFacts, timeout_s: int | None) -> tuple[Remark, ...]:
    """What is to be said of ending the cluster after so many idle seconds, the worst first."""
    if timeout_s is None:
        remark = never_ends(facts)
        return (remark,) if remark else ()
    found = [remark for rule in IDLE_RULES if (remark := rule(facts, timeout_s)) is not None]
    return tuple(sorted(found, key=lambda remark: remark.level.value))


def never_ends(facts: PolicyFacts) -> Remark | None:
    """Without a policy a long-running cluster runs until somebody ends it."""
    if not facts.keep_alive:
        return None
    text = _("It runs, and costs, until somebody terminates it.")
    return Remark("never_ends", RemarkLevel.NOTE, text)


def bounds(_facts: PolicyFacts, timeout_s: int) -> Remark | None:
    """EMR takes one minute to seven days."""
    low, high = IDLE_TIMEOUT_S
    if low <= timeout_s <= high:
        return None
    text = _("Auto-termination waits for 1 minute to 7 days.")
    return Remark("bounds", RemarkLevel.REFUSED, text)


def release(facts: PolicyFacts, _timeout_s: int) -> Remark | None:
    """5.30 or later, or 6.1 or later."""
    number = facts.number
    if number >= (6, 1) or (5, 30) <= number < (6,):
        return None
    return Remark(
        "release",
        RemarkLevel.REFUSED,
        _("{release} has no auto-termination: it came with 5.30.0 and 6.1.0.").format(
            release=facts.release
        ),
        remedy=_("Clone the cluster with a later release, or let the last step end it."),
    )


def busy_applications(facts: PolicyFacts, _timeout_s: int) -> Remark | None:
    """EMR cannot tell when Presto, Trino or HBase are idle, and never ends such a cluster."""
    found = facts.has("Presto", "Trino", "HBase")
    if not found:
        return None
    names = ", ".join(found)
    return Remark(
        "busy_applications",
        RemarkLevel.NEVER,
        _("It never fires with {names}: EMR cannot tell when they are idle.").format(names=names),
        _("{names} is installed.").format(names=names),
        _("End the cluster by a schedule instead."),
    )


def hdfs_share(facts: PolicyFacts, _timeout_s: int) -> Remark | None:
    """From 10 % of HDFS on the cluster counts as busy (5.34 and 6.4 on)."""
    number, share = facts.number, facts.hdfs_share
    if number < (5, 34) or (6,) <= number < (6, 4):
        return None
    if share is None:
        text = _("From 10 % of HDFS on the cluster counts as busy. How full it is, is not known.")
        return Remark("hdfs_share", RemarkLevel.UNKNOWN, text)
    evidence = _("HDFS is {share} full ({source}).").format(
        share=percent(share.value), source=share.source
    )
    if share.value < HDFS_IDLE_SHARE:
        return None
    return Remark(
        "hdfs_share",
        RemarkLevel.NEVER,
        _("It never fires while HDFS is 10 % full or more: the cluster counts as busy."),
        evidence,
        _("Move data to S3, or empty HDFS’s trash and staging folders."),
    )


def long_application(facts: PolicyFacts, timeout_s: int) -> Remark | None:
    """An application that runs for hours is a service: while it runs, nothing is idle."""
    oldest = None
    for each in facts.running_applications or ():
        if each.state in _ENDED or each.started is None:
            continue
        if oldest is None or each.started < (oldest.started or 0.0):
            oldest = each
    if oldest is None or oldest.started is None:
        return None
    ran_s = facts.now - oldest.started
    if ran_s < max(_LONG_APPLICATION_S, timeout_s):
        return None
    return Remark(
        "long_application",
        RemarkLevel.NEVER,
        _("It never fires while {name} runs: an active application keeps the cluster busy.").format(
            name=oldest.name or oldest.id
        ),
        _("{id} has run for {time} (YARN).").format(id=oldest.id, time=duration(ran_s)),
        _("End the application, or give it a cluster of its own."),
    )


def work_now(facts: PolicyFacts, _timeout_s: int) -> Remark | None:
    """Steps and applications of now: the time begins to count when they are done."""
    steps = facts.steps_active or 0
    active = [each for each in facts.running_applications or () if each.state not in _ENDED]
    if not steps and not active:
        return None
    parts = []
    if steps:
        text = ngettext("{n} step waits or runs", "{n} steps wait or run", steps)
        parts.append(text.format(n=count(steps)))
    if active:
        text = ngettext("{n} YARN application is active", "{n} YARN applications are active",
                        len(active))  # fmt: skip
        parts.append(text.format(n=count(len(active))))
    return Remark(
        "work_now",
        RemarkLevel.NOTE,
        _("The idle time begins to count when the work of now is done."),
        _("{work}.").format(work=_(", ").join(parts)),
    )


def notebooks(facts: PolicyFacts, _timeout_s: int) -> Remark | None:
    """An open notebook keeps the cluster busy (5.34 and 6.4 on), or does not, before."""
    kernels = facts.notebook_kernels
    if kernels is not None and kernels.value > 0:
        text = _("An open notebook keeps the cluster busy until its kernel is shut down.")
        pattern = ngettext("{n} kernel runs ({source}).", "{n} kernels run ({source}).",
                          int(kernels.value))  # fmt: skip
        evidence = pattern.format(n=count(int(kernels.value)), source=kernels.source)
        return Remark("notebooks", RemarkLevel.WARN, text, evidence)
    found = facts.has("JupyterHub", "JupyterEnterpriseGateway", "Zeppelin", "Livy")
    if not found or kernels is not None:
        return None
    number = facts.number
    if number < (5, 34) or (6,) <= number < (6, 4):
        text = _("Before 5.34 and 6.4 a Python notebook does not count as work: EMR may end the "
                 "cluster under it.")  # fmt: skip
        return Remark("notebooks", RemarkLevel.WARN, text, ", ".join(found))
    text = _("Open notebooks keep it busy; whether one is open is not known.")
    return Remark("notebooks", RemarkLevel.UNKNOWN, text, ", ".join(found))


def hdfs_is_lost(facts: PolicyFacts, _timeout_s: int) -> Remark | None:
    """HDFS ends with the cluster."""
    share = facts.hdfs_share
    text = _("What HDFS holds is lost when the cluster ends.")
    if share is not None and share.value <= 0.0:
        return None
    evidence = ""
    if share is not None:
        evidence = _("HDFS is {share} full ({source}).").format(
            share=percent(share.value), source=share.source
        )
    return Remark("hdfs_is_lost", RemarkLevel.WARN, text, evidence)


def short(_facts: PolicyFacts, timeout_s: int) -> Remark | None:
    """A pause between two steps easily takes longer than a few minutes."""
    if not IDLE_TIMEOUT_S[0] <= timeout_s < _SHORT_S:
        return None
    return Remark(
        "short",
        RemarkLevel.WARN,
        _("{time} is short: the pause between two steps, or looking at a result, ends it.").format(
            time=duration(timeout_s)
        ),
        remedy=_("EMR’s own default is 1 hour."),
    )


def transient(facts: PolicyFacts, _timeout_s: int) -> Remark | None:
    """A transient cluster ends with its last step anyway."""
    if facts.keep_alive:
        return None
    text = _("The cluster is transient: it ends after its last step with or without this.")
    return Remark("transient", RemarkLevel.NOTE, text)


def not_reported(facts: PolicyFacts, _timeout_s: int) -> Remark | None:
    """A policy that is on makes EMR publish a metric; without it, the nodes cannot report."""
    if facts.idle_timeout_s is None or facts.idle_told is not False:
        return None
    return Remark(
        "not_reported",
        RemarkLevel.NEVER,
        _("The cluster does not report whether it is idle, so the policy that is on cannot fire."),
        _("CloudWatch has no AutoTerminationIsClusterIdle of the last 30 minutes."),
        _("Nodes need EMR’s API Gateway endpoint (private DNS may hide it) and port 9443 between "
          "the security groups."),
    )  # fmt: skip


#: Every rule of a policy that is on, in the order in which they are asked.
IDLE_RULES: tuple[IdleRule, ...] = (
    bounds,
    release,
    busy_applications,
    hdfs_share,
    long_application,
    not_reported,
    work_now,
    notebooks,
    hdfs_is_lost,
    short,
    transient,
)
