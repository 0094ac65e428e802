"""The cover 封面: what a draft says of itself, from the run file, the notebook's title and the records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from perfkit.rulebook import Run
from perfkit.show.draft.meta import DraftMeta
from perfkit.show.draft.shapes import PLACEHOLDER
from perfkit.show.numbers import format_record
from perfkit.terms import Audience, DraftStatus
from perfkit.trace import Record

DEMO_RECORD = "project.is_demo"
AUTHOR_RECORDS = ("project.evaluator", "scope.evaluator")
# of an evaluation of one project, then of a re-evaluation of many: a run publishes the ones or the others
_COVER_RECORDS = (
    "project.department",
    "project.agency",
    "project.evaluator",
    "project.lead_evaluator",
    "scope.departments_named",
    "scope.evaluator",
    "scope.lead",
)
REPORT, WORKPAPER = "报告", "复核底稿"
DEMO_DATA = Path("data/demo")


def meta_of(
    run: Run,
    notebook: Mapping[str, Any],
    records: Iterable[Record],
    audience: Audience,
    status: DraftStatus,
    watermark: str,
) -> DraftMeta:
    """Return the cover of one of the two documents 文稿信息.

    Parameters
    ----------
    run, notebook : dates, evaluand and secrecy of the run; the first ``# `` heading of the notebook is the title.
    records : ``project.…`` give the lines of the cover, as far as they were published.
    audience : the working paper says so in its title.
    status, watermark : as the gate has decided.
    """
    held = {record.name: record for record in records}
    title = (notebook_title(notebook) or run.evaluand).removesuffix(REPORT)
    lines = [(held[name].label, format_record(held[name])) for name in _COVER_RECORDS if name in held]
    author = next((format_record(held[name]) for name in AUTHOR_RECORDS if name in held), "")
    kind = WORKPAPER if audience is Audience.WORKPAPER else REPORT
    return DraftMeta(
        title=f"{title}{kind}",
        subtitle=run.evaluand,
        cover_lines=(
            *lines,
            ("评价组织方式", run.organiser.label),
            ("预算年度", f"{run.budget_year}年"),
            ("评价基准日", f"{run.evaluation_date:%Y}年{run.evaluation_date.month}月{run.evaluation_date.day}日"),
        ),
        date=run.report_date,
        status=status,
        watermark=watermark,
        header=f"{joined(run.evaluand, title)}{kind}",
        demo=_is_demo(run, held),
        secrecy=run.secrecy,
        author=author if PLACEHOLDER.search(author) is None else "",
    )


def joined(evaluand: str, title: str) -> str:
    """Return evaluand and title in one, words that end the one and begin the other said once 页眉.

    Examples
    --------
    >>> joined("某市培训补贴项目", "项目支出绩效评价"), joined("某局2024年度项目支出绩效自评", "项目支出绩效自评再评价")
    ('某市培训补贴项目支出绩效评价', '某局2024年度项目支出绩效自评再评价')
    """
    shared = next((size for size in range(len(title), 0, -1) if evaluand.endswith(title[:size])), 0)
    return f"{evaluand}{title[shared:]}"


def _is_demo(run: Run, held: Mapping[str, Record]) -> bool:
    """Whether the data is fictional: the workbook says so, or it lies where only demo data does."""
    said = held[DEMO_RECORD].value if DEMO_RECORD in held else False
    return said in (True, "是", "true") or Path(run.data).is_relative_to(DEMO_DATA)


def notebook_title(notebook: Mapping[str, Any]) -> str:
    """Return the first ``# `` heading of the Markdown cells, or ``""``."""
    for cell in notebook.get("cells", ()):
        if cell.get("cell_type") == "markdown":
            for line in str(cell.get("source", "")).splitlines():
                if line.startswith("# "):
                    return line[2:].strip()
    return ""
