"""The desk check finds every single fault that is put into a clean form, and nothing else; a clean form has none."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from perfkit.checks.self_evaluation import DESK_CHECKS, desk_check, desk_findings, own_rule_scores, own_rule_totals
from perfkit.checks.self_evaluation_shapes import DeskFinding
from perfkit.scoring.choices import SilentChoices
from perfkit.terms import Reason, Severity, ZeroTargetRule
from tests.checks.self_evaluation_forms import NO_APPROVALS, Form, approvals, clean, item, listing, read, rules


def found(form: Form, **choices: object) -> tuple[DeskFinding, ...]:
    return desk_findings(read(form), listing(form.project), NO_APPROVALS, rules(**choices))


def codes(findings: tuple[DeskFinding, ...]) -> list[str]:
    return [one.finding.code for one in findings]


def test_a_clean_form_has_no_findings() -> None:
    form = clean()
    assert desk_findings(read(form), listing("P1"), approvals(form), rules()) == ()


def test_no_form_and_no_project_at_all() -> None:
    assert desk_findings(read(), listing(), NO_APPROVALS, rules()) == ()
    result = desk_check(read(), listing("P1"), NO_APPROVALS, rules())
    assert codes(result.findings) == ["E01"]
    assert result.own_rule_totals.empty
    assert result.own_rule_items.empty
    assert result.copies.empty


def _cell(name: str, **changed: object) -> Callable[[Form], object]:
    return lambda form: form.row(name).update(changed)


def _head(**changed: object) -> Callable[[Form], object]:
    return lambda form: form.head.update(changed)


def _line(place: int, **changed: object) -> Callable[[Form], object]:
    return lambda form: form.funds[place].update(changed)


def _all(*steps: Callable[[Form], object]) -> Callable[[Form], object]:
    return lambda form: [step(form) for step in steps]


def _points(name: str, points: float) -> Callable[[Form], object]:
    return lambda form: form.score(name, points)


def _measured(name: str, actual: float, text: str, **changed: object) -> Callable[[Form], object]:
    return _cell(name, actual=actual, actual_text=text, **changed)


def _weights(form: Form) -> None:
    form.row("验收合格率").update(full=9.0, own_full=9.0, score=8.55, own_score=8.55)
    form.head["total"] = 95.15


def _layout(form: Form) -> None:
    form.row("培训人次").update(full=15.0, own_full=15.0, score=15.0, own_score=15.0)
    form.row("服务能力提升").update(full=35.0, own_full=35.0, score=32.0, own_score=32.0)


def _low(form: Form) -> None:
    for line, executed in zip(form.funds, (60.0, 40.0, 20.0), strict=True):
        line["executed"] = executed
        line["rate"] = executed / line["budget"]
    form.rate_text = ""
    form.head.update(executed=60.0, printed_rate=0.6, execution_score=6.0, total=92.5)
    form.row("execution").update(score=6.0, own_score=6.0)


def _zero_row(form: Form) -> None:
    form.funds[0].update(budget_begin=0.0, budget=0.0, executed=0.0, rate=math.nan, score=0.0)
    form.row("execution").update(score=0.0, own_score=0.0)
    form.head.update(budget=0.0, executed=0.0, total=86.5, grade="良")


DEFECTS: dict[str, tuple[Callable[[Form], object], list[str], float]] = {
    "form of another year": (_head(year="2023"), ["E01"], math.nan),
    "no result text": (_head(result_text=""), ["E15"], math.nan),
    "something unread": (_head(unread=2), ["E15"], math.nan),
    "third party": (_head(filled_by="某某会计师事务所"), ["E06"], math.nan),
    "weights sum to 99": (_weights, ["T01"], math.nan),
    "printed full total": (_head(total_full=98.0), ["T01"], math.nan),
    "layout": (_layout, ["T02"], math.nan),
    "empty target": (_cell("验收合格率", target_text="", target=math.nan, operator=""), ["E15"], math.nan),
    "empty actual": (_cell("验收合格率", actual_text="—", actual=math.nan), ["E15"], math.nan),
    "full without actual": (_cell("培训人次", actual_text="", actual=math.nan), ["E16"], math.nan),
    "full without target": (_cell("培训人次", target_text="", target=math.nan, operator=""), ["E16"], math.nan),
    "score above full": (_points("群众满意度", 10.5), ["S01"], -0.5),
    "total off by one": (_head(total=97.1), ["S05"], -1.0),
    "total row of zero": (_head(total=0.0, grade="差"), ["S05"], 96.1),
    "total beyond all rows": (_head(total=101.0), ["S06"], -4.9),
    "grade": (_head(grade="良"), ["S07"], math.nan),
    "unknown grade": (_head(grade="合格"), ["S07"], math.nan),
    "parts of the budget": (_line(1, budget=78.0, rate=math.nan), ["F01"], math.nan),
    "zero row over details": (_zero_row, ["F02", "E03"], 9.6),
    "negative amount": (_line(2, budget_begin=-20.0, budget=20.0), ["F01", "F02"], math.nan),
    "printed rate": (_line(0, rate=0.9619), ["F03"], math.nan),
    "rate on another denominator": (_all(_line(0, budget_begin=120.0, rate=0.8), _line(1, budget_begin=100.0)), ["F03"], math.nan),
    "execution points": (_points("execution", 10.0), ["F10"], -0.4),
    "low execution": (_low, ["F11", "E03"], math.nan),
    "pro rata missed": (_points("验收合格率", 9.0), ["S11"], 0.5),
    "full at missed target": (_points("验收合格率", 10.0), ["E17"], -0.5),
    "met but deducted": (_points("培训人次", 19.0), ["S11"], 1.0),
    "reverse scored forward": (_points("投诉件数", 12.0), ["S13"], 3.0),
    "reverse missed, forward full": (
        _all(_measured("投诉件数", 10, "10件", cause="雨季投诉集中，已整改"), _points("投诉件数", 15.0)), ["S13"], -7.5,
    ),
    "zero target without points": (_points("安全事故", 0.0), ["S14"], 5.0),
    "overshoot without cause": (_measured("培训人次", 300, "300人次"), ["S12"], math.nan),
    "missed without cause": (_cell("验收合格率", cause="无"), ["E02"], math.nan),
    "satisfaction in words": (_measured("群众满意度", math.nan, "满意"), ["T07"], math.nan),
    "satisfaction above 100": (_measured("群众满意度", 930, "930%"), ["E19"], math.nan),
    "another unit": (_measured("培训人次", 210, "210期"), ["E19"], math.nan),
    "percent or share": (_measured("验收合格率", 0.95, "0.95"), ["E19"], math.nan),
    "words against a number": (_measured("验收合格率", math.nan, "全部验收"), ["E19"], math.nan),
    "no direction": (_cell("验收合格率", target_text="98%", target=98.0, operator=""), ["T08"], math.nan),
    "exactly on a strict target": (
        _all(_cell("群众满意度", target_text=">93%", operator="gt", target=93.0, cause="基数较高")), ["S11"], math.nan,
    ),
    "label above its band": (
        _cell("服务能力提升", actual_text="部分达成年度指标并具有一定效果", cause="设备到货晚"), ["S10"], math.nan,
    ),
    "label that falls short without cause": (
        _all(_cell("服务能力提升", actual_text="部分达成年度指标并具有一定效果"), _points("服务能力提升", 20.0), _head(grade="良")),
        ["E02"], math.nan,
    ),
    "two defects": (_all(_points("培训人次", 19.0), _cell("验收合格率", cause="")), ["S11", "E02"], 1.0),
}  # fmt: skip


@pytest.mark.parametrize("name", DEFECTS)
def test_each_defect_is_found_and_nothing_else(name: str) -> None:
    spoil, expected, points = DEFECTS[name]
    form = clean()
    spoil(form)
    findings = found(form)
    assert sorted(codes(findings)) == sorted(expected)
    moved = [one.points for one in findings if not math.isnan(one.points)]
    assert moved == ([] if math.isnan(points) else [pytest.approx(points, abs=1e-9)])
    for one in findings:
        check = DESK_CHECKS[one.finding.code]
        assert one.finding.where.startswith("P1.xlsx › 自评表")
        assert one.finding.basis == check.basis
        assert one.reason == "" or Reason.read(one.reason) is not None
        assert (one.department, one.agency, one.project, one.form) == ("水务局", "水务站", "P1", "F1")


def test_a_finding_names_cell_values_and_rule() -> None:
    (one,) = found(clean().score("验收合格率", 10.0))
    assert one.finding.where == "P1.xlsx › 自评表 › H13"
    assert (one.finding.expected, one.finding.found) == ("9.50", "10.00")
    assert "95.00%" in one.finding.message
    assert "财预〔2020〕10号" in one.finding.message
    assert one.own_rule
    assert one.reason == Reason.NOT_DEDUCTED
    assert one.finding.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("total", "grade", "right"),
    [(89.5, "优", "良"), (90.0, "优", ""), (89.99999999999999, "优", ""), (80.0, "良", ""), (60.0, "中", ""), (59.99, "中", "差"),
     (79.99, "良等", "中"), (95.0, "优秀", "")],
)  # fmt: skip
def test_grades_stand_on_half_open_bands(total: float, grade: str, right: str) -> None:
    form = clean()
    lack = form.head["total"] - total
    for name in ("服务能力提升", "培训人次", "群众满意度"):
        taken = min(lack, form.row(name)["score"])
        form.row(name).update(score=form.row(name)["score"] - taken, own_score=form.row(name)["score"] - taken)
        lack -= taken
    form.head.update(total=total, grade=grade)
    named = [one.finding.expected for one in found(form) if one.finding.code == "S07"]
    assert named == ([right] if right else [])


def test_a_total_above_what_open_rows_allow() -> None:
    form = clean()
    form.row("验收合格率").update(score=math.nan, own_score=math.nan)
    assert codes(found(form)) == ["E15"]
    form.head["total"] = 96.7
    both = found(form)
    assert codes(both) == ["S06", "E15"]
    assert both[0].points == pytest.approx(-0.1)


def test_a_form_without_money_rows_uses_its_head() -> None:
    form = clean()
    form.funds, form.items = [], form.items[1:]
    assert codes(found(form)) == []
    form.head["execution_score"] = 8.0
    assert "F10" in codes(found(form))
    form.head.update(budget=math.nan, executed=math.nan, execution_score=9.6)
    assert codes(found(form)) == []


def test_without_a_list_of_projects_coverage_rests() -> None:
    assert desk_findings(read(clean()), listing(), NO_APPROVALS, rules()) == ()


def test_every_check_has_its_failing_example() -> None:
    elsewhere = {"E04", "E05", "E14", "E18", "F04", "F08", "F09", "T14"}
    assert {code for _, expected, _ in DEFECTS.values() for code in expected} | elsewhere == set(DESK_CHECKS)


def test_coverage_knows_missing_doubled_and_foreign_forms() -> None:
    forms = read(clean("P1"), clean("P1"), clean("P9"))
    findings = desk_findings(forms, listing("P1", "P2"), NO_APPROVALS, rules())
    assert sorted((one.project, one.finding.found) for one in findings if one.finding.code == "E01") == [
        ("P1", "2 份"), ("P2", "0 份"), ("P9", "P9"),
    ]  # fmt: skip
    assert "项目清单.xlsx" in next(one.finding.where for one in findings if one.project == "P2")


def test_late_forms() -> None:
    late = listing("P1", submitted=pd.Timestamp("2025-03-12"))
    (one,) = desk_findings(read(clean()), late, NO_APPROVALS, rules())
    assert one.finding.code == "E14"
    assert "迟 2 天" in one.finding.message
    assert desk_findings(read(clean()), listing("P1", submitted=pd.NaT), NO_APPROVALS, rules()) == ()


def test_printed_precision_counts() -> None:
    form = clean()
    form.row("验收合格率").update(actual=94.6, actual_text="94.6%")
    assert codes(found(form.score("验收合格率", 9.5))) == []
    assert codes(found(form.score("验收合格率", 9.46))) == []
    assert codes(found(form.score("验收合格率", 9.4))) == ["S11"]
    # 99.6 % of 10 points is 10.0 at one decimal: rounding, no full mark for a missed target.
    form.row("验收合格率").update(actual=99.6, actual_text="99.6%")
    assert codes(found(form.score("验收合格率", 10.0))) == []


def test_the_two_national_methods_differ() -> None:
    form = clean()
    form.row("验收合格率").update(actual=80.0, actual_text="80%")
    assert codes(found(form.score("验收合格率", 8.0))) == []
    (one,) = found(form, scoring="pass_line_2021")
    assert (one.finding.code, one.finding.expected) == ("S11", "5.00")
    assert one.points == pytest.approx(-3.0)
    assert codes(found(form.score("验收合格率", 5.0), scoring="pass_line_2021")) == []


def test_satisfaction_steps_are_one_of_the_examples_of_2021() -> None:
    form = clean()
    form.row("群众满意度").update(actual=85.0, actual_text="85%", cause="排队时间较长")
    form.row("验收合格率").update(score=8.75, own_score=8.75)
    assert codes(found(form.score("群众满意度", 8.0), scoring="pass_line_2021")) == []
    assert codes(found(form.score("群众满意度", 8.61), scoring="pass_line_2021")) == []
    assert codes(found(form.score("群众满意度", 9.5), scoring="pass_line_2021")) == ["S11"]


def test_execution_by_intervals() -> None:
    form = clean()
    assert codes(found(form.score("execution", 10.0), execution="interval_2021")) == []
    assert codes(found(form.score("execution", 7.0), execution="interval_2021")) == ["E03"]
    (one, *_) = found(form.score("execution", 9.6), execution="interval_2021")
    assert (one.finding.code, one.finding.expected) == ("F10", "7.00")
    assert one.points == pytest.approx(-2.6)


def test_direction_is_not_assumed_unless_chosen() -> None:
    form = clean()
    form.row("验收合格率").update(target_text="98%", target=98.0, operator="", actual=95.0, score=9.5)
    (one,) = found(form)
    assert (one.finding.code, one.finding.severity) == ("T08", Severity.INFO)
    assert codes(found(form, undeclared="higher")) == ["S11"]


def test_amounts_in_yuan_beside_wan_yuan() -> None:
    form = clean()
    for line in form.funds:
        line.update({name: line[name] * 10_000 for name in ("budget_begin", "budget", "executed")})
    assert codes(found(form)) == ["F08"]
    form = clean()
    for line in form.funds:
        line["executed"] *= 10_000
    assert codes(found(form)) == ["F08"] * 3
    form = clean()
    form.funds[0].update(budget=1_000_000.0, budget_begin=1_000_000.0, executed=960_000.0)
    assert set(codes(found(form))) == {"F08"}


def test_execution_above_the_budget_and_without_budget() -> None:
    form = clean()
    form.funds[0].update(executed=103.0, rate=1.03)
    form.funds[1].update(executed=83.0, rate=83 / 80)
    form.rate_text = "103.00%"
    assert codes(found(form.score("execution", 10.0))) == ["F09", "F09"]
    form = clean()
    form.funds = [{**form.funds[0], "budget_begin": 0.0, "budget": 0.0, "executed": 3.0, "rate": math.nan}]
    assert codes(found(form)) == ["F04"]


def test_low_execution_may_be_explained_anywhere() -> None:
    form = clean()
    _low(form)
    form.row("验收合格率")["cause"] = "工程延期，尾款未到支付条件"
    assert "F11" not in codes(found(form))
    form.row("验收合格率")["cause"] = "工程延期"
    form.head["result_text"] = "受雨季影响，工程款结转下年支付。"
    assert "F11" not in codes(found(form))


def test_flat_marks_are_only_a_hint() -> None:
    form = clean()
    form.row("验收合格率").update(actual=100.0, actual_text="100%", score=10.0, own_score=10.0)
    findings = found(form.score("服务能力提升", 30.0))
    assert codes(findings) == ["E04"]
    assert findings[0].finding.severity is Severity.INFO


def test_two_layer_weights_are_held_to_100_inside() -> None:
    form = clean()
    form.head.update(layout="two-layer", layers="2")
    for name in ("培训人次", "投诉件数", "安全事故", "验收合格率"):
        line = form.row(name)
        line.update(own_full=line["full"] * 2, own_score=line["score"] * 2)
    form.row("服务能力提升").update(own_full=100.0, own_score=90.0)
    form.row("群众满意度").update(own_full=100.0, own_score=100.0)
    assert codes(found(form)) == []
    form.row("群众满意度").update(own_full=95.0, own_score=95.0)
    (one,) = found(form)
    assert one.finding.code == "T01"
    assert "满意度指标 95" in one.finding.message
    form.row("群众满意度").update(own_full=100.0, own_score=100.0)
    form.row("验收合格率").update(own_score=20.0, score=10.0)
    form.head["total"] = 96.6
    (one,) = found(form)
    assert (one.finding.code, one.finding.expected) == ("E17", "19.00")
    assert one.points == pytest.approx(-0.5)


def test_zero_targets_may_be_declared_not_computable() -> None:
    held = replace(rules(), silent=SilentChoices(zero_target_rule=ZeroTargetRule.NOT_COMPUTABLE))
    (one,) = desk_findings(read(clean()), listing("P1"), NO_APPROVALS, held)
    assert (one.finding.code, one.finding.severity, one.own_rule) == ("S14", Severity.INFO, False)
    scores = own_rule_scores(read(clean()), listing("P1"), held).set_index("level3")["own_rule_score"]
    assert math.isnan(scores["安全事故"])
    (difference,) = own_rule_totals(read(clean()), listing("P1"), held)["difference"]
    assert difference == 0


def test_range_targets() -> None:
    form = clean()
    form.items[1] = item(
        1, "产出指标", "水质指数", 5, 7, 20.0, 20.0, operator="between", unit="", target_text="5~8", actual_text="7"
    )
    assert codes(found(form)) == []
    form.row("水质指数").update(actual=10.0, actual_text="10", cause="上游来水")
    (one,) = found(form)
    assert (one.finding.code, one.finding.expected) == ("E17", "16.00")


def test_money_targets_are_converted() -> None:
    form = clean()
    form.items[1] = item(
        1, "产出指标", "成本控制", 90, 85, 20.0, 20.0, operator="le", unit="万元", actual_text="850000元"
    )
    form.row("成本控制")["actual"] = 850000.0
    assert codes(found(form)) == []


def test_dates_are_no_quantities() -> None:
    form = clean()
    form.items[1] = item(
        1, "产出指标", "完工时间", 12, 11, 20.0, 20.0, operator="", unit="月底前", target_text="12月底前"
    )
    assert codes(found(form)) == []
