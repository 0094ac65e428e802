"""Generated forms: clean ones have no findings, one fault gives exactly its finding, order and company change nothing."""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfkit.checks.self_evaluation import copied_forms, desk_check, desk_findings, own_rule_scores, own_rule_totals
from perfkit.read.self_evaluation.shapes import SelfEvaluations
from tests.checks.self_evaluation_forms import NO_APPROVALS, Form, approvals, clean, item, listing, read, rules
from tests.tolerances import PRINTED

GROUPS = {"产出指标": 50, "效益指标": 30, "满意度指标": 10}
FEW = settings(max_examples=25, deadline=None)


def _half_up(value: float) -> float:
    return math.floor(value * 100 + 0.5 + 1e-7) / 100


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """Return a form whose every number follows from its own rule, worked here by hand."""
    form = clean()
    executed = draw(st.integers(9600, 9999)) / 100
    rate = executed / 100
    form.funds = [
        {"row": 1, "line": "total", "label": "年度资金总额", "budget_begin": 100.0, "budget": 100.0, "executed": executed,
         "full": 10.0, "rate": math.floor(rate * 1e4 + 0.5) / 1e4, "score": _half_up(10 * rate)},
    ]  # fmt: skip
    form.rate_text = f"{math.floor(rate * 1e4 + 0.5) / 1e2:.2f}%"
    lines = [form.items[0] | {"score": _half_up(10 * rate), "own_score": _half_up(10 * rate)}]
    for level1, weight in GROUPS.items():
        size = draw(st.integers(1, 3)) if weight > 10 else 1
        fulls = [weight // size] * size
        fulls[0] += weight - sum(fulls)
        for full in fulls:
            number = len(lines)
            target = draw(st.integers(10, 500))
            if draw(st.booleans()):
                actual = draw(st.integers(target, math.floor(target * 1.2)))
                score, cause = float(full), ""
            else:
                actual = draw(st.integers(math.ceil(target * 0.93), target - 1)) if target > 20 else target
                score, cause = _half_up(full * min(actual / target, 1)), "工期调整，已补救"
            lines.append(item(number, level1, f"指标{number}", target, actual, full, score, cause=cause))
    # One item below full marks in any case: a form of full marks only is a hint of its own.
    last = lines[-1]
    lines[-1] = item(
        int(last["item"]), "满意度指标", last["level3"], 90, 89, 10, 9.89, unit="%", cause="排队较久，已增窗口"
    )
    form.items = lines
    total = _half_up(math.fsum(one["score"] for one in lines))
    form.head |= {"executed": executed, "printed_rate": rate, "execution_score": lines[0]["score"], "total": total,
                  "grade": "优" if total >= 90 else "良"}  # fmt: skip
    return form


def _codes(form: Form) -> list[str]:
    findings = desk_findings(read(form), listing("P1"), NO_APPROVALS, rules())
    return sorted(one.finding.code for one in findings if one.finding.code != "E03")


@FEW
@given(forms())
def test_a_clean_form_has_no_findings(form: Form) -> None:
    assert _codes(form) == []
    assert desk_findings(read(form), listing("P1"), approvals(form), rules()) == ()
    scores = own_rule_scores(read(form), listing("P1"), rules())
    assert not scores["wrong"].any()
    assert (scores["own_rule_score"] - scores["score"]).abs().max() <= PRINTED(2)
    (difference,) = own_rule_totals(read(form), listing("P1"), rules())["difference"]
    assert difference == 0


def _total(form: Form) -> None:
    form.head["total"] = _half_up(math.fsum(one["score"] for one in form.items))
    form.head["grade"] = "优" if form.head["total"] >= 90 else "良"


def _less(form: Form) -> None:
    form.items[-1].update(score=7.5, own_score=7.5)
    _total(form)


def _sum(form: Form) -> None:
    form.head["total"] = _half_up(form.head["total"] - 3)
    form.head["grade"] = "优" if form.head["total"] >= 90 else "良"


def _cause(form: Form) -> None:
    form.items[-1]["cause"] = "—"


def _grade(form: Form) -> None:
    form.head["grade"] = "良" if form.head["grade"] == "优" else "优"


def _rate(form: Form) -> None:
    form.funds[0]["rate"] += 0.0003
    form.rate_text = f"{form.funds[0]['rate'] * 100:.2f}%"


def _paid(form: Form) -> None:
    form.items[0].update(score=8.8, own_score=8.8)
    _total(form)


def _year(form: Form) -> None:
    form.head["year"] = "2022"


def _above(form: Form) -> None:
    form.items[-1].update(score=10.6, own_score=10.6)
    _total(form)


def _third(form: Form) -> None:
    form.head["filled_by"] = "云川某咨询有限公司"


def _empty(form: Form) -> None:
    form.items[-1].update(actual=math.nan, actual_text="")


SEEDED: dict[str, Callable[[Form], None]] = {
    "S11": _less, "S05": _sum, "E02": _cause, "S07": _grade, "F03": _rate, "F10": _paid, "E01": _year, "S01": _above,
    "E06": _third, "E15": _empty,
}  # fmt: skip


@FEW
@given(forms(), st.sampled_from(sorted(SEEDED)))
def test_one_fault_gives_one_finding(form: Form, code: str) -> None:
    SEEDED[code](form)
    assert [one for one in _codes(form) if one != "E04"] == [code]


@FEW
@given(forms(), st.integers(0, 99))
def test_order_and_company_change_nothing(form: Form, seed: int) -> None:
    form.items[-1].update(score=8.0, own_score=8.0, cause="")
    alone = desk_findings(read(form), listing("P1"), NO_APPROVALS, rules())
    other = clean("P2")
    both = read(form, other)
    shuffled = SelfEvaluations(
        values=both.values, forms=both.forms.iloc[::-1], items=both.items.sample(frac=1, random_state=seed),
        funds=both.funds.iloc[::-1], problems=(), sha256={},
    )  # fmt: skip
    together = desk_findings(shuffled, listing("P1", "P2"), NO_APPROVALS, rules())
    assert [one.finding for one in together if one.project == "P1"] == [one.finding for one in alone]
    assert not [one for one in together if one.project == "P2"]


def test_copies_are_groups_within_a_department() -> None:
    source = clean("P1")
    copy, other = source.copy("P2"), clean("P3")
    copy.head.update(name="项目P2", result_text=str(source.head["result_text"]).replace("P1", "P2"), executed=50.0)
    other.row("培训人次").update(actual=211.0, actual_text="211人次")
    frames = read(source, copy, other)
    result = desk_check(frames, listing("P1", "P2", "P3"), NO_APPROVALS, rules())
    assert [(one.project, one.finding.found) for one in result.findings if one.finding.code == "E18"] == [
        ("P1", "水务局雷同组1"), ("P2", "水务局雷同组1"),
    ]  # fmt: skip
    assert copied_forms(frames, listing("P1", "P2", "P3"))["group"].tolist() == ["水务局雷同组1", "水务局雷同组1", ""]
    elsewhere = pd.concat([listing("P1"), listing("P2", department="教育局")])
    assert set(copied_forms(frames, elsewhere)["group"]) == {""}
    # Two forms of one project are doubled, not copied.
    twice = desk_check(read(source, source), listing("P1"), NO_APPROVALS, rules())
    assert "E18" not in {one.finding.code for one in twice.findings}


def test_copies_are_seen_however_they_are_typed() -> None:
    source = clean("P1")
    copy = source.copy("P2")
    copy.row("培训人次").update(actual_text="２１０ 人次", cause="雨季")
    copy.row("投诉件数").update(actual_text="4", target_text="5")
    copy.row("服务能力提升").update(actual_text="较上年 提升")
    copy.head["result_text"] = ""
    assert copied_forms(read(source, copy), listing("P1", "P2"))["group"].tolist() == ["水务局雷同组1"] * 2
    copy.row("投诉件数").update(actual=3.0, actual_text="3")
    assert set(copied_forms(read(source, copy), listing("P1", "P2"))["group"]) == {""}


def test_plans_that_are_simply_met_are_no_copies() -> None:
    source = clean("P1")
    for row in source.items[1:]:
        row.update(actual=row["target"], actual_text=row["target_text"], score=row["full"], own_score=row["full"])
    assert set(copied_forms(read(source, source.copy("P2")), listing("P1", "P2"))["group"]) == {""}


def test_targets_against_the_approved_ones() -> None:
    form = clean()
    lowered = approvals(form, 培训人次={"target_text": "≥250人次", "target": 250.0})
    (one,) = desk_findings(read(form), listing("P1"), lowered, rules())
    assert (one.finding.code, one.reason, one.own_rule) == ("E05", "target_changed", False)
    assert "低于批复" in one.finding.message
    assert one.points == pytest.approx(210 / 250 * 20 - 20)
    weights = approvals(form, 培训人次={"full": 25.0}, 投诉件数={"full": 10.0})
    assert [one.finding.code for one in desk_findings(read(form), listing("P1"), weights, rules())] == ["T14", "T14"]
    removed = pd.concat([approvals(form), approvals(form).iloc[[0]].assign(level3="建成管线长度")])
    (one,) = desk_findings(read(form), listing("P1"), removed, rules())
    assert "建成管线长度" in one.finding.message
    added = approvals(form).iloc[1:]
    (one,) = desk_findings(read(form), listing("P1"), added, rules())
    assert "事后增加" in one.finding.message
    worded = approvals(form, 服务能力提升={"target_text": "显著提升"})
    (one,) = desk_findings(read(form), listing("P1"), worded, rules())
    assert one.finding.code == "E05"
    costly = clean()
    costly.items[1] = item(1, "产出指标", "工程成本", 90, 88, 20.0, 20.0, operator="le", unit="万元")
    yuan = approvals(costly, 工程成本={"target_text": "≤900000元", "target": 900_000.0, "unit": "元"})
    assert desk_findings(read(costly), listing("P1"), yuan, rules()) == ()
    unread = clean()
    unread.row("培训人次").update(target=math.nan, target_text="200", operator="")
    assert "E05" not in {
        one.finding.code for one in desk_findings(read(unread), listing("P1"), approvals(form), rules())
    }
    easier = approvals(form, 投诉件数={"target_text": "≤3件", "target": 3.0})
    (one,) = desk_findings(read(form), listing("P1"), easier, rules())
    assert "低于批复" in one.finding.message
    assert desk_findings(read(form), listing("P1"), approvals(form, 培训人次={"level3": "培训 人次"}), rules()) == ()


def test_a_list_without_columns_of_texts_is_said_once() -> None:
    first, second = clean("P1"), clean("P2")
    for form in (first, second):
        form.head.update(target_text="", result_text="")
        form.row("培训人次")["actual"] = 200.0 + len(form.project)
    second.row("培训人次").update(actual=215.0, actual_text="215人次")
    frames = read(first, second)
    frames.forms["file"] = "导出.xlsx"
    findings = desk_findings(frames, listing("P1", "P2"), NO_APPROVALS, rules())
    assert [(one.finding.code, one.send_back) for one in findings] == [("E15", False)]
