"""Every cell of the map 全部模拟格: one file per family, in a fixed order."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from data.simulations.coverage import (
    cells_agreement,
    cells_anomaly,
    cells_concordance,
    cells_consistency,
    cells_difference,
    cells_generalizability,
    cells_icc,
    cells_sampling,
)
from data.simulations.coverage.cell import Cell

FAMILIES: Mapping[str, tuple[Cell, ...]] = MappingProxyType(
    {
        "agreement": cells_agreement.CELLS,
        "icc": cells_icc.CELLS,
        "consistency": cells_consistency.CELLS,
        "concordance": cells_concordance.CELLS,
        "difference": cells_difference.CELLS,
        "generalizability": cells_generalizability.CELLS,
        "sampling": cells_sampling.CELLS,
        "anomaly": cells_anomaly.CELLS,
    }
)
CELLS: tuple[Cell, ...] = tuple(cell for family in FAMILIES.values() for cell in family)
