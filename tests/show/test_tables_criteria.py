"""Tables of ratings by criteria, from frames made by hand."""

from __future__ import annotations

import pandas as pd

from perfkit.show.catalogue import table
from tests.show.re_evaluation_sample import Listed

ROW = {
    "criterion": "效率", "n": 120, "dropped": 3, "exact": 0.7, "within_one": 0.98, "self_mean": 2.1, "re_mean": 1.8, "inflation": 0.3,
    "sd_difference": 0.6, "lowered": 0.25, "same": 0.7, "raised": 0.05, "self_passing": 0.8, "re_passing": 0.65, "passing_gap": 0.15,
    "passing_lost": 20, "passing_won": 2, "passing_p": 0.0001, "wilcoxon_p": 0.0002, "kappa": 0.5, "kappa_linear": 0.55,
    "kappa_quadratic": 0.6, "ac1": 0.61, "ac2_quadratic": 0.8, "icc_one_way": 0.58, "icc_agreement": 0.59, "icc_consistency": 0.62,
    "pearson": 0.63, "spearman": 0.6,
}  # fmt: skip


def test_changes_and_agreement_of_criteria() -> None:
    result = Listed("criteria_comparison", pd.DataFrame([ROW]))
    assert [cell.text for cell in table(result).rows[0] if cell is not None] == [
        "效率", "120", "70.00%", "25.00%", "5.00%", "0.300", "80.00%", "65.00%", "<0.001", "<0.001"
    ]  # fmt: skip
    agreement = table(result, "agreement")
    assert [cell.text for cell in agreement.rows[0] if cell is not None][1:3] == ["0.500", "0.600"]
    assert "不称信度" in agreement.notes[0]


def test_breaches_of_a_rule() -> None:
    rows = [
        {
            "row": 7,
            "year": 2012,
            "ratings": "3、2、2、1",
            "mean": 1.6,
            "by_rule": "成功",
            "official": "不成功",
            "low": 1.6,
        }
    ]
    made = table(Listed("regrade", pd.DataFrame(rows)))
    assert [cell.text for cell in made.rows[0] if cell is not None] == [
        "7",
        "2012",
        "3、2、2、1",
        "1.600",
        "成功",
        "不成功",
    ]
    assert table(Listed("regrade", pd.DataFrame(rows).iloc[:0])).rows[0][0].text == "全部与规则相符"  # type: ignore[union-attr]
