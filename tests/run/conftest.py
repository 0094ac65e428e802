"""A tiny checkout: the rules of the project, one small notebook, run files as a test needs them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from perfkit.run.batch import Outcome
from perfkit.run.plan import PlannedRun

PROJECT = Path(__file__).resolve().parents[2]

RUN = """\
id: {id}
batch: {batch}
notebook: notebooks/{notebook}.ipynb
evaluand: 测试项目
data: data/{id}
rules: cn-mof-2020-10
framework: project_evaluation_2020
budget_year: 2024
evaluation_date: 2025-06-30
report_date: 2025-07-15
organiser: finance
role: third_party
secrecy: internal
seed: 7
"""

RECORDS = [
    {"name": "total", "value": 64.99, "kind": "score", "label": "总分"},
    {"name": "grade", "value": "中", "kind": "grade", "label": "等级"},
]
TABLE = {
    "name": "score",
    "caption": "得分",
    "columns": [
        {"header": "指标", "width_cm": 4, "align": "left"},
        {"header": "得分", "width_cm": 3, "align": "right"},
    ],
    "header_rows": 1,
    "rows": [
        [{"text": "=决策"}, {"text": "64.99", "record": "total"}],
    ],
}
SAID = {"paragraphs": [[{"text": "总分"}, {"text": "64.99", "record": "total"}, {"text": "分，【待补充：原因】。"}]]}
PUBLISH = f"""\
import json
from IPython.display import publish_display_data
for mime, text in {{
    "application/vnd.perfkit.say+json": {json.dumps(SAID)!r},
    "application/vnd.perfkit.table+json": {json.dumps(TABLE)!r},
    "application/vnd.perfkit.records+json": {json.dumps(RECORDS)!r},
}}.items():
    publish_display_data({{mime: json.loads(text)}})
"""
FAIL = "raise ValueError('第一行\\n第二行')"
SLEEP = "import pathlib, time; pathlib.Path('asleep').touch(); time.sleep(600)"
PARAMETERS = 'run_file = ""'


@dataclass(frozen=True)
class Checkout:
    """A project folder in a temporary place."""

    root: Path

    @property
    def reports(self) -> Path:
        """Folder of all output."""
        return self.root / "reports"

    def notebook(self, name: str, code: Sequence[str], parameters: str = PARAMETERS) -> Path:
        """Write a notebook with a title, a chapter, a parameters cell and code cells of the report."""
        cells = [
            nbformat.v4.new_markdown_cell(
                "# 测试报告\n\n## 基本情况\n\n正文。", metadata={"tags": ["report", "workpaper"]}
            ),
            nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}),
            *(nbformat.v4.new_code_cell(source, metadata={"tags": ["report"]}) for source in code),
        ]
        path = self.root / "notebooks" / f"{name}.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells), str(path))
        return path

    def run(self, run_id: str, notebook: str = "tiny", batch: str = "try") -> Path:
        """Write a run file and the engagement folder that it names."""
        folder = self.root / "data" / run_id
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "评价工作簿.xlsx").write_bytes(b"workbook of " + run_id.encode())
        path = self.root / "params" / "runs" / batch / f"{run_id}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(RUN.format(id=run_id, batch=batch, notebook=notebook), encoding="utf-8")
        return path

    def folder(self, run_id: str, batch: str = "try") -> Path:
        """Folder of a run's versions."""
        return self.reports / batch / run_id


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """Return a checkout with the project's rules and the notebook ``tiny``."""
    root = tmp_path / "项目 {一}"
    for part in ("rules", "frameworks"):
        shutil.copytree(PROJECT / "params" / part, root / "params" / part)
    (root / "notebooks").mkdir()
    made = Checkout(root)
    made.notebook("tiny", [PUBLISH])
    return made


class Listening:
    """A listener that keeps what it hears."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def started(self, planned: PlannedRun) -> None:
        """Keep that a run began."""
        self.heard.append("started")

    def ended(self, outcome: Outcome) -> None:
        """Keep how it ended."""
        self.heard.append(outcome.state)


@pytest.fixture
def listening() -> Listening:
    """Return a fresh listener."""
    return Listening()
