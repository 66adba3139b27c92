"""What a chart shows, as a table of values: one row for each instant, times in UTC."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from hue_desktop.ui.charts.plots import Plot

__all__ = ["csv_text", "values_between"]


def values_between(plots: Sequence[Plot], start: float, end: float) -> list[tuple[str, np.ndarray]]:
    """(header, values at every instant) of each curve, the first one being the times.

    Where a curve has no value at an instant of another one, it has NaN.
    """
    curves = [(plot, curve) for plot in plots for curve in plot.curves]
    windows = []
    for _plot, curve in curves:
        low, high = np.searchsorted(curve.data.times, (start, end + 1e-6))
        windows.append((curve.data.times[low:high], curve.data.values[low:high]))
    every = np.unique(np.concatenate([times for times, _v in windows])) if windows else np.empty(0)
    columns = [("time (UTC)", every)]
    for (plot, curve), (times, values) in zip(curves, windows, strict=True):
        unit = f" ({plot.unit})" if plot.unit else ""
        column = np.full(len(every), np.nan)
        column[np.searchsorted(every, times)] = values / plot.scale
        columns.append((f"{plot.title}: {curve.title}{unit}", column))
    return columns


def csv_text(plots: Sequence[Plot], start: float, end: float) -> str:
    """The values as CSV: ISO 8601 times with UTC, a point as decimal sign, gaps left empty."""
    columns = values_between(plots, start, end)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([header for header, _values in columns])
    lists = [values.tolist() for _header, values in columns]
    for at, *rest in zip(*lists, strict=True):
        moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
        writer.writerow([moment.replace("+00:00", "Z"), *(_figure(value) for value in rest)])
    return out.getvalue()


def _figure(value: float) -> str:
    return "" if value != value else f"{value:.6f}".rstrip("0").rstrip(".")
