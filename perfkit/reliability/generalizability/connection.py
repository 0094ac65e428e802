"""Connectivity 连通性: without a chain of shared ratings, a severe rater and a weak evaluand look alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from perfkit.result import Caveat
from perfkit.terms.reliability import Facet

Codes = NDArray[np.intp]

SHOWN_GROUPS = 6
SHOWN_NAMES = 5


@dataclass(frozen=True, slots=True)
class Group:
    """A connected group 连通组: levels of two crossed facets that no rating links to any other group."""

    first: tuple[str, ...]
    second: tuple[str, ...]


def group_codes(first: Codes, second: Codes, n_first: int, n_second: int) -> tuple[Codes, Codes]:
    """Return the number of the connected group 连通组 of every level of two crossed facets.

    Parameters
    ----------
    first, second : shape (n,), codes of the levels that share a rating, counted from 0.
    n_first, n_second : number of levels.

    Returns
    -------
    tuple
        Group numbers of shape (n_first,) and (n_second,), in order of the first facet's levels.
    """
    size = n_first + n_second
    links = coo_array((np.ones(len(first), dtype=np.int8), (first, second + n_first)), shape=(size, size))
    labels = connected_components(links, directed=False)[1]
    numbered = np.unique(labels, return_index=True)[1].argsort().argsort()[labels].astype(np.intp)
    return numbered[:n_first], numbered[n_first:]


def groups(first: Codes, second: Codes, first_names: Sequence[str], second_names: Sequence[str]) -> tuple[Group, ...]:
    """Return the connected groups by the names of their levels; one where all is connected."""
    of_first, of_second = group_codes(first, second, len(first_names), len(second_names))
    return tuple(
        Group(
            tuple(first_names[place] for place in np.flatnonzero(of_first == group).tolist()),
            tuple(second_names[place] for place in np.flatnonzero(of_second == group).tolist()),
        )
        for group in range(max(of_first.max(initial=-1), of_second.max(initial=-1)) + 1)
    )


def _listed(names: tuple[str, ...]) -> str:
    """Return names in a row, past the fifth only their number."""
    return "、".join(names[:SHOWN_NAMES]) + (f"…({len(names)})" if len(names) > SHOWN_NAMES else "")


def not_connected(found: Sequence[Group], first: str, second: str) -> Caveat:
    """Return which groups stand apart 不连通: the effects of the two facets cannot be separated."""
    labels = {one.value: one.label for one in Facet}
    return Caveat(
        "NOT_CONNECTED",
        f"{labels[first]} × {labels[second]} 不连通（{len(found)} 组），两者的效应分不开，无法估计："
        + "；".join(
            f"第 {place} 组 {labels[first]} {_listed(group.first)} × {labels[second]} {_listed(group.second)}"
            for place, group in enumerate(found[:SHOWN_GROUPS], start=1)
        )
        + ("；…" if len(found) > SHOWN_GROUPS else ""),
    )
