"""The command line 命令行: options → read, run; nothing else.

Heavy imports stand inside the commands, so that ``perfkit --help`` answers at once; help is plain text for the same
reason (rich help costs three times as much). Exit status: 0 done, 1 problems found or runs failed, 2 refused.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Annotated

import typer

from perfkit import __version__
from perfkit.errors import PerfkitError, Problem, RuleError, reason
from perfkit.terms import Severity
from perfkit.trace import Finding

FOUND, REFUSED, INTERRUPTED = 1, 2, 130
WITH_ERRORS = "有错误的工作簿只核对了数据和计分参数；改正后再运行，才会核对权重、得分和报告要求。"
WITHOUT_ROOT = "没有核对权重、得分和报告要求：没有找到项目目录（params）；请在项目目录内运行 perfkit check。"
ABOUT = "预算绩效评价：从评价工作簿到 Word 报告初稿。"

app = typer.Typer(
    name="perfkit",
    help=ABOUT,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"perfkit {__version__}")
        raise typer.Exit


def _debug(wanted: bool) -> None:
    if wanted:
        sys.excepthook = sys.__excepthook__


@app.callback(help=ABOUT)
def options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="显示版本。")] = False,
    debug: Annotated[
        bool, typer.Option("--debug", callback=_debug, is_eager=True, help="意外错误时显示完整的调用栈。")
    ] = False,
) -> None:
    """Take the options that go before a command."""


@app.command(help="写一份空白的评价工作簿（填写说明、下拉选项、示例行）。")
def new(
    out: Annotated[Path, typer.Argument(metavar="OUT.xlsx", help="要写的评价工作簿。")],
    kind: Annotated[str, typer.Option(help="评价类型：project（项目）。")] = "project",
    force: Annotated[bool, typer.Option("--force", help="覆盖已有的文件。")] = False,
) -> None:
    """Write the template of an evaluation workbook."""
    from perfkit.read.template import write_template  # lazy: openpyxl is not needed to answer --help

    if not out.absolute().parent.is_dir():
        raise RuleError(_problem("CLI-FOLDER", str(out), "已有的目录中的文件", "目录不存在", "先建目录"))
    if out.exists() and not force:
        raise RuleError(_problem("CLI-EXISTS", str(out), "新文件", "文件已存在", "换一个文件名，或加 --force"))
    # aside first: whoever fails to write a new workbook keeps the old one
    with tempfile.TemporaryDirectory(prefix=".perfkit-", dir=out.absolute().parent) as aside:
        written = Path(aside) / out.name
        write_template(written, kind)
        written.replace(out)
    typer.echo(f"已写出 {out}")


@app.command(help="一次列出工作簿的全部问题（文件、表、单元格）；有错误时以状态 1 结束。")
def check(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="评价工作簿、评价资料目录，或含有它们的目录。")],
    strict: Annotated[bool, typer.Option("--strict", help="有提醒时也以状态 1 结束。")] = False,
) -> None:
    """List every problem of workbooks in one pass; exit 1 where any is an error."""
    # lazy: reading needs pydantic and calamine, --help does not
    from perfkit.read.engagement import read_loosely
    from perfkit.stages.key_evaluation import scoring_problems

    counts: Counter[Severity] = Counter()
    left_out: dict[str, None] = {}
    engagements = list(_engagements(paths))
    for path in engagements:
        engagement, read = read_loosely(path)
        problems = [*read, *(scoring_problems(engagement) if engagement is not None else ())]
        findings: list[Finding] = []
        root = _root_near(path, Path.cwd())
        if any(problem.severity is Severity.ERROR for problem in problems):
            left_out[WITH_ERRORS] = None
        elif root is None:
            left_out[WITHOUT_ROOT] = None
        else:
            try:
                findings.extend(_findings(path, root))
            except PerfkitError as error:
                problems.extend(error.problems)
        counts.update([*(item.severity for item in problems), *(item.severity for item in findings)])
        if len(engagements) > 1:
            typer.echo(f"{path}：{'' if problems or findings else '没有发现问题'}")
        _show(problems, findings)
    typer.echo("，".join(f"{severity.label} {counts[severity]} 条" for severity in Severity) + "。")
    for line in left_out:
        typer.echo(line)
    if counts[Severity.ERROR] or (strict and counts[Severity.WARNING]):
        raise typer.Exit(FOUND)


def _findings(path: Path, root: Path) -> tuple[Finding, ...]:
    """Return what the checks find in a workbook without errors."""
    from perfkit.stages.key_evaluation import examine  # lazy: scoring needs pandas and pydantic, --help does not

    return examine(path, root)


def _root_near(*starts: Path) -> Path | None:
    """Return the checkout that holds the first of some paths to lie in one."""
    from perfkit.read.rules import find_root  # lazy: YAML and pydantic

    for start in starts:
        with contextlib.suppress(RuleError):
            return find_root(start.absolute())
    return None


@app.command(help="执行笔记本并起草报告与底稿；失败的不影响其余，并以状态 1 结束。")
def draft(
    runs: Annotated[list[str], typer.Argument(metavar="RUN…|DIR", help="运行文件（params/runs/…），或其目录。")],
    root: Annotated[Path | None, typer.Option(help="项目目录；不写则从当前目录向上找。")] = None,
    reports: Annotated[Path | None, typer.Option(help="输出目录；不写则为项目的 reports。")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="同时运行几项；不写则至多两项。")] = None,
    force: Annotated[bool, typer.Option("--force", help="输入没有变化的也重新运行。")] = False,
    template: Annotated[Path | None, typer.Option(help="本单位的 Word 模板。")] = None,
) -> None:
    """Run notebooks and draft; a failed run does not stop the others."""
    # lazy: the run pulls in pydantic, YAML and rich, --help does not
    from perfkit.run.batch import Options, default_jobs, run_batch
    from perfkit.run.plan import plan
    from perfkit.run.screen import Screen, show_summary

    checkout = _root(root, runs)
    if template is not None and not (template.is_file() and template.suffix == ".docx"):
        raise RuleError(_problem("CLI-TEMPLATE", str(template), "已有的 .docx 文件", "没有这个文件", "核对路径"))
    if template is not None:
        from perfkit.run.template import try_template  # lazy: Word is needed for templates only

        try_template(template)
    planned = plan(runs, checkout)
    settings = Options(
        root=checkout,
        reports=(reports or checkout / "reports").absolute(),
        jobs=jobs or default_jobs(),
        force=force,
        template=None if template is None else template.absolute(),
    )
    try:
        with Screen(len(planned)) as screen:
            outcomes = run_batch(planned, settings, screen)
    except KeyboardInterrupt:
        typer.echo("已中断；没有留下半成品，已完成的版本保留。", err=True)
        raise typer.Exit(INTERRUPTED) from None
    show_summary(outcomes, checkout)
    if any(outcome.state == "failed" for outcome in outcomes):
        raise typer.Exit(FOUND)


def _root(given: Path | None, runs: Iterable[str]) -> Path:
    """Return the checkout given, else that of the first run, else ours; a bare wheel has none and cannot draft."""
    here = Path.cwd()
    starts = [given] if given is not None else [*(here / run for run in list(runs)[:1]), here]
    checkout = _root_near(*starts)
    if checkout is None:
        expected, found = "项目目录（含 params 与 notebooks）", "没有找到；只装了 perfkit 包时可以计分，不能起草"
        mend = "在项目目录内运行，或用 --root 指明项目目录"
        raise RuleError(_problem("RUN-ROOT", str(given or here), expected, found, mend))
    return checkout


def _engagements(paths: Iterable[Path]) -> list[Path]:
    """Return the engagements that paths name: a workbook, an engagement folder, or every one below a folder."""
    from perfkit.read.schema import WORKBOOK_NAME  # lazy: pydantic

    found: dict[Path, None] = {}
    missing = []
    for path in paths:
        inside = sorted(path.rglob(WORKBOOK_NAME)) if path.is_dir() else []
        if path.is_file():
            # the workbook of a folder is named once, however often and in whatever way
            found[path.parent if path.name == WORKBOOK_NAME else path] = None
        elif inside:
            found.update(dict.fromkeys(workbook.parent for workbook in inside))
        else:
            what = f"目录内没有《{WORKBOOK_NAME}》" if path.is_dir() else "没有这个文件或目录"
            missing.append(_problem("CLI-PATH", str(path), "评价工作簿，或放着它的目录", what, "核对路径"))
    if missing:
        raise RuleError(missing)
    return list(found)


def _show(problems: list[Problem], findings: list[Finding]) -> None:
    """Print problems and findings: tables in a terminal, one line each where the output is read by a program."""
    if not sys.stdout.isatty():
        for item in (*problems, *findings):
            typer.echo(str(item))
        return
    # lazy: rich is not needed to answer --help
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    read = [(item.where, item.severity.label, item.code, item.expected, item.found, item.mend) for item in problems]
    checked = [
        (item.where or item.subject, item.severity.label, item.code, item.message, item.basis) for item in findings
    ]
    for columns, rows in (
        (("位置", "程度", "代码", "应为", "实为", "改法"), [*read]),
        (("位置", "程度", "代码", "发现", "依据"), [*checked]),
    ):
        if rows:
            table = Table(*columns, show_lines=True)
            for row in rows:
                table.add_row(*(escape(cell) for cell in row))
            console.print(table)


def _problem(code: str, where: str, expected: str, found: str, mend: str) -> Problem:
    return Problem(code=code, where=where, expected=expected, found=found, mend=mend)


def _unexpected(kind: type[BaseException], error: BaseException, at: TracebackType | None) -> None:
    """Word an exception that nobody foresaw in one line; ``--debug`` restores Python's own hook."""
    if issubclass(kind, KeyboardInterrupt):
        typer.echo("已中断。", err=True)
        return
    if isinstance(error, OSError):
        where, mend = str(error.filename or "文件"), "检查路径、权限和磁盘空间"
        typer.echo(str(_problem("PK-FILE", where, "可读写的文件或目录", reason(error), mend)), err=True)
        return
    typer.echo(f"[PK-UNEXPECTED] 程序出错（{kind.__name__}：{error}）。加 --debug 重试，把调用栈一起反馈。", err=True)


def main() -> None:
    """Run the command line 命令行入口: no traceback reaches a user."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a console of another code page must not turn a message into an error
            stream.reconfigure(errors="backslashreplace")
    sys.excepthook = _unexpected
    try:
        # typer's own call would put its hook in the place of ours
        typer.main.get_command(app)(prog_name="perfkit")
    except PerfkitError as error:
        for problem in error.problems:
            typer.echo(str(problem), err=True)
        sys.exit(REFUSED)
