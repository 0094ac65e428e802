"""What is asked and said once a form is read 自评表收尾: points resolved, name and total asked for, notes told."""

from __future__ import annotations

import math

from perfkit.read.self_evaluation.form_record import FormRecord
from perfkit.read.self_evaluation.headings import Headings
from perfkit.read.self_evaluation.points_of_form import settle_points


def tell_columns(record: FormRecord, headings: Headings) -> None:
    """Say which columns were left out, and where remarks stand for causes."""
    others = headings.others
    if others:
        names = "、".join(f"「{record.view.line(*place)}」" for place in others)
        record.tell("SE-COLUMN", others[0], "自评表的栏目", names, "这些栏没有读取")
    if headings.remark_as_cause:
        place = headings.places["cause"]
        record.tell(
            "SE-COLUMN", place, "偏差原因分析及改进措施栏", record.shown(place), "没有该栏，备注按偏差原因读取", "cause"
        )


def finish(record: FormRecord) -> None:
    """Resolve points, ask for the project name, and say what was normalised."""
    settle_points(record)
    if not record.texts.get("name") and not record.texts.get("project"):
        record.error("SE-FIELD", (record.first, 0), "项目名称", "没有填写或没有找到", "填写项目名称", "name")
    if not record.items and not any(problem.code == "SE-NO-ITEMS" for problem in record.problems):
        record.error("SE-NO-ITEMS", (record.first, 0), "至少一个三级指标", "指标表是空的", "填写绩效指标")
    total, full = record.numbers.get("total", math.nan), record.numbers.get("total_full", math.nan)
    if math.isnan(total):
        found = f"没有总分{'' if math.isnan(full) else '的得分'}"
        record.warn("SE-TOTAL", (record.last, 0), "总分行", found, "补填总分", "total")
    record.tell_notes()
