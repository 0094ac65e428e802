"""What a call asks for 设计: the ratings as used, counts before and after dropping, and the choices checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from perfkit.errors import MethodError, Problem
from perfkit.reliability.estimate import too_few, too_few_raters, unknown_choice
from perfkit.reliability.magnitude import within_range
from perfkit.reliability.ratings import FloatMatrix, Ratings, complete_rows, rater_names, rating_matrix
from perfkit.result import Caveat

Missing: TypeAlias = Literal["listwise", "available"]
Estimator: TypeAlias = Literal["anova", "reml"]

FEWEST = 2


@dataclass(frozen=True, slots=True)
class Design:
    """The ratings that are used: evaluands without any rating, or incomplete ones under listwise, are gone."""

    matrix: FloatMatrix
    names: tuple[str, ...]
    n_dropped: int
    missing: Missing
    complete: bool
    caveats: tuple[Caveat, ...] = ()

    @property
    def n(self) -> int:
        """Return the number of evaluands used."""
        return len(self.matrix)

    @property
    def k(self) -> int:
        """Return the number of raters used."""
        return int(self.matrix.shape[1])

    @property
    def n_ratings(self) -> int:
        """Return the number of ratings used."""
        return self.n * self.k if self.complete else int(np.count_nonzero(~np.isnan(self.matrix)))

    def too_small(self) -> tuple[Caveat, ...]:
        """Return why nothing can be estimated: fewer than two evaluands or raters."""
        if self.k < FEWEST:
            return (too_few_raters(self.k, FEWEST),)
        return (too_few(self.n, FEWEST),) if self.n < FEWEST else ()


def design(ratings: Ratings, missing: Missing) -> Design:
    """Return the ratings as a missing policy leaves them; raise ``DataError`` or ``MethodError`` where they cannot be."""
    if missing not in ("listwise", "available"):
        raise unknown_choice("missing", missing, ("listwise", "available"))
    matrix = within_range(rating_matrix(ratings))
    names = rater_names(ratings, matrix.shape[1])
    if missing == "listwise":
        used, dropped = complete_rows(matrix)
        return Design(used, names, dropped, missing, True)
    if not np.isnan(matrix.sum()):
        return Design(matrix, names, 0, missing, True)
    known = ~np.isnan(matrix)
    rows, columns = np.any(known, axis=1), np.any(known, axis=0)
    used = matrix[rows][:, columns]
    kept = tuple(name for name, flag in zip(names, columns, strict=True) if flag)
    absent = "、".join(name for name, flag in zip(names, columns, strict=True) if not flag)
    caveats = (Caveat("RATER_WITHOUT_RATINGS", f"评分者 {absent} 没有任何评分，未计入"),) if absent else ()
    return Design(used, kept, int(np.count_nonzero(~rows)), missing, not np.isnan(used).any(), caveats)


def checked_estimator(estimator: Estimator, design: Design, *, crossed: bool) -> None:
    """Raise ``MethodError`` where the estimator does not exist, or is ANOVA of an incomplete crossed table."""
    if estimator not in ("anova", "reml"):
        raise unknown_choice("estimator", estimator, ("anova", "reml"))
    if estimator == "anova" and crossed and not design.complete:
        raise MethodError(
            Problem(
                code="RL-ANOVA",
                where="estimator",
                expected="有缺失的双因素设计用 reml（方差分析的均方此时不唯一）",
                found="anova",
                mend="改用 estimator=reml，或 missing=listwise",
            )
        )
