"""Repeated score vectors 重复评分: projects marked alike on every item, beyond what reachable chance gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from perfkit.errors import DataError, Problem
from perfkit.reliability.anomaly.reachable import BLOCK_CELLS, HALVINGS, STEEPEST, Item, observed_items
from perfkit.reliability.anomaly.scores import Floats
from perfkit.reliability.anomaly.sign import (
    SignResult,
    below_least,
    checked_replicates,
    false_positives,
    own_rate,
    upper_p,
)
from perfkit.reliability.bootstrap import SEED
from perfkit.reliability.estimate import UNKNOWN, checked_level, no_interval, too_few
from perfkit.reliability.ratings import Ratings, complete_rows, rating_matrix
from perfkit.result import Caveat
from perfkit.terms.reliability import Statistic

LEAST_N = 10
REPLICATES = 499
DECIMALS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedVectorsResult(SignResult):
    """Repeated score vectors 重复评分结果.

    ``value`` is the share of projects whose marks another project has too, item for item; ``pairs`` the number of such
    pairs, which is tested, ``honest_pairs`` its mean under the null. ``groups`` holds the rows of ``ratings`` (from 0) that
    are alike, largest group first.
    """

    kind: ClassVar[str] = Statistic.REPEATED_VECTORS.value

    pairs: int
    honest_pairs: float
    groups: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class _Marks:
    """Cumulative probabilities of the marks of each item for each total, shape (groups, k, marks), and rows' groups."""

    cumulative: Floats
    group: NDArray[np.int64]


def _padded(items: Sequence[Item]) -> tuple[Floats, Floats]:
    """Return marks and probabilities as tables of equal width; what is added has probability 0."""
    width = max(len(item.marks) for item in items)
    marks, shares = np.zeros((len(items), width)), np.zeros((len(items), width))
    for place, item in enumerate(items):
        marks[place, : len(item.marks)] = item.marks
        shares[place, : len(item.marks)] = item.probabilities
    return marks, shares


def _tilted(items: Sequence[Item], totals: Floats) -> _Marks:
    """Return the marks that go with each total: probabilities times exp(θ·mark), θ giving the total on average."""
    marks, shares = _padded(items)
    wanted, group = np.unique(np.round(totals, DECIMALS), return_inverse=True)
    apart = np.diff(np.unique(marks))
    steepest = STEEPEST / float(apart.min(initial=1.0))
    low, high = np.full(wanted.size, -steepest), np.full(wanted.size, steepest)
    with np.errstate(divide="ignore"):
        logs = np.log(shares)
    tilted = np.empty((wanted.size, *shares.shape))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        exponents = logs + middle[:, None, None] * marks
        tilted = np.exp(exponents - exponents.max(axis=-1, keepdims=True))
        tilted /= tilted.sum(axis=-1, keepdims=True)
        below = (tilted * marks).sum(axis=(1, 2)) < wanted
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return _Marks(np.cumsum(tilted, axis=-1), group.ravel())


def _drawn_pairs(honest: _Marks, replicates: int, rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Yield the number of pairs alike in honest samples."""
    n, k = honest.group.size, honest.cumulative.shape[1]
    # Whole vectors are compared by one random sum of their marks' numbers, exact but for a chance of one in 2⁶⁰.
    codes = rng.integers(1, 2**62, size=k)
    limits = honest.cumulative[honest.group]
    block = max(1, min(replicates, BLOCK_CELLS // max(1, n * k)))
    for start in range(0, replicates, block):
        uniform = rng.random((min(block, replicates - start), n, k))
        places = np.zeros(uniform.shape, dtype=np.int64)
        for mark in range(limits.shape[2] - 1):
            places += uniform >= limits[:, :, mark]
        yield _pairs_alike(places @ codes)


def _pairs_alike(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the number of pairs of equal keys in each row."""
    ordered = np.sort(keys, axis=1)
    alike = ordered[:, 1:] == ordered[:, :-1]
    run, pairs = np.zeros(len(keys), dtype=np.int64), np.zeros(len(keys), dtype=np.int64)
    for column in alike.T:
        run = (run + 1) * column
        pairs += run
    return pairs


def _alike(matrix: Floats, rows: NDArray[np.int64]) -> list[tuple[int, ...]]:
    """Return the rows that are alike, largest group first."""
    _, group, counts = np.unique(np.round(matrix, DECIMALS), axis=0, return_inverse=True, return_counts=True)
    found = [tuple(rows[group.ravel() == number].tolist()) for number in np.flatnonzero(counts > 1)]
    return sorted(found, key=lambda one: (-len(one), one))


def _observed_marks() -> Caveat:
    return Caveat("OBSERVED_MARKS", "未给出评分项，可达得分取自被检验的评分本身，提示偏保守")


def repeated_vectors(
    ratings: Ratings,
    *,
    items: Sequence[Item] | None = None,
    level: float = 0.95,
    replicates: int = REPLICATES,
    seed: int = SEED,
    least_n: int = LEAST_N,
) -> RepeatedVectorsResult:
    """Return how many projects are marked alike on every item, against chance 重复评分.

    Parameters
    ----------
    ratings : shape (n, k), rows projects, columns items, points; rows with a missing mark are dropped.
    items : the marks that can be given on each column (``reachable.stepped_item``); those given, as often as they were,
        where ``None``.
    level, replicates, seed : see ``heaping``.
    least_n : with fewer projects nothing is tested.

    Returns
    -------
    RepeatedVectorsResult
        Share of projects in a repeated vector, pairs alike and the rows; p by simulation, false-positive rate.

    Raises
    ------
    DataError
        Where the table is no table of numbers or the items are not one for each column.
    MethodError
        Where an option makes no sense.

    Notes
    -----
    In an honest sample every project keeps its total on average: marks are drawn item by item with probabilities times
    exp(θ·mark). A project with full marks on everything is then always alike with another one, and no sign;
    so few vectors lead to a total near the ends that repeats are common there. p = (b + 1)/(B + 1) on the number of pairs.
    Forms with few coarse items repeat by themselves: see ``honest_pairs``. Marks that depend on one another beyond
    their total repeat more often than this null allows. Source: Davison & Hinkley (1997), §4.2.2.
    Tested in ``tests/reliability/test_anomaly_marks.py``.

    Examples
    --------
    >>> marks = np.random.default_rng(1).integers(0, 11, size=(30, 8)).astype(float)
    >>> marks[5:9] = marks[4]
    >>> found = repeated_vectors(marks)
    >>> found.pairs, found.groups, found.p
    (10, ((4, 5, 6, 7, 8),), 0.002)
    """
    level = checked_level(level)
    checked_replicates(replicates)
    table = rating_matrix(ratings)
    if items is not None and len(items) != table.shape[1]:
        raise DataError(
            Problem(
                code="AN-ITEMS",
                where="items",
                expected=f"{table.shape[1]} 个评分项，与各列一一对应",
                found=str(len(items)),
                mend="按列的顺序给出各评分项",
            )
        )
    matrix, dropped = complete_rows(table)
    n = len(matrix)
    groups = _alike(matrix, np.flatnonzero(~np.isnan(table).any(axis=1))) if n else []
    pairs = sum(len(one) * (len(one) - 1) // 2 for one in groups)
    caveats = [_observed_marks()] if items is None else []
    honest, p, rate = UNKNOWN, UNKNOWN, UNKNOWN
    if n < max(2, least_n):
        caveats.append(too_few(n, 2) if n < 2 else below_least(n, least_n))
    else:
        known = observed_items(matrix) if items is None else items
        drawn = np.concatenate(
            list(_drawn_pairs(_tilted(known, matrix.sum(axis=1)), replicates, np.random.default_rng(seed)))
        ).astype(np.float64)
        honest, p, rate = float(drawn.mean()), upper_p(float(pairs), drawn), own_rate(drawn, 1 - level)
        caveats.append(false_positives(rate, level))
    return RepeatedVectorsResult(
        method="repeated_vectors:simulated:tilted_to_total",
        source="Davison & Hinkley (1997), §4.2.2",
        n_used=n,
        n_dropped=dropped,
        caveats=tuple(caveats),
        value=sum(len(one) for one in groups) / n if n > 1 else UNKNOWN,
        interval=no_interval(level),
        p=p,
        test="as many pairs alike as honest marks give, simulated, one-sided",
        replicates=replicates,
        seed=seed,
        false_positive_rate=rate,
        p_simulated=p,
        pairs=pairs,
        honest_pairs=honest,
        groups=tuple(groups),
    )
