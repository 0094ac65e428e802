"""Figures of generalizability: drawn for what is undefined too, the same bytes on every run, told in words."""

from __future__ import annotations

import numpy as np
import pytest

from perfkit.read.examples import example_table
from perfkit.reliability.generalizability import d_study_curve, g_study, rater_severity
from perfkit.show.figures.generalizability import LABEL_GAP, _spread, plot_d_study, plot_severity

JUDGES = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
SPLIT = [[9.0, 2.0, np.nan, np.nan], [6.0, 1.0, np.nan, np.nan], [np.nan, np.nan, 6.0, 8.0], [np.nan, np.nan, 2.0, 6.0]]
PNG = b"\x89PNG"


def test_raters_alone_give_both_coefficients() -> None:
    curve = d_study_curve(g_study(JUDGES), n_rater=[1, 4, 10])
    figure = plot_d_study(curve, target=0.8)
    assert "G：评分者 1 名 0.715，评分者 10 名 0.962；Φ：评分者 1 名 0.290，评分者 10 名 0.803" in figure.alt
    assert figure.png == plot_d_study(curve, target=0.8).png


def test_a_further_facet_gives_one_line_per_number() -> None:
    study = g_study(
        example_table("panel_scores"), design="p x i x r", score="score", person="project", item="indicator",
        rater="expert",
    )  # fmt: skip
    curve = d_study_curve(study, n_item=[6, 3])
    assert "。指标数 3：" in plot_d_study(curve).alt
    assert plot_d_study(curve).png != plot_d_study(curve, coefficient="g").png


@pytest.mark.parametrize("ratings", [SPLIT, [[1.0, 1.0], [1.0, 1.0]]])
def test_what_is_unknown_is_said(ratings: list[list[float]]) -> None:
    figure = plot_d_study(d_study_curve(g_study(ratings)))
    assert figure.alt.endswith("无法估计。")
    assert figure.png.startswith(PNG)


def test_a_single_point_is_drawn() -> None:
    assert plot_d_study(d_study_curve(g_study(JUDGES), n_rater=3)).png.startswith(PNG)


def test_labels_of_close_lines_do_not_cover_one_another() -> None:
    spread = _spread([0.80, 0.50, 0.81, 0.805])
    assert np.diff(np.sort(spread)).min() >= LABEL_GAP * (1 - 1e-9)
    assert spread[1] == 0.50


def test_severity_is_told_with_its_sign() -> None:
    figure = plot_severity(rater_severity(JUDGES))
    assert "；2 -2.79 [" in figure.alt
    assert figure.png.startswith(PNG)


def test_severity_of_raters_who_are_not_connected() -> None:
    figure = plot_severity(rater_severity(SPLIT))
    assert figure.alt.count("无法估计 —") == len(SPLIT)
    assert figure.png.startswith(PNG)
