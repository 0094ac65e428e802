"""Severity of raters 评分者宽严: how far each scores above or below the others on equal evaluands."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from perfkit.reliability.coverage import covered, scores_region
from perfkit.reliability.estimate import UNKNOWN, checked_level, no_interval, too_few_raters, unknown_choice
from perfkit.reliability.generalizability.connection import Codes, Group, group_codes, groups, not_connected
from perfkit.reliability.generalizability.designs import PERSON, checked_design
from perfkit.reliability.generalizability.observations import Observations, observations
from perfkit.reliability.icc.mean_squares import NOISE
from perfkit.reliability.ratings import Ratings
from perfkit.result import Caveat, Interval, Result
from perfkit.terms.reliability import Statistic

FloatArray = NDArray[np.float64]
Reference: TypeAlias = Literal["all", "group"]
Adjustment: TypeAlias = Literal["none", "bonferroni"]

SOURCE = (
    "Searle (1987), Linear Models for Unbalanced Data, ch. 7; Eccleston & Hedayat (1974), Annals of Statistics 2, 1238"
)
FEWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterSeverityResult(Result):
    """Severity of every rater 评分者宽严结果, in the unit of the ratings.

    ``effects`` is how far a rater scores above (positive: lenient 偏宽) or below (negative: severe 偏严) the mean of the
    raters of the reference, on equal evaluands; ``se`` and ``intervals`` belong to it, with ``df`` degrees of freedom
    and residual standard deviation ``sigma``. ``means`` are the raters' plain means, which mix severity with the
    evaluands they happened to get. ``group_of`` numbers the connected group of each rater from 1; ``groups`` names them
    where there is more than one.
    """

    kind: ClassVar[str] = Statistic.RATER_SEVERITY.value

    raters: tuple[str, ...]
    group_of: tuple[int, ...]
    n_ratings: tuple[int, ...]
    means: tuple[float, ...]
    effects: tuple[float, ...]
    se: tuple[float, ...]
    intervals: tuple[Interval, ...]
    df: float
    sigma: float
    interval_method: str
    groups: tuple[Group, ...] = ()
    missing: str = "available"

    def to_frame(self) -> pd.DataFrame:
        """Return one row per rater: group, ratings, mean, effect, standard error and limits."""
        return pd.DataFrame(
            {
                "rater": self.raters,
                "group": self.group_of,
                "n_ratings": self.n_ratings,
                "mean": self.means,
                "effect": self.effects,
                "se": self.se,
                "low": [one.low for one in self.intervals],
                "high": [one.high for one in self.intervals],
            }
        )


@dataclass(frozen=True, slots=True)
class _Fit:
    """Effects of raters about the mean of their group, their variances over sigma², and the residual."""

    effects: FloatArray
    unit_variances: FloatArray
    df: int
    sigma: float


def rater_severity(
    ratings: Ratings,
    *,
    score: str | None = None,
    person: str | None = None,
    rater: str | None = None,
    reference: Reference = "all",
    adjust: Adjustment = "none",
    level: float = 0.95,
) -> RaterSeverityResult:
    """Return how lenient or severe each rater is 评分者宽严, with intervals where raters and evaluands are connected.

    Parameters
    ----------
    ratings : a wide table of shape (n, k), rows evaluands, columns raters, NaN where missing; or, where ``score`` is
        given, a long table with one row per rating. Any unit.
    score, person, rater : names of the columns of a long table; of the facets by default their own names.
    reference : ``"all"`` against the mean of all raters, which only a connected table allows; ``"group"`` against the
        mean of the raters of the same connected group.
    adjust : ``"bonferroni"`` widens the intervals so that all hold together; needed before singling out a rater.
    level : confidence level of the intervals.

    Returns
    -------
    RaterSeverityResult
        Effects NaN, with the groups named, where the table is not connected and ``reference`` is ``"all"``.

    Raises
    ------
    DataError
        Where the table is malformed or a rating is repeated.
    MethodError
        Where an option does not exist.

    Notes
    -----
    rating = person + rater + error, persons and raters fixed, errors normal, independent, of one variance; best linear
    unbiased estimates from the raters' equations with persons absorbed, C·b = q, b summing to 0 in every group, variance
    sigma² times the diagonal of the pseudo-inverse of C; t intervals with n - persons - raters + groups degrees of
    freedom, exact under these assumptions. Persons are fixed, so that it does not matter who got which: that raters got
    the better evaluands does no harm, that they rated at will only what pleased them does. Not for raters who shift with
    the evaluand (interaction counts as error), nor beyond a few thousand raters. Verified against statsmodels 0.15.0
    ``OLS``, tests/reliability/test_generalizability_severity.py.

    Examples
    --------
    >>> found = rater_severity([[9, 2, 5], [6, 1, 3], [8, 4, 6], [7, 1, None]])
    >>> [round(effect, 3) for effect in found.effects], found.df
    ([2.861, -2.639, -0.222], 5)
    """
    level = checked_level(level)
    for name, value, known in (("reference", reference, ("all", "group")), ("adjust", adjust, ("none", "bonferroni"))):
        if value not in known:
            raise unknown_choice(name, value, known)
    used = observations(ratings, checked_design("p x r"), {PERSON: person, "rater": rater}, score, "available")
    people, raters = used.codes[PERSON], used.codes["rater"]
    names = used.names["rater"]
    apart = groups(people, raters, used.names[PERSON], names)
    of_person, of_rater = group_codes(people, raters, used.n, len(names))
    counts = np.bincount(raters, minlength=len(names))
    fit = _fit(used, of_person, of_rater)
    caveats = [*used.caveats, *_reservations(fit, names)]
    effects, errors = fit.effects, fit.sigma * np.sqrt(fit.unit_variances)
    if len(apart) > 1:
        caveats.append(not_connected(apart, PERSON, "rater"))
    alone = np.bincount(of_rater, minlength=1)[of_rater] < FEWEST
    if len(apart) > 1 and reference == "group" and alone.any():
        caveats.append(_alone("、".join(name for name, flag in zip(names, alone, strict=True) if flag)))
    unknown = np.full(len(names), len(names) < FEWEST) | (alone if reference == "group" else len(apart) > 1)
    effects, errors = (np.where(unknown, UNKNOWN, part) for part in (effects, errors))
    comparisons = max(len(names), 1) if adjust == "bonferroni" else 1
    result = RaterSeverityResult(
        method=f"rater_severity:fixed:{reference}:{adjust}",
        source=SOURCE,
        n_used=used.n,
        n_dropped=used.n_dropped,
        caveats=tuple(caveats),
        raters=names,
        group_of=tuple(int(group) + 1 for group in of_rater),
        n_ratings=tuple(int(count) for count in counts),
        means=tuple((np.bincount(raters, weights=used.values, minlength=len(names)) / counts).tolist()),
        effects=tuple(effects.tolist()),
        se=tuple(errors.tolist()),
        intervals=_intervals(effects, errors, fit, level, comparisons),
        df=fit.df,
        sigma=fit.sigma,
        interval_method="t" if fit.df > 0 else "none",
        groups=apart if len(apart) > 1 else (),
    )
    region = scores_region(used.values, n=used.n, k=len(names), design="" if adjust == "none" else adjust)
    there_is = any(interval.known for interval in result.intervals)
    return covered(result, region, interval_method=result.interval_method if there_is else "none")


def _fit(used: Observations, of_person: Codes, of_rater: Codes) -> _Fit:
    """Return the least-squares fit of persons and raters, persons absorbed."""
    people, raters, values = used.codes[PERSON], used.codes["rater"], used.values
    n, k = used.n, len(of_rater)
    if not len(values):
        return _Fit(np.empty(0), np.empty(0), 0, UNKNOWN)
    centred = values - values[0]
    centred = centred - centred.mean()
    per_person = np.bincount(people, minlength=n)
    incidence = used.incidence()
    weighted = incidence.copy()
    weighted.data /= np.repeat(per_person, np.diff(weighted.indptr))
    together = -(incidence.T @ weighted).toarray()
    together[np.arange(k), np.arange(k)] += np.bincount(raters, minlength=k)
    means = np.bincount(people, weights=centred, minlength=n) / per_person
    right = np.bincount(raters, weights=centred - means[people], minlength=k)
    # Adding the projection on each group's mean makes the equations regular and keeps their solution summing to 0.
    same = (of_rater[:, None] == of_rater) / np.bincount(of_rater)[of_rater]
    inverse = np.linalg.inv(together + same) - same
    effects = inverse @ right
    rest = centred - effects[raters]
    rest = rest - (np.bincount(people, weights=rest, minlength=n) / per_person)[people]
    df = len(values) - n - k + int(of_person.max()) + 1
    square = float(np.einsum("i,i->", rest, rest))
    noise = (NOISE * float(np.abs(values).max())) ** 2 * len(values)
    sigma = UNKNOWN if df <= 0 else math.sqrt(0.0 if square <= noise else square / df)
    return _Fit(effects, np.maximum(np.diag(inverse), 0.0), df, sigma)


def _reservations(fit: _Fit, names: tuple[str, ...]) -> list[Caveat]:
    """Return why effects or intervals are unknown, groups apart."""
    if len(names) < FEWEST:
        return [too_few_raters(len(names), FEWEST)]
    if fit.df <= 0:
        return [Caveat("NO_DEGREES_OF_FREEDOM", "评分数不多于要估计的效应数，误差无法估计，宽严只给估计值，不给区间")]
    if fit.sigma == 0:
        return [Caveat("ZERO_STANDARD_ERROR", "残差为 0（样本中没有变异），宽严的区间无法估计")]
    return []


def _alone(names: str) -> Caveat:
    """Return: a rater shares no evaluand with any other 孤立评分者."""
    return Caveat("RATER_ALONE", f"评分者 {names} 与其他评分者没有共同对象，宽严无法估计")


def _intervals(
    effects: FloatArray, errors: FloatArray, fit: _Fit, level: float, comparisons: int
) -> tuple[Interval, ...]:
    """Return the t interval of every effect; NaN limits where there is no error to speak of."""
    if fit.df <= 0 or fit.sigma == 0:
        return (no_interval(level),) * len(effects)
    width = float(stdtrit(fit.df, 1 - (1 - level) / (2 * comparisons)))
    return tuple(
        Interval(effect - width * error, effect + width * error, level)
        for effect, error in zip(effects.tolist(), errors.tolist(), strict=True)
    )
