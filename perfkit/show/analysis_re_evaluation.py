"""Chapters of a re-evaluation that grow with the data 再评价章节: scope, conclusions, departments, indicators, causes, advice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from perfkit.result import Result
from perfkit.rulebook.re_evaluation import ReEvaluationChoices
from perfkit.show.catalogue import table
from perfkit.show.figures.re_evaluation import (
    plot_department_estimates,
    plot_grade_migration,
    plot_inflation,
    plot_self_and_re,
)
from perfkit.show.figures.re_evaluation_bars import (
    plot_change_directions,
    plot_change_reasons,
    plot_node_rates,
    plot_sampling_precision,
)
from perfkit.show.numbers import format_value, is_missing
from perfkit.show.pieces import Pieces, Showable, SubHeading
from perfkit.show.record import RecordBook, Said, quote
from perfkit.show.tables.departments import prefixes
from perfkit.show.tables.fields import plain_text
from perfkit.show.tables.re_evaluation import parted_reasons, reason_words, tree_order
from perfkit.terms import Estimand, Handling, ScoreChange

METHOD = (
    "再评价的样本量、允许偏差和处理界限，国家规定均没有给出数字。本报告的统计结果属于方法，不是规定；所用的每一个界限都是列明的参数，"
    "见附件“参数与规则未明确事项的处理”。"
)
UNCALIBRATED = "再评人的尺度尚未校准，以上变动和推断只反映现有评分；校准并重评之前，不据此对该部门作结论。"
DIRECTIONS = tuple(way.value for way in ScoreChange)
LIMITS = "limits_of_agreement"
# how many causes are told with examples
CAUSES = 5


class Reviewed(Protocol):
    """What these chapters read of a re-evaluation 再评价结果: Results by the kind of their name."""

    scope: Result
    headline: Result
    inflation: Result
    migration: Result
    estimates: Result
    projects: Result
    items: Result
    nodes: Result
    reasons: Result
    agreement: Result
    handling: Result
    next_sample: Result
    unpaired: Result
    plan_designs: Result
    bands: Any
    choices: ReEvaluationChoices


@dataclass(frozen=True, slots=True)
class _Voice:
    """Numbers of one department for sentences: by record where there is one, else from the frame."""

    book: RecordBook
    prefix: str
    department: str

    def number(self, key: str, value: Any = None, kind: str = "count") -> str:
        """Return a number for ``say``: the name of its record, or its printed value."""
        name = f"{self.prefix}.{key}"
        return f"{{{name}}}" if name in self.book else format_value(value, kind)

    def value(self, key: str) -> Any:
        """Return the value of a record, or None."""
        name = f"{self.prefix}.{key}"
        return self.book[name].value if name in self.book else None

    def has(self, key: str) -> bool:
        """Whether a record has a value other than zero."""
        value = self.value(key)
        return not is_missing(value) and bool(value)


def _escaped(text: object) -> str:
    """Return a text of the data that ``say`` prints as it stands."""
    return plain_text(text).replace("{", "{{").replace("}", "}}").replace("**", "****")


def _voice(book: RecordBook, department: str = "") -> _Voice:
    return _Voice(book, prefixes(book).get(department, "all" if not department else "-"), department)


def _rows(result: Result, department: str) -> list[dict[Any, Any]]:
    """Return the rows of one department of a result; of all where it is ``""``."""
    frame = result.to_frame()
    return frame[frame["department"].astype(str) == department].to_dict(orient="records")


def _change_sentence(voice: _Voice) -> str:
    """Say how many projects, items and how much money changed in which direction."""
    words = {"projects": ("项目", "个"), "items": ("指标", "项"), "money": ("资金", "万元")}
    parts = []
    for level, (noun, unit) in words.items():
        said = "、".join(
            f"{way.label}{voice.number(f'{level}.{way.value}')}{unit}（{voice.number(f'{level}.{way.value}_share')}）"
            for way in ScoreChange
        )
        known = any(voice.has(f"{level}.{way}") for way in DIRECTIONS)
        parts += [f"{noun}{said}"] if known else []
    return "；".join(parts)


def _inflation_sentence(voice: _Voice) -> str:
    """Say mean and median inflation and how grades moved."""
    return (
        f"再评项目的自评偏高幅度平均{voice.number('inflation.mean')}分、中位数{voice.number('inflation.median')}分；"
        f"等级下调{voice.number('grade.down')}个、不变{voice.number('grade.same')}个、上调{voice.number('grade.up')}个。"
    )


def summary(evaluation: Reviewed, book: RecordBook) -> Said:
    """Return the abstract of the findings 摘要: desk check, re-scoring, what is suggested."""
    voice = _voice(book)
    lines = [
        f"**复核**　{voice.number('desk.projects')}个项目有需要核实的问题，{voice.number('desk.own_rule')}份自评表按单位自定的规则"
        f"计分有误；{voice.number('send_back.projects')}个项目共{voice.number('send_back')}条列入退回修改清单。"
    ]
    if voice.has("re_scored"):
        lines.append(f"**再评**　{_change_sentence(voice)}。{_inflation_sentence(voice)}")
    else:
        lines.append("**再评**　尚未对项目重新评分，本报告只反映复核结果。")
    lines.append("**处理建议**　{handling.summary}。未复核项目得分不作调整。")
    return book.say("\n".join(lines))


def changes(evaluation: Reviewed, book: RecordBook) -> Pieces:
    """Return which projects, items and money changed 得分变动: by direction, then by reason."""
    voice = _voice(book)
    if not voice.has("re_scored"):
        return Pieces.of([quote("没有再评项目，不作得分变动的结论。")])
    lead = book.say(f"再评{voice.number('re_scored')}个项目，得分变动情况为：{_change_sentence(voice)}。")
    headline = evaluation.headline
    parts: list[Showable] = [lead, table(headline, records=book), plot_change_directions(headline.to_frame())]
    return Pieces.of([*parts, table(headline, "reasons")])


def inflation(evaluation: Reviewed, book: RecordBook) -> Pieces:
    """Return mean and median inflation with both scatters 自评偏高幅度."""
    voice = _voice(book)
    if not voice.has("re_scored"):
        return Pieces.of([quote("没有再评项目，自评偏高幅度无法估计。")])
    projects = evaluation.projects.to_frame()
    rows = _rows(evaluation.inflation, "")
    mean = rows[0]["mean"] if rows else float("nan")
    # limits of a handful of projects say nothing about any other
    enough = bool(rows) and rows[0]["n"] >= evaluation.choices.sample.least
    limits = _limits(evaluation.agreement) if enough else (float("nan"), float("nan"))
    drawn = "" if is_missing(limits[0]) else "（点线为一致性界限，见附件“一致程度”）"
    parts: list[Showable] = [
        book.say(_inflation_sentence(voice)),
        table(evaluation.inflation, records=book, level=book.format("level")),
        plot_self_and_re(projects, evaluation.bands),
        plot_inflation(projects, mean=mean, limits=limits, caption=f"自评偏高幅度与得分水平{drawn}"),
    ]
    return Pieces.of(parts)


def _limits(agreement: Result) -> tuple[float, float]:
    """Return the limits of agreement where the annex has them."""
    for row in _rows(agreement, ""):
        if plain_text(row["statistic"]).startswith(LIMITS) and plain_text(row.get("on")) != "rates":
            return float(row["low"]), float(row["high"])
    return float("nan"), float("nan")


def migration(evaluation: Reviewed, book: RecordBook) -> Pieces:
    """Return how grades moved 等级迁移: table and map of all departments."""
    if not _voice(book).has("re_scored"):
        return Pieces.of([quote("没有再评项目，没有等级迁移。")])
    frame = evaluation.migration.to_frame()
    order = [str(band[0]) for band in evaluation.bands]
    return Pieces.of([table(evaluation.migration, order=order), plot_grade_migration(frame, order=order)])


def _estimate_words(row: Mapping[Any, Any], voice: _Voice) -> str:
    """Say one estimate as far as its sample carries it."""
    estimand = plain_text(row["estimand"])
    kind = "points" if estimand == Estimand.MEAN_DIFFERENCE else "rate"
    unit = "分" if estimand == Estimand.MEAN_DIFFERENCE else ""
    noun = {
        Estimand.MEAN_DIFFERENCE.value: "平均自评偏高幅度",
        Estimand.SHARE_CHANGED.value: "得分变动项目的比例",
        Estimand.MONEY_WRONG.value: "评错等级项目的资金占比",
    }.get(estimand, estimand)
    key = f"estimate.{estimand}"
    if row["said"] == "interval":
        low, high = voice.number(f"{key}.low", row["low"], kind), voice.number(f"{key}.high", row["high"], kind)
        return f"{noun}估计为{voice.number(key, row['value'], kind)}{unit}（{{level}}置信区间{low}至{high}{unit}）"
    bound = voice.number(f"{key}.bound", row["one_sided_bound"], kind)
    return f"{noun}至多{bound}{unit}（单侧{{level}}上限）"


def _estimate_sentence(evaluation: Reviewed, voice: _Voice) -> str:
    """Say what the sample tells of all projects of a department, or why nothing."""
    rows = _rows(evaluation.estimates, voice.department)
    said = [_estimate_words(row, voice) for row in rows if row["said"] in ("interval", "bound")]
    if said:
        return f"推及全部项目：{'；'.join(said)}。"
    if voice.has("re_scored") and voice.value("re_scored") == voice.value("projects"):
        return "全部项目均已再评，上述结果就是总体情况，不需推断。"
    return (
        "再评项目不足{sample.least}个，或者不是按概率抽取，只列计数，不推及其余项目。" if voice.has("re_scored") else ""
    )


def estimates(evaluation: Reviewed, book: RecordBook) -> Pieces:
    """Return what the samples say of the projects that were not re-scored 对全部项目的估计."""
    if not _voice(book).has("re_scored"):
        return Pieces.of([quote("没有再评项目，不作推断。未复核项目得分不作调整。")])
    frame = evaluation.inflation.to_frame()
    general = evaluation.choices.handling.inflation
    parts: list[Showable] = [
        table(evaluation.estimates, level=book.format("level")),
        plot_department_estimates(frame, general=general),
    ]
    designs = evaluation.plan_designs.to_frame()
    if (designs["estimand"].map(plain_text) == Estimand.MEAN_DIFFERENCE.value).any():
        parts.append(plot_sampling_precision(designs, reached=frame))
    return Pieces.of(parts)


def departments(evaluation: Reviewed, book: RecordBook) -> Pieces:
    """Return the conclusions department by department 分部门结论, one subsection each."""
    names = [name for name in map(plain_text, evaluation.scope.to_frame()["department"]) if name]
    parts: list[Showable] = []
    for name in dict.fromkeys(names):
        parts.append(SubHeading(name))
        parts.append(book.say("\n".join(_department_lines(evaluation, _voice(book, name)))))
    return Pieces.of(parts or [quote("项目清单没有部门。")])


def _department_lines(evaluation: Reviewed, voice: _Voice) -> list[str]:
    """Return the paragraphs on one department."""
    row = next(iter(_rows(evaluation.scope, voice.department)), {})
    missing = f"，缺{voice.number('missing', row.get('missing_forms'))}份" if row.get("missing_forms") else ""
    lines = [
        f"应自评项目{voice.number('projects', row.get('projects'))}个、{voice.number('money', row.get('money'), 'money')}万元，"
        f"读入自评表{voice.number('forms', row.get('forms'))}份{missing}。复核发现问题{voice.number('desk.findings')}处，"
        f"涉及{voice.number('desk.projects')}个项目；按单位自定规则计分有误的自评表{voice.number('desk.own_rule')}份；"
        f"列入退回修改清单{voice.number('send_back')}条。"
    ]
    if row.get("re_scored"):
        lines.append(
            f"再评{voice.number('re_scored', row['re_scored'])}个项目、"
            f"{voice.number('money_re_scored', row.get('money_re_scored'), 'money')}万元：{_change_sentence(voice)}。"
            f"{_inflation_sentence(voice)}主要原因：{voice.number('reason.top', '无', 'text')}。"
        )
        lines.append(_estimate_sentence(evaluation, voice))
    else:
        lines.append("没有再评项目，只有复核结果。")
    if voice.has("shallow"):
        lines.append(f"其中{voice.number('shallow')}个项目没有变动且未登记复核深度，应补充复核。")
    for suggested in _rows(evaluation.handling, voice.department):
        member = Handling.read(plain_text(suggested["handling"]))
        label = member.label if member is not None else plain_text(suggested["handling"])
        if member is Handling.CALIBRATE:
            lines.append(UNCALIBRATED)
        lines.append(f"**处理建议**　{_escaped(label)}。{_escaped(suggested['because']).rstrip('。')}。")
    lines.append("【待补充：该部门对意见单的反馈及采纳情况】")
    return [line for line in lines if line]


def nodes(evaluation: Reviewed, book: RecordBook) -> Pieces:
    """Return where in the indicator tree scores moved 指标层差异."""
    frame = evaluation.nodes.to_frame()
    if frame.empty:
        return Pieces.of([quote("没有逐指标再评的项目，不作指标层分析。")])
    return Pieces.of([table(evaluation.nodes, whole=True), plot_node_rates(tree_order(frame))])


def causes(evaluation: Reviewed, book: RecordBook) -> Pieces:
    """Return why scores moved 差异原因: counts by reason and dimension, then the commonest with examples."""
    frame = evaluation.reasons.to_frame()
    own = frame[frame["department"].astype(str) == ""]
    if own.empty:
        return Pieces.of([quote("再评没有登记差异原因。")])
    totals = parted_reasons(frame).groupby("reason", sort=False)["count"].sum()
    common = [str(code) for code in totals.sort_values(ascending=False, kind="stable").head(CAUSES).index]
    parts: list[Showable] = [
        table(evaluation.reasons, "matrix"),
        plot_change_reasons(frame),
        table(evaluation.items, "examples", reasons=common),
        quote("\n".join(f"【待补充：“{reason_words(code)}”的成因】" for code in common)),
    ]
    return Pieces.of(parts)


def advice(evaluation: Reviewed, book: RecordBook) -> Pieces:
    """Return what is suggested 建议: by department, and for next year's sample."""
    parts: list[Showable] = [
        table(evaluation.handling),
        quote("【待补充：各项建议的责任单位、完成时限和完成标志】"),
        SubHeading("下年抽样"),
        table(evaluation.next_sample),
    ]
    return Pieces.of(parts)


def limits(evaluation: Reviewed, book: RecordBook) -> Pieces:
    """Return what bounds the conclusions 局限: methodology, sample, raters, forms that could not be read."""
    voice = _voice(book)
    told = [METHOD, "未复核项目得分不作调整；任何项目的得分都没有经模型修正。"]
    told.append("再评以单位提供的佐证材料为依据，没有佐证的事实未必不存在；再评价得分也有评分人之间的差异。")
    lines = [*told, "评分时{self_scores}。"]
    if evaluation.choices.self_scores.value == "shown":
        lines.append("再评人看到了自评得分，再评价得分可能向自评得分靠拢，偏高幅度可能低估。")
    if evaluation.choices.sample.design == "purposive":
        lines.append("再评项目由人工选取，结果只描述这些项目，不推及其余项目。")
    gaps = {"missing": "缺自评表{}份", "unread": "有内容未能读出的自评表{}份"}
    found = [words.format(voice.number(key)) for key, words in gaps.items() if voice.has(key)]
    if found:
        lines.append(f"{'，'.join(found)}，复核不包括这些内容。")
    handled = evaluation.handling.to_frame().to_dict(orient="records")
    if loose := [plain_text(row["department"]) for row in handled if row["handling"] == Handling.CALIBRATE.value]:
        lines.append(f"{_escaped('、'.join(loose))}的再评尺度尚未校准，该部门的结果和含有它的合计只作参考。")
    if unpaired := len(evaluation.unpaired.to_frame()):
        lines.append(f"{unpaired}处自评与再评未能配对，未计入比较，明细见复核底稿。")
    return Pieces.of([book.say("\n".join(lines))])
