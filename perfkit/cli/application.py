"""The application 命令行程序: options before a command, the checkout a command works in, and how problems are worded."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from perfkit import __version__
from perfkit.errors import Problem, RuleError
from perfkit.trace import Finding

FOUND, REFUSED, INTERRUPTED = 1, 2, 130
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


def root_near(*starts: Path) -> Path | None:
    """Return the checkout that holds the first of some paths to lie in one 项目目录."""
    from perfkit.read.rules import find_root  # lazy: YAML and pydantic

    for start in starts:
        with contextlib.suppress(RuleError):
            return find_root(start.absolute())
    return None


def checkout_of(given: Path | None, runs: Iterable[str]) -> Path:
    """Return the checkout given 项目目录, else that of the first run, else ours; a bare wheel has none and cannot draft."""
    here = Path.cwd()
    starts = [given] if given is not None else [*(here / run for run in list(runs)[:1]), here]
    checkout = root_near(*starts)
    if checkout is None:
        expected, found = "项目目录（含 params 与 notebooks）", "没有找到；只装了 perfkit 包时可以计分，不能起草"
        mend = "在项目目录内运行，或用 --root 指明项目目录"
        raise RuleError(problem_of("RUN-ROOT", str(given or here), expected, found, mend))
    return checkout


def show(problems: list[Problem], findings: list[Finding]) -> None:
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


def problem_of(code: str, where: str, expected: str, found: str, mend: str) -> Problem:
    """Return a problem of the command line 命令行问题, an error."""
    return Problem(code=code, where=where, expected=expected, found=found, mend=mend)
