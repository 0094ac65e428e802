"""Seeded ratings for every design of a generalizability study."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

from perfkit.reliability.generalizability import DESIGNS, DesignName


def long_table(design: DesignName, seed: int = 1, sizes: tuple[int, ...] = (12, 5, 4)) -> pd.DataFrame:
    """Return a balanced long table with a normal effect for every component; the residual is smallest."""
    rng = np.random.default_rng(seed)
    facets, components = DESIGNS[design].facets, DESIGNS[design].components
    table = pd.DataFrame(list(product(*map(range, sizes[: len(facets)]))), columns=list(facets))
    score = np.full(len(table), 70.0)
    for place, inside in enumerate(components.values()):
        level = table.groupby([facet for facet in facets if facet in inside]).ngroup().to_numpy()
        score += rng.normal(0, len(components) - place, level.max() + 1)[level]
    return table.assign(score=score)
