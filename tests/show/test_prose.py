"""The arithmetic of an item in words: every op code, the model sentence, neutral opinions."""

from __future__ import annotations

import ast
import math
import re
from pathlib import Path

import pytest

from perfkit.scoring.items import Checkpoint, ScoringItem, UnitValue, score_items
from perfkit.show.prose import NOTES, SAID_BY_STEPS, opinion_sentence, trace_sentence
from perfkit.show.prose_steps import PHRASES, checkpoint_phrase
from perfkit.show.prose_words import circled, measured
from perfkit.terms import (
    Absence,
    CheckpointOutcome,
    Denominator,
    Direction,
    Operator,
    RollUp,
    ScoringFunction,
)
from perfkit.trace import Quantity, Step, Trace

F = ScoringFunction


def _quantity(name: str, value: float, label: str = "", unit: str = "") -> Quantity:
    return Quantity(name=name, value=value, label=label, unit=unit)


def _sentence(function: ScoringFunction, inputs: dict[str, float], unit: str = "", **more: object) -> str:
    quantities = {name: _quantity(name, value, unit=unit) for name, value in inputs.items()}
    item = ScoringItem(code="X", function=function, full_score=5.0, inputs=quantities, unit=unit, **more)  # type: ignore[arg-type]
    return trace_sentence(score_items([item]).trace("X"))


def _documented(root: Path) -> set[str]:
    """Read the op codes out of the table in the docstring of the steps, without importing the module."""
    source = (root / "perfkit" / "scoring" / "steps.py").read_text(encoding="utf-8")
    table = (ast.get_docstring(ast.parse(source)) or "").split("\n====")
    rows = re.findall(r"^([a-z_]+) {2,}\S", table[2], flags=re.MULTILINE)
    return set(rows) - {"op"}


def test_every_documented_op_code_has_words(root: Path) -> None:
    documented = _documented(root)
    assert len(documented) > 25
    assert documented == set(PHRASES)


def test_every_caveat_of_a_score_is_said(root: Path) -> None:
    source = (root / "perfkit" / "scoring" / "flags.py").read_text(encoding="utf-8")
    assert set(re.findall(r'Caveat\("([A-Z_]+)"', source)) == set(NOTES) | {
        note for note in SAID_BY_STEPS if not note.startswith("ABSENT")
    }


def test_model_sentence() -> None:
    item = ScoringItem(
        code="B201",
        function=F.LINEAR_DEDUCTION,
        full_score=5.0,
        inputs={
            "numerator": _quantity("numerator", 12634.7, "执行"),
            "denominator": _quantity("denominator", 13534.7, "预算"),
        },
        unit="%",
        parameters={"full_at": 100, "deduct_share_per_unit": 0.05, "zero_at": 80},
        denominator_basis=Denominator.BUDGET,
    )
    trace = score_items([item]).trace("B201")
    assert trace_sentence(trace) == (
        "满分 5 分；执行 12,634.70 ÷ 预算 13,534.70 = 93.35%（分母：预算数）；每低 1 个百分点扣 5%，得 3.34 分"
    )
    differing = Trace(**{name: getattr(trace, name) for name in Trace.__dataclass_fields__} | {
        "notes": ("DENOMINATOR_DIFFERS:budget:received",)
    })  # fmt: skip
    assert trace_sentence(differing, framework=" 10 号附 2 ") == (
        "满分 5 分；执行 12,634.70 ÷ 预算 13,534.70 = 93.35%（分母：预算数，与 10 号附 2 口径不同）；"
        "每低 1 个百分点扣 5%，得 3.34 分"
    )


@pytest.mark.parametrize(
    ("expected", "function", "inputs", "more"),
    [
        ("满分 5 分；实际 45 个 ÷ 目标 50 个 = 90.00%，得 4.50 分",
         F.PRO_RATA, {"actual": 45, "target": 50}, {"unit": "个", "operator": Operator.AT_LEAST}),
        ("满分 5 分；目标 ≤10 天 ÷ 实际 12.5 天 = 80.00%（越低越好），得 4.00 分",
         F.PRO_RATA, {"actual": 12.5, "target": 10}, {"unit": "天", "operator": Operator.AT_MOST}),
        ("满分 5 分；实际 80 ÷ 目标 100 = 80.00%；（80.00% － 60%）÷（1 － 60%）= 50.00%，得 2.50 分",
         F.PASS_LINE, {"actual": 80, "target": 100}, {}),
        ("满分 5 分；实际 85%，达到 80% 一档，得分率 80%，得 4.00 分",
         F.INTERVAL_STEPS, {"actual": 85}, {"unit": "%", "parameters": {"steps": "90:100%/80:80%"}}),
        ("满分 5 分；实际 70%，未到最低一档，得分率 0%，得 0.00 分",
         F.INTERVAL_STEPS, {"actual": 70}, {"unit": "%", "parameters": {"steps": "90:100%/80:80%"}}),
        ("满分 5 分；实际 88%，低于满分线 90%；每低 1 个百分点扣该指标分值的 5%，得 4.50 分",
         F.THRESHOLD_DEDUCTION, {"actual": 88}, {"unit": "%", "parameters": {"full_at": 90, "每单位扣分比例": "5%"}}),
        ("满分 5 分；实际 93.06%，达到满分线 90%，得满分，得 5.00 分",
         F.THRESHOLD_DEDUCTION, {"actual": 93.06},
         {"unit": "%", "parameters": {"full_at": 90, "每单位扣分比例": "5%"}}),
        ("满分 5 分；实际 74 天，高于满分线 60 天；每高 2 天扣该指标分值的 5%，得 3.25 分",
         F.LINEAR_DEDUCTION, {"actual": 74},
         {"unit": "天", "direction": Direction.LOWER,
          "parameters": {"full_at": 60, "unit": 2, "每单位扣分比例": "5%", "zero_at": 100}}),
        ("满分 5 分；实际 60 天，未超过满分线 60 天，得满分，得 5.00 分",
         F.LINEAR_DEDUCTION, {"actual": 60},
         {"unit": "天", "direction": Direction.LOWER,
          "parameters": {"full_at": 60, "unit": 2, "每单位扣分比例": "5%", "zero_at": 100}}),
        ("满分 5 分；实际 30,500 人 ÷ 目标 24,000 人 = 127.08%，达到目标；完成比 127.08%，超过 120%，不扣减，得 5.00 分",
         F.PRO_RATA, {"actual": 30500, "target": 24000}, {"unit": "人"}),
        ("满分 5 分；目标值为 0，按是否达标计分：实际 0，达标，得满分，得 5.00 分",
         F.PRO_RATA, {"actual": 0, "target": 0}, {"unit": "起", "operator": Operator.AT_MOST}),
        ("满分 5 分；实际 70% 已到零分点 80%，不得分，得 0.00 分",
         F.LINEAR_DEDUCTION, {"actual": 70},
         {"unit": "%", "parameters": {"full_at": 100, "每单位扣分比例": "5%", "zero_at": 80}}),
        ("满分 5 分；实际 9 天，目标 6 天，高出 3 天，允许偏离 1 天，每偏离 1 天扣 20%，得 3.00 分",
         F.TWO_SIDED_DEVIATION, {"actual": 9, "target": 6},
         {"unit": "天", "parameters": {"每单位扣分比例": "20%", "tolerance": 1}}),
        ("满分 5 分；发生 3 次，免扣 1 次，每次扣 20%，得 3.00 分",
         F.COUNT_THRESHOLD, {"count": 3}, {"parameters": {"每单位扣分比例": "20%", "allowed": 1}}),
        ("满分 5 分；判定为符合，不扣分，得 5.00 分", F.YES_NO, {"met": 1}, {}),
        ("满分 5 分；满意度 93.06%，达到 90% 一档，得分率 100%，得 5.00 分",
         F.SATISFACTION_STEPS, {"actual": 93.0597}, {"unit": "%"}),
        ("满分 5 分；不适用，未计分", F.PRO_RATA, {}, {"absence": Absence.NOT_APPLICABLE}),
        ("满分 5 分；缺失，暂不计分", F.PRO_RATA, {}, {"absence": Absence.MISSING}),
    ],
)  # fmt: skip
def test_functions_are_worded(
    expected: str, function: ScoringFunction, inputs: dict[str, float], more: dict[str, object]
) -> None:
    assert _sentence(function, inputs, **more) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("function", "inputs", "more", "parts"),
    [
        (F.PRO_RATA, {"actual": 150, "target": 100}, {}, ("150.00%", "，超过 120%，不扣减", "得 5.00 分")),
        (F.PRO_RATA, {"actual": 1, "target": 0}, {"operator": Operator.AT_MOST},
         ("目标值为 0，按是否达标计分：实际 1，未达标，不得分",)),
        (F.PRO_RATA, {"actual": 5, "target": 3, "target_high": 7}, {"direction": Direction.RANGE},
         ("目标区间 3～7", "达到目标")),
        (F.BASE_STEP, {"actual": 97}, {"parameters": {"base_value": 95, "base_share": 0.8, "step_share": 0.02}},
         ("基准 95 得 80%", "增减 2%", "折算得分率 84%")),
        (F.EXECUTION_LINEAR, {"numerator": 80, "denominator": 100},
         {"unit": "%", "denominator_basis": Denominator.ADJUSTED},
         ("= 80.00%（分母：全年预算数）", "按执行率比例计分", "得 4.00 分")),
        (F.EXECUTION_INTERVAL_2021, {"actual": 85, "finished": 0}, {"unit": "%"},
         ("项目实施期间", "达到 80% 一档", "得分率 70%")),
        (F.EXECUTION_LINEAR, {"numerator": 0, "denominator": 0}, {"unit": "%"}, ("预算数为零",)),
        (F.GIVEN, {"given": 4.25}, {"reason": "资料齐全"}, ("评价者直接给分 4.25 分", "得 4.25 分")),
        (F.VETO, {"vetoed": 1}, {}, ("触发一票否决：该指标计零分",)),
        (F.QUALITATIVE_BANDS, {},
         {"label": "较好", "parameters": {"labels": "好/较好/差", "band_values": "90%/70%/30%"}},
         ("结论“较好”", "按约定的档内取值", "取 70%")),
    ],
)  # fmt: skip
def test_functions_name_what_mattered(
    function: ScoringFunction, inputs: dict[str, float], more: dict[str, object], parts: tuple[str, ...]
) -> None:
    sentence = _sentence(function, inputs, **more)  # type: ignore[arg-type]
    for part in parts:
        assert part in sentence, sentence


def _points(*points: Checkpoint) -> Trace:
    item = ScoringItem(code="C101", function=F.CHECKPOINTS, full_score=8.0, checkpoints=points)
    return score_items([item]).trace("C101")


POINTS = (
    Checkpoint(number=1, actual=_quantity("actual", 131), plan=_quantity("plan", 146)),
    Checkpoint(number=2, outcome=CheckpointOutcome.MET),
    Checkpoint(number=3, outcome=CheckpointOutcome.MET),
    Checkpoint(number=4, outcome=CheckpointOutcome.UNMET),
)


def test_checkpoints_are_grouped() -> None:
    sentence = trace_sentence(_points(*POINTS))
    assert sentence == (
        "满分 8 分；要点① 131 ÷ 146 = 89.73%，得 1.7945 分；要点②③符合，各得 2 分；要点④不符合，得 0 分，共得 5.79 分"
    )


def test_part_credit_without_declared_scale_is_said() -> None:
    partly = Checkpoint(number=1, outcome=CheckpointOutcome.PARTLY, factor=0.5)
    sentence = trace_sentence(_points(partly, Checkpoint(number=2, outcome=CheckpointOutcome.NOT_ASSESSABLE)))
    assert "要点①部分符合（系数 0.5），得 2 分" in sentence
    assert "要点②无法判定不扣分，得 4 分" in sentence
    assert sentence.endswith("；部分得分档次未事先约定")


def test_units_are_listed_only_where_they_are_few() -> None:
    def sentence(n: int) -> str:
        units = tuple(
            UnitValue(
                agency=f"第{place}区",
                inputs={"actual": _quantity("actual", 40), "target": _quantity("target", 50)},
                money=_quantity("money", 10),
            )
            for place in range(1, n + 1)
        )
        item = ScoringItem(code="X", function=F.PRO_RATA, full_score=5, units=units, roll_up=RollUp.MONEY)
        return trace_sentence(score_items([item]).trace("X"))

    assert "第1区" in sentence(2)
    assert "得分率 80%" in sentence(2)
    assert "第1区" not in sentence(9)
    assert "9 个单位按资金加权" in sentence(9)


def test_the_label_of_a_variable_is_words_whatever_it_holds() -> None:
    step = Step(op="formula", values={"formula": "NK*(1-a)", "value": 1.0})
    variables = (_quantity("NK", 2.0, "水/电 (a-b)*"), _quantity("a", 0.5))
    trace = Trace(item="X", function="given", full_score=5, inputs=variables, parameters={}, exact=1, score=1,
                  steps=(step,), notes=())  # fmt: skip
    assert "水/电 (a-b)* 2 × （1 － a 0.5）" in trace_sentence(trace)


def test_formula_shows_its_numbers() -> None:
    item = ScoringItem(
        code="X",
        function=F.THRESHOLD_DEDUCTION,
        full_score=5,
        formula="(passed + retried) / checked * 100",
        variables=(
            _quantity("passed", 80, "一次合格"),
            _quantity("retried", 5, "复检合格"),
            _quantity("checked", 100, "抽检"),
        ),
        parameters={"full_at": 90, "deduct_share_per_unit": 0.05},
        unit="%",
    )
    sentence = trace_sentence(score_items([item]).trace("X"))
    assert "（一次合格 80 ＋ 复检合格 5） ÷ 抽检 100 × 100 = 85%" in sentence


def test_numbers_in_the_arithmetic_are_short_and_separated() -> None:
    item = ScoringItem(
        code="X",
        function=F.PRO_RATA,
        full_score=5,
        formula="spent * 10000 / trained",
        variables=(_quantity("spent", 1246.8, "支出"), _quantity("trained", 9864, "人次")),
        inputs={"target": _quantity("target", 1500)},
        operator=Operator.AT_MOST,
        unit="元/人次",
    )
    sentence = trace_sentence(score_items([item]).trace("X"))
    assert "支出 1,246.8 × 10,000 ÷ 人次 9,864 = 1,263.99 元/人次；目标 ≤1,500 元/人次 ÷ 实际 1,263.99" in sentence
    points = _points(Checkpoint(number=1, actual=_quantity("actual", 11260), plan=_quantity("plan", 12000)),
                     Checkpoint(number=2, outcome=CheckpointOutcome.PARTLY, factor=2 / 3))  # fmt: skip
    assert "要点① 11,260 ÷ 12,000 = 93.83%" in trace_sentence(points)
    assert "（系数 0.6667）" in trace_sentence(points)
    assert [measured(value) for value in (1263.9903, 15.11999, 0.40655)] == ["1,263.99", "15.12", "0.4066"]
    year = _sentence(F.PRO_RATA, {"actual": 2024, "target": 2024}, unit="年")
    assert "实际 2024 年 ÷ 目标 2024 年" in year


def test_moved_points_are_said_once() -> None:
    items = [
        ScoringItem(code="X", function=F.GIVEN, full_score=5, inputs={"given": _quantity("given", 4)}, reason="r"),
        ScoringItem(code="Y", function=F.GIVEN, full_score=2, absence=Absence.NOT_APPLICABLE),
    ]
    scores = score_items(items)
    assert trace_sentence(scores.trace("Y", effective_full=0.0)) == "不适用，未计分，2 分剔除后按比例折算到其他指标"
    moved = scores.trace("X", effective_full=5.3571)
    assert trace_sentence(moved) == "满分 5 分；评价者直接给分 4 分；折算后分值 5.36 分，得 4.29 分"
    assert opinion_sentence("培训", moved).startswith("培训指标满分5.36分，得4.29分，得分率80.08%。")


def test_a_denominator_of_no_name_is_not_said() -> None:
    item = ScoringItem(
        code="X",
        function=F.PRO_RATA,
        full_score=5,
        inputs={
            "numerator": _quantity("numerator", 984.4, "实收"),
            "denominator": _quantity("denominator", 1086.5, "应收"),
            "target": _quantity("target", 95),
        },
        unit="%",
        denominator_basis=Denominator.OTHER,
    )
    sentence = trace_sentence(score_items([item]).trace("X"))
    assert "实收 984.4 ÷ 应收 1,086.5 = 90.60%；" in sentence


def test_an_unknown_op_code_is_printed_not_lost() -> None:
    trace = Trace(item="X", function="given", full_score=5, inputs=(), parameters={}, exact=1, score=1,
                  steps=(Step(op="new_rule", values={"a": 1}),), notes=("NEW_NOTE",))  # fmt: skip
    assert trace_sentence(trace) == "满分 5 分；new_rule（a=1）；NEW_NOTE"


def test_opinion_names_points_and_deductions_in_neutral_words() -> None:
    opinion = opinion_sentence(
        "项目完成率", _points(*POINTS), evidence=("E03", "E07"), facts="验收资料显示完成 131 项",
        reasons={1: "15 项未完成"},
    )  # fmt: skip
    assert opinion == (
        "项目完成率指标满分8分，得5.79分，得分率72.38%。依据[E03、E07]，验收资料显示完成 131 项；符合要点②③；"
        "15 项未完成，按实际完成比例计要点①，扣0.21分；【待补充：要点④的事实】，不符合要点④，扣2.00分。"
    )
    assert not re.search("严重|故意|虚高", opinion)


def test_brief_opinion_leaves_the_points_to_the_text_around_it() -> None:
    opinion = opinion_sentence("项目完成率", _points(*POINTS), reasons={1: "15 项未完成"}, brief=True)
    assert opinion == (
        "依据【待补充：证据编号】，【待补充：事实】；符合要点②③；15 项未完成，按实际完成比例计要点①，扣0.21分；"
        "【待补充：要点④的事实】，不符合要点④，扣2.00分。"
    )
    given = ScoringItem(code="X", function=F.GIVEN, full_score=4, inputs={"given": _quantity("given", 3)})
    trace = score_items([given]).trace("X")
    assert opinion_sentence("培训", trace, brief=True) == "依据【待补充：证据编号】，【待补充：事实】。"
    assert opinion_sentence("培训", trace, absence="不适用", brief=True) == "不适用，未计分。"


def test_opinion_of_absent_and_unfinished_items() -> None:
    trace = score_items(
        [ScoringItem(code="X", function=F.GIVEN, full_score=4, inputs={"given": _quantity("given", 3)})]
    ).trace("X")
    assert (
        opinion_sentence("培训", trace)
        == "培训指标满分4分，得3.00分，得分率75.00%。依据【待补充：证据编号】，【待补充：事实】；扣1.00分。"
    )
    absent = Trace(
        item="X", function="given", full_score=4, inputs=(), parameters={}, steps=(), exact=math.nan, score=math.nan
    )
    assert opinion_sentence("培训", absent, absence="不适用") == "培训指标满分4分，不适用，未计分。"


def test_marks_beyond_twenty() -> None:
    assert [circled(1), circled(20), circled(21)] == ["①", "⑳", "（21）"]
    values = {"number": 21, "share": 0.1, "factor": 0.3, "points": 0.3, "outcome": None, "actual": None, "plan": None}
    assert checkpoint_phrase([values]) == "要点（21）按系数计（系数 0.3），得 0.3 分"
