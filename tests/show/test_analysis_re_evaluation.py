"""The re-evaluation notebook over results made by hand: chapters, sentences that must stand there, what stays inside."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from perfkit.errors import Problem
from perfkit.read.rules import load_rule_set
from perfkit.show import analysis_re_evaluation as review
from perfkit.show import analysis_re_evaluation_lists as lists
from perfkit.show.draft.blocks import read_blocks
from perfkit.show.draft.shapes import Block, FigureBlock, Heading, Paragraph, TableBlock
from perfkit.show.record import TOKEN, RecordBook
from perfkit.terms import Audience, Severity
from tests.conftest import ROOT
from tests.show import re_evaluation_frames as frames
from tests.show import re_evaluation_sample as sample

MUST_STAND = (
    *("国家规定均没有给出数字", "未复核项目得分不作调整", "评分时不提供自评得分"),
    *("属于方法，不是规定", "再评项目不足10个的", "种子7"),
)
INSIDE = (
    *("异常提示", "再评人宽严", "处理建议的判定依据", "未能配对的指标"),
    *("按单位自定规则重算", "部门偏高幅度的收缩估计", "误报率"),
)


@pytest.fixture(scope="module", params=[0, 1, 6])
def notebook(request: pytest.FixtureRequest) -> Mapping[str, Any]:
    return sample.executed(request.param)


def text_of(blocks: Sequence[Block]) -> str:
    lines = []
    for block in blocks:
        if isinstance(block, Heading | Paragraph):
            lines.append(block.text)
        elif isinstance(block, TableBlock):
            lines += [block.caption, *block.notes]
            lines += [cell.text for row in (*block.header, *block.rows) for cell in row if cell is not None]
        elif isinstance(block, FigureBlock):
            lines += [block.caption, block.alt]
    return "\n".join(lines)


def test_every_cell_runs_whatever_the_number_of_departments(notebook: Mapping[str, Any]) -> None:
    report, workpaper = (read_blocks(notebook, audience) for audience in (Audience.REPORT, Audience.WORKPAPER))
    assert report
    assert workpaper


def test_the_chapters_are_those_of_the_outline(notebook: Mapping[str, Any]) -> None:
    outline = load_rule_set(ROOT, "cn-mof-2020-10").stage_outline(sample.NOTEBOOK.stem)
    headings = [
        block for block in read_blocks(notebook, Audience.REPORT) if isinstance(block, Heading) and block.level == 1
    ]
    assert [block.text for block in headings if block.kind == "numbered"] == [item.title for item in outline.sections]
    assert outline.basis.status.value == "ours"
    annexes = [block.text for block in headings if block.kind == "annex"]
    assert {"抽样方案", "复核发现明细", "一致程度", "自评工作质量（方法性评价）", "参数与规则未明确事项的处理"} <= set(
        annexes
    )


def test_names_of_tables_and_figures_are_unique(notebook: Mapping[str, Any]) -> None:
    for audience in (Audience.REPORT, Audience.WORKPAPER):
        blocks = read_blocks(notebook, audience)
        names = [block.name for block in blocks if isinstance(block, TableBlock | FigureBlock)]
        assert len(names) == len(set(names))


def test_the_report_says_what_it_must(notebook: Mapping[str, Any]) -> None:
    report = text_of(read_blocks(notebook, Audience.REPORT))
    for words in (
        "国家规定均没有给出数字",
        "未复核项目得分不作调整",
        "评分时不提供自评得分",
        "属于方法，不是规定",
        "再评项目不足10个的",
        "种子7",
    ):
        assert words in report, words


def test_forensic_signs_and_raters_stay_in_the_working_paper(notebook: Mapping[str, Any]) -> None:
    report = text_of(read_blocks(notebook, Audience.REPORT))
    for words in ("异常提示", "与他人有共同项目", "收缩", "位次", "核实整数得分", "虚高", "严重"):
        assert words not in report, words


def test_the_working_paper_holds_the_rest() -> None:
    paper = text_of(read_blocks(sample.executed(2), Audience.WORKPAPER))
    for words in (
        "异常提示",
        "再评人宽严",
        "处理建议的判定依据",
        "未能配对的指标",
        "按单位自定规则重算",
        "部门偏高幅度的收缩估计",
        "误报率",
    ):
        assert words in paper, words


def test_each_department_has_a_subsection_and_room_for_its_reply() -> None:
    blocks = read_blocks(sample.executed(6), Audience.REPORT)
    names = [block.text for block in blocks if isinstance(block, Heading) and block.level == 2]
    assert [name for name in names if name in frames.DEPARTMENTS] == list(frames.DEPARTMENTS)
    text = text_of(blocks)
    assert text.count("【待补充：该部门对意见单的反馈及采纳情况】") == 6
    assert text.count("**") == 0


def test_the_order_of_the_headline() -> None:
    text = text_of(read_blocks(sample.executed(1), Audience.REPORT))
    places = [
        text.index(words)
        for words in ("项目调减5个", "指标调减19项", "资金调减3,012.50万元", "自评偏高幅度平均3.50分", "等级下调3个")
    ]
    assert places == sorted(places)


def test_numbers_of_sentences_are_records() -> None:
    report = read_blocks(sample.executed(1), Audience.REPORT)
    names = {run.record for block in report if isinstance(block, Paragraph) for run in block.runs if run.record}
    assert {"all.inflation.mean", "all.projects.lowered_share", "department.1.items.raised", "all.send_back"} <= names


def test_every_record_that_the_notebook_says_is_supplied() -> None:
    named = {
        match["name"]
        for cell in sample.cells()
        for text in re.findall(r'say\("""(.*?)"""\)', cell["source"], re.S)
        for match in TOKEN.finditer(text)
        if match["name"]
    }
    assert len(named) > 20
    assert not named - set(RecordBook(sample.evaluation(1).records))


def test_without_re_scores_nothing_is_concluded() -> None:
    found = sample.evaluation(0)
    book = RecordBook(found.records)
    for chapter in (
        review.changes,
        review.inflation,
        review.migration,
        review.estimates,
        lists.depth,
        review.nodes,
        review.causes,
    ):
        (part,) = chapter(found, book).parts
        assert "没有" in str(part)


def test_self_scores_that_were_shown_are_a_limit() -> None:
    found = sample.evaluation(1)
    found.choices = found.choices.model_copy(update={"self_scores": type(found.choices.self_scores)("shown")})
    assert "再评人看到了自评得分" in str(review.limits(found, RecordBook(found.records)))


def test_braces_of_the_data_are_plain_text() -> None:
    found = sample.evaluation(1)
    frame = found.handling.to_frame().assign(because="按{all.projects}和**规则**")
    found.handling = sample.Listed("handling", frame)
    said = str(review.departments(found, RecordBook(found.records)))
    assert "按{all.projects}和**规则**" in said


def test_normalised_cells_are_summed_up_and_doubts_told_one_by_one() -> None:
    def note(code: str, severity: Severity, number: int) -> Problem:
        return Problem(
            code=code, where=f"表{number}", expected="数", found="１２", mend="全角转半角", severity=severity
        )

    notes = [
        *(note("SE-NORMALISED", Severity.INFO, number) for number in range(900)),
        note("SE-DOUBT", Severity.WARNING, 1),
    ]
    doubts, sums = lists.reading_notes(notes).parts
    assert len(doubts.rows) == 1  # type: ignore[attr-defined]
    assert [cell.text for cell in sums.rows[0]][:2] == ["SE-NORMALISED", "900"]  # type: ignore[attr-defined]
