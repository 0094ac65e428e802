"""McCrary's density test McCrary 密度检验: the log jump of a smoothed histogram at a grade edge."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from perfkit.errors import MethodError, Problem
from perfkit.reliability.anomaly.density_guard import (
    LEAST_DISTINCT,
    LEAST_EFFECTIVE,
    Guard,
    against_honest,
    few_effective,
    negative_density,
    no_fit,
)
from perfkit.reliability.anomaly.density_jump import REPLICATES
from perfkit.reliability.anomaly.reachable import HonestNull, simulation_fields
from perfkit.reliability.anomaly.scores import Floats, checked_cutoff, checked_positive, scores_of
from perfkit.reliability.anomaly.sign import SignResult, checked_replicates
from perfkit.reliability.bootstrap import SEED
from perfkit.reliability.estimate import UNKNOWN, checked_level, no_interval
from perfkit.result import Caveat
from perfkit.terms.reliability import Statistic

# McCrary (2008), §3: κ of the triangular kernel at a boundary.
RULE = 3.348
QUARTIC = 4
# Asymptotic variance of the log jump at a boundary, triangular kernel.
LOG_VARIANCE = 24 / 5
# More cells than this are a slip in the unit of a width, and would fill the memory.
MOST_CELLS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class McCraryResult(SignResult):
    """McCrary's density test McCrary 密度检验结果: ``value`` is ln f₊ − ln f₋, ``z`` its ratio to ``se``."""

    kind: ClassVar[str] = Statistic.MCCRARY.value

    cutoff: float
    z: float
    binsize: float
    bandwidth: float
    density_left: float
    density_right: float
    n_left: int
    n_right: int
    effective_left: int
    effective_right: int
    distinct: int


@dataclass(frozen=True, slots=True)
class _Cells:
    """A histogram none of whose cells crosses the cutoff: midpoints minus the cutoff, heights as densities."""

    middles: Floats
    heights: Floats
    width: float
    last: int

    @classmethod
    def of(cls, values: Floats, cutoff: float, width: float) -> _Cells:
        places = np.floor((values - cutoff) / width).astype(np.int64)
        first, last = int(places.min()), int(places.max())
        # As many cells as the range may need: often an empty one at the top, which the reference program counts too.
        count = int(np.floor((values.max() - values.min()) / width)) + 2
        heights = np.bincount(places - first, minlength=count) / (values.size * width)
        middles: Floats = (first + np.arange(heights.size, dtype=np.float64) + 0.5) * width
        return cls(middles, heights, width, last)

    def padded(self, bandwidth: float) -> tuple[Floats, Floats]:
        """Return the cells with empty ones on both sides, a bandwidth wide, after the lowest and the highest filled."""
        more = (np.arange(math.ceil(bandwidth / self.width)) + 1) * self.width
        low, high = self.middles[0] - more[::-1], (self.last + 0.5) * self.width + more
        empty = np.zeros(more.size)
        return np.concatenate([low, self.middles, high]), np.concatenate([empty, self.heights, empty])


@dataclass(frozen=True, slots=True)
class _LogJump:
    """Parts of one test; ``value`` NaN where ``caveats`` says why."""

    value: float
    se: float
    densities: tuple[float, float]
    binsize: float
    bandwidth: float
    effective: tuple[int, int]
    caveats: tuple[Caveat, ...]

    @property
    def z(self) -> float:
        """Return the ratio to the standard error."""
        return self.value / self.se

    @property
    def p(self) -> float:
        """Return the two-sided normal p."""
        return float(2 * ndtr(-abs(self.z)))

    def fields(self) -> dict[str, Any]:
        """Return the fields of the result that come from the fit."""
        return {
            "z": self.z,
            "binsize": self.binsize,
            "bandwidth": self.bandwidth,
            "density_left": self.densities[0],
            "density_right": self.densities[1],
            "effective_left": self.effective[0],
            "effective_right": self.effective[1],
        }


def _side_bandwidth(middles: Floats, heights: Floats, reach: float) -> float:
    """Return the rule-of-thumb bandwidth of one side from a quartic; NaN where the cells are too few or have no curve."""
    if middles.size <= QUARTIC + 1:
        return UNKNOWN
    # Centred and scaled powers: the raw ones of the paper are all but collinear far from zero.
    centre, scale = middles.mean(), np.ptp(middles) / 2
    powers = np.vander((middles - centre) / scale, QUARTIC + 1, increasing=True)
    coefficients = np.linalg.lstsq(powers, heights, rcond=None)[0]
    residual = float(((heights - powers @ coefficients) ** 2).sum()) / (middles.size - QUARTIC - 1)
    place = np.arange(2, QUARTIC + 1)
    second = powers[:, : QUARTIC - 1] @ (coefficients[2:] * place * (place - 1)) / scale**2
    curve = float(second @ second)
    return RULE * (residual * reach / curve) ** 0.2 if curve > 0 and reach > 0 else UNKNOWN


def _bandwidth(cells: _Cells) -> float:
    left = cells.middles < 0
    low = _side_bandwidth(cells.middles[left], cells.heights[left], -float(cells.middles[0]))
    high = _side_bandwidth(cells.middles[~left], cells.heights[~left], (cells.last + 0.5) * cells.width)
    return (low + high) / 2


def _at_edge(middles: Floats, heights: Floats, weights: Floats) -> float:
    """Return the height at the cutoff of a weighted line; NaN where fewer than two cells have weight."""
    total = weights.sum()
    if np.count_nonzero(weights) < 2:
        return UNKNOWN
    mean_x, mean_y = weights @ middles / total, weights @ heights / total
    slope = weights @ ((middles - mean_x) * (heights - mean_y)) / (weights @ (middles - mean_x) ** 2)
    return float(mean_y - slope * mean_x)


def _log_jump(values: Floats, cutoff: float, binsize: float | None, bandwidth: float | None, guard: Guard) -> _LogJump:
    """Return the test of one sample, unknown where the guard forbids it or a side cannot be fitted."""
    unknown = (UNKNOWN, UNKNOWN)
    found = guard.caveats_of(values, cutoff)
    if found:
        return _LogJump(UNKNOWN, UNKNOWN, unknown, binsize or UNKNOWN, bandwidth or UNKNOWN, (0, 0), found)
    width = 2 * float(values.std(ddof=1)) / math.sqrt(values.size) if binsize is None else binsize
    if max(float(np.ptp(values)), bandwidth or 0.0) > MOST_CELLS * width:
        raise MethodError(
            Problem(
                code="AN-WIDTH",
                where="binsize、bandwidth",
                expected=f"得分范围与带宽各不超过 {MOST_CELLS} 个组距",
                found=f"binsize={width:g}",
                mend="核对组距与带宽的单位",
            )
        )
    cells = _Cells.of(values, cutoff, width)
    reach = _bandwidth(cells) if bandwidth is None else bandwidth
    gap = values - cutoff
    effective = (int(np.count_nonzero((gap > -reach) & (gap < 0))), int(np.count_nonzero((gap >= 0) & (gap < reach))))
    if not reach > 0 or min(effective) == 0:
        return _LogJump(UNKNOWN, UNKNOWN, unknown, width, reach, effective, (no_fit(),))
    if min(effective) < guard.least_effective:
        caveat = few_effective(*effective, guard.least_effective)
        return _LogJump(UNKNOWN, UNKNOWN, unknown, width, reach, effective, (caveat,))
    middles, heights = cells.padded(reach)
    weights = np.maximum(1 - np.abs(middles) / reach, 0)
    low = _at_edge(middles, heights, weights * (middles < 0))
    high = _at_edge(middles, heights, weights * (middles >= 0))
    if not (low > 0 and high > 0):
        caveat = no_fit() if math.isnan(low + high) else negative_density()
        return _LogJump(UNKNOWN, UNKNOWN, (low, high), width, reach, effective, (caveat,))
    se = math.sqrt(LOG_VARIANCE * (1 / high + 1 / low) / (values.size * reach))
    return _LogJump(math.log(high) - math.log(low), se, (low, high), width, reach, effective, ())


def mccrary(
    x: ArrayLike,
    *,
    cutoff: float,
    binsize: float | None = None,
    bandwidth: float | None = None,
    null: HonestNull | None = None,
    level: float = 0.95,
    replicates: int = REPLICATES,
    seed: int = SEED,
    least_distinct: int = LEAST_DISTINCT,
    least_effective: int = LEAST_EFFECTIVE,
) -> McCraryResult:
    """Return McCrary's test of a jump in the density of scores at a grade edge McCrary 密度检验.

    Parameters
    ----------
    x : shape (n,), scores in any unit, NaN where missing; a score at the edge lies right of it.
    cutoff : the grade edge.
    binsize : width of a cell in score units; 2·sd/√n where ``None``.
    bandwidth : in score units; the mean of the two sides' rule of thumb where ``None``.
    null, level, replicates, seed, least_distinct, least_effective : see ``density_jump``.

    Returns
    -------
    McCraryResult
        Log jump, standard error, z and p; NaN with a caveat where the guard or the fit forbids it.

    Raises
    ------
    DataError
        Where x is no column of numbers.
    MethodError
        Where a width is not above 0.

    Notes
    -----
    Heights of the cells are smoothed by a line with triangular weights on each side; θ = ln f₊ − ln f₋,
    se = √[(24/5)(1/f₊ + 1/f₋)/(n·h)]. Rule of thumb of a side: 3.348·[σ²·reach / Σ f″²]^(1/5) from a quartic through the
    cells. No interval: the bias is not in the standard error. With rounded scores a cell holds now more, now fewer points of
    the lattice, which the test takes for a jump: see the false-positive rate. Source: McCrary (2008), J. Econometrics
    142, 698-714, §3.
    Verified against R rdd 0.57 ``DCdensity`` (golden ``mccrary_density_test``) in
    ``tests/reliability/test_anomaly_density.py``.

    Examples
    --------
    >>> step = np.arange(400)
    >>> found = mccrary(np.linspace(-1.5, 1.5, 400) + 0.05 * np.sin(step), cutoff=0, binsize=0.1, bandwidth=1.0)
    >>> abs(found.z) < 1, found.effective_left
    (True, 132)
    """
    level = checked_level(level)
    checked_replicates(replicates)
    given = {name: width for name, width in (("binsize", binsize), ("bandwidth", bandwidth)) if width is not None}
    for name, width in given.items():
        checked_positive(name, width)
    checked_cutoff(cutoff)
    guard = Guard(least_distinct, least_effective)
    known = scores_of(x)
    found = _log_jump(known.values, cutoff, binsize, bandwidth, guard)
    honest = against_honest(
        lambda values: _log_jump(values, cutoff, binsize, bandwidth, guard).p,
        found.p,
        known,
        null,
        replicates=replicates,
        seed=seed,
        level=level,
    )
    n_left = int(np.count_nonzero(known.values < cutoff))
    return McCraryResult(
        method=f"mccrary:{'given' if 'binsize' in given else 'default'}:{'given' if 'bandwidth' in given else 'default'}",
        source="McCrary (2008), J. Econometrics 142, 698-714",
        n_used=known.n,
        n_dropped=known.n_dropped,
        caveats=found.caveats + honest.caveats,
        value=found.value,
        interval=no_interval(level),
        se=found.se,
        p=found.p,
        test="no jump of the log density at the edge, normal, two-sided",
        **simulation_fields(null, replicates, seed),
        **honest.fields(),
        cutoff=cutoff,
        n_left=n_left,
        n_right=known.n - n_left,
        distinct=np.unique(known.values).size,
        **found.fields(),
    )
