"""Tables 表格: the one shape of a table, and the builders of every kind, a file for each family."""

from perfkit.show.tables.table import (
    PLACEHOLDER,
    TABLE_MIME,
    Align,
    Column,
    Row,
    Table,
    TableCell,
    merge_down,
    number_cell,
    text_cell,
    total_row,
)

__all__ = [
    "PLACEHOLDER",
    "TABLE_MIME",
    "Align",
    "Column",
    "Row",
    "Table",
    "TableCell",
    "merge_down",
    "number_cell",
    "text_cell",
    "total_row",
]
