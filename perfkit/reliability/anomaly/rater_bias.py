"""Bias of affiliated raters 关联评分者偏差: do raters mark the evaluands they belong to higher than others do."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from perfkit.errors import DataError, Problem
from perfkit.reliability.anomaly.scores import Floats
from perfkit.reliability.anomaly.sign import SignResult, checked_replicates, false_positives, own_rate, two_sided_p
from perfkit.reliability.bootstrap import BLOCK_CELLS, REPLICATES, SEED
from perfkit.reliability.estimate import UNKNOWN, checked_level, no_interval
from perfkit.reliability.ratings import rating_matrix
from perfkit.result import Caveat, Interval
from perfkit.terms.reliability import Statistic

# Of the sum of squares: what is left by rounding where a column is explained altogether.
NOISE = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class AffiliatedBiasResult(SignResult):
    """Bias of affiliated raters 关联评分者偏差结果.

    ``value`` is by how much an affiliated rater marks higher than an unaffiliated one of the same severity marks the same
    evaluand, in score units; ``raw`` the plain difference of the means, with neither taken into account.
    """

    kind: ClassVar[str] = Statistic.AFFILIATED_BIAS.value

    raw: float
    df: int
    affiliated: int
    evaluands: int
    raters: int


@dataclass(frozen=True, slots=True)
class _Long:
    """Known ratings as numbers: codes of evaluand and rater, score, and 1 where affiliated."""

    evaluand: NDArray[np.intp]
    rater: NDArray[np.intp]
    score: Floats
    affiliated: Floats
    n_dropped: int


def _long(frame: pd.DataFrame, evaluand: str, rater: str, score: str, affiliated: str) -> _Long:
    """Return the table checked: one row per rating, repeated ones allowed."""
    problems = list(_problems(frame, (evaluand, rater, score, affiliated)))
    if problems:
        raise DataError(problems)
    scores = rating_matrix(frame[[score]])[:, 0]
    marks = frame[affiliated]
    known = ~np.isnan(scores)
    wrong = ~marks[known].isin([True, False])
    unnamed = frame.loc[known, [evaluand, rater]].isna().any(axis=None)
    if wrong.any() or unnamed:
        raise DataError(
            Problem(
                code="AN-AFFILIATED",
                where=f"长表 列 {affiliated if wrong.any() else evaluand}",
                expected="每条评分有对象、评分者，是否关联写作 True/False（或 1/0）",
                found=repr(marks[known][wrong].iloc[0]) if wrong.any() else "空",
                mend="补齐名称，改正关联标记",
            )
        )
    kept = frame[known]
    return _Long(
        pd.factorize(kept[evaluand])[0],
        pd.factorize(kept[rater])[0],
        scores[known],
        marks[known].to_numpy(dtype=np.float64),
        int(np.count_nonzero(~known)),
    )


def _problems(frame: object, names: tuple[str, ...]) -> list[Problem]:
    if not isinstance(frame, pd.DataFrame):
        return [
            Problem(code="AN-LONG", where="长表", expected="DataFrame", found=type(frame).__name__, mend="每条评分一行")
        ]
    return [
        Problem(code="RT-COLUMN", where="长表", expected=f"列 {name}", found="没有或多于一列", mend="改正列名")
        for name in names
        if list(frame.columns).count(name) != 1
    ]


@dataclass(frozen=True, slots=True)
class _Crossed:
    """Projection off the effects of evaluands and raters: ``used`` counts the coefficients they take."""

    table: _Long
    per_evaluand: Floats
    inverse: Floats
    used: int

    @classmethod
    def of(cls, table: _Long) -> _Crossed:
        """Return the projection; evaluands are swept out, and raters solved for what is left of them."""
        per_evaluand = np.bincount(table.evaluand).astype(np.float64)
        raters = int(table.rater.max()) + 1
        met = np.zeros((per_evaluand.size, raters))
        np.add.at(met, (table.evaluand, table.rater), 1.0)
        normal = np.diag(met.sum(axis=0)) - met.T @ (met / per_evaluand[:, None])
        values, vectors = np.linalg.eigh(normal)
        kept = values > NOISE * max(1.0, float(values.max()))
        inverse = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
        return cls(table, per_evaluand, inverse, per_evaluand.size + int(kept.sum()))

    def residuals(self, values: Floats) -> Floats:
        """Return what evaluands and raters leave of a column."""
        apart = values - (np.bincount(self.table.evaluand, values) / self.per_evaluand)[self.table.evaluand]
        effects = self.inverse @ np.bincount(self.table.rater, apart, minlength=len(self.inverse))
        rest = apart - effects[self.table.rater]
        return rest - (np.bincount(self.table.evaluand, rest) / self.per_evaluand)[self.table.evaluand]


def _permuted(table: _Long, rest: Floats, weights: Floats, replicates: int, seed: int) -> Floats:
    """Return the bias in samples whose residuals are permuted among the raters of each evaluand."""
    rng = np.random.default_rng(seed)
    order = np.argsort(table.evaluand, kind="stable")
    evaluand, rest, weights = table.evaluand[order].astype(np.float64), rest[order], weights[order]
    block = max(1, min(replicates, BLOCK_CELLS // rest.size))
    drawn = []
    for start in range(0, replicates, block):
        keys = evaluand + rng.random((min(block, replicates - start), rest.size))
        drawn.append(rest[np.argsort(keys, axis=1)] @ weights)
    return np.concatenate(drawn)


def _confounded() -> Caveat:
    return Caveat(
        "CONFOUNDED", "关联与否由对象或评分者完全决定（或没有关联评分、没有评分），偏差与宽严无法区分，无法估计"
    )


def _no_spread() -> Caveat:
    return Caveat("PERFECT_FIT", "对象与评分者已完全解释评分，没有剩余变异，区间与检验无法估计")


@dataclass(frozen=True, slots=True)
class _Bias:
    """Parts of the estimate; what is not known is NaN, and ``caveats`` says why."""

    interval: Interval
    caveats: tuple[Caveat, ...]
    value: float = UNKNOWN
    se: float = UNKNOWN
    p: float = UNKNOWN
    rate: float = UNKNOWN
    df: int = 0


def _fitted(table: _Long, level: float, replicates: int, seed: int) -> _Bias:
    """Return the bias with its interval and p, as far as the table tells it."""
    crossed = _Crossed.of(table)
    apart = crossed.residuals(table.affiliated)
    squares = float(apart @ apart)
    if squares <= NOISE * table.score.size:
        return _Bias(no_interval(level), (_confounded(),))
    rest = crossed.residuals(table.score - table.score.mean())
    value, df = float(apart @ rest) / squares, max(0, table.score.size - crossed.used - 1)
    left = rest - value * apart
    spread = float(left @ left)
    if df == 0 or spread <= NOISE * float(np.ptp(table.score)) ** 2:
        return _Bias(no_interval(level), (_no_spread(),), value, df=df)
    se = math.sqrt(spread / df / squares)
    half = float(stdtrit(df, (1 + level) / 2)) * se
    drawn = _permuted(table, rest, apart / squares, replicates, seed)
    rate = own_rate(drawn, 1 - level, two_sided=True)
    interval = Interval(value - half, value + half, level)
    return _Bias(interval, (false_positives(rate, level),), value, se, two_sided_p(value, drawn), rate, df)


def affiliated_bias(
    frame: pd.DataFrame,
    *,
    evaluand: str,
    rater: str,
    score: str,
    affiliated: str,
    level: float = 0.95,
    replicates: int = REPLICATES,
    seed: int = SEED,
) -> AffiliatedBiasResult:
    """Return by how much raters favour the evaluands they are affiliated with 关联评分者偏差.

    Parameters
    ----------
    frame : one row per rating; rows without a score are dropped.
    evaluand, rater, score, affiliated : names of the columns: what was rated, by whom, the score, and whether the rater
        belongs to the evaluand (true or false, 1 or 0).
    level : confidence level of the interval; 1 − level is the level of the test.
    replicates, seed : permutations, at least 99, and their seed.

    Returns
    -------
    AffiliatedBiasResult
        Bias in score units, t interval, p by permutation and its false-positive rate.

    Raises
    ------
    DataError
        Where a column is absent, a score is no number, or a mark of affiliation is neither true nor false.
    MethodError
        Where an option makes no sense.

    Notes
    -----
    Least squares of score = evaluand + rater + δ·affiliated, so that neither lenient raters nor good evaluands count
    as bias; standard error and interval with N − rank degrees of freedom, errors alike and independent. p: the residuals of
    the model without δ permuted among the raters of each evaluand, two-sided, (b + 1)/(B + 1) (after Freedman & Lane 1983);
    for repeated ratings of an evaluand by one rater both are too optimistic. The published case is the scores of
    own-country judges: Zitzewitz (2006), J. Econ. Manage. Strategy 15, 67-99. A bias may be knowledge of the
    evaluand as well as favour: a sign, not a finding.
    Verified against dummy-variable regression in ``tests/reliability/test_anomaly_rater_bias.py``.

    Examples
    --------
    >>> rows = [(e, r, 8 + e + r + (0.5 if e == r else 0)) for e in range(4) for r in range(5)]
    >>> table = pd.DataFrame(rows, columns=["skater", "judge", "score"])
    >>> table["own"] = table["skater"] == table["judge"]
    >>> found = affiliated_bias(table, evaluand="skater", rater="judge", score="score", affiliated="own")
    >>> round(found.value, 6), [caveat.code for caveat in found.caveats]
    (0.5, ['PERFECT_FIT'])
    """
    level = checked_level(level)
    checked_replicates(replicates)
    table = _long(frame, evaluand, rater, score, affiliated)
    n, own = table.score.size, table.affiliated > 0
    both_kinds = bool(own.any() and not own.all())
    raw = float(table.score[own].mean() - table.score[~own].mean()) if both_kinds else UNKNOWN
    found = _fitted(table, level, replicates, seed) if both_kinds else _Bias(no_interval(level), (_confounded(),))
    return AffiliatedBiasResult(
        method="affiliated_bias:two_way_fixed_effects:permutation",
        source="Zitzewitz (2006), J. Econ. Manage. Strategy 15, 67-99; Freedman & Lane (1983)",
        n_used=n,
        n_dropped=table.n_dropped,
        caveats=found.caveats,
        value=found.value,
        interval=found.interval,
        interval_method="t" if found.interval.known else "none",
        se=found.se,
        p=found.p,
        test="no bias, residuals permuted within evaluands, two-sided",
        missing="available",
        replicates=replicates,
        seed=seed,
        false_positive_rate=found.rate,
        p_simulated=found.p,
        raw=raw,
        df=found.df,
        affiliated=int(own.sum()),
        evaluands=int(table.evaluand.max(initial=-1)) + 1,
        raters=int(table.rater.max(initial=-1)) + 1,
    )
