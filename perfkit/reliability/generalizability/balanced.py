"""Balanced analysis of variance 平衡设计的方差分析: mean squares of every component, equated to their expectations."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from perfkit.reliability.generalizability.designs import Design, Facets
from perfkit.reliability.icc.mean_squares import NOISE
from perfkit.reliability.ratings import FloatMatrix


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the analysis: degrees of freedom, mean square, the component that follows and its standard error."""

    df: float
    mean_square: float
    variance: float
    se: float


def lines(array: FloatMatrix, design: Design) -> Mapping[str, Line]:
    """Return the analysis of variance 方差分析表 of a balanced array, one axis per facet.

    Parameters
    ----------
    array : no missing; every facet with two levels at least.
    design : its axes and components.

    Returns
    -------
    Mapping
        By the name of the component. Every sum of squares is a sum of squared effects; where it is rounding noise, 0.

    Notes
    -----
    Expected mean square of a component: the sum over components that contain its facets of their variance times the
    number of ratings at each of their levels (Brennan 2001, Generalizability Theory, sec. 3.4 and 7.1). Standard
    errors: sum of squared coefficients times 2·MS²/(df + 2) (ibid., eq. 6.1), for normal effects.
    """
    sizes = dict(zip(design.facets, array.shape, strict=True))
    origin = float(array.flat[0])
    centred = array - origin
    grand = float(centred.mean())
    centred -= grand
    noise = NOISE**2 * array.size * ((origin + grand) ** 2 + float(np.mean(centred**2)))
    effects: dict[Facets, FloatMatrix] = {}
    freedom: dict[Facets, float] = {}
    squares: dict[Facets, float] = {}
    for facets in sorted(design.components.values(), key=len):
        axes = tuple(place for place, facet in enumerate(design.facets) if facet not in facets)
        below = [inner for inner in effects if inner < facets]
        effect = centred.mean(axis=axes, keepdims=True) if axes else centred
        for inner in below:
            effect = effect - effects[inner]
        effects[facets] = effect
        levels = math.prod(sizes[facet] for facet in facets)
        freedom[facets] = levels - 1.0 - sum(freedom[inner] for inner in below)
        total = float(np.einsum("i,i->", effect.ravel(), effect.ravel())) * array.size / levels
        squares[facets] = 0.0 if total <= noise else total / freedom[facets]
    found = {}
    for name, facets in design.components.items():
        parts = _weights(design, facets)
        repeats = math.prod(size for facet, size in sizes.items() if facet not in facets)
        error = sum((weight * squares[one]) ** 2 * 2 / (freedom[one] + 2) for one, weight in parts.items())
        variance = sum(weight * squares[one] for one, weight in parts.items()) / repeats
        found[name] = Line(freedom[facets], squares[facets], variance, math.sqrt(error) / repeats)
    return found


def _weights(design: Design, facets: Facets) -> dict[Facets, int]:
    """Return the mean squares whose weighted sum is a component times the number of ratings at each of its levels."""
    weights = {facets: 1}
    for above in design.components.values():
        if above > facets:
            for part, weight in _weights(design, above).items():
                weights[part] = weights.get(part, 0) - weight
    return weights
