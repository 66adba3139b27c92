"""Tables that refresh by difference: columns as data, rows as values, group rows with subtotals."""

from hue_desktop.ui.tables.column import Column, RowGroup
from hue_desktop.ui.tables.model import GroupLine, RowsModel
from hue_desktop.ui.tables.view import DataTable, TotalRow

__all__ = ["Column", "DataTable", "GroupLine", "RowGroup", "RowsModel", "TotalRow"]
