"""What a reviewer writes beside a changed score 差异说明, and the excerpts that it rests on 佐证材料摘录."""

from __future__ import annotations

from collections.abc import Mapping

from data.demo.self_evaluation_model import YEAR, Draws, Item, Project, shown, snap

EXPLANATIONS: Mapping[str, tuple[str, ...]] = {
    "insufficient_basis": (
        "“{name}”评分所依据的资料只有工作小结，不足以支持所填完成情况，按可核实部分计分",
        "“{name}”没有保存原始记录，达成程度的依据未说明，按可核实部分计分",
        "“{name}”以会议材料代替成效资料，按可核实部分计分",
    ),
    "insufficient_basis/survey": (
        "满意度没有调查记录和样本名单，以座谈意见代替，按可核实部分计分",
        "满意度问卷由工作人员代填的份数较多，剔除后按有效问卷计分",
    ),
    "evidence/survey": ("“{name}”只有汇总数，未提供问卷和统计过程，按可核实部分计分",),
    "unsourced_actual/survey": ("“{name}”填报{actual}，按保存的问卷重新汇总为{verified}，按重新汇总数计分",),
    "arithmetic": ("按表内数据和计分规则重新计算应得{true}分，与填报的{score}分不一致",),
    "arithmetic/execution": ("全年执行数{executed}万元，为全年预算数的{rate}，按比例应得{true}分，填报{score}分",),
    "definition": (
        "“{name}”的实际完成值含上年结转任务，与目标值口径不一致，剔除后为{verified}，按同一口径计分",
        "“{name}”实际完成值把计划外任务一并计入，剔除后为{verified}，按同一口径计分",
    ),
    "definition/rate": (
        "“{name}”目标值为全年累计口径，实际完成值为年末时点口径，按同一口径为{verified}",
        "“{name}”计算时分母只计已检查部分，按全部应检查数为{verified}，调整后计分",
    ),
    "definition/limit": (
        "“{name}”只计已支付金额，未含应付未付款项，按结算口径调整后计分",
        "“{name}”的计算范围与批复的测算范围不一致，按批复范围调整后计分",
    ),
    "evidence": (
        "“{name}”未提供佐证材料，经补充通知后仍未提供的部分不计分",
        "“{name}”提供的台账与填报数量不能逐条对应，对应不上的部分不计分",
        "“{name}”的验收、签收资料不齐，缺资料的部分不计分",
    ),
    "evidence/limit": ("“{name}”未提供成本核算资料，不能核实的部分不计分",),
    "low_target": (
        "“{name}”目标值{target}，实际完成{actual}，目标值明显低于正常业绩水平，按偏离程度调减",
        "“{name}”上年实际完成已高于本年目标值{target}，按偏离程度调减",
    ),
    "target_changed": ("“{name}”自评表目标值{target}，批复的目标值为{approved}，未见调整批复，按批复目标值计分",),
    "not_deducted": (
        "“{name}”目标值{target}，实际完成{actual}，按比例应得{true}分，填报满分",
        "“{name}”未达到目标值，应按完成比例扣分，应得{true}分",
    ),
    "unsourced_actual": (
        "“{name}”台账可核实{verified}，填报{actual}，差额没有来源，按可核实数计分",
        "“{name}”填报{actual}，无统计报表或台账支持，验收资料载明{verified}，按验收数计分",
    ),
    "standard": (
        "“{name}”由再评人按分档标准判定，部分达成的按60%至80%计分",
        "对“{name}”达成程度的把握尺度不同，按分档标准计分",
    ),
    "standard/number": (
        "“{name}”完成情况的说明不充分，从严计分",
        "“{name}”完成值的计算过程未逐项列明，从严计分",
    ),
    "not_credited": (
        "佐证材料显示“{name}”完成情况好于填报，予以补计",
        "“{name}”的成效已有第三方材料证明，自评计分偏低，予以补计",
    ),
}
KINDS: Mapping[str, str] = {
    "insufficient_basis": "工作小结", "arithmetic": "计分复核表", "definition": "统计口径说明", "evidence": "台账抽查记录",
    "low_target": "上年完成情况表", "target_changed": "绩效目标批复表", "not_deducted": "计分复核表", "unsourced_actual": "业务台账摘录",
    "standard": "分档判定记录", "not_credited": "成效证明材料",
}  # fmt: skip


def verified(item: Item) -> str:
    """Return the value that the evidence supports, as the right score implies it."""
    return f"{shown(snap(item.target * item.true / item.full, item.decimals), item.decimals)}{item.unit}"


def _kind(item: Item) -> str:
    """Return the kind of an item as the texts tell them apart."""
    if item.item == "execution":
        return "execution"
    if item.satisfaction:
        return "survey"
    if item.operator == "≤":
        return "limit"
    return "rate" if item.unit == "%" else "number" if item.measured else ""


def explanation(item: Item, project: Project, reason: str, draws: Draws) -> str:
    """Return what a reviewer writes beside a changed score 差异说明."""
    kind = _kind(item)
    own = "standard/number" if reason == "standard" and item.measured else f"{reason}/{kind}"
    texts = EXPLANATIONS[own] if own in EXPLANATIONS else EXPLANATIONS[reason]
    return draws.pick(texts).format(
        name=item.level3, target=item.target_text, actual=item.actual_text, true=f"{snap(item.true):g}",
        score=f"{snap(item.score):g}", verified=verified(item) if item.measured else "",
        approved=f"{item.operator}{item.approved:.0f}{item.unit}", executed=f"{project.executed:.2f}",
        rate=f"{snap(100 * project.executed / project.budget):.2f}%",
    )  # fmt: skip


def excerpt(item: Item, project: Project) -> str:
    """Return an excerpt of the evidence on which a lower or higher score rests 佐证材料摘录."""
    head = (
        f"项目：{project.name}（{project.code}）\n实施单位：{project.agency}\n指标：{item.level3}"
        f"（分值{item.full:g}分）\n自评表填报：目标值{item.target_text or '—'}，实际完成值{item.actual_text or '—'}\n\n"
    )
    return f"{head}{_body(item, project)}"


def _body(item: Item, project: Project) -> str:
    """Return what the evidence of one item says."""
    kind = _kind(item)
    if kind == "survey" and item.reason != "not_credited":
        return f"调查资料：保存的问卷按原评分标准重新汇总，得到{verified(item)}；其余份数没有原始记录。"
    if kind == "limit":
        return "成本资料：明细账只列已支付金额，应付未付款项和分摊依据未列明。"
    known = verified(item) if item.measured else ""
    return {
        "unsourced_actual": f"{YEAR}年业务台账逐笔加总为{known}；填报数与台账的差额，单位说明为估算数。",
        "definition": f"统计口径说明：填报的实际完成值与目标值的统计范围不一致，按目标值的范围为{known}。",
        "evidence": f"抽查台账：能与验收或签到资料对应的为{known or '部分任务'}，其余未提供资料。",
        "low_target": f"上年完成情况表载明上年实际完成值已高于本年目标值{item.target_text}，目标值未说明下调理由。",
        "target_changed": f"绩效目标批复表载明该指标目标值为{item.operator}{item.approved:.0f}{item.unit}，未见调整批复。",
        "not_deducted": f"计分复核：按完成比例计分，应得{snap(item.true):g}分。",
        "insufficient_basis": "单位提供工作小结1份，未提供原始记录和成效资料。",
        "standard": "分档判定记录：主要任务已开展，成效证明材料只覆盖部分任务，判定为部分达成。",
        "not_credited": "第三方出具的材料显示主要成效已经实现，可以作为补计的依据。",
        "arithmetic": f"计分复核：全年预算数{project.budget:.2f}万元，全年执行数{project.executed:.2f}万元，"
        f"按表内数据应得{snap(item.true):g}分。",
    }[item.reason]
