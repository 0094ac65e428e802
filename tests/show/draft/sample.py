"""A fictional notebook of a key evaluation as papermill would leave it: long, dense, with every kind of block."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from perfkit.show.draft.meta import DraftMeta
from perfkit.terms import DraftStatus, Secrecy

TABLE = "application/vnd.perfkit.table+json"
FIGURE = "application/vnd.perfkit.figure+json"
SAY = "application/vnd.perfkit.say+json"

OPINION = (
    "依据《云河市农村饮水提升项目实施方案》〔E-07〕及工程验收单〔E-12〕，计划建成供水点 146 处，实际建成 131 处，"
    "符合评价要点①；抽查 9 处，其中 2 处水质检测报告缺少采样日期，不符合评价要点②，扣 0.90 分；"
    "“建后管护”责任书签订率为 87.67%，按比例计分。综上，该指标得 {score} 分。"
)
LONG_OPINION = OPINION + (
    "另据访谈记录〔F-03〕，管护资金由乡镇统筹，2024 年实际到位 126.50 万元，与年初预算 150.00 万元相差 23.50 万元；"
    "差额未见书面说明，评价组已在问题清单第 3 项列明。" * 4
)
LEVELS = (("决策", 15, ("项目立项", "绩效目标", "资金投入")), ("过程", 25, ("资金管理", "组织实施")),
          ("产出", 30, ("产出数量", "产出质量", "产出时效", "产出成本")), ("效益", 30, ("社会效益", "满意度")))  # fmt: skip
ROWS_OF_LEVEL = (6, 6, 9, 7)


def png(width: int = 640, height: int = 320) -> bytes:
    """Return a small picture: bars on white, made without a drawing library."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            bar = x % 160 > 60 and y > height - (x // 160 + 1) * height // 5
            rows += b"\x3a\x6e\xa5" if bar else b"\xff\xff\xff"

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(rows))) + chunk(b"IEND", b"")
    )


def markdown(source: str, *tags: str) -> dict[str, Any]:
    """Return a Markdown cell; it is of the report unless tags say otherwise."""
    audiences = {"report", "workpaper"} & set(tags) or {"report"}
    return {"cell_type": "markdown", "metadata": {"tags": sorted(audiences | set(tags))}, "source": source}


def code(*outputs: Mapping[str, Any], tags: Sequence[str] = ("report",)) -> dict[str, Any]:
    """Return an executed code cell with these outputs."""
    shown = [{"output_type": "display_data", "metadata": {}, "data": dict(output)} for output in outputs]
    return {"cell_type": "code", "metadata": {"tags": list(tags)}, "source": "show()", "outputs": shown}


def say(*paragraphs: Sequence[str | tuple[str, str]]) -> dict[str, Any]:
    """Return published sentences; a pair is (text, record)."""
    runs = [
        [{"text": piece} if isinstance(piece, str) else {"text": piece[0], "record": piece[1]} for piece in paragraph]
        for paragraph in paragraphs
    ]
    return {SAY: {"paragraphs": runs}, "text/plain": "…"}


def cell(text: str, **marks: Any) -> dict[str, Any]:
    """Return a table cell as JSON."""
    plain = {"record": "", "align": "", "rowspan": 1, "colspan": 1, "bold": False, "placeholder": False}
    return {"text": text, **plain, **marks}


def table(
    name: str, caption: str, columns: Sequence[tuple[str, float, str]], rows: Sequence[Sequence[Any]], **more: Any
) -> dict[str, Any]:
    """Return a published table; plain strings become cells."""
    grid = [[cell(value) if isinstance(value, str) else value for value in row] for row in rows]
    heads = [{"header": header, "width_cm": width, "align": align} for header, width, align in columns]
    header = [[cell(header, align="center", bold=True) for header, _, _ in columns]]
    payload = {"name": name, "caption": caption, "columns": heads, "header_rows": 1, "header": header, "rows": grid}
    return {TABLE: {**payload, "notes": [], "landscape": False, "font": "normal", **more}, "text/plain": caption}


def figure(name: str, caption: str, image: bytes | None = None, width_cm: float = 13.0) -> dict[str, Any]:
    """Return a published figure."""
    data = base64.b64encode(image or png()).decode()
    return {"image/png": data, FIGURE: {"name": name, "caption": caption, "alt": caption, "width_cm": width_cm}}


def scorecard(name: str = "scorecard", caption: str = "指标评分表") -> dict[str, Any]:
    """Return the scored indicator table: 28 items, merged level-1 and level-2 cells, long opinions."""
    rows: list[list[Any]] = []
    for letter, (level1, points, groups), count in zip("ABCD", LEVELS, ROWS_OF_LEVEL, strict=True):
        size = -(-count // len(groups))
        for place in range(count):
            group, place_in_group = divmod(place, size)
            code_ = f"{letter}{group + 1}{place_in_group + 1:02d}"
            first = cell(f"{level1}\n（{points} 分）", rowspan=count, align="center") if place == 0 else None
            second = None
            if place_in_group == 0:
                second = cell(groups[group], rowspan=min(size, count - place), align="center")
            score = f"{1.5 + place * 0.31:.2f}"
            opinion = (LONG_OPINION if place == 3 else OPINION).format(score=score)
            full, given = cell(f"{2 + place}.00"), cell(score, record=f"item.{code_}.score")
            arithmetic = f"执行 12,634.70 ÷ 预算 13,534.70 = 93.35%，得 {score} 分"
            rows.append([first, second, f"{code_} 指标名称（第 {place + 1} 项）", full, given, arithmetic, opinion])
    rows.append([cell("合计", colspan=3, align="center", bold=True), None, None, cell("100.00", bold=True, record="full"),
                 cell("64.99", bold=True, record="total"), "", ""])  # fmt: skip
    columns = (("一级指标", 1.6, "center"), ("二级指标", 1.6, "center"), ("三级指标", 2.8, "left"), ("分值", 1.3, "right"),
               ("得分", 1.3, "right"), ("计算过程", 4.6, "left"), ("评分意见", 10.0, "left"))  # fmt: skip
    return table(
        name, caption, columns, rows, font="small", notes=["注：得分按四舍五入保留两位小数，总分为各项得分之和。"]
    )


TEXT = (
    "云河市农村饮水提升项目由市水务局组织实施，覆盖 9 个乡镇、146 个供水点，受益人口约 8.6 万人。"
    "项目依据“十四五”农村供水保障规划立项，2024 年度安排资金 13,534.70 万元，其中上级补助 9,000.00 万元、"
    "市级配套 4,534.70 万元；截至评价基准日实际支出 12,634.70 万元。"
)

OVERVIEW = f"""## 基本情况

### 项目概况

{TEXT}

{TEXT}

#### 立项背景

【待补充：立项背景】

##### 政策依据

{TEXT}

### 资金情况

资金安排与执行见[表](#funds)和[图](#execution)。{TEXT}
"""
WORK = f"""### 绩效目标

{TEXT}

- 数量目标：建成供水点 146 处；
- 质量目标：水质达标率 ≥95%；
  - 其中**集中式供水**达标率 100%。
- 时效目标：12 月底前完工。

## 评价工作开展情况

### 评价目的、对象和范围

{TEXT}

### 评价方法

1. 成本效益分析法；
2. 比较法；
3. 公众评判法。

{TEXT}

### 评价过程

1. 前期准备；
2. 现场核查。

{TEXT}
"""
LESSONS = f"""## 主要经验及做法、存在的问题及原因分析

### 主要经验及做法

【待补充：主要经验及做法】

### 存在的问题及原因

1. **管护资金不到位。**{TEXT}
2. **水质检测记录不完整。**{TEXT}

## 有关建议

{TEXT}

## 其他需要说明的问题

【待补充：其他需要说明的问题】
"""


def _chapters() -> list[dict[str, Any]]:
    """Return chapters one to seven."""
    funds = [[f"第 {number} 项用途", "1,234.56", "1,200.00", "1,180.10", "95.59%"] for number in range(1, 6)]
    fund_heads = ("预算数", "到位数", "执行数", "执行率")
    fund_columns = (("用途", 5.0, "left"), *((head, 2.6, "right") for head in fund_heads))
    rates = [
        [name, cell(f"{points}.00"), cell(f"{points * 0.65:.2f}", record=f"level1.{name}.score"), "65.00%"]
        for name, points, _ in LEVELS
    ]
    rate_columns = (("一级指标", 4.0, "left"), *((head, 3.0, "right") for head in ("分值", "得分", "得分率")))
    analysis = "".join(f"\n\n### {name}情况\n\n{TEXT}\n\n{TEXT}" for name, _, _ in LEVELS)
    return [
        markdown("# 云河市农村饮水提升项目绩效评价报告"),
        markdown("## 摘要", "unnumbered"),
        code(say(["经评价，项目综合得分 ", ("64.99", "total"), " 分，等级为“", ("中", "grade"), "”。"], [TEXT])),
        markdown(OVERVIEW),
        code(
            table(
                "funds",
                "项目资金安排与执行情况（单位：万元）",
                fund_columns,
                funds,
                notes=["注：执行率＝执行数÷预算数。"],
            ),
            figure("execution", "资金执行情况"),
        ),
        markdown(WORK),
        markdown("## 综合评价情况及评价结论"),
        code(
            say(["项目得 ", ("64.99", "total"), " 分，各一级指标得分见下表。"]),
            table("rates", "一级指标得分率", rate_columns, rates),
            figure("score-rates", "一级指标得分率", png(640, 400)),
        ),
        markdown("## 绩效评价指标分析" + analysis),
        markdown(LESSONS),
    ]


def _annexes() -> list[dict[str, Any]]:
    """Return the annexes, two of them on landscape pages."""
    problem_columns = (("序号", 1.2, "center"), ("问题", 4.0, "left"), ("事实", 9.0, "left"), ("关联指标", 2.4, "left"),
                       ("金额（万元）", 2.4, "right"), ("建议", 5.0, "left"))  # fmt: skip
    problems = [
        [str(number), "管护资金不到位", TEXT, "B101、C201", "23.50", "【待补充：建议】"] for number in range(1, 8)
    ]
    survey_columns = (
        ("题目", 6.0, "left"),
        *((option, 1.8, "right") for option in ("非常满意", "满意", "一般", "不满意", "均值")),
    )
    survey = [[f"您对第 {number} 项服务是否满意", "520", "310", "90", "12", "90.12"] for number in range(1, 13)]
    evidence_columns = (
        ("编号", 2.0, "center"),
        ("资料名称", 8.0, "left"),
        ("页码", 2.0, "center"),
        ("持有单位", 4.0, "left"),
    )
    evidence = [
        [f"E-{number:02d}", "农村饮水提升项目实施方案及批复文件", str(number), "市水务局"] for number in range(1, 41)
    ]
    return [
        markdown("## 附件：指标评分表", "annex", "landscape"),
        code(scorecard()),
        markdown("## 问题清单", "annex", "landscape"),
        code(table("problems", "问题清单", problem_columns, problems, font="small")),
        markdown(f"## 满意度调查报告\n\n### 调查对象\n\n{TEXT}\n\n### 调查结果", "annex"),
        code(table("survey", "受益群众满意度调查结果", survey_columns, survey)),
        markdown("## 证据索引", "annex"),
        code(table("evidence", "证据索引", evidence_columns, evidence)),
    ]


def notebook() -> dict[str, Any]:
    """Return the whole notebook, with a few cells that belong to no report."""
    others = [
        {"cell_type": "markdown", "metadata": {}, "source": "说明：不进入文稿"},
        code({"text/plain": "64.988", "text/html": "<b>x</b>"}),
        markdown("## 复核要点\n\n总分精确值 64.988。", "workpaper"),
    ]
    return {"cells": [*_chapters(), *_annexes(), *others], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def meta(**changes: Any) -> DraftMeta:
    """Return what the sample's cover says."""
    facts: dict[str, Any] = {
        "title": "云河市农村饮水提升项目绩效评价报告",
        "subtitle": "（2024 年度）",
        "cover_lines": (("项目名称", "云河市农村饮水提升项目"), ("项目单位", "云河市水务局"), ("委托单位", "云河市财政局"),
                        ("评价机构", "云河市某某绩效评价咨询有限责任公司（虚构）"), ("主评人", "【待补充：主评人】")),
        "date": date(2025, 6, 30),
        "status": DraftStatus.FIRST,
        "watermark": "初稿",
        "demo": True,
        "secrecy": Secrecy.INTERNAL,
        "author": "云河市某某绩效评价咨询有限责任公司（虚构）",
    }  # fmt: skip
    return DraftMeta(**{**facts, **changes})
