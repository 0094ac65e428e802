"""Window binomial over departments 分部门断点窗口检验: adjusted for how many are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from perfkit.reliability.anomaly.density_window import Closed, CutoffBinomialResult, cutoff_binomial
from perfkit.reliability.anomaly.departments import member_matrix
from perfkit.reliability.anomaly.heaping import LEAST_N
from perfkit.reliability.anomaly.multiplicity import benjamini_hochberg, holm
from perfkit.reliability.anomaly.reachable import HonestNull
from perfkit.reliability.anomaly.scores import scores_of
from perfkit.reliability.anomaly.sign import below_least
from perfkit.reliability.bootstrap import REPLICATES, SEED
from perfkit.reliability.estimate import UNKNOWN
from perfkit.reliability.percent import percent
from perfkit.result import Caveat, Result
from perfkit.terms.reliability import Statistic


@dataclass(frozen=True, slots=True)
class DepartmentEdge:
    """One department's window 部门断点窗口; p-values are NaN where too few scores lie in it."""

    department: str
    n: int
    found: CutoffBinomialResult
    p: float
    p_holm: float
    p_bh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeProfileResult(Result):
    """Window binomial over departments 分部门断点窗口检验: ``p`` is that against the null where one was given."""

    kind: ClassVar[str] = Statistic.EDGE_PROFILE.value

    edges: tuple[DepartmentEdge, ...]
    least_n: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row per department."""
        rows = [
            {
                "department": one.department,
                "n": one.n,
                "left": one.found.left,
                "right": one.found.right,
                "share": one.found.value,
                "honest_share": one.found.honest_share,
                "p": one.p,
                "p_holm": one.p_holm,
                "p_bh": one.p_bh,
                "p_against_placebos": one.found.p_against_placebos,
                "false_positive_rate": one.found.false_positive_rate,
            }
            for one in self.edges
        ]
        return pd.DataFrame(rows)


def _about(edges: Sequence[DepartmentEdge], least_n: int) -> tuple[Caveat, ...]:
    """Return what must be said beside the profile, once for all departments."""
    inside = [one.found.left + one.found.right for one in edges]
    fewest = min(inside, default=0)
    few = (below_least(fewest, least_n),) if fewest < least_n or not inside else ()
    rates = [one.found.false_positive_rate for one in edges if not np.isnan(one.found.false_positive_rate)]
    if not rates:
        return (*few, *(caveat for one in edges[:1] for caveat in one.found.caveats if caveat.code == "NO_NULL"))
    told = Caveat(
        "FALSE_POSITIVE_RATE",
        f"诚实打分并取整的样本按未校正的窗口二项检验有 {percent(min(rates))} 至 {percent(max(rates))} 也会出现异常提示；"
        "部门之间以校正后的 p 为准；异常提示只说明何处值得核查，不是结论",
    )
    return (*few, told)


def edge_profile(
    x: ArrayLike,
    *,
    cutoff: float,
    window: float,
    departments: ArrayLike | None = None,
    share: float = 0.5,
    closed: Closed = "left",
    placebos: Sequence[float] = (),
    null: HonestNull | None = None,
    level: float = 0.95,
    replicates: int = REPLICATES,
    seed: int = SEED,
    least_n: int = LEAST_N,
) -> EdgeProfileResult:
    """Return the window binomial of every department at a grade edge 分部门断点窗口检验.

    Parameters
    ----------
    x : shape (n,), scores in any unit, NaN where missing.
    cutoff, window, share, closed, placebos, null, level, replicates : see ``cutoff_binomial``.
    departments : shape (n,), who gave each score; ``None``: one line of all.
    seed : of the first department; the next ones take the numbers after it.
    least_n : a department with fewer scores in the window is described and not tested.

    Returns
    -------
    EdgeProfileResult
        Per department the window, its p, and p adjusted by Holm and by Benjamini–Hochberg over the departments tested.

    Raises
    ------
    DataError
        Where x is no column of numbers or departments belong to other scores.
    MethodError
        Where an option makes no sense.

    Notes
    -----
    The p adjusted is the simulated one where a null was given, else the exact one against ``share``. Source: Holm (1979),
    Scand. J. Statist. 6, 65-70; Benjamini & Hochberg (1995), J. R. Statist. Soc. B 57, 289-300.
    Tested in ``tests/reliability/test_anomaly_edge.py``.

    Examples
    --------
    >>> scores = [89.0] * 12 + [90.0] * 12 + [89.0] * 2 + [90.0] * 22
    >>> found = edge_profile(scores, cutoff=90, window=2, departments=["A"] * 24 + ["B"] * 24)
    >>> found.to_frame()[["department", "left", "right", "p_holm"]].round(6).to_numpy().tolist()
    [['A', 12, 12, 1.0], ['B', 2, 22, 7.2e-05]]
    """
    known = scores_of(x)
    names, member = member_matrix(departments, known)
    found = []
    for place in range(len(names)):
        chosen = known.known.copy()
        chosen[chosen] = member[:, place] > 0
        single = cutoff_binomial(
            known.values[member[:, place] > 0],
            cutoff=cutoff,
            window=window,
            share=share,
            closed=closed,
            placebos=placebos,
            null=null.of(chosen) if isinstance(null, HonestNull) else null,
            level=level,
            replicates=replicates,
            seed=seed + place,
        )
        found.append(single)
    p = np.array(
        [
            UNKNOWN if one.left + one.right < max(1, least_n) else one.p if null is None else one.p_simulated
            for one in found
        ]
    )
    edges = tuple(
        DepartmentEdge(name, one.n_used, one, float(own), float(strict), float(mild))
        for name, one, own, strict, mild in zip(names, found, p, holm(p), benjamini_hochberg(p), strict=True)
    )
    return EdgeProfileResult(
        method=f"edge_profile:{closed}:{'exact' if null is None else 'simulated'}:holm_and_benjamini_hochberg",
        source="Clopper & Pearson (1934), Biometrika 26, 404-413; Holm (1979); Benjamini & Hochberg (1995)",
        n_used=known.n,
        n_dropped=known.n_dropped,
        caveats=_about(edges, least_n),
        edges=edges,
        least_n=least_n,
    )
