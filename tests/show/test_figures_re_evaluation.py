"""Figures of a re-evaluation: drawn for no, one, six and twenty departments, alike on every run, with words beside them."""

from __future__ import annotations

import io
from collections.abc import Callable

import pandas as pd
import pytest
from matplotlib.image import imread

from perfkit.show.drawing import DPI, WIDTH_CM, Figure
from perfkit.show.figures.re_evaluation import (
    plot_department_estimates,
    plot_grade_migration,
    plot_inflation,
    plot_self_and_re,
)
from perfkit.show.figures.re_evaluation_bars import (
    plot_change_directions,
    plot_change_reasons,
    plot_node_rates,
    plot_sampling_precision,
)
from perfkit.show.fonts import INCH_CM
from tests.show import re_evaluation_frames as frames

NAN = float("nan")
FIGURES: dict[str, Callable[[int], Figure]] = {
    "scatter": lambda count: plot_self_and_re(frames.projects(count), frames.BANDS),
    "differences": lambda count: plot_inflation(frames.projects(count), mean=4.3, limits=(-4.0, 12.6)),
    "migration": lambda count: plot_grade_migration(frames.migration(count), order=frames.GRADES),
    "estimates": lambda count: plot_department_estimates(frames.inflation(count), general=2.0),
    "directions": lambda count: plot_change_directions(frames.headline(count)),
    "reasons": lambda count: plot_change_reasons(frames.reasons(count)),
    "nodes": lambda count: plot_node_rates(frames.nodes(count)),
    "precision": lambda count: plot_sampling_precision(frames.designs(count), reached=frames.inflation(count)),
}
# the page takes 18 cm and a taller figure is made smaller: at three quarters its smallest words still have six points
TALLEST_CM = 24.0


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("count", [0, 1, 6, 20])
def test_any_number_of_departments_fits_on_a_page(name: str, count: int) -> None:
    figure = FIGURES[name](count)
    height, width = imread(io.BytesIO(figure.png)).shape[:2]
    assert width == round(WIDTH_CM / INCH_CM * DPI)
    assert height / DPI * INCH_CM <= TALLEST_CM
    assert figure.alt.endswith("。")
    assert figure.caption


@pytest.mark.parametrize("name", FIGURES)
def test_the_same_frame_gives_the_same_bytes(name: str) -> None:
    assert FIGURES[name](1).png == FIGURES[name](1).png


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_to_draw_is_said(name: str) -> None:
    assert FIGURES[name](0).alt.startswith(("没有", "抽样方案没有"))


def test_points_are_counted_by_direction() -> None:
    figure = plot_self_and_re(frames.projects(1), frames.BANDS)
    assert "8 个项目；再评价低于自评 6 个；不变 2 个；再评价高于自评 0 个" in figure.alt


def test_one_project_and_equal_scores_are_drawn() -> None:
    frame = pd.DataFrame({"self_total": [90.0], "re_total": [90.0], "direction": ["equal"]})
    assert "1 个项目" in plot_self_and_re(frame).alt
    assert plot_inflation(frame).alt.startswith("差值散点图。1 个项目")


def test_what_is_no_number_is_not_drawn() -> None:
    frame = pd.DataFrame({"self_total": ["=1+1", 90.0], "re_total": [80.0, 85.0], "direction": ["lowered", "lowered"]})
    assert "1 个项目" in plot_self_and_re(frame).alt


def test_limits_that_are_not_known_are_not_said() -> None:
    assert "上限" not in plot_inflation(frames.projects(1), mean=4.3).alt


def test_a_sample_without_interval_is_said_to_be_one() -> None:
    assert "市教育体育局 5.50 仅样本" in plot_department_estimates(frames.inflation(2)).alt


def test_reasons_beyond_the_colours_become_others() -> None:
    levels = [f"指标{number}" for number in range(9)]
    frame = pd.DataFrame([{"department": "", "level1": level, "reason": "evidence", "count": 2} for level in levels])
    assert "佐证缺失 18 项" in plot_change_reasons(frame).alt


def test_markup_in_names_is_plain_text() -> None:
    frame = frames.inflation(1).assign(department=["", "$\\frac{1}{2}$<b>局</b>"])
    assert "<b>局" in plot_department_estimates(frame).alt.replace("\n", "")


def test_a_missing_mean_is_no_interval() -> None:
    frame = frames.inflation(1).assign(mean=NAN, estimate=NAN, low=NAN, high=NAN)
    assert plot_department_estimates(frame).alt.startswith("没有")
