"""``hue-desktop copy``: the engine of the window without the window."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hue_desktop.cli.copy_report import print_report, report_json
from hue_desktop.cli.places import as_folder_if_it_is, locate
from hue_desktop.core.storage import StoreKind
from hue_desktop.core.text import _
from hue_desktop.core.transfers.values import (
    FileState,
    Transfer,
    TransferFile,
    TransferOptions,
    TransferRequest,
    TransferState,
)

if TYPE_CHECKING:
    from hue_desktop.core.transfers.plan import TransferPlan
    from hue_desktop.wiring import Application

__all__ = ["CopyOptions", "copy"]

_TICK_S = 0.1
_LISTED_FAILURES = 1000
_INTERRUPTED = 130
_LEARNT_S = 0.5


@dataclass(frozen=True, slots=True)
class CopyOptions:
    """What was asked for on the command line. ``connections`` caps files and parts at once."""

    sources: tuple[str, ...]
    target: str
    transfer: TransferOptions
    cluster: str = ""
    resume: int | None = None
    dry_run: bool = False
    as_json: bool = False
    quiet: bool = False


def copy(application: Application, options: CopyOptions) -> int:
    """Copy and report; 0 when every file arrived, 1 when one failed or waits for a decision."""
    if options.resume is not None:
        return _run(application, options, None)
    request = _request(application, options)
    if options.dry_run:
        return _plan(application, options, request)
    if request.options.route is None and _may_be_a_step(request):
        plan = _planned(application, request)
        if plan.blocked:
            print(f"hue-desktop: {plan.blocked}", file=sys.stderr)
            return 0 if plan.summary.files and plan.summary.same == plan.summary.files else 1
        request = replace(request, options=replace(request.options, route=plan.suggested))
    return _run(application, options, request)


def _request(application: Application, options: CopyOptions) -> TransferRequest:
    texts = [*options.sources, options.target]
    *sources, target = locate(application, texts, options.cluster)
    target = as_folder_if_it_is(application, target)
    if len(sources) > 1:
        target = target.as_folder()
    return TransferRequest(tuple(sources), target, options.transfer)


def _may_be_a_step(request: TransferRequest) -> bool:
    """Whether S3DistCp could do it, so that comparing both sides first is worth its time."""
    stores = {source.store for source in request.sources} | {request.target.store}
    kinds = {store.kind for store in stores}
    return kinds == {StoreKind.HDFS, StoreKind.S3} and all(
        store.cluster_id for store in stores if store.kind is StoreKind.HDFS
    )


def _plan(application: Application, options: CopyOptions, request: TransferRequest) -> int:
    from hue_desktop.cli.plan_text import plan_json, print_plan

    plan = _planned(application, request)
    if options.as_json:
        print(json.dumps(plan_json(plan), indent=2))
    else:
        print_plan(plan)
    return 1 if plan.blocked and plan.summary.same != plan.summary.files else 0


def _planned(application: Application, request: TransferRequest) -> TransferPlan:
    """A prediction, from what EMR says now of the cluster that may carry it out."""
    from hue_desktop.core.clusters import ClusterRef

    for store in {one.store for one in (*request.sources, request.target)}:
        if store.cluster_id:
            application.running_clusters.learn(
                ClusterRef(store.connection, store.region, store.cluster_id)
            )
    return application.transfer_planner.plan(request)


def _run(application: Application, options: CopyOptions, request: TransferRequest | None) -> int:
    service = application.transfers
    service.start(resume=False)
    limits = options.transfer
    service.set_limits(limits.bandwidth_limit, limits.connections)
    if request is not None:
        transfer = service.submit(request, route=request.options.route)
    else:
        assert options.resume is not None
        service.resume(
            options.resume, bandwidth=limits.bandwidth_limit, connections=limits.connections
        )
        transfer = service.transfer(options.resume)
    try:
        transfer = _follow(application, transfer.id, options)
    except KeyboardInterrupt:
        return _interrupted(application, transfer.id)
    if request is not None and _worth_learning(transfer):
        application.transfer_planner.learn(transfer, whole=True)
    return _report(application, transfer, options)


def _follow(application: Application, transfer_id: int, options: CopyOptions) -> Transfer:
    service = application.transfers
    if options.as_json or options.quiet or not sys.stderr.isatty():
        while not _rests(transfer := service.wait(transfer_id, 3600.0)):
            pass
        return transfer
    from hue_desktop.cli.progress import Progress

    with Progress() as progress:
        while not _rests(transfer := service.wait(transfer_id, _TICK_S)):
            progress.show(transfer)
        progress.show(transfer)
    return transfer


def _worth_learning(transfer: Transfer) -> bool:
    """Whether it took long enough to tell of the route; loading the planner takes time, too."""
    begun, ended = transfer.started, transfer.ended
    return begun is not None and ended is not None and ended - begun >= _LEARNT_S


def _rests(transfer: Transfer) -> bool:
    return transfer.state.ended or transfer.state is TransferState.PAUSED


def _interrupted(application: Application, transfer_id: int) -> int:
    """Ctrl-C: what was begun is kept, and the person learns how to go on."""
    service = application.transfers
    service.pause(transfer_id)
    service.wait(transfer_id, 5.0)
    print(
        _("\nStopped. Go on with: hue-desktop copy --resume {id}").format(id=transfer_id),
        file=sys.stderr,
    )
    return _INTERRUPTED


def _report(application: Application, transfer: Transfer, options: CopyOptions) -> int:
    failures = _failures(application, transfer)
    if options.as_json:
        print(json.dumps(report_json(transfer, failures)))
    else:
        print_report(transfer, failures, quiet=options.quiet)
    good = transfer.state is TransferState.DONE and not transfer.progress.files_asked
    return 0 if good else 1


def _failures(application: Application, transfer: Transfer) -> tuple[TransferFile, ...]:
    progress = transfer.progress
    if not progress.files_failed and not progress.files_asked:
        return ()
    states = (FileState.FAILED, FileState.SKIPPED)
    files = application.transfers.files(transfer.id, states, _LISTED_FAILURES)
    return tuple(one for one in files if one.state is FileState.FAILED or one.asks)
