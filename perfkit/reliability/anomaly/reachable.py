"""Scores reachable under a form's own rules 可达得分: the null that honest, rounded scores follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from perfkit.errors import DataError, MethodError, Problem
from perfkit.reliability.anomaly.scores import Floats, checked_positive, scores_of
from perfkit.reliability.ratings import Ratings, rating_matrix

# Samples are drawn in blocks of this many scores, so that memory stays flat.
BLOCK_CELLS = 1 << 21
# Halvings of the bracket of a tilt: beyond the last binary digit of any score.
HALVINGS = 60
# A tilt of this size per unit of the lattice leaves one end only.
STEEPEST = 60.0
WHOLE = 1e-6


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a form 评分项: the marks that can be given, and how likely each is under honest scoring."""

    marks: tuple[float, ...]
    probabilities: tuple[float, ...]


def item_of(marks: Sequence[float], probabilities: Sequence[float] | None = None) -> Item:
    """Return an item with the marks that can be given 评分项; all alike where no probabilities are given.

    Raises
    ------
    DataError
        Where there is no mark, a mark is negative or given twice, or the probabilities are not one for each mark, not
        negative and not summing to 1.
    """
    shares = np.full(len(marks), 1 / max(1, len(marks))) if probabilities is None else np.asarray(probabilities, float)
    values = scores_of(list(marks), name="marks").values
    sound = (
        values.size > 0 and np.isfinite(values).all() and (values >= 0).all() and np.unique(values).size == values.size
    )
    if not sound or shares.shape != values.shape or not (shares >= 0).all() or abs(shares.sum() - 1) > WHOLE:
        raise DataError(
            Problem(
                code="AN-ITEM",
                where="评分项",
                expected="互不相同的非负得分，以及与其一一对应、合计为 1 的概率",
                found=f"{values.size} 个得分，{shares.size} 个概率，合计 {shares.sum():g}",
                mend="补齐该项全部可给的得分及其概率",
            )
        )
    return Item(tuple(values.tolist()), tuple((shares / shares.sum()).tolist()))


def stepped_item(full: float, step: float, probabilities: Sequence[float] | None = None) -> Item:
    """Return an item marked in steps from 0 to its full score 分档评分项; the full score can always be given.

    Parameters
    ----------
    full, step : full score and step, above 0, in score units.
    probabilities : of the marks in ascending order; all alike where ``None``.

    Examples
    --------
    >>> stepped_item(2, 0.5).marks
    (0.0, 0.5, 1.0, 1.5, 2.0)
    """
    full, step = checked_positive("full", full), checked_positive("step", step)
    below = np.round(np.arange(int(np.ceil(full / step - WHOLE))) * step, 9)
    return item_of([*below.tolist(), full], probabilities)


def observed_items(points: Ratings) -> tuple[Item, ...]:
    """Return the items of a form with the marks given on it 实际给分, as frequent as they were.

    Parameters
    ----------
    points : shape (n, k), rows projects, columns items, points given; NaN where missing.

    Notes
    -----
    Where signs are sought in the very scores, their marks carry the heaps sought: marks and probabilities of an
    undisputed set, or the form's own steps, are the better null.
    """
    columns = [column[~np.isnan(column)] for column in rating_matrix(points).T]
    counted = [np.unique(column, return_counts=True) for column in columns]
    return tuple(item_of(marks.tolist(), (counts / max(1, counts.sum())).tolist()) for marks, counts in counted)


@dataclass(frozen=True, slots=True)
class Reachable:
    """Totals that can be reached, ascending, and their probabilities 可达总分及其概率."""

    totals: Floats
    probabilities: Floats


def reachable_totals(items: Sequence[Item], *, decimals: int = 1, maximum: float = 100.0) -> Reachable:
    """Return the totals that the items of a form can add up to 可达总分, with their probabilities.

    Parameters
    ----------
    items : the items, marked independently of one another.
    decimals : decimals of the lattice that all marks lie on.
    maximum : totals stop here: what bonus items would add beyond is cut off.

    Raises
    ------
    DataError
        Where there is no item or a mark lies between two points of the lattice.

    Notes
    -----
    Convolution of the items' marks on whole numbers of 10^−decimals. Verified by counting all outcomes in
    ``tests/reliability/test_anomaly_reachable.py``.

    Examples
    --------
    >>> found = reachable_totals([stepped_item(2, 1), stepped_item(10, 5)])
    >>> found.totals.tolist()
    [0.0, 1.0, 2.0, 5.0, 6.0, 7.0, 10.0, 11.0, 12.0]
    """
    if not items:
        raise DataError(
            Problem(code="AN-ITEM", where="items", expected="至少一个评分项", found="无", mend="给出评分表的各项")
        )
    scale = 10.0**decimals
    shares = np.ones(1)
    for item in items:
        places = _places(np.array(item.marks), scale)
        longer = np.zeros(shares.size + int(places.max()))
        for place, share in zip(places, item.probabilities, strict=True):
            longer[place : place + shares.size] += share * shares
        shares = longer
    top = int(_places(np.array([maximum]), scale)[0])
    if shares.size > top + 1:
        shares = np.append(shares[:top], shares[top:].sum())
    reached = np.flatnonzero(shares > 0)
    return Reachable(reached / scale, shares[reached] / shares[reached].sum())


def _places(marks: Floats, scale: float) -> NDArray[np.int64]:
    """Return marks as whole numbers of the lattice."""
    places = np.round(marks * scale)
    wrong = np.abs(marks * scale - places) > WHOLE
    if wrong.any():
        raise DataError(
            Problem(
                code="AN-LATTICE",
                where="评分项",
                expected=f"{1 / scale:g} 的整数倍",
                found=f"{marks[wrong][0]:g}",
                mend="加大 decimals，或改正该项的得分",
            )
        )
    return places.astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HonestNull:
    """The distribution of honest, rounded scores 诚实得分的零分布; made by ``honest_null``.

    ``groups`` holds what projects alike share: cumulative probabilities over ``totals`` and the points already fixed;
    ``group`` the group of each project, ``None`` where all projects are alike and their number is free.
    """

    totals: Floats
    cumulative: Floats
    fixed: Floats
    group: NDArray[np.int64] | None
    decimals: int
    maximum: float

    def blocks(self, known: NDArray[np.bool_], replicates: int, rng: np.random.Generator) -> Iterator[Floats]:
        """Yield simulated scores, shape (b, n) each, ``replicates`` rows in all, of the projects that are ``known``.

        Raises
        ------
        DataError
            Where the null was made for another number of projects.
        """
        group = np.zeros(known.size, dtype=np.int64) if self.group is None else self._rows(known)
        group = group[known]
        block = max(1, min(replicates, BLOCK_CELLS // max(1, group.size)))
        for start in range(0, replicates, block):
            yield self._drawn(group, min(block, replicates - start), rng)

    def _drawn(self, group: NDArray[np.int64], size: int, rng: np.random.Generator) -> Floats:
        uniform = rng.random((size, group.size))
        scores = np.empty_like(uniform)
        for number in np.unique(group):
            own = group == number
            # Rounding can leave the last cumulative probability below 1.
            places = np.minimum(
                np.searchsorted(self.cumulative[number], uniform[:, own], side="right"), self.totals.size - 1
            )
            scores[:, own] = self.totals[places] + self.fixed[number]
        return np.asarray(np.round(np.minimum(scores, self.maximum), self.decimals), dtype=np.float64)

    def of(self, chosen: NDArray[np.bool_]) -> HonestNull:
        """Return the null of some of the projects 部分项目的零分布."""
        return self if self.group is None else replace(self, group=self._rows(chosen)[chosen])

    def _rows(self, known: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the group of each project; DataError where the null was made for another number of them."""
        group = np.zeros(0, dtype=np.int64) if self.group is None else self.group
        if group.size != known.size:
            raise DataError(
                Problem(
                    code="AN-NULL-ROWS",
                    where="null",
                    expected=f"{known.size} 个项目的零分布",
                    found=f"{group.size} 个项目",
                    mend="按同一批项目的同一顺序给出执行率得分或参照总分",
                )
            )
        return group

    @property
    def step(self) -> float:
        """Return the greatest common step of what can be scored, given what is fixed 得分步长."""
        scale = 10.0**self.decimals
        places = np.round(self.totals * scale).astype(np.int64)
        fixed = np.round(np.unique(self.fixed) * scale).astype(np.int64)
        return float(np.gcd.reduce(np.concatenate([places, fixed]))) / scale


def honest_null(
    items: Sequence[Item],
    *,
    executions: ArrayLike | None = None,
    centres: ArrayLike | None = None,
    decimals: int = 1,
    maximum: float = 100.0,
) -> HonestNull:
    """Return the distribution of honest, rounded scores on a form 诚实得分的零分布.

    Parameters
    ----------
    items : the items that are judged, with their marks and probabilities.
    executions : shape (n,), points that are fixed for each project before anything is judged, such as those for budget
        execution 预算执行率得分; ``None`` where there are none.
    centres : shape (n,), the total around which each project's honest total is expected: best a reference score
        再评价得分, else its own. Probabilities are then tilted so that the mean is this total. ``None``: one
        distribution for all.
    decimals : decimals to which totals are rounded.
    maximum : totals stop here.

    Returns
    -------
    HonestNull
        To be given to the tests as ``null``; for any number of projects where neither column is given.

    Raises
    ------
    DataError
        Where a column holds a missing value, or the two differ in length.

    Notes
    -----
    A tilt multiplies the probability of a total t by exp(θt): the one change of the mean that tilts every item alike, and
    that follows where items are marked independently. A total at or past the end of what can be reached leaves that
    end only. Source: Efron & Tibshirani (1996), Ann. Statist. 24, 2431-2461, for tilted carriers.

    Examples
    --------
    >>> null = honest_null([stepped_item(10, 1)] * 9, executions=[9.8, 10.0], centres=[85.0, 92.0])
    >>> sorted({round(float(score) % 1, 1) for block in null.blocks(np.array([True, True]), 99, np.random.default_rng(1))
    ...     for score in block.ravel()})
    [0.0, 0.8]
    """
    reached = reachable_totals(items, decimals=decimals, maximum=maximum)
    columns = {
        name: _column(name, values)
        for name, values in (("executions", executions), ("centres", centres))
        if values is not None
    }
    sizes = {column.size for column in columns.values()}
    if len(sizes) > 1:
        raise DataError(_no_column("executions, centres", ", ".join(map(str, sorted(sizes)))))
    if not columns:
        cumulative = np.cumsum(reached.probabilities)[None, :]
        return HonestNull(
            totals=reached.totals,
            cumulative=cumulative,
            fixed=np.zeros(1),
            group=None,
            decimals=decimals,
            maximum=maximum,
        )
    n = sizes.pop()
    fixed = columns.get("executions", np.zeros(n))
    wanted = columns["centres"] - fixed if "centres" in columns else np.zeros(n)
    alike, group = np.unique(np.column_stack([fixed, wanted]), axis=0, return_inverse=True)
    shares = (
        np.vstack([tilted(reached, mean) for mean in alike[:, 1]])
        if "centres" in columns
        else np.tile(reached.probabilities, (len(alike), 1))
    )
    return HonestNull(
        totals=reached.totals,
        cumulative=np.cumsum(shares, axis=1),
        fixed=alike[:, 0],
        group=group.ravel(),
        decimals=decimals,
        maximum=maximum,
    )


def _column(name: str, values: ArrayLike) -> Floats:
    """Return a column of known numbers."""
    column = scores_of(values, name=name)
    if column.n_dropped or not column.n:
        raise DataError(_no_column(name, "NaN"))
    return column.values


def _no_column(name: str, found: str) -> Problem:
    return Problem(
        code="AN-NULL-COLUMN",
        where=name,
        expected="每个项目一个已知的数，长度一致",
        found=found,
        mend="补齐数值；未知的项目请从检验中剔除",
    )


def tilted(reached: Reachable, mean: float) -> Floats:
    """Return the probabilities tilted exponentially to a mean 指数倾斜; one end only where the mean is at or past it.

    Examples
    --------
    >>> tilted(Reachable(np.array([0.0, 1.0]), np.array([0.5, 0.5])), 0.8).round(6).tolist()
    [0.2, 0.8]
    """
    totals = reached.totals
    if mean <= totals[0] or mean >= totals[-1]:
        return np.asarray(totals == (totals[0] if mean <= totals[0] else totals[-1]), dtype=np.float64)
    unit = float(np.diff(totals).min())
    logs = np.log(reached.probabilities)
    low, high = -STEEPEST / unit, STEEPEST / unit
    shares = reached.probabilities
    for _ in range(HALVINGS):
        tilt = (low + high) / 2
        exponents = logs + tilt * totals
        shares = np.exp(exponents - exponents.max())
        shares /= shares.sum()
        low, high = (tilt, high) if shares @ totals < mean else (low, tilt)
    return shares


def checked_null(null: object) -> HonestNull:
    """Return a null that is one.

    Raises
    ------
    MethodError
        Where it is something else: the null is not guessed.
    """
    if isinstance(null, HonestNull):
        return null
    raise MethodError(
        Problem(
            code="AN-NULL",
            where="null",
            expected="honest_null 给出的零分布",
            found=type(null).__name__,
            mend="先用 reachable.honest_null 按评分表各项构造零分布",
        )
    )


def simulation_fields(null: HonestNull | None, replicates: int, seed: int) -> dict[str, Any]:
    """Return the fields of a result that say how it was simulated; none where no null was given."""
    return {"replicates": 0, "seed": None} if null is None else {"replicates": replicates, "seed": seed}
