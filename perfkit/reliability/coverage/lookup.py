"""What the map of coverage says of a sample 查覆盖率图: a reservation where the interval holds the truth too seldom."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from perfkit.reliability.coverage import (
    table_agreement,
    table_anomaly,
    table_concordance,
    table_consistency,
    table_difference,
    table_generalizability,
    table_icc,
    table_sampling,
)
from perfkit.reliability.coverage.regions import Region
from perfkit.reliability.coverage.row import LEVEL, Row, Verdict, verdict
from perfkit.reliability.percent import percent
from perfkit.result import Caveat, Result
from perfkit.terms.reliability import DataShape, Variant

CODE = "COVERAGE_LOW"
ROWS: tuple[Row, ...] = (
    *table_agreement.ROWS,
    *table_icc.ROWS,
    *table_consistency.ROWS,
    *table_concordance.ROWS,
    *table_difference.ROWS,
    *table_generalizability.ROWS,
    *table_sampling.ROWS,
    *table_anomaly.ROWS,
)
R = TypeVar("R", bound=Result)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The simulated case that a sample is judged by 所依据的模拟: ``coverage`` is a share of 1."""

    n: int
    k: int
    shape: str
    design: str
    side: str
    coverage: float
    replications: int
    verdict: Verdict


def _by_method(rows: Iterable[Row]) -> Mapping[tuple[str, str, str], tuple[Row, ...]]:
    """Return the rows by statistic, interval method and design."""
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row.statistic, row.interval_method, row.design), []).append(row)
    return MappingProxyType({key: tuple(group) for key, group in found.items()})


_INDEX = _by_method(ROWS)


def _of_raters(rows: Sequence[Row], k: int) -> list[Row]:
    """Return the rows of two raters for two, of three and more for more; the others where there are none of these."""
    same = [row for row in rows if row.k == 0 or (row.k == 2) == (k == 2)]
    return same or list(rows)


def _judged(row: Row, n: int) -> Coverage:
    """Return the worse of the simulated sample sizes beside n; the first or last where n lies beyond the grid."""
    below = [point for point in row.points if point[0] <= n]
    above = [point for point in row.points if point[0] >= n]
    beside = (*below[-1:], *above[:1])
    size, coverage, replications = min(beside, key=lambda point: (point[1], point[0]))
    return Coverage(
        n=size,
        k=row.k,
        shape=row.shape,
        design=row.design,
        side=row.side,
        coverage=coverage,
        replications=replications,
        verdict=verdict(coverage, replications, exact=row.exact),
    )


def coverage_of(statistic: str, interval_method: str, region: Region) -> Coverage | None:
    """Return the simulated coverage 模拟覆盖率 that speaks of a sample.

    Parameters
    ----------
    statistic : the ``kind`` of the Result.
    interval_method : how its interval was made, as the Result names it.
    region : where the sample lies. Between two simulated sizes the worse counts; past the last, the last; before the
        first, the first. Two raters are judged by two, more by the larger panel simulated.

    Returns
    -------
    Coverage or None
        The worst of the simulated cases that fit; ``None`` where nothing like it was simulated.
    """
    fitting = _of_raters(_INDEX.get((statistic, interval_method, region.design), ()), region.k)
    shape = region.found_shape() if fitting else ""
    judged = [_judged(row, region.n) for row in fitting if row.shape in ("", shape)]
    return min(judged, key=lambda one: one.coverage, default=None)


def covered(result: R, region: Region, *, interval_method: str | None = None) -> R:
    """Return the result with the caveat COVERAGE_LOW 覆盖率偏低 where the map says so of its region.

    Parameters
    ----------
    result : as it would be returned; neither value nor interval changes.
    region : where its sample lies (``grades_region``, ``scores_region``, ``differences_region``, ``design_region``);
        its shape is found only where some shape has low coverage at that size.
    interval_method : of the interval judged, where it is not ``result.interval_method``.
    """
    method = interval_method or str(getattr(result, "interval_method", "none"))
    rows = _INDEX.get((result.kind, method, region.design), ())
    if not any(_judged(row, region.n).verdict == "low" for row in _of_raters(rows, region.k)):
        return result
    found = coverage_of(result.kind, method, region)
    if found is None or found.verdict != "low":
        return result
    caveat = _too_low(found)
    return result if caveat in result.caveats else dataclasses.replace(result, caveats=(*result.caveats, caveat))


def _too_low(found: Coverage) -> Caveat:
    """Return: the interval holds the truth more seldom than its level says 覆盖率偏低."""
    shape = DataShape.read(found.shape)
    return Caveat(
        CODE,
        "模拟显示区间偏窄："
        + (f"{Variant.words(found.design)}，" if found.design else "")
        + f"n={found.n}"
        + (f"、{found.k} 名评分者" if found.k else "")
        + (f"、{shape.label}" if shape else "")
        + f"时，名义 {percent(LEVEL, 0)} 的区间实际覆盖 {percent(found.coverage)}",
    )
