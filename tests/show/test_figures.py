"""Figures: the same bytes on every run, nothing cut off, no trace in global settings."""

from __future__ import annotations

import base64
import io
import struct

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.image import imread

from perfkit.errors import DataError
from perfkit.show import fonts
from perfkit.show.drawing import DPI, FIGURE_MIME, WIDTH_CM, Figure, wrapped
from perfkit.show.figures import option_styles, plot_funds, plot_score_rates, plot_survey

SCORES = pd.DataFrame(
    {
        "name": ["决策", "过程", "效益与可持续影响以及服务对象满意度情况综合反映", "产出"],
        "level": [1, 1, 1, 1],
        "full_score": [15.0, 25.0, 25.0, 35.0],
        "score": [14.2, 15.34, float("nan"), 0.0],
        "rate": [14.2 / 15, 15.34 / 25, float("nan"), 0.0],
    }
)
FUNDS = pd.DataFrame(
    {
        "source": ["中央财政补助", "市级财政配套资金（含上年结转和其他统筹安排资金）", "合计"],
        "budget": [8000.0, 5534.7, 13534.7],
        "received": [8000.0, float("nan"), 13000.0],
        "executed": [7634.7, 0.0, 7634.7],
        "execution_rate": [0.9543, float("nan"), 0.59],
        "row_type": ["detail", "detail", "total"],
    }
)
ANSWERS = pd.DataFrame(
    {
        "id": ["S1"] * 2,
        "question": [1, 2],
        "option1": [60, 0],
        "option2": [30, 0],
        "option3": [10, 0],
        "text": ["对水质是否满意", ""],
        "n": [100, 0],
        "mean": [0.75, float("nan")],
    }
)


def _all() -> list[Figure]:
    return [
        plot_score_rates(SCORES),
        plot_funds(FUNDS),
        plot_survey(ANSWERS, options=("满意", "一般", "不满意"), group="农户", id="S1"),
    ]


def _pixels(figure: Figure) -> np.ndarray:
    return imread(io.BytesIO(figure.png))


def test_bytes_are_the_same_again_and_under_other_settings() -> None:
    first = [figure.png for figure in _all()]
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "savefig.dpi": 10, "figure.autolayout": True}):
        assert [figure.png for figure in _all()] == first


def test_png_carries_no_date_or_program() -> None:
    for figure in _all():
        names = set()
        position = 8
        while position < len(figure.png):
            length, name = struct.unpack(">I4s", figure.png[position : position + 8])
            names.add(name)
            position += length + 12
        assert names == {b"IHDR", b"pHYs", b"IDAT", b"IEND"}


def test_settings_and_figure_list_stay_untouched() -> None:
    before = dict(mpl.rcParams)
    _all()
    assert dict(mpl.rcParams) == before
    assert plt.get_fignums() == []


def test_size_is_fixed_and_nothing_touches_the_edge() -> None:
    for figure in _all():
        pixels = _pixels(figure)
        assert pixels.shape[1] == round(WIDTH_CM / 2.54 * DPI)
        edges = [pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]]
        assert all(np.all(edge[..., :3] == 1.0) for edge in edges), figure.name


def test_nothing_is_cut_with_extreme_labels() -> None:
    names = ["很长的一级指标名称" * 6, "A" * 60]
    scores = SCORES.head(2).assign(name=names, full_score=[100.0, 12.5], rate=[1.2, 0.0], score=[123.45, 0.0])
    money = FUNDS.head(2).assign(source=names, budget=[1234567890.12, 0.0])
    answers = ANSWERS.assign(text=names)
    options = ("非常非常满意的选项", "说不清楚或者不了解的选项", "从来没有接触过这项服务")
    for figure in (plot_score_rates(scores), plot_funds(money), plot_survey(answers, options=options)):
        pixels = _pixels(figure)
        edges = [pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]]
        assert all(np.all(edge[..., :3] == 1.0) for edge in edges), figure.name


def test_bundle_holds_picture_and_words() -> None:
    figure = plot_funds(FUNDS)
    bundle = figure._repr_mimebundle_()
    assert base64.b64decode(bundle["image/png"]) == figure.png
    assert set(bundle[FIGURE_MIME]) == {"name", "caption", "alt", "width_cm"}
    assert "执行率 95.43%" in figure.alt
    assert "合计" not in figure.alt


def test_missing_values_are_said() -> None:
    assert "无法估计" not in plot_score_rates(SCORES).alt
    assert "综合反映 —" in plot_score_rates(SCORES).alt
    assert "执行率 —" in plot_funds(FUNDS).alt
    assert "第 2 题 满意 —" in plot_survey(ANSWERS, options=("满意", "一般", "不满意")).alt
    assert "到位 —" in plot_funds(FUNDS).alt


def test_empty_frames_draw() -> None:
    for figure in (plot_score_rates(SCORES.head(0)), plot_funds(FUNDS.head(0)), plot_survey(ANSWERS.head(0))):
        assert figure.png.startswith(b"\x89PNG")


def test_missing_columns_are_named() -> None:
    with pytest.raises(DataError, match="execution_rate"):
        plot_funds(FUNDS.drop(columns="execution_rate"))


def test_a_character_without_font_becomes_its_code_point(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "full_font", lambda: None)
    monkeypatch.setattr(fonts, "system_fonts", lambda: ())
    named = SCORES.head(1).assign(name="堃泰")
    with pytest.warns(fonts.FontCoverageWarning, match="堃"):
        missing = plot_score_rates(named)
    spelt = plot_score_rates(named.assign(name="〔U+5803〕泰"))
    assert missing.png != plot_score_rates(named.assign(name="泰")).png
    assert missing.png == spelt.png or _pixels(missing).shape == _pixels(spelt).shape


def test_dollar_signs_are_not_mathematics() -> None:
    assert plot_score_rates(SCORES.head(1).assign(name="$x_1$ 与 $")).png


@pytest.mark.parametrize("n", range(1, 8))
def test_options_have_styles_of_their_own_side(n: int) -> None:
    styles = option_styles(n)
    assert len(styles) == n
    assert [bool(style["hatch"]) for style in styles] == [False] * (n - n // 2) + [True] * (n // 2)
    assert len({style["color"] for style in styles}) == n


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一二三四五六", "一二\n三四\n五六"),
        ("一二三，四", "一二\n三，\n四"),
        ("一（二三", "一\n（二\n三"),
        ("ab\ncd", "ab\ncd"),
        ("", ""),
    ],
)
def test_labels_wrap_by_width(text: str, expected: str) -> None:
    assert wrapped(text, 4) == expected
