"""The colours, sizes and spaces of the window, for the light and the dark theme.

A name in ``LIGHT`` exists in ``DARK`` too. Text colours reach WCAG AA on ``surface``; shapes 3:1.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = [
    "DARK",
    "LIGHT",
    "RADIUS",
    "SHAPES",
    "SIZES",
    "Tokens",
]

Tokens = Mapping[str, str]

LIGHT: Tokens = MappingProxyType(
    {
        "chrome": "#F2F3F5",
        "surface": "#FFFFFF",
        "raised": "#F7F8FA",
        "sunken": "#ECEEF1",
        "line": "#E1E4E9",
        "line-strong": "#C6CBD3",
        "control": "#8A929E",
        "text": "#1A1E25",
        "text-2": "#545C69",
        "text-3": "#667080",
        "on-accent": "#FFFFFF",
        "accent-fill": "#4053C8",
        "accent-hover": "#3647B0",
        "accent-text": "#3C4FC4",
        "selection": "#E8EBFB",
        "good": "#1A7A48",
        "warn": "#8F5B00",
        "warn-shape": "#C47B00",
        "warn-back": "#FFF5DF",
        "critical": "#B8281B",
        "critical-shape": "#D13B2D",
        "starting": "#0067A3",
        "production": "#C8281E",
        "production-edge": "#C8281E",
        "development": "#0B7565",
        "test": "#0B7565",
        "simulated": "#667080",
        "role-master": "#CC79A7",
        "role-core": "#0072B2",
        "role-task": "#009E73",
        "role-spot": "#E69F00",
        "role-spot-line": "#B97B00",
        "emr-fee": "#56B4E9",
        "other": "#8A929E",
        "second": "#D55E00",
        "heat-0": "#EAF0F6",
        "heat-1": "#C6DCEC",
        "heat-2": "#86B7DA",
        "heat-3": "#2F78AE",
        "heat-4": "#0A4A78",
        "heat-0-text": "#1A1E25",
        "heat-1-text": "#1A1E25",
        "heat-2-text": "#1A1E25",
        "heat-3-text": "#FFFFFF",
        "heat-4-text": "#FFFFFF",
        "on-fill": "#10161C",
        "shadow": "#000000",
    }
)

DARK: Tokens = MappingProxyType(
    {
        "chrome": "#14161A",
        "surface": "#1B1E23",
        "raised": "#21252B",
        "sunken": "#2A2F36",
        "line": "#2B3037",
        "line-strong": "#444B56",
        "control": "#6B7481",
        "text": "#E7E9EC",
        "text-2": "#A6AEBA",
        "text-3": "#8B94A1",
        "on-accent": "#FFFFFF",
        "accent-fill": "#5468E0",
        "accent-hover": "#5F73EA",
        "accent-text": "#98A5FF",
        "selection": "#2A3159",
        "good": "#4CC38A",
        "warn": "#F0B541",
        "warn-shape": "#F0B541",
        "warn-back": "#372C14",
        "critical": "#FF8577",
        "critical-shape": "#F0604F",
        "starting": "#6CB8EE",
        "production": "#F0675A",
        "production-edge": "#E04A3C",
        "development": "#35B39E",
        "test": "#35B39E",
        "simulated": "#8B94A1",
        "role-master": "#D78FB6",
        "role-core": "#3E97D3",
        "role-task": "#23B48A",
        "role-spot": "#EBAA20",
        "role-spot-line": "#EBAA20",
        "emr-fee": "#7CC6F0",
        "other": "#8A929E",
        "second": "#E8783A",
        "heat-0": "#24303A",
        "heat-1": "#264A63",
        "heat-2": "#2B678F",
        "heat-3": "#5BA9D8",
        "heat-4": "#B5DFF9",
        "heat-0-text": "#E7E9EC",
        "heat-1-text": "#E7E9EC",
        "heat-2-text": "#E7E9EC",
        "heat-3-text": "#10161C",
        "heat-4-text": "#10161C",
        "on-fill": "#10161C",
        "shadow": "#000000",
    }
)

SIZES: Mapping[str, int] = MappingProxyType(
    {
        "edge": 4,
        "rail": 48,
        "catalog": 232,
        "tabs": 36,
        "page-bar": 40,
        "status": 24,
        "dock-folded": 32,
        "dock-open": 152,
        "gutter": 24,
        "gap": 16,
        "footer": 56,
        "side-panel": 376,
        "control": 28,
        "control-small": 24,
        "row": 28,
        "row-group": 32,
        "row-edit": 36,
        "row-tall": 40,
        "head": 28,
        "tile": 92,
        "cell-padding": 8,
        "font-small": 11,
        "font": 13,
        "font-large": 22,
    }
)  #: pixels

RADIUS: Mapping[str, int] = MappingProxyType(
    {"control": 4, "menu": 6, "badge": 3, "cell": 3, "bar": 2}
)  #: pixels

SHAPES: Mapping[str, str] = MappingProxyType(
    {
        "running": "good",
        "done": "good",
        "waiting": "warn-shape",
        "attention": "warn-shape",
        "failed": "critical-shape",
        "starting": "starting",
        "stopped": "text-3",
    }
)  #: token that paints each state's shape
