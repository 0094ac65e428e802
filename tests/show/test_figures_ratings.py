"""Figures of ratings: drawn for ugly input too, the same bytes on every run, with words for those who cannot see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from perfkit.reliability.estimate import EstimateResult, no_interval
from perfkit.result import Interval
from perfkit.show.drawing import Figure
from perfkit.show.figures.ratings import plot_differences, plot_estimates, plot_migration, plot_pairs

NAN = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Icc(EstimateResult):
    kind: ClassVar[str] = "icc"

    form: str


def differences(x: list[float], y: list[float], **changes: float) -> Figure:
    return plot_differences(x, y, **({"bias": 1.0, "lower": -1.0, "upper": 3.0} | changes))


def test_pairs_are_counted_by_direction_and_incomplete_ones_left_out() -> None:
    figure = plot_pairs([90.0, 85.0, NAN, 80.0], [85.0, 85.0, 70.0, 82.0])
    assert figure.alt == "散点图与等值线。3 对；自评较高 1 对，再评价较高 1 对。"
    assert figure.png == plot_pairs([90.0, 85.0, NAN, 80.0], [85.0, 85.0, 70.0, 82.0]).png


def test_differences_name_their_lines() -> None:
    figure = differences([90.0, 85.0], [88.0, 85.0])
    assert "平均差 1.00" in figure.alt
    assert "上限 3.00" in figure.alt


@pytest.mark.parametrize(
    ("x", "y"),
    [([], []), ([1.0], [1.0]), ([5.0, 5.0], [5.0, 5.0]), ([1e9, 1e9 + 1], [1e9, 1e9]), ([NAN], [1.0])],
)
def test_ugly_pairs_are_drawn(x: list[float], y: list[float]) -> None:
    assert plot_pairs(x, y).png.startswith(b"\x89PNG")
    assert differences(x, y, bias=NAN, lower=NAN, upper=NAN).png.startswith(b"\x89PNG")


def test_limits_with_intervals_are_drawn_as_bands() -> None:
    plain = plot_differences([1.0, 2.0], [1.0, 1.0], bias=0.5, lower=-1, upper=2)
    banded = plot_differences(
        [1.0, 2.0], [1.0, 1.0], bias=0.5, lower=-1, upper=2, upper_interval=Interval(1, 3, 0.95),
        lower_interval=Interval(NAN, NAN, 0.95),
    )  # fmt: skip
    assert plain.png != banded.png


def test_migration_tells_what_moved() -> None:
    grades = ["差", "中", "良", "优"]
    rows = [(a, b, 5 if a == b else 2 if (a, b) == ("优", "良") else 0) for a in grades for b in grades]
    figure = plot_migration(pd.DataFrame(rows, columns=["before", "after", "count"]))
    assert figure.alt == "等级迁移矩阵。变动：优→良 2。"


def test_estimates_beyond_the_scale_and_undefined_ones() -> None:
    results = [
        _Icc(method="icc", n_used=5, form="ICC(1,1)", value=-0.4, interval=Interval(-0.9, 0.2, 0.95)),
        _Icc(method="icc", n_used=5, form="ICC(A,1)", value=NAN, interval=no_interval(0.95)),
        _Icc(method="icc", n_used=5, form="ICC(A,k)", value=0.5, interval=Interval(NAN, 0.8, 0.95)),
    ]
    figure = plot_estimates(results)
    assert "ICC(A,1) 无法估计 —" in figure.alt
    assert np.frombuffer(figure.png[:4], dtype=np.uint8)[1:].tobytes() == b"PNG"
