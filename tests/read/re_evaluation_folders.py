"""Small re-evaluation folders for tests: a list of projects, forms as units fill them in, filled re-scoring workbooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from openpyxl import Workbook

from perfkit.errors import Problem
from perfkit.read.re_scoring_template import write_project_list, write_re_scoring
from perfkit.terms import Blinding, RaterRole, Severity

NAN = float("nan")
ITEMS = (("execution", 10.0, 9.5), ("1", 50.0, 50.0), ("2", 40.0, 38.0))


def project_table(count: int, department: str = "市交通局", first: int = 1, **columns: object) -> pd.DataFrame:
    """Return the rows of a list of projects."""
    numbers = range(first, first + count)
    table = pd.DataFrame(
        {
            "department": department,
            "agency": [f"单位{number % 3}" for number in numbers],
            "project": [f"P{number:03d}" for number in numbers],
            "name": [f"项目{number:03d}" for number in numbers],
            "category": "建设",
            "money": [float(37 * number % 400 + 20) for number in numbers],
            "certainty": False,
            "certainty_reason": "",
            "due": pd.NaT,
            "submitted": pd.NaT,
            "where": "",
        }
    )
    return table.assign(**columns)  # type: ignore[arg-type]


def item_table(projects: Sequence[str]) -> pd.DataFrame:
    """Return the three items of some projects."""
    return pd.DataFrame(
        [
            {
                "project": project, "item": item, "full": full, "level1": "产出指标", "level2": "数量指标",
                "level3": f"指标{item}", "target_text": "≥10个", "actual_text": "10个",
            }
            for project in projects
            for item, full, _ in ITEMS
        ]
    )  # fmt: skip


def re_scores(projects: Sequence[str], lowered: float = 5.0) -> pd.DataFrame:
    """Return re-scores of the three items: the last one lowered, with a reason."""
    rows: list[Mapping[str, object]] = [
        {
            "project": project, "item": item, "score": score - (lowered if item == "2" else 0.0), "amount": NAN,
            "reason": "evidence" if item == "2" else "", "explanation": "缺少验收单" if item == "2" else "",
            "evidence": "E01；E02" if item == "2" else "",
        }
        for project in projects
        for item, _, score in ITEMS
    ]  # fmt: skip
    return pd.DataFrame(rows)


def depths(projects: Sequence[str], **columns: object) -> pd.DataFrame:
    """Return what was looked at in some projects."""
    plain = {"total": NAN, "items_checked": 3, "evidence_seen": 7, "on_site": False, "reviewer": "李", "note": ""}
    return pd.DataFrame([{"project": project} | plain | columns for project in projects])


def write_book(path: Path, rater: str, projects: Sequence[str], role: RaterRole = RaterRole.INDEPENDENT) -> Path:
    """Write a filled re-scoring workbook."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_re_scoring(
        path,
        rater=rater,
        projects=pd.DataFrame({"project": list(projects), "name": "某项目", "money": 10.0}),
        items=item_table(projects),
        blinding=Blinding.HIDDEN,
        scores=re_scores(projects),
        totals=depths(projects),
        role=role,
        before_discussion=role is RaterRole.INDEPENDENT,
    )
    return path


def write_form(path: Path, code: str, name: str, department: str = "市交通局") -> Path:
    """Write a self-evaluation form of the national layout."""
    book = Workbook()
    sheet = book.worksheets[0]
    path.parent.mkdir(parents=True, exist_ok=True)
    for row in (
        ["项目支出绩效自评表"],
        ["（2024年度）"],
        ["项目名称", name, None, None, "项目编码", code],
        ["主管部门", department, None, None, "实施单位", "单位1"],
        ["项目资金（万元）", None, "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        [None, "年度资金总额", 100, 100, 95, 10, "95%", 9.5],
        ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"],
        ["产出指标", "数量指标", "指标1", "≥10个", "10个", 50, 50, ""],
        ["效益指标", "社会效益指标", "指标2", "≥10个", "9个", 40, 38, "进度偏慢"],
        ["总分", None, None, None, None, 100, 97.5],
    ):
        sheet.append(row)
    book.save(path)
    return path


def write_department(folder: Path, projects: pd.DataFrame, *, forms: bool = True) -> Path:
    """Write the folder of a department: list and forms."""
    folder.mkdir(parents=True, exist_ok=True)
    write_project_list(folder / "项目清单.xlsx", projects)
    if forms:
        for row in projects.to_dict("records"):
            write_form(folder / "自评表" / f"{row['project']}.xlsx", str(row["project"]), str(row["name"]))
    return folder


def codes(problems: Sequence[Problem], severity: Severity | None = None) -> list[str]:
    """Return the codes of problems in order, of one severity where asked."""
    return [problem.code for problem in problems if severity in (None, problem.severity)]
