"""The plan of a sample for people 抽样方案.xlsx: frame, method, seed, list, and what each design covers and does not."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from openpyxl import Workbook

from perfkit.read.archive import save_reproducibly
from perfkit.read.layout import Column, Form, Sheet
from perfkit.read.provenance import inside
from perfkit.read.sampling_plan_file import PLAN_FOLDER, PlannedSize, SamplePlan
from perfkit.read.template import CHOICE_SHEET, GUIDE_SHEET, Choices, write_guide, write_table
from perfkit.terms import SampleDesign, SamplePart
from perfkit.terms.reliability import Estimand

PLAN_WORKBOOK = "抽样方案.xlsx"
LARGEST_PRINTED = 1e15
_METHODS: Mapping[str, str] = {
    "simple": "必选层以外的每个项目抽中机会相同；按种子产生的随机数由小到大取足。适于回答平均得分差和变动比例。",
    "stratified": "各层按项目数比例分配（每层至少 2 个，不足 2 个的全取），层内机会相同；估计时按层加权，不能直接平均。",
    "monetary_unit": "每一万元抽中机会相同：项目排成随机次序，按固定间隔选取，落在哪个项目就再评哪个；不小于间隔的必选。"
    "适于回答评错等级涉及的金额，其简单平均偏向大项目。",
    "census": "清单内全部项目再评，没有抽样误差。",
    "purposive": "由人挑选，抽中机会无从得知：只描述名单内的项目，不推断其余项目。",
}
_SIZES = Sheet(
    code="sizes",
    name="样本量",
    title="各待估量的样本量",
    guidance="要求和预计达到：得分差为分，变动比例和金额为比率；预计达到以预期的离散程度为准。",
    columns=(
        Column(code="estimand", header="待估量", width=20),
        Column(code="design", header="设计", width=16),
        Column(code="selection", header="抽取方式", width=16),
        Column(code="size", header="所需样本", form=Form.INTEGER, width=10),
        Column(code="certain", header="其中必选", form=Form.INTEGER, width=10),
        Column(code="drawn", header="其中抽取", form=Form.INTEGER, width=10),
        Column(code="taken", header="名单项目数", form=Form.INTEGER, width=11),
        Column(code="interval", header="抽样间隔", form=Form.MONEY, unit="万元", width=14),
        Column(code="wanted", header="要求", form=Form.NUMBER, width=10),
        Column(code="achieved", header="预计达到", form=Form.NUMBER, width=10),
        Column(code="covers", header="可以回答", width=30),
        Column(code="does_not_cover", header="不能回答", width=30),
    ),
)
_PARTS = Sheet(
    code="parts",
    name="组成",
    title="各设计的组成",
    guidance="每种设计的各部分合起来是全部项目。",
    columns=(
        Column(code="design", header="设计", width=16),
        Column(code="stratum", header="部分", width=30),
        Column(code="selection", header="抽取方式", width=16),
        Column(code="units", header="项目数", form=Form.INTEGER, width=10),
        Column(code="money", header="金额", form=Form.MONEY, unit="万元", width=16),
        Column(code="taken", header="名单内项目数", form=Form.INTEGER, width=12),
    ),
)
_PROJECT_COLUMNS = (
    Column(code="project", header="项目编码", form=Form.CODE, width=16),
    Column(code="name", header="项目名称", width=34),
    Column(code="agency", header="预算单位", width=20),
    Column(code="money", header="预算金额", form=Form.MONEY, unit="万元", width=14),
)
_LIST = Sheet(
    code="list",
    name="名单",
    title="再评名单",
    guidance="双评的项目由两位再评人背对背评分；双评标记只供组织者掌握，不告诉再评人。",
    columns=(
        Column(code="order", header="次序", form=Form.INTEGER, width=8),
        *_PROJECT_COLUMNS,
        Column(code="design", header="设计", width=16),
        Column(code="stratum", header="部分", width=26),
        Column(code="probability", header="抽中机会", form=Form.PERCENT, width=11),
        Column(code="certainty", header="必选", form=Form.FLAG, width=8),
        Column(code="certainty_reason", header="必选理由", width=28),
        Column(code="double_scored", header="双评", form=Form.FLAG, width=8),
    ),
)
_FRAME = Sheet(
    code="frame",
    name="抽样框",
    title="抽样框",
    guidance="抽取时的项目清单；校验值见填写说明，清单改动后校验值不同。",
    columns=(
        *_PROJECT_COLUMNS,
        Column(code="category", header="项目类别", width=14),
        Column(code="stratum", header="层", width=30),
        Column(code="certainty", header="必选", form=Form.FLAG, width=8),
        Column(code="certainty_reason", header="必选理由", width=28),
    ),
)


def write_plan_workbook(folder: Path, plan: SamplePlan) -> Path:
    """Write the plan of a department for people 写出抽样方案.xlsx; replaced where it exists, never read back.

    Parameters
    ----------
    folder : the department's folder; ``抽样方案/抽样方案.xlsx`` is written below it, beside ``plan.json``.

    Raises
    ------
    DataError
        Where the file cannot be written, or the folder leads out by a link.
    """
    target = inside(folder, f"{PLAN_FOLDER}/{PLAN_WORKBOOK}", f"{PLAN_FOLDER}/{PLAN_WORKBOOK}")
    book = Workbook()
    book.remove(book.worksheets[0])
    write_guide(
        book.create_sheet(GUIDE_SHEET), "抽样方案", f"{plan.department}　基准日 {plan.date}", _explanation(plan)
    )
    rows = {"sizes": _sizes(plan), "parts": _parts(plan), "list": _listed(plan), "frame": _framed(plan)}
    choices = Choices()
    for sheet in (_SIZES, _PARTS, _LIST, _FRAME):
        write_table(book.create_sheet(sheet.name), sheet, rows[sheet.code], choices, example=False)
    choices.write(book.create_sheet(CHOICE_SHEET))
    save_reproducibly(book, target)
    return target


def stratum_word(name: str) -> str:
    """Return the part of a design in Chinese 抽样部分名称; strata keep their own names."""
    part = SamplePart.read(name)
    return name if part is None else part.label


def _design_word(code: str) -> str:
    return SampleDesign[code.upper()].label


def _explanation(plan: SamplePlan) -> list[tuple[str, str]]:
    """Return subject and text of each line of the first sheet."""
    choices, designs = plan.choices, list(dict.fromkeys(part.design for part in plan.parts))
    certain = int(plan.frame["certainty"].sum())
    covered = dict.fromkeys(code for item in plan.designs for code in item.covers)
    open_ = [item.label for item in Estimand if item.value in _asked(plan) and item.value not in covered]
    strata = {"agency": "预算单位", "category": "项目类别", "money": "金额档"}
    edges = "、".join(f"{edge:.15g}" for edge in choices.money_edges)
    lines = [
        ("抽样框", f"项目清单 {len(plan.frame)} 个项目，金额合计 {plan.frame['money'].sum():,.2f} 万元；校验值 {plan.frame_hash}"),
        *((_design_word(name), _METHODS[name]) for name in designs),
        ("必选层", f"{certain} 个项目必选（理由见名单），不计抽样误差"
         + ("；按金额抽取时，金额不小于间隔的也必选" if "monetary_unit" in designs else "")
         + ("" if choices.certainty_from is None else f"；金额不小于 {choices.certainty_from:.15g} 万元的必选")),
        ("分层", "、".join(strata[item] for item in choices.strata)
         + (f"（金额档下限 {edges} 万元）" if "money" in choices.strata else "") or "不分层"),
        ("种子", f"{plan.seed}：同一抽样框、种子和参数抽出同一名单，与清单的排列次序无关"),
        ("双评", f"名单的 {choices.double_share:.0%} 由两人背对背评分，共 {len(plan.double_scored)} 个项目，另用随机数抽取"),
        ("参数", f"得分差半宽 {choices.half_width:g} 分（预期标准差 {choices.sd:g} 分）；变动比例半宽 "
         + ("不要求" if choices.share_half_width is None else f"{choices.share_half_width:g}")
         + f"（预期 {choices.expected_changed:g}）；评错等级涉及的金额不超过 {choices.materiality:g}"
         f"（预期 {choices.expected_wrong:g}）；名单至少 {choices.least} 个；置信水平 {plan.level:g}"),
        ("不能回答", "、".join(open_) or "无"),
        *(("说明", text) for text in plan.caveats),
        ("依据", "现行文件没有规定再评价的样本量和抽取方法，以上为方法，不是规定；未复核项目得分不作调整。"),
    ]  # fmt: skip
    return lines


def _asked(plan: SamplePlan) -> frozenset[str]:
    """Return the questions that the plan answers or leaves open."""
    return frozenset(code for item in plan.designs for code in (*item.covers, *item.does_not_cover))


def _sizes(plan: SamplePlan) -> list[dict[str, object]]:
    """Return one row a question."""
    return [_size(item) for item in plan.designs]


def _size(item: PlannedSize) -> dict[str, object]:
    """Return the sizes for one question in Chinese."""
    numbers = item.model_dump(include={"size", "certain", "drawn", "taken", "interval"})
    return numbers | {
        "wanted": _printed(item.wanted),
        "achieved": _printed(item.achieved),
        "estimand": item.estimand.label if item.estimand is not None else "只作描述",
        "design": _design_word(item.design),
        "selection": item.selection.label,
        "covers": _labels(item.covers),
        "does_not_cover": _labels(item.does_not_cover),
    }


def _printed(value: float | None) -> float | None:
    """Return a number with four decimals, half up."""
    # what is too large for four decimals prints as it is
    if value is None or abs(value) >= LARGEST_PRINTED:
        return value
    return float(Decimal(repr(round(value, 9))).quantize(Decimal("0.0001"), ROUND_HALF_UP))


def _labels(codes: tuple[str, ...]) -> str:
    """Return the labels of questions."""
    return "、".join(word.label if (word := Estimand.read(code)) is not None else code for code in codes) or "无"


def _parts(plan: SamplePlan) -> list[dict[str, object]]:
    """Return one row a part of a design."""
    return [
        part.model_dump(include={"units", "money", "taken"})
        | {
            "design": _design_word(part.design),
            "stratum": stratum_word(part.stratum),
            "selection": part.selection.label,
        }
        for part in plan.parts
    ]


def _listed(plan: SamplePlan) -> list[dict[str, object]]:
    """Return one row a project of the list, with what the frame knows of it."""
    known = {str(row["project"]): row for row in plan.frame.to_dict("records")}
    rows: list[dict[str, object]] = []
    for row in plan.list.to_dict("records"):
        own = known[str(row["project"])]
        # a project as large as the interval is certain though nobody declared it
        why = own["certainty_reason"] or (
            "金额不小于抽样间隔" if row["certainty"] and row["design"] == "monetary_unit" else ""
        )
        rows.append(
            {code: own[code] for code in ("project", "name", "agency", "money")}
            | {
                "order": row["order"],
                "design": _design_word(str(row["design"])),
                "stratum": stratum_word(str(row["stratum"])),
                "probability": row["probability"],
                "certainty": _flag(row["certainty"]),
                "certainty_reason": why,
                "double_scored": _flag(row["double_scored"]),
            }
        )
    return rows


def _framed(plan: SamplePlan) -> list[dict[str, object]]:
    """Return one row a project of the frame."""
    return [
        {str(key): value for key, value in row.items() if key != "department"}
        | {"stratum": stratum_word(str(row["stratum"])), "certainty": _flag(row["certainty"])}
        for row in plan.frame.to_dict("records")
    ]


def _flag(value: object) -> str:
    return "是" if value else "否"
