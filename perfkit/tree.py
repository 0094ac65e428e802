"""Indicator tree 指标体系: nodes as arrays from the total down to the items, any depth, one or two layers of weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from perfkit.errors import DataError, Problem

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

ROOT: Final = 0


@dataclass(frozen=True, eq=False)
class IndicatorTree:
    """Tree of indicators 指标树: node 0 is the total, items are the leaves in the order they were given.

    Parameters
    ----------
    code : node codes; items carry their own, inner nodes ``"1"``, ``"1.2"`` … by position, the total ``""``.
    name : Chinese names as the framework prints them; the total has ``""``.
    parent : int32, node of the parent, −1 for the total.
    level : int8, 0 for the total, then the place in the path (an empty level 2 leaves a gap in the numbers).
    full_score : float64, points on the node's own scale: of an item as printed, of an inner node the sum below it.
    scale : float64, factor from the node's own scale to its parent's: 1 everywhere except on level 1 of a two-layer
        scheme (level-1 weight ÷ 100).
    leaves : node of each item, in the order given.

    Notes
    -----
    Made by ``from_paths``. Verified on the 28-item case (4/12/28) and a form with two layers (50/25/25 over 100 each).
    """

    code: tuple[str, ...]
    name: tuple[str, ...]
    parent: NDArray[np.int32]
    level: NDArray[np.int8]
    full_score: FloatArray
    scale: FloatArray
    leaves: IntArray

    @classmethod
    def from_paths(
        cls,
        codes: Sequence[str],
        paths: Sequence[Sequence[str]],
        full_scores: Sequence[float],
        level1_weights: Mapping[str, float] | None = None,
        *,
        level1_scale: float = 100.0,
    ) -> IndicatorTree:
        """Return the tree of items given by their paths 由指标路径建树.

        Parameters
        ----------
        codes : item codes, unique strings.
        paths : per item the names from level 1 to the item itself; an empty name skips that level.
        full_scores : points of each item on its own scale, finite and ≥ 0.
        level1_weights : points of each level-1 node in the total of a two-layer scheme, by name; ``None`` for one layer.
        level1_scale : what the items of one level-1 node are meant to add up to in a two-layer scheme.

        Raises
        ------
        DataError
            With all problems: no items, duplicate or empty code, missing level-1 or item name, missing or negative
            full score, level-1 weight missing or naming no node.
        """
        problems = list(_problems(codes, paths, full_scores, level1_weights))
        if problems:
            raise DataError(problems)
        ways = [tuple(path[: place + 1]) for path in paths for place in range(len(path) - 1) if path[place]]
        inner = sorted(dict.fromkeys(ways), key=len)
        place_of: dict[tuple[str, ...], int] = {(): ROOT}
        place_of.update({way: number for number, way in enumerate(inner, start=1)})
        above = [ROOT] * (len(inner) + 1)
        above[1:] = [_closest(way[:-1], place_of) for way in inner]
        below: dict[int, int] = {}
        inner_codes = [""]
        for number in range(1, len(inner) + 1):
            below[above[number]] = below.get(above[number], 0) + 1
            prefix = inner_codes[above[number]]
            inner_codes.append(f"{prefix}.{below[above[number]]}" if prefix else str(below[above[number]]))
        parent = [-1, *above[1:], *(_closest(tuple(path[:-1]), place_of) for path in paths)]
        level = [0, *(len(way) for way in inner), *(len(path) for path in paths)]
        leaves = np.arange(len(inner) + 1, len(parent), dtype=np.int64)
        scale = np.ones(len(parent))
        for way, number in place_of.items():
            if level1_weights is not None and len(way) == 1:
                scale[number] = level1_weights[way[0]] / level1_scale
        tree = cls(
            code=(*inner_codes, *codes),
            name=("", *(way[-1] for way in inner), *(path[-1] for path in paths)),
            parent=np.array(parent, dtype=np.int32),
            level=np.array(level, dtype=np.int8),
            full_score=np.zeros(len(parent)),
            scale=scale,
            leaves=leaves,
        )
        tree.full_score[leaves] = full_scores
        for nodes in reversed(tree.levels[1:]):
            np.add.at(tree.full_score, tree.parent[nodes], tree.full_score[nodes] * scale[nodes])
        for array in (tree.parent, tree.level, tree.full_score, tree.scale, tree.leaves):
            array.setflags(write=False)
        return tree

    @cached_property
    def levels(self) -> tuple[IntArray, ...]:
        """Return the nodes of each level from the total down."""
        return tuple(np.flatnonzero(self.level == level) for level in np.unique(self.level))

    @cached_property
    def _place(self) -> Mapping[str, int]:
        """Return the item of each code; inner codes are kept apart because an item may be called ``"1"``."""
        return {self.code[node]: int(node) for node in self.leaves}

    @cached_property
    def level1(self) -> IntArray:
        """Return the level-1 ancestor of every node; the total is its own."""
        result = np.arange(len(self.code), dtype=np.int64)
        for nodes in self.levels[2:]:
            result[nodes] = result[self.parent[nodes]]
        return result

    @property
    def two_layer(self) -> bool:
        """Tell whether level 1 has a scale of its own 是否两层权重."""
        return bool((self.scale != 1.0).any())

    def leaf(self, code: str) -> int:
        """Return the node of an item; ``KeyError`` where there is none."""
        return self._place[code]

    def children(self, node: int) -> IntArray:
        """Return the nodes directly below, in order."""
        return np.flatnonzero(self.parent == node)

    def path(self, node: int) -> tuple[str, ...]:
        """Return the names from level 1 down to the node."""
        names: list[str] = []
        while node > ROOT:
            names.append(self.name[node])
            node = int(self.parent[node])
        return tuple(reversed(names))


def _closest(way: tuple[str, ...], place_of: Mapping[tuple[str, ...], int]) -> int:
    """Return the nearest named node on a path; empty names are no nodes."""
    while way not in place_of:
        way = way[:-1]
    return place_of[way]


def _problems(
    codes: Sequence[str],
    paths: Sequence[Sequence[str]],
    full_scores: Sequence[float],
    level1_weights: Mapping[str, float] | None,
) -> list[Problem]:
    """Return everything wrong with the table of items."""
    if not codes:
        return [_problem("TREE-EMPTY", "指标体系", "至少一个指标", "没有指标", "在指标体系表中填写指标")]
    if not len(codes) == len(paths) == len(full_scores):
        counts = f"{len(codes)}、{len(paths)}、{len(full_scores)}"
        return [_problem("TREE-LENGTH", "指标体系", "编码、路径、分值一一对应", f"个数为 {counts}", "补齐缺少的内容")]
    found: list[Problem] = []
    seen: set[str] = set()
    for code, path, full in zip(codes, paths, full_scores, strict=True):
        where = f"指标 {code or '（无编码）'}"
        if not code or code in seen:
            found.append(_problem("TREE-CODE", where, "唯一的指标编码", "空编码或重复编码", "为每个指标填写不同的编码"))
        seen.add(code)
        if len(path) < 2 or not path[0] or not path[-1]:
            found.append(_problem("TREE-PATH", where, "一级指标和指标名称", "空名称", "填写一级指标和三级指标名称"))
        if not np.isfinite(full) or full < 0:
            found.append(_problem("TREE-WEIGHT", where, "不小于 0 的分值", f"{full}", "填写该指标的分值"))
    if level1_weights is not None:
        names = {path[0] for path in paths if path}
        expected, mend = "一级权重与一级指标一一对应", "核对一级指标名称和权重"
        found.extend(
            _problem("TREE-LEVEL1", f"一级指标 {name}", expected, "只在一处出现", mend)
            for name in sorted(names.symmetric_difference(level1_weights))
        )
        found.extend(
            _problem("TREE-WEIGHT", f"一级指标 {name}", "不小于 0 的权重", f"{weight}", "填写一级指标权重")
            for name, weight in level1_weights.items()
            if not np.isfinite(weight) or weight < 0
        )
    return found


def _problem(code: str, where: str, expected: str, found: str, mend: str) -> Problem:
    """Return one problem of the tree."""
    return Problem(code=code, where=where, expected=expected, found=found, mend=mend)
