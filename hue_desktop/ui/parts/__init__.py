"""What screens are made of; every part takes its colours from the active theme."""

from hue_desktop.ui.parts.buttons import Button, Choice, IconButton, Segmented
from hue_desktop.ui.parts.fact_line import FactLine
from hue_desktop.ui.parts.field_row import FieldRow, ProblemLabel
from hue_desktop.ui.parts.fields import ComboField, NumberField, SearchField, TextField
from hue_desktop.ui.parts.labels import Badge, Heading, Label
from hue_desktop.ui.parts.look import KEYBOARD_REASONS, Rule, column, row, set_look
from hue_desktop.ui.parts.marks import (
    RoleSquare,
    StateMark,
    StateShape,
    cluster_shape,
    instance_shape,
    paint_bar,
    paint_shape,
    paint_sparkline,
    paint_square,
    role_token,
    step_shape,
)
from hue_desktop.ui.parts.placeholder import FourStates, Placeholder
from hue_desktop.ui.parts.sheet import Scroll, Sheet, SidePanel
from hue_desktop.ui.parts.tiles import Tile, TileRow

__all__ = [
    "KEYBOARD_REASONS",
    "Badge",
    "Button",
    "Choice",
    "ComboField",
    "FactLine",
    "FieldRow",
    "FourStates",
    "Heading",
    "IconButton",
    "Label",
    "NumberField",
    "Placeholder",
    "ProblemLabel",
    "RoleSquare",
    "Rule",
    "Scroll",
    "SearchField",
    "Segmented",
    "Sheet",
    "SidePanel",
    "StateMark",
    "StateShape",
    "TextField",
    "Tile",
    "TileRow",
    "cluster_shape",
    "column",
    "instance_shape",
    "paint_bar",
    "paint_shape",
    "paint_sparkline",
    "paint_square",
    "role_token",
    "row",
    "set_look",
    "step_shape",
]
