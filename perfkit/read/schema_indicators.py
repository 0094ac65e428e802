"""The sheets that carry the indicator system 指标体系 and its inputs: indicators, checkpoints, variables, units."""

from __future__ import annotations

from perfkit.read.layout import Column, Form, Sheet
from perfkit.terms import (
    Absence,
    CheckpointOutcome,
    Denominator,
    Direction,
    IndicatorKind,
    Operator,
    RollUp,
    ScoringFunction,
)

INDICATORS = Sheet(
    code="indicators",
    name="指标体系",
    aliases=("指标", "指标表"),
    title="指标体系与评分",
    guidance=(
        "每个三级指标一行；一级、二级指标相同的可合并单元格或留空。目标值可写“≥50个”，系统会拆成运算符、数值和单位。"
        "没有数值时填：不适用、缺失或未到期，三者处理办法不同，不要混用。"
    ),
    required=True,
    key=("code",),
    fill_down=("level1", "level2"),
    absence_from=("actual", "numerator", "denominator", "label", "given_score"),
    columns=(
        Column(
            code="code",
            header="指标编码",
            form=Form.CODE,
            required=True,
            aliases=("编码",),
            example="示例A101",
            width=12,
        ),
        Column(code="framework_code", header="框架编码", form=Form.CODE, width=12, guidance="对应指标框架中的编码"),
        Column(code="level1", header="一级指标", required=True, example="产出", width=10),
        Column(code="level2", header="二级指标", example="产出数量", width=12),
        Column(
            code="level3", header="三级指标", required=True, aliases=("指标名称",), example="新建供水点数量", width=24
        ),
        Column(
            code="full_score",
            header="分值",
            form=Form.NUMBER,
            unit="分",
            required=True,
            aliases=("权重", "满分"),
            example=5.0,
            width=9,
        ),
        Column(
            code="level1_weight",
            header="一级权重",
            form=Form.NUMBER,
            unit="分",
            width=11,
            guidance="只有两层权重时填：各一级指标内部满分 100，此处填它在总分中的权重",
        ),
        Column(
            code="kind",
            header="指标类型",
            form=Form.TERM,
            term=IndicatorKind,
            example=IndicatorKind.QUANTITATIVE,
            width=11,
        ),
        Column(code="direction", header="方向", form=Form.TERM, term=Direction, example=Direction.HIGHER, width=12),
        Column(code="operator", header="运算符", form=Form.TERM, term=Operator, example=Operator.AT_LEAST, width=9),
        Column(
            code="target",
            header="目标值",
            form=Form.TARGET,
            aliases=("指标值", "年度指标值"),
            example=50,
            width=12,
            guidance="数值，或“下限~上限”；百分数写 95% 或单位栏填 %",
        ),
        Column(code="unit", header="计量单位", aliases=("单位",), example="个", width=10),
        Column(
            code="actual", header="实际值", form=Form.MEASURE, aliases=("实际完成值", "完成值"), example=48, width=12
        ),
        Column(code="numerator", header="分子", form=Form.MEASURE, width=12),
        Column(code="denominator", header="分母", form=Form.MEASURE, width=12),
        Column(code="numerator_name", header="分子名称", width=14),
        Column(code="denominator_name", header="分母名称", width=14),
        Column(
            code="denominator_basis",
            header="分母口径",
            form=Form.TERM,
            term=Denominator,
            width=12,
            guidance="同一比率因分母不同而不同，必须写明",
        ),
        Column(
            code="formula", header="计算公式", width=20, guidance="由“计算变量”中的变量组成，如 (a+b)/c；不要写等号"
        ),
        Column(
            code="function",
            header="计分方法",
            form=Form.TERM,
            term=ScoringFunction,
            required=True,
            example=ScoringFunction.PRO_RATA,
            width=18,
        ),
        Column(
            code="parameters",
            header="计分参数",
            form=Form.PARAMETERS,
            width=30,
            guidance="键=值，用“；”分隔，如：满分值=100；零分值=80；每单位扣分比例=5%",
        ),
        Column(code="label", header="定性结论", width=14, guidance="定性分档指标的档次"),
        Column(code="given_score", header="直接得分", form=Form.NUMBER, unit="分", width=11),
        Column(code="rule_text", header="评分细则", aliases=("评分标准",), example="按完成比例计分", width=36),
        Column(
            code="rule_value",
            header="细则口径值",
            form=Form.MEASURE,
            width=12,
            guidance="按印出的细则文字本应采用的实际值（与采用值不同时填）",
        ),
        Column(code="rule_note", header="细则口径说明", width=24),
        Column(code="opinion", header="评分意见", aliases=("评价意见",), width=40),
        Column(
            code="evidence",
            header="证据编号",
            form=Form.CODES,
            example="示例E01",
            width=14,
            guidance="多个编号用“；”分隔",
        ),
        Column(code="rater", header="评分人", width=10),
        Column(code="absence", header="状态", form=Form.TERM, term=Absence, width=10, guidance="正常的空着"),
        Column(code="absence_note", header="状态说明", width=20),
        Column(code="published_score", header="公布得分", form=Form.NUMBER, unit="分", width=11),
        Column(code="self_score", header="自评得分", form=Form.NUMBER, unit="分", width=11),
        Column(code="last_year", header="上年实际值", form=Form.MEASURE, width=12),
        Column(code="three_year_mean", header="前三年均值", form=Form.MEASURE, width=12),
        Column(code="peer", header="行业或同类值", form=Form.MEASURE, width=13),
        Column(code="comparison_note", header="比较说明", width=22),
        Column(code="deviation_reason", header="偏差原因", width=24),
        Column(code="roll_up", header="分单位汇总", form=Form.TERM, term=RollUp, width=13),
        Column(code="analysis", header="得分分析", width=40),
    ),
)

CHECKPOINTS = Sheet(
    code="checkpoints",
    name="评价要点",
    aliases=("要点",),
    title="评价要点判定",
    guidance="计分方法为“要点计分”的指标，每个要点①②③一行。占比空着为各要点平均；部分符合填系数（0 到 1）；按比例填实际数和计划数。",
    key=("code", "number"),
    fill_down=("code",),
    columns=(
        Column(code="code", header="指标编码", form=Form.CODE, required=True, example="示例A101", width=12),
        Column(
            code="number", header="序号", form=Form.NUMERAL, required=True, aliases=("要点序号",), example=1, width=8
        ),
        Column(code="text", header="要点内容", aliases=("评价要点",), example="立项符合国家法律法规", width=46),
        Column(code="share", header="占比", form=Form.PERCENT, width=10, guidance="同一指标各要点占比合计 100%"),
        Column(
            code="outcome",
            header="判定",
            form=Form.TERM,
            term=CheckpointOutcome,
            example=CheckpointOutcome.MET,
            width=16,
        ),
        Column(code="factor", header="系数", form=Form.FACTOR, width=9, guidance="部分符合时的得分系数，0 到 1"),
        Column(code="actual", header="实际数", form=Form.MEASURE, width=11),
        Column(code="plan", header="计划数", form=Form.MEASURE, width=11),
        Column(code="reason", header="判定理由", width=44),
        Column(code="evidence", header="证据编号", form=Form.CODES, example="示例E01", width=14),
        Column(
            code="rule_factor",
            header="细则口径系数",
            form=Form.FACTOR,
            width=13,
            guidance="按印出的细则文字本应采用的系数（与采用值不同时填）",
        ),
    ),
)

VARIABLES = Sheet(
    code="variables",
    name="计算变量",
    title="计算变量",
    guidance="“计算公式”用到的变量，每个变量一行；变量名用字母，如 a、b、paid。",
    key=("code", "variable"),
    fill_down=("code",),
    columns=(
        Column(code="code", header="指标编码", form=Form.CODE, required=True, example="示例B201", width=12),
        Column(
            code="variable", header="变量", form=Form.CODE, required=True, aliases=("变量名",), example="a", width=12
        ),
        Column(code="label", header="含义", example="实际支出", width=30),
        Column(code="value", header="数值", form=Form.MEASURE, required=True, example=450.5, width=14),
        Column(code="unit", header="单位", aliases=("计量单位",), example="万元", width=10),
    ),
)

UNITS = Sheet(
    code="units",
    name="分单位",
    aliases=("分单位明细",),
    title="分单位数据",
    guidance="需要按单位分别计算再汇总的指标，每个单位一行；汇总办法在“指标体系”的“分单位汇总”选择。",
    key=("code", "agency"),
    fill_down=("code",),
    columns=(
        Column(code="code", header="指标编码", form=Form.CODE, required=True, example="示例C101", width=12),
        Column(code="agency", header="单位名称", required=True, aliases=("单位",), example="示例单位", width=24),
        Column(code="money", header="资金", form=Form.MONEY, unit="万元", example=120.0, width=14),
        Column(code="count", header="数量", form=Form.NUMBER, example=12, width=12),
        Column(code="target", header="目标值", form=Form.MEASURE, example=10, width=12),
        Column(code="actual", header="实际值", form=Form.MEASURE, example=9, width=12),
    ),
)
