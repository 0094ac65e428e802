"""What a report says of how projects were drawn, how deep they were looked at, and of lists that are too long 抽样与清单."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from perfkit.show import analysis_re_evaluation_lists as lists
from perfkit.show.opinion_sheets import opinion_sheets
from perfkit.show.record import RecordBook, publish_persons
from perfkit.show.tables.re_evaluation import tree_order
from perfkit.show.tables.re_evaluation_conclusions import table_department_estimate
from perfkit.show.tables.workpaper import FILES_LISTED, table_provenance
from tests.show import re_evaluation_sample as sample


def drawn_by(code: str) -> str:
    """Return what is said of a sample drawn by one design."""
    found = sample.evaluation(1)
    frame = found.plan_designs.to_frame().assign(design=code)
    found.plan_designs = sample.Listed("plan_designs", frame)
    return str(lists.sampling(found, RecordBook(found.records)))


def test_a_seed_is_told_only_of_what_was_drawn_by_chance() -> None:
    assert "随机种子" in drawn_by("simple")
    picked = drawn_by("purposive")
    assert "随机种子" not in picked
    assert "单侧精确上限" not in picked
    assert "不推及其余项目" in picked
    assert "【待补充：选定这些项目的理由】" in picked
    assert "没有抽样误差" in drawn_by("census")


def test_a_review_that_changed_nothing_shows_its_depth() -> None:
    found = sample.evaluation(1)
    found.depth = sample.Listed("review_depth", found.depth.to_frame().assign(changed=False))
    said = str(lists.depth(found, RecordBook(found.records)))
    assert "核查指标20项" in said
    assert "查看佐证9份" in said


@pytest.mark.parametrize(("most", "listed"), [(10_000, True), (0, False)])
def test_long_lists_are_summed_up(most: int, listed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "LONG_LIST", most)
    monkeypatch.setattr(lists, "MANY_FINDINGS", most)
    found = sample.evaluation(2)
    for shown in (lists.corrections(found), lists.desk_findings(found)):
        assert ("不在报告中逐条列出" not in str(shown)) is listed


def test_the_word_of_the_consensus_is_no_name() -> None:
    assert publish_persons(["合议", "王小明", ""]).payload == [{"name": "王小明"}]


def test_many_files_are_counted_by_folder() -> None:
    files = [f"文件 自评表/{number}.xlsx" for number in range(FILES_LISTED)]
    few = pd.DataFrame({"name": ["运行", *files], "value": "x"})
    assert len(table_provenance(few).rows) == FILES_LISTED + 1
    many = pd.DataFrame({"name": ["运行", *files, "文件 项目清单.xlsx"], "value": "x"})
    texts = [[cell.text for cell in row if cell is not None] for row in table_provenance(many).rows]
    assert [row[0] for row in texts] == ["运行", "文件 自评表", "文件 资料夹本级"]
    assert texts[1][1].startswith(f"{FILES_LISTED} 份")


def test_indicators_follow_the_form() -> None:
    levels = ["效益指标", "产出指标", "其他指标", ""]
    frame = pd.DataFrame({"department": "", "level1": levels, "level2": ""})
    assert tree_order(frame)["level1"].tolist() == ["", "产出指标", "效益指标", "其他指标"]


def test_reservations_name_their_departments() -> None:
    rows = [
        {"department": name, "design": "simple", "population": 9, "n": 3, "estimand": "share_changed", "value": None,
         "low": None, "high": None, "one_sided_bound": None, "said": "counts", "note": note}
        for name, note in (("甲局", "样本少"), ("乙局", "样本少；偏斜"), ("", ""))
    ]  # fmt: skip
    made = table_department_estimate(pd.DataFrame(rows), level="95%")
    assert made.notes[-2:] == ("甲局、乙局：样本少。", "乙局：偏斜。")
    assert len(made.rows) == 2


def test_a_total_that_is_not_the_sum_of_its_items_is_told_on_the_sheet() -> None:
    found = sample.evaluation(1)
    heads = found.opinion_sheets.to_frame()
    heads = heads[heads["tier"] == "re_scored"]
    own = found.items.to_frame().groupby("project")["change"].sum()
    even = heads.assign(re_total=heads["self_total"] + heads["project"].map(own))
    book = RecordBook(found.records)
    for rest, told in ((0.0, False), (-2.0, True)):
        shown: Any = sample.Listed("opinion_sheets", even.assign(re_total=even["re_total"] + rest))
        made = opinion_sheets(shown, found.items, found.desk, book)
        assert ("其余 -2.00 分" in str(made.sheets[0].parts)) is told
