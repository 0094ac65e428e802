"""The words that stand in self-evaluation forms 自评表栏目: headings, labels and lines, with the variants of real forms."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from perfkit.read.layout import plain_heading

HEAD: Mapping[str, tuple[str, ...]] = {
    "name": ("项目名称", "项目支出名称", "预算项目名称", "支出项目名称", "自评项目名称", "转移支付名称", "专项资金名称", "专项名称"),
    "project": ("项目编码", "项目代码", "项目编号", "预算项目编码", "预算项目代码", "项目编码及名称"),
    "department": (
        "主管部门", "主管部门名称", "主管部门及代码", "主管预算部门", "主管单位", "预算部门", "部门名称", "预算主管部门",
        "主管部门及编码", "主管部门代码及名称",
    ),
    "agency": (
        "实施单位", "项目实施单位", "项目单位", "项目承担单位", "承担单位", "预算单位", "单位名称", "资金使用单位",
        "实施单位名称", "预算单位名称", "项目实施单位名称",
    ),
    "year": ("年度", "预算年度", "评价年度", "自评年度", "项目年度", "所属年度"),
    "filled_by": ("填报人", "填表人", "填报人员", "经办人", "填报人姓名", "填表人员"),
    "phone": ("联系电话", "电话", "联系方式", "填报人电话", "联系人电话"),
    "date": ("填报日期", "填表日期", "填报时间", "填表时间", "自评日期", "日期"),
    "grade": ("自评等级", "评价等级", "自评结论", "绩效等级", "自评结果", "评价结论", "等级", "自评结果等级", "绩效自评等级"),
    "total": ("自评总分", "自评得分", "自评分数", "自评总得分", "项目自评得分", "绩效自评得分", "自评分值"),
}  # fmt: skip
FUND_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "budget_begin": ("年初预算数", "年初预算", "年初批复预算数", "年初预算金额", "年初批复数", "年初预算批复数"),
    "budget": (
        "全年预算数", "全年预算", "调整后预算数", "调整预算数", "年度预算数", "预算数", "预算金额", "全年预算金额",
        "调整后全年预算数", "本年预算数",
    ),
    "executed": (
        "全年执行数", "全年执行", "执行数", "实际执行数", "全年支出数", "实际支出数", "执行金额", "全年执行金额", "预算执行数",
        "实际支出", "全年实际支出数", "本年执行数",
    ),
    "full": ("分值", "满分", "标准分", "权重分值", "权重", "分值权重", "执行率分值"),
    "rate": ("执行率", "预算执行率", "资金执行率", "全年执行率", "预算资金执行率"),
    "score": ("得分", "自评得分", "执行率得分", "单位自评得分", "自评分"),
}  # fmt: skip
FUND_LINES: Mapping[str, tuple[str, ...]] = {
    "total": (
        "年度资金总额", "资金总额", "合计", "总计", "项目资金总额", "全年资金总额", "年度资金合计", "资金合计", "年度资金",
        "年度预算资金总额", "预算资金总额", "项目总资金",
    ),
    "appropriation": (
        "当年财政拨款", "财政拨款", "本年财政拨款", "年度财政拨款", "当年财政拨款资金", "当年财政资金", "财政资金",
        "一般公共预算拨款", "一般公共预算", "当年一般公共预算拨款", "本年一般公共预算拨款", "财政拨款资金", "当年预算财政拨款",
    ),
    "carried_over": (
        "上年结转资金", "上年结转", "上年结转结余", "上年结转结余资金", "上年结余结转资金", "结转资金", "以前年度结转资金",
        "上年财政结转资金", "上年结转财政拨款",
    ),
    "other": ("其他资金", "其他", "其它资金", "单位自筹", "自筹资金", "单位资金", "自有资金", "非财政资金"),
}  # fmt: skip
FUND_TITLES = (
    "项目资金",
    "项目资金情况",
    "预算执行情况",
    "资金情况",
    "项目预算执行情况",
    "年度预算执行情况",
    "资金执行情况",
)
GOALS: Mapping[str, tuple[str, ...]] = {
    "target_text": (
        "预期目标", "年初设定目标", "年度预期目标", "预期总体目标", "年初绩效目标", "年初预期目标", "绩效目标设定情况",
        "预期绩效目标", "年初设定绩效目标", "年度总体目标", "年度目标", "总体目标", "年度绩效目标", "年度总体绩效目标",
    ),
    "result_text": (
        "实际完成情况", "目标实际完成情况", "年度总体目标完成情况", "全年实际完成情况", "目标完成情况", "总体目标完成情况",
        "年度目标完成情况", "全年目标完成情况", "实际完成目标情况", "实际完成目标", "年度总体目标实际完成情况", "完成情况",
    ),
}  # fmt: skip
SIDE_GOALS = frozenset({"年度总体目标", "年度目标", "总体目标", "年度绩效目标", "年度总体绩效目标"})
ITEM_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "level1": ("一级指标", "一级", "一级指标名称", "指标类型", "一级绩效指标"),
    "level2": ("二级指标", "二级", "二级指标名称", "二级绩效指标"),
    "level3": ("三级指标", "三级", "三级指标名称", "指标名称", "绩效指标名称", "三级绩效指标", "指标内容", "三级指标内容"),
    "target_text": (
        "年度指标值", "指标值", "年度目标值", "目标值", "计划指标值", "预期指标值", "年初指标值", "全年目标值", "绩效指标值",
        "年初目标值", "计划完成值", "年度指标目标值", "预期目标值", "设定指标值", "年初设定指标值", "全年指标值", "年初设定值",
    ),
    "actual_text": (
        "实际完成值", "全年实际完成值", "实际完成指标值", "全年完成值", "完成值", "实际值", "实际完成情况", "指标完成值",
        "年度实际完成值", "实际完成", "完成情况", "实际完成数", "全年实际值", "实际指标值", "指标完成情况",
    ),
    "full": ("分值", "满分", "标准分", "指标分值", "权重分值", "分值权重", "标准分值", "分数", "三级指标分值", "满分值"),
    "weight": ("权重", "指标权重", "三级指标权重", "权重占比", "三级权重", "权重系数"),
    "score": (
        "得分", "自评得分", "单位自评得分", "自评分", "评分", "指标得分", "自评分值", "自评分数", "指标自评得分", "三级指标得分",
        "单位自评分",
    ),
    "cause": (
        "偏差原因分析及改进措施", "偏差原因", "偏差原因分析", "未完成原因分析及改进措施", "未完成原因分析", "原因分析及改进措施",
        "偏差原因及改进措施", "未完成原因及改进措施", "未完成原因分析及拟采取的改进措施", "未完成原因和改进措施", "偏离原因分析",
        "未完成原因及拟采取的改进措施", "偏差情况及原因分析", "偏差原因及整改措施", "偏差原因分析及整改措施", "原因分析",
        "偏差原因分析和改进措施", "偏差分析及改进措施", "偏差情况分析及改进措施", "扣分原因及改进措施", "扣分原因",
    ),
    "unit": ("度量单位", "计量单位", "单位", "指标单位", "指标值单位"),
    "operator": ("指标性质", "运算符", "运算符号", "符号", "比较符", "计算符号", "指标符号", "关系符号"),
    "completion": ("完成率", "完成程度", "完成比例", "指标完成率", "完成进度", "指标完成程度", "实际完成率", "目标完成率"),
    "remark": ("备注", "备注说明", "说明"),
    "level1_full": (
        "一级指标权重", "一级权重", "一级指标分值", "一级分值", "一级指标权重分值", "一级指标权重%", "一级指标满分",
    ),
    "number": ("序号", "编号", "指标序号", "指标编码"),
    "standard": (
        "评分标准", "评价标准", "计分标准", "指标解释", "评分依据", "指标说明", "计分方法", "评分办法", "评分规则", "得分计算方法",
        "评分细则", "计分标准及依据",
    ),
    "direction": ("指标方向", "指标类别", "指标属性", "定性定量", "正反向"),
}  # fmt: skip
LIST_COLUMNS: Mapping[str, tuple[str, ...]] = {
    **{role: names for role, names in HEAD.items() if role != "total"},
    "total": ("总分", "自评总分", "项目得分", "项目总分", "自评总得分", "总得分", "项目自评得分", "项目自评总分"),
    "total_full": ("总分值", "满分合计", "总分满分"),
    "budget_begin": FUND_COLUMNS["budget_begin"],
    "budget": FUND_COLUMNS["budget"],
    "executed": FUND_COLUMNS["executed"],
    "printed_rate": FUND_COLUMNS["rate"],
    "execution_full": ("执行率分值", "预算执行率分值", "执行率满分", "预算执行分值"),
    "execution_score": ("执行率得分", "预算执行率得分", "预算执行得分"),
    "goal_target_text": ("预期目标", "年度总体目标", "年度绩效目标", "总体目标", "年初设定目标"),
    "goal_result_text": ("总体目标完成情况", "年度总体目标完成情况", "目标完成情况", "年度目标完成情况"),
}  # fmt: skip
TOTALS = frozenset({
    "总分", "合计", "总计", "总得分", "自评总分", "得分合计", "合计得分", "总分合计", "分值合计", "自评得分合计", "综合得分",
    "指标总分", "自评得分", "自评总得分", "合计总分",
})  # fmt: skip
SUBTOTALS = frozenset({"小计", "分项小计", "合计小计", "一级指标小计"})
FOOTERS = frozenset({
    "备注", "说明", "注", "填表说明", "填报说明", "其他需要说明的问题", "其他需说明的问题", "其他需要说明的事项",
    "部门意见", "主管部门意见",
    "审核意见", "审核人", "单位负责人", "部门负责人", "财务负责人", "负责人", "自评结论", "主要问题", "存在问题", "改进措施",
    *HEAD["filled_by"], *HEAD["phone"], *HEAD["date"], *HEAD["grade"],
})  # fmt: skip
EXECUTION_NAMES = frozenset({
    "预算执行率", "预算执行", "执行率", "预算执行情况", "资金执行率", "预算资金执行率", "年度预算执行率",
    "预算执行率指标", "项目预算执行率", "预算执行率得分",
})  # fmt: skip
HEADERS = {
    "name": "项目名称", "project": "项目编码", "department": "主管部门", "agency": "实施单位", "year": "年度",
    "budget_begin": "年初预算数", "budget": "全年预算数", "executed": "全年执行数", "rate": "执行率", "full": "分值",
    "score": "得分", "weight": "权重", "level1": "一级指标", "level2": "二级指标", "level3": "三级指标",
    "target_text": "年度指标值", "actual_text": "实际完成值", "cause": "偏差原因分析及改进措施", "total": "总分",
    "total_full": "总分值", "date": "填报日期", "completion": "完成率", "level1_full": "一级指标权重", "label": "资金来源",
    "filled_by": "填报人", "phone": "联系电话", "grade": "自评等级", "unit": "度量单位", "operator": "指标性质",
    "result_text": "实际完成情况", "printed_rate": "执行率", "execution_full": "执行率分值", "execution_score": "执行率得分",
}  # fmt: skip

_NUMBERING = re.compile(r"^(?:[一二三四五六七八九十]{1,3}|\d{1,2})[、.](?=\D)|^其中:?")
_TITLE = re.compile(r"自评(?:价)?(?:情况|结果|报告)?(?:汇总)?表|绩效自评(?:价)?$|自评表")
_LABEL_LENGTH = 40


def _turned(words: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return every word with its role; the first role that names it wins."""
    turned: dict[str, str] = {}
    for role, names in words.items():
        for name in names:
            turned.setdefault(name, role)
    return turned


HEAD_ROLES = _turned(HEAD)
FUND_ROLES = _turned(FUND_COLUMNS)
LINE_ROLES = _turned(FUND_LINES)
GOAL_ROLES = _turned(GOALS)
ITEM_ROLES = _turned(ITEM_COLUMNS)
LIST_ROLES = _turned(LIST_COLUMNS)
HEAD_STOPS = frozenset({*HEAD_ROLES, *GOAL_ROLES, *FUND_TITLES, *FUND_COLUMNS["budget"], *FUND_COLUMNS["budget_begin"]})
KNOWN_LABELS = frozenset(
    {*HEAD_ROLES, *FUND_ROLES, *LINE_ROLES, *GOAL_ROLES, *ITEM_ROLES, *FUND_TITLES, *TOTALS, *FOOTERS}
)


@functools.lru_cache(maxsize=8_192)
def plain_label(text: str) -> str:
    """Return a label without blanks, brackets, colon and numbering, or ``""`` where it is too long for one.

    >>> plain_label("项目资金 （万元）："), plain_label("其中：当年财政拨款"), plain_label("二、绩效指标")
    ('项目资金', '当年财政拨款', '绩效指标')
    """
    if len(text) > _LABEL_LENGTH:
        return ""
    plain = plain_heading(text).rstrip(":")
    return _NUMBERING.sub("", plain)


def is_title(text: str) -> bool:
    """Whether a text is the title of a form; a continuation 续 begins no new one.

    >>> is_title("2024年度项目支出绩效自评表"), is_title("项目支出绩效自评表（续）")
    (True, False)
    """
    return len(text) <= 60 and "续" not in text and _TITLE.search(re.sub(r"\s+", "", text)) is not None
