"""Density-jump test 密度跳跃检验 of Cattaneo, Jansson & Ma: whether the density of scores jumps at a grade edge."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from perfkit.errors import MethodError, Problem
from perfkit.reliability.anomaly.density_bandwidth import Selector, bandwidths
from perfkit.reliability.anomaly.density_fit import Model, Sample, Variance, local_fit
from perfkit.reliability.anomaly.density_guard import (
    LEAST_DISTINCT,
    LEAST_EFFECTIVE,
    Guard,
    against_honest,
    few_effective,
    negative_density,
    no_fit,
)
from perfkit.reliability.anomaly.density_moments import KERNELS, Kernel
from perfkit.reliability.anomaly.reachable import HonestNull, simulation_fields
from perfkit.reliability.anomaly.scores import Floats, checked_cutoff, scores_of
from perfkit.reliability.anomaly.sign import SignResult, checked_replicates
from perfkit.reliability.bootstrap import SEED
from perfkit.reliability.estimate import UNKNOWN, checked_level, no_interval, unknown_choice
from perfkit.result import Caveat
from perfkit.terms.reliability import Statistic

# A bandwidth is chosen anew in every honest sample.
REPLICATES = 199
HIGHEST_ORDER = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class DensityJumpResult(SignResult):
    """Density-jump test 密度跳跃检验结果.

    ``value`` is the robust bias-corrected T, ``jump`` the density right of the edge minus that left of it, ``se`` its
    standard error. Bandwidths are in score units; ``effective_left`` and ``effective_right`` count scores within them.
    """

    kind: ClassVar[str] = Statistic.DENSITY_JUMP.value

    cutoff: float
    jump: float
    density_left: float
    density_right: float
    bandwidth_left: float
    bandwidth_right: float
    n_left: int
    n_right: int
    effective_left: int
    effective_right: int
    distinct: int


@dataclass(frozen=True, slots=True)
class _Settings:
    """What one test is made with."""

    cutoff: float
    order: int
    bias_order: int
    kernel: Kernel
    variance: Variance
    model: Model
    selector: Selector
    bandwidths: tuple[float, float] | None
    guard: Guard


@dataclass(frozen=True, slots=True)
class _Jump:
    """Parts of one test; ``t`` NaN where ``caveats`` says why."""

    t: float
    densities: Floats
    se: float
    bandwidths: tuple[float, float]
    effective: tuple[int, int]
    caveats: tuple[Caveat, ...]

    @property
    def p(self) -> float:
        """Return the two-sided normal p."""
        return float(2 * ndtr(-abs(self.t)))

    def fields(self) -> dict[str, Any]:
        """Return the fields of the result that come from the fit."""
        return {
            "jump": float(self.densities[2]),
            "density_left": float(self.densities[0]),
            "density_right": float(self.densities[1]),
            "bandwidth_left": self.bandwidths[0],
            "bandwidth_right": self.bandwidths[1],
            "effective_left": self.effective[0],
            "effective_right": self.effective[1],
        }


def _jump(values: Floats, asked: _Settings) -> _Jump:
    """Return the test of one sample, unknown where the guard forbids it or a fit has no solution."""
    nothing = np.full(4, UNKNOWN)
    found = asked.guard.caveats_of(values, asked.cutoff)
    if found:
        return _Jump(UNKNOWN, nothing, UNKNOWN, (UNKNOWN, UNKNOWN), (0, 0), found)
    sample = Sample.of(values, asked.cutoff)
    widths = asked.bandwidths or bandwidths(
        sample,
        asked.order,
        kernel=asked.kernel,
        variance=asked.variance,
        model=asked.model,
        selector=asked.selector,
    )
    fit = local_fit(sample, *widths, asked.bias_order, kernel=asked.kernel, variance=asked.variance, model=asked.model)
    effective = (fit.n_left, fit.n_right)
    if min(effective) < asked.guard.least_effective:
        return _Jump(
            UNKNOWN, nothing, UNKNOWN, widths, effective, (few_effective(*effective, asked.guard.least_effective),)
        )
    se = math.sqrt(fit.variances[2])
    if not se > 0:
        return _Jump(UNKNOWN, nothing, UNKNOWN, widths, effective, (no_fit(),))
    caveats = (negative_density(),) if (fit.densities[:2] < 0).any() else ()
    return _Jump(float(fit.densities[2] / se), fit.densities, se, widths, effective, caveats)


def _checked(asked: _Settings) -> _Settings:
    """Return settings that make sense together; MethodError where they do not."""
    for name, found, known in (
        ("kernel", asked.kernel, tuple(KERNELS)),
        ("variance", asked.variance, ("jackknife", "plugin")),
        ("model", asked.model, ("unrestricted", "restricted")),
        ("selector", asked.selector, ("comb", "each", "diff", "sum")),
    ):
        if found not in known:
            raise unknown_choice(name, found, known)
    widths = asked.bandwidths
    sound = 1 <= asked.order <= min(asked.bias_order, HIGHEST_ORDER)
    sound &= widths is None or all(0 < width < math.inf for width in widths)
    if asked.model == "restricted":
        sound &= asked.selector != "each" and (widths is None or widths[0] == widths[1])
    checked_cutoff(asked.cutoff)
    if not sound:
        raise MethodError(
            Problem(
                code="AN-JUMP",
                where="order, bias_order, bandwidths",
                expected=f"1 ≤ order ≤ bias_order，order 不超过 {HIGHEST_ORDER}；带宽为两个正数；"
                "受限模型两侧带宽相同且不用 each",
                found=f"order={asked.order}, bias_order={asked.bias_order}, bandwidths={widths}, "
                f"{asked.model}, {asked.selector}",
                mend="用默认的 order=2、bias_order=3 与 comb",
            )
        )
    return asked


def density_jump(
    x: ArrayLike,
    *,
    cutoff: float,
    order: int = 2,
    bias_order: int | None = None,
    kernel: Kernel = "triangular",
    variance: Variance = "jackknife",
    model: Model = "unrestricted",
    selector: Selector = "comb",
    bandwidths: tuple[float, float] | None = None,
    null: HonestNull | None = None,
    level: float = 0.95,
    replicates: int = REPLICATES,
    seed: int = SEED,
    least_distinct: int = LEAST_DISTINCT,
    least_effective: int = LEAST_EFFECTIVE,
) -> DensityJumpResult:
    """Return the local polynomial test of a jump in the density of scores at a grade edge 密度跳跃检验.

    Parameters
    ----------
    x : shape (n,), scores in any unit, NaN where missing; a score at the edge lies right of it.
    cutoff : the grade edge.
    order, bias_order : order p that chooses the bandwidth, 1 … 7, and order q ≥ p of the fit tested (p + 1 where ``None``).
    kernel : weights within the bandwidth.
    variance : standard error by ``"jackknife"`` or by the asymptotic formula (``"plugin"``).
    model : ``"unrestricted"`` fits both sides apart; ``"restricted"`` supposes distribution and curvature in common.
    selector : how the bandwidth is chosen: see ``density_bandwidth.bandwidths``.
    bandwidths : left and right, in score units, instead of a choice.
    null, level, replicates, seed : see ``cutoff_binomial``; each honest sample chooses its bandwidth anew.
    least_distinct, least_effective : the test is not made on fewer distinct scores, or fewer scores within the bandwidth on
        a side: a lattice of few points has no density.

    Returns
    -------
    DensityJumpResult
        T and its p; NaN with a caveat where the guard or the fit forbids it.

    Raises
    ------
    DataError
        Where x is no column of numbers.
    MethodError
        Where an option does not exist or options do not go together.

    Notes
    -----
    T_q(h) = (f̂₊ − f̂₋)/se, f̂ the slopes at the edge of weighted polynomials of order q fitted to the empirical
    distribution, h chosen for order p < q, so that T is corrected for bias. Tied scores take the distribution at the
    last of them. Scores are supposed to have a density: with one decimal and a few hundred scores a density at the
    edge can come out negative (caveat), and then the window binomial is to be relied on. Source: Cattaneo, Jansson & Ma (2020),
    JASA 115, 1449-1455; (2018), Stata J. 18, 234-261, for the bandwidths.
    Verified against R rddensity 2.6 (golden ``rddensity_jump_test``) and the numbers its authors publish with it, in
    ``tests/reliability/test_anomaly_density.py``.

    Examples
    --------
    >>> step = np.arange(200)
    >>> found = density_jump(np.linspace(-1.5, 1.5, 200) + 0.05 * np.sin(step), cutoff=0, bandwidths=(0.6, 0.6))
    >>> round(found.value, 6), round(found.density_left, 6), found.effective_left, found.effective_right
    (0.034816, 0.354368, 40, 38)
    """
    level = checked_level(level)
    checked_replicates(replicates)
    guard = Guard(least_distinct, least_effective)
    tested = order + 1 if bias_order is None else bias_order
    asked = _checked(_Settings(cutoff, order, tested, kernel, variance, model, selector, bandwidths, guard))
    known = scores_of(x)
    found = _jump(known.values, asked)
    honest = against_honest(
        lambda values: _jump(values, asked).p, found.p, known, null, replicates=replicates, seed=seed, level=level
    )
    n_left = int(np.count_nonzero(known.values < cutoff))
    label = "given" if bandwidths else selector
    return DensityJumpResult(
        method=f"density_jump:{kernel}:{variance}:{model}:{label}:p{order}q{asked.bias_order}",
        source="Cattaneo, Jansson & Ma (2020), JASA 115, 1449-1455",
        n_used=known.n,
        n_dropped=known.n_dropped,
        caveats=found.caveats + honest.caveats,
        value=found.t,
        interval=no_interval(level),
        se=found.se,
        p=found.p,
        test="no jump of the density at the edge, normal, two-sided",
        **simulation_fields(null, replicates, seed),
        **honest.fields(),
        cutoff=cutoff,
        n_left=n_left,
        n_right=known.n - n_left,
        distinct=np.unique(known.values).size,
        **found.fields(),
    )
