"""Heaping 得分堆积: scores at round numbers and just past grade edges, against what the form's own rules make of honest ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from perfkit.errors import MethodError, Problem
from perfkit.reliability.anomaly.departments import member_matrix
from perfkit.reliability.anomaly.multiplicity import benjamini_hochberg, holm
from perfkit.reliability.anomaly.reachable import HonestNull, checked_null
from perfkit.reliability.anomaly.scores import Floats, checked_positive, scores_of
from perfkit.reliability.anomaly.sign import (
    below_least,
    checked_replicates,
    own_rate,
    upper_p,
)
from perfkit.reliability.bootstrap import REPLICATES, SEED
from perfkit.reliability.estimate import UNKNOWN, checked_level
from perfkit.reliability.percent import percent
from perfkit.result import Caveat, Result
from perfkit.terms.reliability import Statistic

LEAST_N = 20
# Scores are whole multiples within this much: 82.2 is not 822·0.1 in binary.
WHOLE = 1e-6


@dataclass(frozen=True, slots=True)
class Heap:
    """One line of the profile 堆积线索: a department, a place where scores may pile up, and what is found there.

    ``place`` is ``"multiple"`` of ``at`` or ``"edge"`` from ``at`` on. ``share`` is that of the scores,
    ``honest_share`` the mean under the null. p-values are NaN where no test was made.
    """

    department: str
    place: str
    at: float
    n: int
    count: int
    share: float
    honest_share: float
    p: float
    p_holm: float
    p_bh: float
    false_positive_rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HeapingResult(Result):
    """The heaping profile 得分堆积: one ``Heap`` per department and place, tests adjusted for all of them."""

    kind: ClassVar[str] = Statistic.HEAPING.value

    heaps: tuple[Heap, ...]
    level: float
    replicates: int
    seed: int
    least_n: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row per department and place."""
        return pd.DataFrame([{name: getattr(heap, name) for name in Heap.__slots__} for heap in self.heaps])


@dataclass(frozen=True, slots=True)
class _Place:
    """A place where scores may pile up."""

    kind: str
    at: float
    width: float

    def holds(self, scores: Floats) -> NDArray[np.bool_]:
        """Return which scores are there."""
        if self.kind == "edge":
            gap = scores - self.at
            return np.asarray((gap >= -WHOLE) & (gap < self.width - WHOLE))
        return np.asarray(np.abs(np.round(scores / self.at) * self.at - scores) <= WHOLE)


def _places(multiples: Sequence[float], edges: Sequence[float], edge_width: float, null: HonestNull) -> list[_Place]:
    """Return the places asked for; MethodError where every score that can be given is a multiple anyway."""
    for multiple in multiples:
        checked_positive("multiples", multiple)
        steps = null.step / multiple
        if steps > WHOLE and abs(steps - round(steps)) <= WHOLE:
            raise MethodError(
                Problem(
                    code="AN-STEP",
                    where="multiples",
                    expected=f"大于评分步长 {null.step:g} 的整数位",
                    found=f"{multiple:g}",
                    mend="步长不小于该位数时，每个可达得分都是它的倍数，检验没有意义，请删去",
                )
            )
    checked_positive("edge_width", edge_width)
    return [_Place("multiple", float(at), 0.0) for at in multiples] + [
        _Place("edge", float(at), edge_width) for at in edges
    ]


def heaping(
    x: ArrayLike,
    *,
    null: HonestNull,
    departments: ArrayLike | None = None,
    multiples: Sequence[float] = (5.0, 10.0),
    edges: Sequence[float] = (),
    edge_width: float = 1.0,
    level: float = 0.95,
    replicates: int = REPLICATES,
    seed: int = SEED,
    least_n: int = LEAST_N,
) -> HeapingResult:
    """Return the heaping profile of scores at round numbers and grade edges 得分堆积.

    Parameters
    ----------
    x : shape (n,), total scores, NaN where missing.
    null : distribution of honest, rounded scores, made from the form's items and the executions
        (``reachable.honest_null``).
    departments : shape (n,), who gave each score; ``None``: one profile of all.
    multiples : round numbers, in score units: the share of scores that are whole multiples of each.
    edges, edge_width : grade edges, and how far past an edge a score is counted: in [edge, edge + width).
    level : 1 − level is the level of each test whose false-positive rate is told.
    replicates, seed : simulated honest samples, at least 99, and their seed.
    least_n : a department with fewer scores is described and not tested.

    Returns
    -------
    HeapingResult
        Per department and place: count, share, honest share, p, p adjusted by Holm and by Benjamini–Hochberg over all
        tests made, and the false-positive rate on honest scores.

    Raises
    ------
    DataError
        Where x is no column of numbers, or departments or the null belong to other projects.
    MethodError
        Where the form's step is no finer than a round number asked for, or another option makes no sense.

    Notes
    -----
    p = (b + 1)/(B + 1), b of B honest samples having at least as many scores at the place: one-sided, for heaps. The
    null is not uniform: a form with steps of 5 gives multiples of 5 only, and totals stop at 100. It is as good as the
    items' probabilities; what tilts them to a reference score is told in ``honest_null``. No test of leading digits
    (Benford) is offered: scores of 0 to 100 do not span magnitudes. Departments whose p is adjusted away are no sign.
    Source: Barnard (1963) and Davison & Hinkley (1997), §4.2.2, for simulated tests; Holm (1979); Benjamini & Hochberg (1995).
    Verified against the exact binomial tail for projects alike, in ``tests/reliability/test_anomaly_heaping.py``.

    Examples
    --------
    >>> from perfkit.reliability.anomaly.reachable import honest_null, stepped_item
    >>> null = honest_null([stepped_item(100, 1)])
    >>> found = heaping([80, 85, 90, 75, 70] * 5, null=null, multiples=(5,))
    >>> found.heaps[0].count, found.heaps[0].share, found.heaps[0].p == 1 / 2001
    (25, 1.0, True)
    """
    level = checked_level(level)
    checked_replicates(replicates)
    places = _places(multiples, edges, edge_width, checked_null(null))
    known = scores_of(x)
    names, member = member_matrix(departments, known)
    drawn = [
        np.stack([place.holds(block) @ member for place in places], axis=-1)
        for block in null.blocks(known.known, replicates, np.random.default_rng(seed))
    ]
    simulated = np.concatenate(drawn) if places else np.empty((replicates, len(names), 0))
    counts = np.array([place.holds(known.values).astype(np.float64) @ member for place in places]).T
    sizes = member.sum(axis=0).astype(int)
    lines = [(who, what) for who in range(len(names)) for what in range(len(places))]
    tested = {line: sizes[line[0]] >= max(1, least_n) for line in lines}
    p = np.array([upper_p(counts[line], simulated[:, *line]) if tested[line] else UNKNOWN for line in lines])
    heaps = tuple(
        Heap(
            department=names[who],
            place=places[what].kind,
            at=places[what].at,
            n=int(sizes[who]),
            count=int(counts[who, what]),
            share=float(counts[who, what] / sizes[who]) if sizes[who] else UNKNOWN,
            honest_share=float(simulated[:, who, what].mean() / sizes[who]) if sizes[who] else UNKNOWN,
            p=float(own),
            p_holm=float(strict),
            p_bh=float(mild),
            false_positive_rate=own_rate(simulated[:, who, what], 1 - level) if tested[who, what] else UNKNOWN,
        )
        for (who, what), own, strict, mild in zip(lines, p, holm(p), benjamini_hochberg(p), strict=True)
    )
    return HeapingResult(
        method="heaping:simulated:holm_and_benjamini_hochberg",
        source="Davison & Hinkley (1997), §4.2.2; Holm (1979); Benjamini & Hochberg (1995)",
        n_used=known.n,
        n_dropped=known.n_dropped,
        caveats=tuple(_caveats(heaps, int(sizes.min(initial=known.n)), least_n, level)),
        heaps=heaps,
        level=level,
        replicates=replicates,
        seed=seed,
        least_n=least_n,
    )


def _caveats(heaps: Sequence[Heap], fewest: int, least_n: int, level: float) -> list[Caveat]:
    """Return what must be said beside the profile: departments not tested, and the false-positive rates."""
    caveats = [below_least(fewest, least_n)] if fewest < max(1, least_n) else []
    rates = [heap.false_positive_rate for heap in heaps if not np.isnan(heap.false_positive_rate)]
    if rates:
        caveats.append(_rates(min(rates), max(rates), len(rates), level))
    return caveats


def _rates(low: float, high: float, tests: int, level: float) -> Caveat:
    return Caveat(
        "FALSE_POSITIVE_RATE",
        f"共作 {tests} 次检验；诚实打分并取整的样本按同一检验（水平 {1 - level:.3g}）有 {percent(low)} 至 {percent(high)} "
        "也会出现本异常提示。部门之间以霍尔姆或错误发现率校正后的 p 为准；异常提示只说明何处值得核查，不是结论",
    )
