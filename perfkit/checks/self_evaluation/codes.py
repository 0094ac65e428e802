"""Checks of self-evaluation forms by code 自评表复核项目: label, severity, basis, and what follows from a finding.

Ids are those of the check list; E14 to E19 carry it on. The mark in front of a basis: 〔N〕 a national rule, 〔C〕 a rule of
central departments on trial, 〔P〕 practice or a choice of this project. Arithmetic carries none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from perfkit.checks.finding import ERROR, GUIDE_101, INFO, LOGIC, OURS, PROJECT_10, WARNING
from perfkit.terms import Severity

NATIONAL, CENTRAL, PRACTICE = "〔N〕", "〔C〕", "〔P〕"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskCheck:
    """One check 复核项目: ``own_rule`` marks what is wrong by the unit's own rule, ``mend`` says how it is put right.

    A check without ``mend`` is a hint: nothing goes back for it.
    """

    label: str
    severity: Severity
    basis: str
    mend: str = ""
    own_rule: bool = False

    @property
    def send_back(self) -> bool:
        """Whether a finding belongs on the list of what to return for correction."""
        return bool(self.mend)


def _check(label: str, severity: Severity, basis: str, mend: str = "", *, own_rule: bool = False) -> DeskCheck:
    return DeskCheck(label=label, severity=severity, basis=basis, mend=mend, own_rule=own_rule)


def _ten(clause: str) -> str:
    return f"{NATIONAL}{PROJECT_10}{clause}"


DESK_CHECKS: Final[Mapping[str, DeskCheck]] = {
    "E01": _check("自评覆盖", ERROR, _ten("第八条"), "补报、撤回重复或改正项目归属"),
    "E14": _check("报送时限", WARNING, f"{PRACTICE}项目清单所列报送期限（没有全国统一期限）"),
    "E15": _check("填报完整", ERROR, _ten("附1"), "补填后重新报送"),
    "E06": _check(
        "自评主体", WARNING, f"{NATIONAL}{PROJECT_10}第五条；{PRACTICE}财预〔2021〕6号",
        "由使用资金的单位自行评价后重新填报",
    ),
    "T01": _check("权重合计", ERROR, LOGIC, "调整分值使合计为 100", own_rule=True),
    "T02": _check("权重布局", WARNING, f"{_ten('第十三条')}、{CENTRAL}{GUIDE_101}三（六）（原则上）"),
    "T07": _check("满意度依据", WARNING, f"{CENTRAL}{GUIDE_101}二（四）", "开展满意度调查并填写数值，附调查材料"),
    "T08": _check("指标方向", INFO, f"{CENTRAL}{GUIDE_101}三"),
    "T14": _check("权重批复后调整", WARNING, f"{CENTRAL}{GUIDE_101}三（六）", "恢复批复的权重；确需调整的附批准文件"),
    "E05": _check(
        "与批复的目标不符", ERROR, f"{CENTRAL}{GUIDE_101}三（六）",
        "恢复批复的目标；确需调整的附批准文件",
    ),
    "F01": _check("资金合计与明细", ERROR, LOGIC, "核对账册后改正合计或明细"),
    "F02": _check("资金合计行为零或资金关系颠倒", ERROR, LOGIC, "按明细填写合计行，改正关系颠倒的数", own_rule=True),
    "F03": _check(
        "印出的执行率", ERROR, _ten("附1（执行率＝全年执行数÷全年预算数）"),
        "按全年执行数÷全年预算数改正执行率", own_rule=True,
    ),
    "F04": _check("预算数为零", ERROR, f"{PRACTICE}X06", "核对预算数"),
    "F08": _check("元与万元混用", WARNING, f"{PRACTICE}X18", "统一以万元填报"),
    "F09": _check("执行率超过100%", WARNING, f"{PRACTICE}X01", "核对并说明超预算原因"),
    "F10": _check("执行率计分", ERROR, f"{PRACTICE}X05", "按声明的方法改正执行率得分", own_rule=True),
    "F11": _check("执行率偏低未说明", WARNING, _ten("第二十六条"), "补充执行率偏低的原因"),
    "S01": _check("得分超出分值", ERROR, LOGIC, "改正得分，不超过分值", own_rule=True),
    "S05": _check("总分与各项得分", ERROR, LOGIC, "改正总分，等于各项得分之和", own_rule=True),
    "S06": _check("总分不可达到", ERROR, LOGIC, "改正总分", own_rule=True),
    "S07": _check("等级与总分", ERROR, _ten("第十八条（等级区间以运行文件为准）"), "按总分改正等级", own_rule=True),
    "S10": _check(
        "定性得分与档次", ERROR, f"{_ten('第十六条')}、{CENTRAL}{GUIDE_101}三（七）3",
        "按所选档次改正得分", own_rule=True,
    ),
    "S11": _check(
        "定量指标计分", ERROR, f"{_ten('第十六条')}、{CENTRAL}{GUIDE_101}三（七）2",
        "按声明的方法改正得分", own_rule=True,
    ),
    "S12": _check(
        "超额完成未说明", WARNING, f"{_ten('第十六条')}；{PRACTICE}X01",
        "补充超额完成的原因，说明目标值是否偏低",
    ),
    "S13": _check("反向指标计分", ERROR, f"{PRACTICE}X02", "按反向指标改正得分", own_rule=True),
    "S14": _check("零目标计分", ERROR, f"{PRACTICE}X03", "按零目标规则改正得分", own_rule=True),
    "E02": _check("未达标未说明", ERROR, _ten("第十一条"), "补充偏差原因和改进措施"),
    "E16": _check("满分而无目标值或实际值", ERROR, _ten("第十六条"), "补填并附佐证，否则扣减得分"),
    "E17": _check("未达标而满分", ERROR, _ten("第十六条"), "按实际完成情况改正得分", own_rule=True),
    "E18": _check(
        "填报雷同", WARNING, f"{NATIONAL}{PROJECT_10}第二十一条（真实、准确）；{PRACTICE}{OURS}",
        "逐项核实，按本项目实际重新填报，附佐证",
    ),
    "E19": _check("计量口径不一致", WARNING, f"{PRACTICE}{OURS}", "统一计量口径后重新填报"),
    "E03": _check("自评得分与执行率", INFO, f"{PRACTICE}实务做法"),
    "E04": _check("指标全部满分", INFO, f"{PRACTICE}实务做法"),
}  # fmt: skip
