"""Ratings of a generalizability study 概化研究的评分: wide or long tables → codes of every facet, checked for balance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from perfkit.errors import DataError, MethodError, Problem
from perfkit.reliability.difference.limits.replicates import refuse_absent, refuse_unnamed
from perfkit.reliability.estimate import unknown_choice
from perfkit.reliability.generalizability.connection import Codes
from perfkit.reliability.generalizability.designs import PERSON, Design, Facets
from perfkit.reliability.magnitude import within_range
from perfkit.reliability.ratings import FloatMatrix, Ratings, rater_names, rating_matrix
from perfkit.result import Caveat

Missing: TypeAlias = Literal["available", "listwise"]


@dataclass(frozen=True, slots=True)
class Observations:
    """The ratings that are used: values of shape (n,), a code per facet counted from 0, and the names of the levels.

    A nested facet has the codes of its pairs with the parent: rater 1 of one task is not rater 1 of another.
    """

    design: Design
    values: NDArray[np.float64]
    codes: Mapping[str, Codes]
    names: Mapping[str, tuple[str, ...]]
    n_dropped: int
    caveats: tuple[Caveat, ...] = ()

    @property
    def n(self) -> int:
        """Return the number of persons used."""
        return len(self.names[PERSON])

    def cells(self, facets: Facets) -> Codes:
        """Return a code per rating for the combination of levels of some facets, counted from 0."""
        combined = np.zeros(len(self.values), dtype=np.int64)
        for facet in self.design.facets:
            if facet in facets:
                combined = combined * len(self.names[facet]) + self.codes[facet]
                combined = np.unique(combined, return_inverse=True)[1]
        return combined.astype(np.intp)

    def per(self, facet: str) -> float:
        """Return how many levels of a facet a person met 每个对象的条件数: the harmonic mean over persons.

        Of raters nested in tasks: per person and task.
        """
        parent = self.design.parent
        within = frozenset({PERSON, parent} if facet == "rater" and parent else {PERSON})
        pairs = self.cells(within | {facet})
        first = np.unique(pairs, return_index=True)[1]
        counts = np.bincount(self.cells(within)[first])
        if not len(counts) or counts.min() == counts.max():
            return float(counts.max(initial=0))
        return float(len(counts) / (1 / counts).sum())

    def incidence(self) -> csr_array:
        """Return how often each person met each rater, sparse: shape (persons, raters)."""
        shape = self.n, len(self.names["rater"])
        ones = np.ones(len(self.values))
        return csr_array((ones, (self.codes[PERSON], self.codes["rater"])), shape=shape)

    def within(self, facet: str) -> int:
        """Return the number of levels of a facet; of nested raters, the most that one parent has."""
        parent = self.design.parent
        if facet == "rater" and parent:
            return int(_within(self.codes[facet], self.codes[parent]).max(initial=-1)) + 1
        return len(self.names[facet])

    def array(self) -> FloatMatrix | None:
        """Return the ratings as an array with one axis per facet, or ``None`` where the design is not balanced."""
        positions, sizes = [], []
        for facet in self.design.facets:
            nested = facet == "rater" and self.design.parent
            code = self.codes[facet]
            positions.append(_within(code, self.codes[self.design.parent or facet]) if nested else code)
            sizes.append(self.within(facet))
        if len(self.values) != np.prod(sizes):
            return None
        array = np.full(sizes, np.nan)
        array[tuple(positions)] = self.values
        return array


def _within(code: Codes, parent: Codes) -> Codes:
    """Return the place of every level among those of its parent."""
    first = np.unique(code, return_index=True)[1]
    parents = parent[first]
    order = np.argsort(parents, kind="stable")
    starts = np.searchsorted(parents[order], parents[order])
    place = np.empty(len(first), dtype=np.intp)
    place[order] = np.arange(len(first)) - starts
    return place[code]


def observations(
    ratings: Ratings, design: Design, columns: Mapping[str, str | None], score: str | None, missing: Missing
) -> Observations:
    """Return the ratings of a study as a missing policy leaves them 缺失处理.

    Parameters
    ----------
    ratings : a wide table of persons by raters where ``score`` is ``None``, else a long one.
    design : what the facets are.
    columns : of a long table, the column of every facet; ``None`` where it is called as the facet is.
    score : of a long table, the column of the ratings.
    missing : ``"available"``, or ``"listwise"``: a person without a rating under every condition is dropped.

    Raises
    ------
    DataError
        Where the table is malformed.
    MethodError
        Where the design needs a long table, columns of a wide one are named, or the policy does not exist.
    """
    if missing not in ("available", "listwise"):
        raise unknown_choice("missing", missing, ("available", "listwise"))
    given = [facet for facet, column in columns.items() if column is not None]
    if score is None and (given or not design.wide):
        raise MethodError(
            Problem(
                code="RL-LONG",
                where="score",
                expected="长表（每行一个评分）须给出评分列的列名；宽表只用于 p x r 与 r:p，且不需列名",
                found=f"设计 {design.name}，score=None，给出的列名 {'、'.join(given) or '无'}",
                mend="给出 score，如 score='score'",
            )
        )
    frame = (
        _wide(ratings)
        if score is None
        else _long(ratings, {one: columns.get(one) or one for one in design.facets}, score)
    )
    known = frame["score"].notna().to_numpy()
    if missing == "listwise":
        known = known & _complete(frame, known, design)
    used = frame[known]
    n_persons = frame[PERSON].nunique()
    coded: dict[str, Codes] = {}
    names: dict[str, tuple[str, ...]] = {}
    for facet in design.facets:
        keys = [facet]
        if facet == "rater" and design.parent:
            keys = [design.parent, facet]
        # A wide table has an order of its own; a long one that of first appearance.
        numbered = used.groupby(keys, sort=score is None, observed=True).ngroup().to_numpy().astype(np.intp)
        first = used.iloc[np.unique(numbered, return_index=True)[1]]
        coded[facet] = numbered
        names[facet] = tuple(":".join(map(str, row)) for row in first[keys].itertuples(index=False))
    caveats = _unused(frame, used, design) if missing == "available" else ()
    dropped = n_persons - len(names[PERSON])
    return Observations(design, used["score"].to_numpy(dtype=np.float64), coded, names, dropped, caveats)


def _wide(ratings: Ratings) -> pd.DataFrame:
    """Return a wide table as a long one; persons and raters by their place, named as in the table."""
    matrix = within_range(rating_matrix(ratings))
    n, k = matrix.shape
    rows = (
        [str(name) for name in ratings.index] if isinstance(ratings, pd.DataFrame) else list(map(str, range(1, n + 1)))
    )
    columns = list(rater_names(ratings, k))
    return pd.DataFrame(
        {
            PERSON: pd.Categorical.from_codes(np.repeat(np.arange(n), k), pd.Index(_distinct(rows))),
            "rater": pd.Categorical.from_codes(np.tile(np.arange(k), n), pd.Index(_distinct(columns))),
            "score": matrix.ravel(),
        }
    )


def _distinct(names: list[str]) -> list[str]:
    """Return names that differ: those that occur twice get their place."""
    if len(set(names)) == len(names):
        return names
    return [f"{name} ({place})" for place, name in enumerate(names, start=1)]


def _long(ratings: Ratings, columns: Mapping[str, str], score: str) -> pd.DataFrame:
    """Return a long table with the columns of a study, checked."""
    needed = [*columns.values(), score]
    refuse_absent(ratings, needed)
    frame = cast(pd.DataFrame, ratings)
    twice = [name for name in needed if needed.count(name) + list(frame.columns).count(name) > 2]
    if twice:
        raise DataError(
            Problem(
                code="RT-COLUMN",
                where="长表",
                expected="各侧面与评分各占一列，列名不重复",
                found="、".join(dict.fromkeys(map(str, twice))),
                mend="改正列名",
            )
        )
    refuse_unnamed(frame, list(columns.values()), unique=True)
    values = within_range(rating_matrix(frame[[score]]))[:, 0]
    return pd.DataFrame({**{facet: frame[name].to_numpy() for facet, name in columns.items()}, "score": values})


def _complete(frame: pd.DataFrame, known: NDArray[np.bool_], design: Design) -> NDArray[np.bool_]:
    """Return the rows of persons that lack nothing: no gap, and every condition where conditions are shared."""
    shared = [facet for facet in design.conditions if not (facet == "rater" and design.parent == PERSON)]
    gaps = frame[PERSON].map(pd.Series(~known).groupby(frame[PERSON], observed=True).sum()).to_numpy(dtype=np.float64)
    whole: NDArray[np.bool_] = gaps == 0
    if shared:
        condition = frame.groupby(shared, sort=False, observed=True).ngroup()
        met = condition.groupby(frame[PERSON], observed=True).nunique()
        whole &= frame[PERSON].map(met).to_numpy(dtype=np.float64) == condition.nunique()
    return whole


def _unused(frame: pd.DataFrame, used: pd.DataFrame, design: Design) -> tuple[Caveat, ...]:
    """Return a reservation where a rater gave no rating at all."""
    if design.parent == PERSON:
        return ()
    met = set(used["rater"])
    absent = [str(name) for name in frame["rater"].unique() if name not in met]
    if not absent:
        return ()
    return (Caveat("RATER_WITHOUT_RATINGS", f"评分者 {'、'.join(absent)} 没有任何评分，未计入"),)
