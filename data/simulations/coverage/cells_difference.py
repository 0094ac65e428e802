"""Cells of difference 差异的模拟格: limits of agreement, lines and concordance, shift and migration."""

from __future__ import annotations

from data.simulations.coverage import cells_difference_limits, cells_difference_lines, cells_difference_shift
from data.simulations.coverage.cell import Cell

CELLS: tuple[Cell, ...] = (
    *cells_difference_limits.CELLS,
    *cells_difference_lines.CELLS,
    *cells_difference_shift.CELLS,
)
