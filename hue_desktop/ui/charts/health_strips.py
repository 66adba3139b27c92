"""From series to plots: buffers that live readings grow, and the strips drawn over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from hue_desktop.core.alerts import AlertRule
from hue_desktop.core.format import count, money
from hue_desktop.core.metrics import SeriesData, SeriesKey, Unit, metric
from hue_desktop.core.text import _
from hue_desktop.ui.charts.buffer import SeriesBuffer
from hue_desktop.ui.charts.plots import Curve, Plot, Threshold, plain
from hue_desktop.ui.charts.strip_specs import STRIPS, StripSpec, keys_of

__all__ = ["HealthSeries"]

_KIB = 1024.0
_SIZES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


class HealthSeries:
    """The buffers of a page. ``load`` fills them, ``append`` adds what was measured since."""

    def __init__(self, strips: Iterable[StripSpec] = STRIPS) -> None:
        self.strips = tuple(strips)
        self.keys = keys_of(self.strips)
        self._buffers = {key: SeriesBuffer() for key in self.keys}
        self._units: dict[str, int] = {}

    @property
    def last(self) -> float | None:
        """The newest instant of all series."""
        known = [buffer.last for buffer in self._buffers.values() if buffer.last is not None]
        return max(known, default=None)

    @property
    def step_s(self) -> float:
        """How far apart the values of the coarsest series are."""
        return max((b.step_s for b in self._buffers.values() if len(b)), default=0.0)

    def data(self, key: SeriesKey) -> SeriesBuffer:
        """The buffer of a series."""
        return self._buffers[key]

    def load(self, found: Mapping[SeriesKey, SeriesData]) -> None:
        """Hold these series and nothing else."""
        for key, buffer in self._buffers.items():
            data = found.get(key)
            if data is None:
                buffer.replace((), (), 5.0)
            else:
                buffer.replace(data.times, data.values, data.step_s)

    def append(self, found: Mapping[SeriesKey, SeriesData]) -> bool:
        """Add what is newer; whether a series has values now that had none before."""
        fresh = False
        for key, data in found.items():
            buffer = self._buffers.get(key)
            if buffer is None or not len(data.times):
                continue
            if not len(buffer):
                buffer.step_s, fresh = data.step_s, True
            buffer.append(data.times, data.values)
        return fresh

    def trim(self, before: float) -> None:
        """Forget what nobody sees any more."""
        for buffer in self._buffers.values():
            buffer.trim(before)

    def plots(self, rules: Sequence[AlertRule] = ()) -> tuple[Plot, ...]:
        """A plot for each strip that has values, with the thresholds of the rules in force."""
        made = (self._plot(strip, rules) for strip in self.strips)
        return tuple(plot for plot in made if plot.curves)

    def _plot(self, strip: StripSpec, rules: Sequence[AlertRule]) -> Plot:
        shown = [each for each in strip.curves if len(self._buffers[SeriesKey(each.metric)])]
        curves = tuple(
            Curve(each.metric, each.title, each.color, self._buffers[SeriesKey(each.metric)],
                  each.style)
            for each in shown
        )  # fmt: skip
        scale, unit = self._scale(strip, [curve.data for curve in curves])
        whole = strip.unit is Unit.COUNT
        words: Callable[[float], str] = count if whole or strip.unit is Unit.PERCENT else plain
        if strip.unit is Unit.USD_PER_HOUR:
            words = money
        there = {each.metric for each in shown}
        judged = [rule_on for name, rule_on in strip.judged if name in there][:1]
        return Plot(
            strip.key,
            strip.title,
            unit,
            curves,
            scale,
            strip.fixed_top,
            whole,
            _limits(rules, judged, scale),
            words,
            tuple(metric(each.metric).name for each in shown),
        )

    def _scale(self, strip: StripSpec, data: Sequence[SeriesBuffer]) -> tuple[float, str]:
        """What raw values are divided by, and the unit that makes readable figures of them.

        A unit that was chosen once stays, unless a larger one is needed: figures do not jump.
        """
        if strip.unit is Unit.PERCENT:
            return 1.0, "%"
        if strip.unit is Unit.USD_PER_HOUR:
            return 1.0, _("$/h")
        if strip.unit not in (Unit.BYTES, Unit.BYTES_PER_S):
            return 1.0, ""
        highest = max((float(each.values.max()) for each in data if len(each)), default=0.0)
        power = self._units.get(strip.key, 2 if strip.unit is Unit.BYTES_PER_S else 3)
        while highest / _KIB**power >= 10 * _KIB and power < len(_SIZES) - 1:
            power += 1
        self._units[strip.key] = power
        rate = "/s" if strip.unit is Unit.BYTES_PER_S else ""
        return _KIB**power, _SIZES[power] + rate


def _limits(
    rules: Sequence[AlertRule], names: Sequence[str], scale: float
) -> tuple[Threshold, ...]:
    """The warn and critical lines of the rules about these metrics."""
    found = []
    for rule in rules:
        if not rule.enabled or rule.metric not in names:
            continue
        for value, token, word in (
            (rule.warn, "warn-shape", _("warn {value}")),
            (rule.critical, "critical-shape", _("critical {value}")),
        ):
            if value is not None:
                shown = value / scale
                found.append(Threshold(shown, token, word.format(value=plain(shown))))
    return tuple(found)
