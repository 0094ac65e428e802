"""The map of coverage as table and figure: Chinese words, percent half-up, what is low in bold."""

from __future__ import annotations

import re

from data.simulations.coverage.cells import CELLS
from perfkit.reliability.coverage import coverage_map
from perfkit.show.catalogue import table
from perfkit.show.figures.coverage import plot_coverage
from perfkit.show.tables.coverage import METHOD_WORDS, case_words
from perfkit.terms.reliability import Statistic, Variant

PNG = b"\x89PNG"


def test_every_case_has_words() -> None:
    known = {cell.interval_method for cell in CELLS}
    assert not known - METHOD_WORDS.keys()
    assert not [cell.statistic for cell in CELLS if Statistic.read(cell.statistic) is None]
    raw = {cell.design for cell in CELLS if re.search(r"[a-z]{2}", Variant.words(cell.design))}
    # Names that are written with Latin letters in Chinese too.
    assert not {design for design in raw if "Bonferroni" not in Variant.words(design)}


def test_the_table_prints_what_the_map_holds() -> None:
    found = coverage_map("cohen_kappa", interval_method="fleiss_cohen_everitt_normal", shape="skewed")
    shown = table(found)
    assert [column.header for column in shown.columns] == [
        *("统计量", "区间方法", "数据形态", "对象数", "评分者数", "覆盖率", "判定")
    ]
    rows = [[cell.text for cell in row if cell is not None] for row in shown.rows]
    assert len(rows) == found.n_used
    assert rows[0][:5] == ["Cohen κ（未加权）", "大样本方差（正态）", "分布偏斜", "10", "2"]
    assert all(re.fullmatch(r"\d{2,3}\.\d%", row[5]) for row in rows)
    assert [row[6] for row in rows].count("偏低") == found.low
    bold = [row[5].bold for row in shown.rows if row[5] is not None]
    assert bold.count(True) == found.low


def test_the_figure_is_told_in_words_and_the_same_on_every_run() -> None:
    found = coverage_map("icc", interval_method="f_mcgraw_wong", design=["ICC(A,1)", "ICC(C,1)"])
    figure = plot_coverage(found)
    assert figure.png.startswith(PNG)
    assert figure.png == plot_coverage(found).png
    assert f"偏低 {found.low} 格，相符 {found.within} 格，偏宽 {found.high} 格" in figure.alt
    assert "分布偏斜" in figure.alt


def test_a_case_without_raters_or_shape_is_drawn() -> None:
    found = coverage_map(["mcnemar", "grade_change"])
    assert plot_coverage(found).png.startswith(PNG)
    assert table(found).rows


def test_unknown_words_print_as_they_are() -> None:
    row = {"statistic": "new", "interval_method": "own", "design": "a:slope", "shape": "odd", "k": 0, "side": "upper"}
    assert case_words(row) == ("new", "a，斜率", "own，单侧上限", "odd", "—")
