"""Indicator trees: shape, codes, weights, and every problem of a bad table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfkit.errors import DataError
from perfkit.tree import ROOT, IndicatorTree


def _tree() -> IndicatorTree:
    paths = [("决策", "立项", "依据"), ("过程", "", "管理"), ("决策", "资金", "分配"), ("决策", "立项", "程序")]
    return IndicatorTree.from_paths(["A1", "B1", "A3", "A2"], paths, [10, 60, 10, 20])


def test_nodes_run_level_by_level_in_order_of_appearance() -> None:
    tree = _tree()
    assert tree.code == ("", "1", "2", "1.1", "1.2", "A1", "B1", "A3", "A2")
    assert tree.name[1:5] == ("决策", "过程", "立项", "资金")
    assert tree.parent.tolist() == [-1, 0, 0, 1, 1, 3, 2, 4, 3]
    assert tree.level.tolist() == [0, 1, 1, 2, 2, 3, 3, 3, 3]
    assert tree.full_score.tolist() == [100, 40, 60, 30, 10, 10, 60, 10, 20]
    assert tree.leaves.tolist() == [5, 6, 7, 8]


def test_paths_children_and_level1() -> None:
    tree = _tree()
    assert tree.path(tree.leaf("A2")) == ("决策", "立项", "程序")
    assert tree.path(tree.leaf("B1")) == ("过程", "管理")
    assert tree.path(ROOT) == ()
    assert tree.children(3).tolist() == [5, 8]
    assert tree.level1[tree.leaves].tolist() == [1, 2, 1, 1]
    with pytest.raises(KeyError):
        tree.leaf("1.1")


def test_same_names_under_different_parents_are_different_nodes() -> None:
    tree = IndicatorTree.from_paths(["a", "b"], [("x", "同", "i"), ("y", "同", "j")], [1, 2])
    assert len(tree.code) == 7


def test_two_layers_scale_level_one() -> None:
    tree = IndicatorTree.from_paths(
        ["a", "b", "c"], [("x", "i"), ("x", "j"), ("y", "k")], [40, 60, 100], {"x": 30, "y": 70}
    )
    assert tree.two_layer
    assert tree.full_score.tolist() == [100, 100, 100, 40, 60, 100]
    assert tree.scale.tolist() == [1, 0.3, 0.7, 1, 1, 1]
    assert not _tree().two_layer


def test_arrays_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        _tree().full_score[0] = 1


def test_weights_that_miss_100_are_kept() -> None:
    assert IndicatorTree.from_paths(["a"], [("x", "i")], [98.5]).full_score[ROOT] == 98.5


def test_all_problems_in_one_pass() -> None:
    paths = [("x", "i"), ("", "j"), ("x",), ("x", "k")]
    with pytest.raises(DataError) as error:
        IndicatorTree.from_paths(["a", "a", "", "d"], paths, [1, 2, float("nan"), -1], {"x": 1, "z": float("nan")})
    codes = sorted(problem.code for problem in error.value.problems)
    assert codes.count("TREE-CODE") == 2
    assert codes.count("TREE-PATH") == 2
    assert codes.count("TREE-WEIGHT") == 3
    assert codes.count("TREE-LEVEL1") == 2


@pytest.mark.parametrize(
    ("codes", "paths", "fulls", "code"), [([], [], [], "TREE-EMPTY"), (["a"], [], [1], "TREE-LENGTH")]
)
def test_no_table_at_all(codes: list[str], paths: list[tuple[str, ...]], fulls: list[float], code: str) -> None:
    with pytest.raises(DataError, match=code):
        IndicatorTree.from_paths(codes, paths, fulls)


names = st.sampled_from(["甲", "乙", "丙", ""])


@given(
    st.lists(st.tuples(st.sampled_from("甲乙"), st.lists(names, max_size=4), st.floats(0, 50)), min_size=1, max_size=12)
)
def test_any_depth_sums_to_the_total(rows: list[tuple[str, list[str], float]]) -> None:
    codes = [f"i{place}" for place in range(len(rows))]
    paths = [(first, *middle, code) for (first, middle, _), code in zip(rows, codes, strict=True)]
    tree = IndicatorTree.from_paths(codes, paths, [full for *_, full in rows])
    assert tree.full_score[ROOT] == pytest.approx(sum(full for *_, full in rows))
    assert (tree.level[1:] > tree.level[tree.parent[1:]]).all()
    assert [tree.code[node] for node in tree.leaves] == codes
    for path, node in zip(paths, tree.leaves, strict=True):
        assert tree.path(int(node)) == tuple(name for name in path if name)
    for node in range(len(tree.code)):
        if tree.children(node).size:
            assert tree.full_score[node] == pytest.approx(np.sum(tree.full_score[tree.children(node)]))
