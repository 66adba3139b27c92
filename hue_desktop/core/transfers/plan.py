"""What a transfer would do, before it does it: files, routes, time, money, load."""

from __future__ import annotations

from dataclasses import dataclass

from hue_desktop.core.transfers.values import PlannedFile, Route, TransferRequest, TransferSummary

__all__ = ["Forecast", "TransferPlan"]


@dataclass(frozen=True, slots=True)
class Forecast:
    """One route of a plan. What is not known is ``None``, never zero."""

    route: Route
    possible: bool
    why: str  #: why it is suggested, or why it cannot be taken, or what speaks against it
    time_s: float | None = None
    usd: float | None = None
    usd_parts: tuple[tuple[str, float], ...] = ()  #: requests, egress, cluster minutes
    load: str = ""  #: what it takes meanwhile: "110 MiB/s of your line", "24 vCPU, 36 GiB YARN"
    command: str = ""  #: S3DistCp: the step's arguments as a command line
    measured: int = 0  #: runs of the past that the speed was measured in; 0: assumed


@dataclass(frozen=True, slots=True)
class TransferPlan:
    """The sheet. ``files`` holds the first ones only (``files_left_out`` more); the summary all."""

    request: TransferRequest
    summary: TransferSummary
    files: tuple[PlannedFile, ...]
    forecasts: tuple[Forecast, ...]
    suggested: Route
    files_left_out: int = 0
    warnings: tuple[str, ...] = ()
    blocked: str = ""  #: why it cannot be started at all
