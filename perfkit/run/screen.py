"""What a person sees of a batch 屏幕显示: progress on standard error, one summary table at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from perfkit.run.batch import Outcome
from perfkit.run.manifest import MANIFEST, named
from perfkit.run.plan import PlannedRun

STATES = {"drafted": "已成稿", "skipped": "未变，跳过", "failed": "失败"}
# a pipe or a log has no width of its own, and a path that is folded in the middle cannot be copied
PIPE_WIDTH = 200


def console(*, stderr: bool = False) -> Console:
    """Return a console that keeps lines whole where nobody looks at a terminal."""
    found = Console(stderr=stderr, highlight=False)
    return found if found.is_terminal else Console(stderr=stderr, highlight=False, width=PIPE_WIDTH)


class Screen:
    """Progress of a batch 批量进度: a bar in a terminal, one line an event elsewhere."""

    def __init__(self, runs: int) -> None:
        """Prepare for a number of runs."""
        self._console = console(stderr=True)
        self._runs = runs
        self._ended = 0
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._task = self._progress.add_task("起草", total=runs)

    def __enter__(self) -> Self:
        """Show the bar."""
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Take the bar away."""
        self._progress.stop()

    def started(self, planned: PlannedRun) -> None:
        """Say that a run has begun."""
        self._progress.update(self._task, description=f"起草 {planned.run.id}")
        if not self._console.is_terminal:
            self._line(f"{planned.run.id} 开始")

    def ended(self, outcome: Outcome) -> None:
        """Say what became of a run, with every message of a failure."""
        self._ended += 1
        self._progress.advance(self._task)
        self._line(f"{outcome.planned.run.id} {STATES[outcome.state]}（{outcome.seconds:.1f} 秒）")
        for message in outcome.messages:
            self._console.print(f"    {message}", markup=False, soft_wrap=True)

    def _line(self, text: str) -> None:
        self._console.print(f"[{self._ended}/{self._runs}] {text}", markup=False, soft_wrap=True)


def show_summary(outcomes: Sequence[Outcome], root: Path) -> None:
    """Print one table of all runs 汇总表, then what was edited by hand and what failed."""
    out = console()
    table = Table("运行", "结果", "总分或结论", "等级", "文稿状态", "错误/提醒", "目录", "秒")
    for outcome in outcomes:
        table.add_row(*(escape(text) for text in _row(outcome, root)))
    out.print(table)
    for line in _remarks(outcomes, root):
        out.print(line, markup=False, soft_wrap=True)


def _row(outcome: Outcome, root: Path) -> Iterable[str]:
    figures = outcome.figures
    counts = f"{figures['errors']}/{figures['warnings']}" if "errors" in figures else "—"
    return (
        f"{outcome.planned.run.batch}/{outcome.planned.run.id}",
        STATES[outcome.state],
        str(figures.get("total") or figures.get("headline") or "—"),
        str(figures.get("grade") or "—"),
        str(figures.get("status") or "—"),
        counts,
        named(outcome.folder, root),
        f"{outcome.seconds:.1f}",
    )


def _remarks(outcomes: Iterable[Outcome], root: Path) -> Iterable[str]:
    """Yield one line per hand-edited file and per failed run."""
    for outcome in outcomes:
        for name in outcome.edited:
            kept = named(outcome.folder.parent / name, root)
            yield f"{outcome.planned.run.id}：{kept} 已被人工修改或移走，未动它；新稿在 {outcome.folder.name}/"
        if outcome.state == "failed":
            first = outcome.messages[0] if outcome.messages else "原因不明"
            held = {"executed.ipynb": "执行到出错处的笔记本", MANIFEST: "运行清单"}
            kept = next((words for name, words in held.items() if (outcome.folder / name).is_file()), "")
            place = f"（{kept}在 {named(outcome.folder, root)}/）" if kept else ""
            yield f"{outcome.planned.run.id}：失败，{first}{place}"
