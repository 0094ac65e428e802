"""The map of coverage 区间覆盖率图 as a result: every simulated case with its verdict, for tables and figures."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from perfkit.errors import MethodError
from perfkit.reliability.coverage.lookup import ROWS
from perfkit.reliability.coverage.row import LEVEL, Row, standard_error, verdict
from perfkit.reliability.estimate import unknown_choice
from perfkit.result import Result

SOURCE = "data/simulations/coverage.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageMapResult(Result):
    """The map of coverage 区间覆盖率图, or a part of it: ``n_used`` counts the simulated cases.

    ``low``, ``within`` and ``high`` count the cases by verdict: coverage below, at or above the ``level`` by more than
    3 Monte Carlo standard errors; exact intervals are never high.
    """

    kind: ClassVar[str] = "coverage_map"

    level: float
    low: int
    within: int
    high: int
    rows: tuple[Row, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per simulated case: what, where, coverage, its Monte Carlo error and the verdict."""
        return pd.DataFrame(
            [
                {
                    "statistic": row.statistic,
                    "interval_method": row.interval_method,
                    "design": row.design,
                    "shape": row.shape,
                    "k": row.k,
                    "side": row.side,
                    "exact": row.exact,
                    "n": point.n,
                    "level": self.level,
                    "coverage": point.coverage,
                    "se": standard_error(point.replications) if point.replications else float("nan"),
                    "replications": point.replications,
                    "verdict": verdict(point.coverage, point.replications, exact=row.exact),
                }
                for row in self.rows
                for point in row.points
            ]
        )


def coverage_map(
    statistic: str | Collection[str] | None = None,
    *,
    interval_method: str | Collection[str] | None = None,
    design: str | Collection[str] | None = None,
    shape: str | Collection[str] | None = None,
    raters: int | None = None,
) -> CoverageMapResult:
    """Return the map of coverage 区间覆盖率图, or the part that concerns some statistics.

    Parameters
    ----------
    statistic, interval_method, design, shape : one or several words of the map each; ``None`` for all.
    raters : size of the panels simulated; ``None`` for all.

    Returns
    -------
    CoverageMapResult
        The simulated cases in the order of the map.

    Raises
    ------
    MethodError
        Where nothing was simulated of that name.

    Notes
    -----
    Coverage is the share of samples whose interval holds the truth, of those that have an interval, from seeded draws
    (``data/simulations``). Two-sided approximate intervals should cover their level; exact ones at least their level.
    What the populations are, and the rules by which a sample finds its place on the map, ``data/simulations/README.md``
    says. The map speaks of samples like those simulated, not of every sample.

    Examples
    --------
    >>> found = coverage_map("cohen_kappa", shape="skewed")
    >>> found.n_used == len(found.to_frame())
    True
    """
    rows = ROWS
    for name, wanted in (
        ("statistic", statistic),
        ("interval_method", interval_method),
        ("design", design),
        ("shape", shape),
    ):
        if wanted is not None:
            chosen = {wanted} if isinstance(wanted, str) else set(wanted)
            known = tuple(dict.fromkeys(str(getattr(row, name)) for row in ROWS))
            if not chosen <= set(known):
                raise unknown_choice(name, wanted, known)
            rows = tuple(row for row in rows if getattr(row, name) in chosen)
    if raters is not None:
        rows = tuple(row for row in rows if row.k == raters)
    if not rows:
        raise _nothing(statistic, interval_method, design, shape, raters)
    verdicts = [verdict(point.coverage, point.replications, exact=row.exact) for row in rows for point in row.points]
    return CoverageMapResult(
        method="simulation",
        source=SOURCE,
        n_used=len(verdicts),
        level=LEVEL,
        low=verdicts.count("low"),
        within=verdicts.count("within"),
        high=verdicts.count("high"),
        rows=rows,
    )


def _nothing(*asked: object) -> MethodError:
    """Return the error for a combination that was not simulated."""
    known = tuple(
        dict.fromkeys(f"{row.statistic} {row.interval_method} {row.design} {row.shape} {row.k}" for row in ROWS)
    )
    return unknown_choice("coverage_map", asked, known)
