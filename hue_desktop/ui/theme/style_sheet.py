"""The application's style sheet, filled in with the colours of a theme.

Widgets say what they are with dynamic properties (``kind``, ``tone``, ``scale``), so that a new
screen needs no style of its own.
"""

from __future__ import annotations

from hue_desktop.ui.theme.tokens import SIZES, Tokens

__all__ = ["style_sheet"]

_TEMPLATE = """
QWidget { color: @text; font-size: @px; }
QMainWindow, QDialog, QStackedWidget, QScrollArea, QScrollArea > QWidget > QWidget[plain="true"] {
  background: @surface; }
QWidget[surface="surface"] { background: @surface; }
QWidget[surface="chrome"] { background: @chrome; }
QWidget[surface="raised"] { background: @raised; }
QWidget[surface="selection"] { background: @selection; border-radius: 4px; }
QWidget[surface="warn"] { background: @warn-back; border-radius: 4px; }
QScrollArea { border: none; background: transparent; }
QScrollArea > QWidget > QWidget { background: transparent; }
QFrame[rule="h"] { background: @line; border: none; max-height: 1px; min-height: 1px; }
QFrame[rule="v"] { background: @line; border: none; max-width: 1px; min-width: 1px; }
QFrame[rule="h"][strong="true"], QFrame[rule="v"][strong="true"] { background: @line-strong; }

QLabel { background: transparent; }
QLabel[tone="text-2"] { color: @text-2; }
QLabel[tone="text-3"] { color: @text-3; }
QLabel[tone="good"] { color: @good; }
QLabel[tone="warn"] { color: @warn; }
QLabel[tone="critical"] { color: @critical; }
QLabel[tone="starting"] { color: @starting; }
QLabel[tone="accent"] { color: @accent-text; }
QLabel[tone="production"] { color: @production; }
QLabel[tone="development"], QLabel[tone="test"] { color: @development; }
QLabel[tone="simulated"] { color: @simulated; }
QLabel[scale="small"] { font-size: @smallpx; }
QLabel[scale="large"] { font-size: @largepx; font-weight: 600; letter-spacing: -0.2px; }
QLabel[scale="mono"] { font-family: @mono; font-size: @monopx; }
QLabel[weight="500"] { font-weight: 500; }
QLabel[weight="600"] { font-weight: 600; }
QLabel[badge="true"] { color: @warn; background: @warn-back; border-radius: 3px; padding: 1px 5px;
  font-size: @smallpx; font-weight: 600; }
QLabel[badge="neutral"] { color: @text-2; background: @sunken; border-radius: 3px; padding: 1px 5px;
  font-size: @smallpx; font-weight: 600; }

QPushButton, QToolButton { background: transparent; border: 1px solid transparent;
  border-radius: 4px; color: @text; }
QPushButton[kind] { min-height: 26px; max-height: 26px; padding: 0 11px; }
QPushButton[kind][small="true"] { min-height: 22px; max-height: 22px; padding: 0 7px; }
QPushButton[kind="plain"] { background: @surface; border: 1px solid @line-strong;
  font-weight: 500; }
QPushButton[kind="plain"]:hover { background: @raised; border-color: @control; }
QPushButton[kind="plain"]:pressed { background: @sunken; }
QPushButton[kind="primary"] { background: @accent-fill; border: 1px solid @accent-fill;
  color: @on-accent; font-weight: 500; }
QPushButton[kind="primary"]:hover { background: @accent-hover; border-color: @accent-hover; }
QPushButton[kind="danger"] { background: @danger; border: 1px solid @danger;
  color: @on-danger; font-weight: 500; }
QPushButton[kind="danger"]:hover { border-color: @text; }
QPushButton[kind="risky"] { background: @surface; border: 1px solid @critical-shape;
  color: @critical; font-weight: 500; }
QPushButton[kind="risky"]:hover { background: @raised; }
QPushButton[kind="link"] { color: @accent-text; padding: 0 4px; border-color: transparent; }
QPushButton[kind="link"]:hover { text-decoration: underline; }
QPushButton[kind="flat"] { color: @text-2; padding: 0 6px; }
QPushButton[kind="flat"]:hover, QToolButton:hover { background: @sunken; }
QPushButton[kind]:disabled { background: @sunken; border-color: @sunken; color: @text-2; }
QPushButton[kind="link"]:disabled, QPushButton[kind="flat"]:disabled {
  background: transparent; border-color: transparent; color: @text-3; }
QPushButton[kind]:focus, QToolButton:focus { border: 2px solid @accent-text; padding: 0 10px; }
QPushButton[kind][small="true"]:focus { padding: 0 6px; }
QPushButton[kind="link"]:focus { padding: 0 3px; }
QPushButton[kind="flat"]:focus { padding: 0 5px; }
QPushButton[kind="primary"]:focus, QPushButton[kind="danger"]:focus {
  border: 2px solid @text; }
QToolButton { padding: 3px; }
QToolButton:focus { padding: 2px; }
QToolButton::menu-indicator, QPushButton::menu-indicator { image: none; width: 0; }

QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox, QPlainTextEdit, QTextEdit {
  background: @surface; border: 1px solid @control; border-radius: 4px; padding: 0 8px;
  selection-background-color: @accent-fill; selection-color: @on-accent; color: @text; }
QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox { min-height: 26px; max-height: 26px; }
QPlainTextEdit, QTextEdit { padding: 6px; font-family: @mono; font-size: @monopx; }
QAbstractSpinBox QLineEdit, QComboBox QLineEdit, QAbstractSpinBox QLineEdit:focus,
QComboBox QLineEdit:focus { border: none; padding: 0; min-height: 0; max-height: 16777215px;
  background: transparent; }
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus, QPlainTextEdit:focus,
QTextEdit:focus { border: 2px solid @accent-text; padding: 0 7px; min-height: 24px;
  max-height: 24px; }
QPlainTextEdit:focus, QTextEdit:focus { padding: 5px; min-height: 0; max-height: 16777215px; }
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled {
  background: @sunken; border-color: @line-strong; color: @text-2; }
QLineEdit[problem="true"], QComboBox[problem="true"], QSpinBox[problem="true"],
QPlainTextEdit[problem="true"] { border-color: @critical-shape; }
QLineEdit[lit="true"] { border-color: @accent-text; }
QComboBox[changed="true"], QSpinBox[changed="true"] { border-color: @accent-text;
  color: @accent-text; }
QLineEdit[mono="true"] { font-family: @mono; font-size: @monopx; }
QLineEdit[search="true"] { padding-left: 28px; padding-right: 24px; }
QLineEdit[search="true"]:focus { padding-left: 27px; padding-right: 23px; }
QComboBox { padding-right: 24px; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: none; }
QComboBox QAbstractItemView { background: @raised; border: 1px solid @line-strong; padding: 4px;
  outline: none; selection-background-color: @selection; selection-color: @text; }
QComboBox QAbstractItemView::item { min-height: 26px; }

QSpinBox::up-button, QSpinBox::down-button { width: 0; border: none; }

QCheckBox, QRadioButton { spacing: 8px; min-height: 24px; background: transparent; }
QCheckBox::indicator { width: 12px; height: 12px; border: 1.5px solid @control; border-radius: 3px;
  background: @surface; }
QCheckBox::indicator:checked { background: @accent-fill; border-color: @accent-fill;
  image: url("@check-image"); }
QRadioButton::indicator { width: 12px; height: 12px; border: 1.5px solid @control;
  border-radius: 7px; background: @surface; }
QRadioButton::indicator:checked { border: 4px solid @accent-fill; width: 7px; height: 7px; }
QCheckBox:focus, QRadioButton:focus { border: 2px solid @accent-text; border-radius: 4px; }
QCheckBox, QRadioButton { border: 2px solid transparent; }

QMenu { background: @raised; border: 1px solid @line-strong; border-radius: 6px; padding: 4px 0; }
QMenu::item { padding: 5px 16px 5px 12px; min-height: 18px; border-radius: 0; }
QMenu::icon { padding-left: 10px; }
QMenu::item:selected { background: @accent-fill; color: @on-accent; }
QMenu::item:disabled { color: @text-3; }
QMenu::separator { height: 1px; background: @line; margin: 4px 0; }
QToolTip { background: @raised; color: @text; border: 1px solid @line-strong; padding: 4px 6px; }

QTableView, QTreeView, QListView { background: @surface; border: none; outline: none;
  selection-background-color: @selection; selection-color: @text; }
QTableView[texts="true"]::item { padding: 0 5px; }
QHeaderView { background: transparent; border: none; }
QHeaderView::section { background: @surface; color: @text-2; border: none;
  border-bottom: 1px solid @line; padding: 0 8px; font-size: @smallpx; font-weight: 500; }
QTableCornerButton::section { background: @surface; border: none; }

QTabBar QToolButton { background: @chrome; border: 1px solid @line; }
QWidget[bar="pages"] { border-bottom: 1px solid @line; }
QPushButton[gobox="true"] { text-align: left; font-weight: 400; border-color: @control;
  min-height: 22px; max-height: 22px; padding: 0 8px; }

QPushButton[statuslock="true"] { border: none; padding: 0 2px; min-height: 20px;
  max-height: 20px; font-size: @smallpx; color: @text-2; }
QPushButton[statuslock="true"][tone="production"] { color: @production; }
QPushButton[statuslock="true"]:focus { border: 2px solid @accent-text; padding: 0; }
QFrame[popup="true"] { background: @raised; border: 1px solid @line-strong; border-radius: 6px; }
QFrame[popup="true"] QListView, QListView[surface="raised"] { background: @raised; }

QScrollBar:vertical { width: 10px; background: transparent; margin: 0; }
QScrollBar:horizontal { height: 10px; background: transparent; margin: 0; }
QScrollBar::handle { background: @line-strong; border-radius: 3px; margin: 2px; min-height: 24px;
  min-width: 24px; }
QScrollBar::handle:hover { background: @control; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: @line; }
QSlider::groove:horizontal { height: 4px; background: @sunken; border-radius: 2px; }
QSlider::sub-page:horizontal { background: @accent-fill; border-radius: 2px; }
QSlider::handle:horizontal { background: @surface; border: 2px solid @accent-fill; width: 12px;
  height: 12px; margin: -6px 0; border-radius: 8px; }
QSlider::handle:horizontal:focus { border-color: @text; }
QProgressBar { background: @sunken; border: none; border-radius: 2px; max-height: 4px; }
QProgressBar::chunk { background: @accent-fill; border-radius: 2px; }
"""


def style_sheet(tokens: Tokens, family: str, wide: bool) -> str:
    """The style sheet in these colours; a ``wide`` family is drawn one pixel smaller."""
    less = 1 if wide else 0
    dark = tokens["surface"] < "#808080"
    values = dict(tokens)
    values |= {
        "px": f"{SIZES['font'] - less}px",
        "smallpx": f"{SIZES['font-small'] - less}px",
        "largepx": f"{SIZES['font-large'] - less}px",
        "monopx": f"{12 - less}px",
        "mono": '"JetBrains Mono", "Cascadia Mono", Menlo, "DejaVu Sans Mono", monospace',
        "danger": tokens["critical-shape"] if dark else tokens["critical"],
        "on-danger": tokens["on-fill"] if dark else "#FFFFFF",
        "check-image": _check_image(),
    }
    text = _TEMPLATE
    # Longest names first: "@text-2" must not become the value of "@text" followed by "-2".
    for name in sorted(values, key=len, reverse=True):
        text = text.replace(f"@{name}", values[name])
    return text


def _check_image() -> str:
    from hue_desktop.ui.theme.icons import icon_path

    return icon_path("check-on-accent").as_posix()
