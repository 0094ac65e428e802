"""All six intraclass correlations at once 组内相关系数表, with the rater bias that sets agreement and consistency apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from perfkit.reliability.bootstrap import REPLICATES, SEED
from perfkit.reliability.estimate import UNKNOWN
from perfkit.reliability.icc.coefficient import SOURCE, IccResult, basis, checked_wish, default_estimator, estimate
from perfkit.reliability.icc.components import Components, anova_components
from perfkit.reliability.icc.design import Estimator, Missing, checked_estimator, design
from perfkit.reliability.icc.forms import FORMS, Form, model
from perfkit.reliability.ratings import Ratings
from perfkit.result import Caveat, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class IccTableResult(Result):
    """The six intraclass correlations of one table of ratings 组内相关系数（六种形式）.

    ``forms`` holds one IccResult per form, in the order of the McGraw & Wong names. ``evaluand``, ``rater`` and
    ``residual`` are the variance components; ``rater_variance_share`` the share of all variance that raters make by
    being severe or lenient (components below 0 counted as 0): what ICC(A,1) lacks of ICC(C,1), and 0 where all raters
    have one mean. ``rater_means`` are the means of the ratings used, in the order of ``raters``.
    """

    kind: ClassVar[str] = "icc_table"

    forms: tuple[IccResult, ...]
    evaluand: float
    rater: float
    residual: float
    rater_variance_share: float
    raters: tuple[str, ...]
    rater_means: tuple[float, ...]
    missing: str = "listwise"

    def form(self, name: Form) -> IccResult:
        """Return the result of one form."""
        return self.forms[FORMS.index(name)]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per form: value, interval, F test, n and the codes of its caveats."""
        return pd.DataFrame(
            [
                {
                    "form": one.form,
                    "value": one.value,
                    "low": one.interval.low,
                    "high": one.interval.high,
                    "level": one.interval.level,
                    "interval_method": one.interval_method,
                    "f_statistic": one.f_statistic,
                    "df1": one.df1,
                    "df2": one.df2,
                    "p": one.p,
                    "estimator": one.estimator,
                    "n_used": one.n_used,
                    "n_raters": one.n_raters,
                    "caveats": " ".join(caveat.code for caveat in one.caveats),
                }
                for one in self.forms
            ]
        )

    def raters_frame(self) -> pd.DataFrame:
        """Return one row per rater: mean rating and its distance from the mean of all raters."""
        means = np.array(self.rater_means)
        return pd.DataFrame({"rater": self.raters, "mean": means, "distance": means - means.mean()})


def icc_table(
    ratings: Ratings,
    *,
    level: float = 0.95,
    null: float = 0.0,
    missing: Missing = "listwise",
    estimator: Estimator | None = None,
) -> IccTableResult:
    """Return the six intraclass correlations 组内相关系数表 of a table of ratings, from one pass over the data.

    Parameters
    ----------
    ratings : shape (n, k) array or DataFrame, rows evaluands, columns raters, any unit; NaN where missing.
    level : confidence level of the F intervals, a fraction.
    null : the coefficient of the one-sided F tests, the same for all forms.
    missing : ``"listwise"`` drops an evaluand with a gap; ``"available"`` uses every rating.
    estimator : ``"anova"`` or ``"reml"``; ``None``: ANOVA, and REML for agreement and consistency where there are gaps.

    Returns
    -------
    IccTableResult
        Each form with interval and test as ``icc`` gives it; variance components; rater bias.

    Raises
    ------
    DataError
        Where the table is malformed.
    MethodError
        Where an option does not exist or does not suit (see ``icc``).

    Notes
    -----
    ICC(A,1) / ICC(C,1) = 1 - rater_variance_share where no component is negative: a wide gap between the two is rater
    bias, to be mended by calibration of the raters rather than by more raters. Formulas and assumptions: see ``icc``.
    Which to report: (A,·) where the grade follows from the value, (C,·) where only the ranking counts, (1,·) where
    raters differ between evaluands; (·,k) only where the mean of all k raters is what is used. Not for choosing the
    highest. Source: McGraw & Wong (1996). Verified against R irr 0.84.1 and psych 2.5.3 (golden ``icc``),
    tests/reliability/test_icc_table.py.

    Examples
    --------
    >>> table = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> found = icc_table(table)
    >>> [round(one.value, 2) for one in found.forms]
    [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]
    >>> round(found.rater_variance_share, 4)
    0.5946
    """
    wish = checked_wish(level, null, "f", REPLICATES, SEED)
    used = design(ratings, missing)
    chosen: dict[Form, Estimator] = {
        form: default_estimator(form, used) if estimator is None else estimator for form in FORMS
    }
    for form, wanted in chosen.items():
        checked_estimator(wanted, used, crossed=model(form) != "1")
    found = basis(used, {(model(form), wanted) for form, wanted in chosen.items()})
    forms = tuple(estimate(form, wanted, found, wish) for form, wanted in chosen.items())
    parts = Components(UNKNOWN, UNKNOWN, UNKNOWN)
    means: tuple[float, ...] = (UNKNOWN,) * used.k
    if found.crossed is not None:
        parts = found.crossed
    elif found.squares is not None and forms[0].ms_evaluand + forms[0].ms_within > 0:
        parts = anova_components(found.squares.squares)
    if found.squares is not None:
        means = tuple(float(mean) for mean in found.squares.rater_means)
    elif used.n:
        means = tuple(float(mean) for mean in np.nanmean(used.matrix, axis=0))
    return IccTableResult(
        method="icc_table:" + "+".join(sorted(set(chosen.values()))),
        source=SOURCE,
        n_used=used.n,
        n_dropped=used.n_dropped,
        caveats=_once([*(caveat for one in forms for caveat in one.caveats), *parts.caveats]),
        forms=forms,
        evaluand=parts.evaluand,
        rater=parts.rater,
        residual=parts.residual,
        rater_variance_share=parts.rater_share,
        raters=used.names,
        rater_means=means,
        missing=used.missing,
    )


def _once(caveats: list[Caveat]) -> tuple[Caveat, ...]:
    """Return every caveat once, in order of first appearance."""
    return tuple(dict.fromkeys(caveats))
